import type { Config, SourceConfig } from '../config/types.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { dateOfDay, dayExpression, resolveAsOf } from './calendar.js';
import { CONTRACTS } from './contracts.js';
import { instantOf } from './instants.js';
import { historyName, historyTable } from './mapping.js';

const DAY_US = 86_400_000_000;
const SILENT_DAYS = 7;
const SILENT_TIMES = 3;

export interface Watermark {
  /** Instant up to which the table is complete, never past the data end. */
  readonly us: number;
  /** Whether nobody declared it. */
  readonly assumed: boolean;
}

/**
 * The instant up to which each ingested table is complete. Declared: `complete_until`, capped at the data end (a date is
 * its midnight in the calendar's zone, a naive instant is local in the source's). Else the data end, unless the silence
 * after the last record is longer than 7 days and than 3 times the longest earlier silence: then the midnight (calendar
 * zone) after the last record. The history of a versioned column has a watermark of its own by the same rule, under
 * `table.column`. A table without a record and without a declaration is complete up to nothing (0).
 */
export async function readWatermarks(
  engine: Engine,
  config: Config,
  dataEndUs: number
): Promise<Map<string, Watermark>> {
  const marks = new Map<string, Watermark>();
  for (const { name, feed, completeUntil, timezone } of config.sources.flatMap(feedsOf)) {
    const us =
      completeUntil === null
        ? await assumedWatermark(engine, feed, { timezone: config.calendar.timezone, dataEndUs })
        : await declaredInstant(engine, completeUntil, { calendar: config.calendar.timezone, source: timezone });
    marks.set(name, { us: Math.min(us, dataEndUs), assumed: completeUntil === null });
  }
  return marks;
}

/** Records of one table of the database and the instants that date them. */
interface Feed {
  readonly table: string;
  /** null: known from the beginning of time. */
  readonly instant: string | null;
}

type NamedFeed = Pick<SourceConfig, 'completeUntil' | 'timezone'> & { readonly name: string; readonly feed: Feed };

/** The table of a source, and the histories of its versioned columns as `table.column`. */
function feedsOf(source: SourceConfig): NamedFeed[] {
  const { table, columns } = source;
  const own = { ...source, name: table, feed: { table, instant: CONTRACTS[table].eventTime } };
  const histories = Object.entries(columns).flatMap(([column, { time }]): NamedFeed[] => {
    if (time === null || time === 'fixed' || !('history' in time)) return [];
    const feed = { table: historyTable(table, column), instant: 'us' };
    return [{ ...time.history, name: historyName(table, column), feed }];
  });
  return [own, ...histories];
}

async function declaredInstant(
  engine: Engine,
  text: string,
  zones: { calendar: string; source: string }
): Promise<number> {
  const zone = text.length === 10 ? zones.calendar : zones.source;
  const [row] = await engine.rows(sql`select ${instantOf(sql`t`, 'text', zone)} as us from (select ${text} as t)`);
  return row?.['us'] as number;
}

interface AssumeOptions {
  readonly timezone: string;
  readonly dataEndUs: number;
}

async function assumedWatermark(engine: Engine, feed: Feed, options: AssumeOptions): Promise<number> {
  const { table } = feed;
  if (feed.instant === null) return options.dataEndUs;
  const instant = id(feed.instant);
  const day = dayExpression(sql`max(${instant})`, options.timezone);
  const [row] = await engine.rows(sql`select max(${instant}) as last, ${day} as day from ${id(table)}`);
  const last = row?.['last'] as number | null;
  if (last === null) return 0;
  const silence = options.dataEndUs - last;
  if (silence <= SILENT_DAYS * DAY_US) return options.dataEndUs;
  if (silence <= SILENT_TIMES * (await longestSilence(engine, table, instant))) return options.dataEndUs;
  const [midnight] = await resolveAsOf(engine, [dateOfDay((row?.['day'] as number) + 1)], options.timezone);
  return (midnight as { us: number }).us;
}

/** Longest time between two neighbouring records, in microseconds; 0 for a single record. */
async function longestSilence(engine: Engine, table: string, instant: Sql): Promise<number> {
  const [row] = await engine.rows(sql`select coalesce(max(us - before), 0) as longest from (
    select us, lag(us) over (order by us) as before
    from (select distinct ${instant} as us from ${id(table)} where ${instant} is not null))`);
  return row?.['longest'] as number;
}
