import type { Config, SourceConfig } from '../config/types.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { dateOfDay, dayExpression, resolveAsOf } from './calendar.js';
import { CONTRACTS } from './contracts.js';
import { instantOf } from './instants.js';
import { historyName, historyTable } from './mapping.js';

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const SILENT_DAYS = 7;
const SILENT_TIMES = 3;

export interface Watermark {
  /** Instant up to which the table is complete, never past the data end. */
  readonly us: number;
  /** Whether nobody declared it. */
  readonly assumed: boolean;
}

export interface MarkOptions {
  readonly dataEndUs: number;
  /** Event time of the last record of a table, where it is known already; null for a table without any. */
  readonly lasts: ReadonlyMap<string, number | null>;
}

/**
 * The instant up to which each ingested table is complete. Declared: `complete_until`, capped at the data end (a date is
 * its midnight in the calendar's zone, a naive instant is local in the source's). Else the data end, unless the silence
 * after the last record is longer than 7 days and than 3 times the longest earlier silence: then the midnight (calendar
 * zone) after the last record. The history of a versioned column has a watermark of its own by the same rule, under
 * `table.column`. A table without a record and without a declaration is complete up to nothing (0). A table with several
 * sources is complete up to the earliest of them; the rule is applied to all its records together.
 */
export async function readWatermarks(
  engine: Engine,
  config: Config,
  options: MarkOptions
): Promise<Map<string, Watermark>> {
  const marks = new Map<string, Watermark>();
  const { timezone: calendar } = config.calendar;
  for (const { name, feed, completeUntil, timezone } of config.sources.flatMap(feedsOf)) {
    const us =
      completeUntil === null
        ? await assumedWatermark(engine, feed, { ...options, timezone: calendar })
        : await declaredInstant(engine, completeUntil, { calendar, source: timezone });
    const other = marks.get(name) ?? { us: options.dataEndUs, assumed: false };
    marks.set(name, { us: Math.min(us, other.us), assumed: completeUntil === null || other.assumed });
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

type AssumeOptions = MarkOptions & { readonly timezone: string };

async function assumedWatermark(engine: Engine, feed: Feed, options: AssumeOptions): Promise<number> {
  const { table } = feed;
  if (feed.instant === null) return options.dataEndUs;
  const instant = id(feed.instant);
  const last = options.lasts.has(table) ? options.lasts.get(table) : await lastRecord(engine, table, instant);
  if (last === null || last === undefined) return 0;
  const silence = options.dataEndUs - last;
  if (silence <= SILENT_DAYS * DAY_US) return options.dataEndUs;
  if (silence <= SILENT_TIMES * (await longestSilence(engine, table, instant))) return options.dataEndUs;
  const [row] = await engine.rows(
    sql`select ${dayExpression(sql`us`, options.timezone)} as day from (select cast(${last} as bigint) as us)`
  );
  const [midnight] = await resolveAsOf(engine, [dateOfDay((row?.['day'] as number) + 1)], options.timezone);
  return (midnight as { us: number }).us;
}

async function lastRecord(engine: Engine, table: string, instant: Sql): Promise<number | null> {
  const [row] = await engine.rows(sql`select max(${instant}) as last from ${id(table)}`);
  return row?.['last'] as number | null;
}

/**
 * Longest time between two neighbouring records, in microseconds; 0 for a single record. Only the first and last record
 * of every hour are compared, so that the instants need no sorting: shorter silences than an hour may be missed, and
 * those decide nothing.
 */
async function longestSilence(engine: Engine, table: string, instant: Sql): Promise<number> {
  const [row] = await engine.rows(sql`select coalesce(max(first - before), 0) as longest from (
    select first, lag(last) over (order by first) as before
    from (select min(${instant}) as first, max(${instant}) as last from ${id(table)}
      where ${instant} is not null group by ${instant} // ${HOUR_US}))`);
  return row?.['longest'] as number;
}
