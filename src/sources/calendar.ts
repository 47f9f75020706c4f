import type { Config } from '../config/types.js';
import { ConfigError, DataError } from '../errors.js';
import { id, join, literal, sql } from '../sql/sql.js';
import type { AsOf, Engine, Sql, Tables } from '../types.js';
import { isVersioned } from './cells.js';
import { isUtc, naiveMicros } from './instants.js';
import { historyTable } from './mapping.js';

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const WARM_UP_DAYS = 90;

/**
 * The first instants of local dates (ISO, in any order), in the same order. Where a clock change skips midnight the day
 * starts at the first time that exists; where midnight comes twice, at its first passing.
 */
export async function resolveAsOf(engine: Engine, dates: readonly string[], timezone: string): Promise<AsOf[]> {
  if (dates.length === 0) return [];
  const rows = join(dates.map((date, i) => sql`(${i}, cast(${date} as date))`));
  const number = sql`cast(date_diff('day', date '1970-01-01', day) as integer)`;
  const found = await engine.rows(sql`
    select nr, number, ${midnightExpression(sql`number`, timezone)} as us
    from (select nr, ${number} as number from (values ${rows}) as dates(nr, day)) order by nr`);
  return found.map((row, i) => ({ date: dates[i] as string, us: row['us'] as number, day: row['number'] as number }));
}

/** Local calendar day (days since 1970-01-01, INTEGER) of a BIGINT instant at or after 1970; NULL stays NULL. */
export function dayExpression(us: Sql, timezone: string): Sql {
  const local = isUtc(timezone) ? us : sql`epoch_us(timezone(${timezone}, make_timestamptz(${us})))`;
  return sql`cast((${local}) // ${literal(DAY_US)} as integer)`;
}

/** First instant (BIGINT) of a local calendar day (days since 1970-01-01), with the rules of `resolveAsOf`. */
export function midnightExpression(day: Sql, timezone: string): Sql {
  const us = naiveMicros(sql`cast(date '1970-01-01' + cast(${day} as integer) as timestamp)`, timezone);
  if (isUtc(timezone)) return us;
  return sql`case when ${dayExpression(sql`${us} - ${HOUR_US}`, timezone)} = ${day} then ${us} - ${HOUR_US} else ${us} end`;
}

/** ISO date of a calendar day number. */
export function dateOfDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Calendar day number of an ISO date. */
export function dayOfDate(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
}

/**
 * The as-of dates of a workspace, ascending and unique, none after the data end: those that are listed, or the firsts of
 * months, every seventh day, or the days before contract ends, between `first` and `last`. The last kind is for the
 * accounts whose ends those are (`daysBefore`; the spine asks what was known then). `first` defaults to 90 days after the
 * earliest subscription start, or account where no subscriptions are mapped (weeks then begin on a Monday), `last` to the
 * data end.
 * @throws ConfigError when a listed date lies after the data end, no date remains, or no outcome window fits the data.
 */
export async function planAsOf(engine: Engine, config: Config, tables: Tables): Promise<AsOf[]> {
  const { dataEnd, calendar } = config;
  if (dataEnd === null) throw new ConfigError('data_end: expected the date at which the data end, got none');
  const earliest = await earliestStart(engine, calendar.timezone, tables);
  checkHorizon(config, earliest, dayOfDate(dataEnd));
  const daysBefore = renewalDays(calendar);
  const asked =
    daysBefore === null ? null : await daysBeforeEnds(engine, { tables, timezone: calendar.timezone }, daysBefore);
  const dates =
    calendar.dates === null
      ? rhythm(config, { earliest, end: dayOfDate(dataEnd), asked })
      : listed(calendar.dates, dataEnd);
  if (dates.length === 0) {
    throw new ConfigError(
      `calendar: expected an as-of date from ${calendar.first ?? dateOfDay(earliest + WARM_UP_DAYS)} to ${calendar.last ?? dataEnd}, got none; set calendar.dates or calendar.first`
    );
  }
  const resolved = await resolveAsOf(engine, dates, calendar.timezone);
  return daysBefore === null ? resolved : resolved.map(date => ({ ...date, daysBefore }));
}

/** Days before a contract end at which its account is looked at; null when the dates are those of all accounts. */
function renewalDays({ dates, every, daysBefore }: Config['calendar']): readonly number[] | null {
  return dates === null && every === 'renewal' ? (daysBefore ?? []) : null;
}

/** Days that lie so many days before some contract end that a term ever had, ascending. */
async function daysBeforeEnds(
  engine: Engine,
  { tables, timezone }: { readonly tables: Tables; readonly timezone: string },
  daysBefore: readonly number[]
): Promise<number[]> {
  const { subscriptions } = tables;
  if (subscriptions?.columns['term_end'] === undefined) {
    throw new ConfigError(
      'calendar.every: expected term_end of subscriptions to be mapped for every: renewal, got no mapping of it; map it, or write every: month'
    );
  }
  const history = isVersioned(subscriptions, 'term_end')
    ? sql` union all select value from ${id(historyTable('subscriptions', 'term_end'))}`
    : sql``;
  const before = join(daysBefore.map(days => sql`(${days})`));
  const rows = await engine.rows(sql`select distinct ${dayExpression(sql`term_end`, timezone)} - days as day
    from (select term_end from subscriptions${history}), (values ${before}) as b(days)
    where term_end is not null order by day`);
  return rows.map(row => row['day'] as number);
}

async function earliestStart(engine: Engine, timezone: string, tables: Tables): Promise<number> {
  const [table, start] =
    tables.subscriptions === undefined
      ? (['accounts', 'created_at'] as const)
      : (['subscriptions', 'started_at'] as const);
  const [row] = await engine.rows(
    sql`select ${dayExpression(sql`min(${id(start)})`, timezone)} as day from ${id(table)}`
  );
  const day = row?.['day'] ?? null;
  if (day === null)
    throw new DataError(`expected ${table} with ${start} to plan as-of dates from, got none; map ${start}`);
  return day as number;
}

function checkHorizon({ outcomes, dataEnd }: Config, earliest: number, end: number): void {
  for (const [name, outcome] of Object.entries(outcomes)) {
    if (outcome === null) continue;
    const days = outcome.leadDays + outcome.horizonDays + outcome.graceDays;
    if (days <= end - earliest) continue;
    throw new ConfigError(
      `outcomes.${name}: expected lead, horizon and grace within the ${end - earliest} days of data (first start ${dateOfDay(earliest)}, data end ${dataEnd}), got ${days} days; shorten horizon_days`
    );
  }
}

function listed(dates: readonly string[], dataEnd: string): string[] {
  const late = dates.find(date => date > dataEnd);
  if (late === undefined) return [...new Set(dates)].sort();
  throw new ConfigError(`calendar.dates: expected dates up to data_end (${dataEnd}), got ${late}; remove it`);
}

interface Span {
  readonly earliest: number;
  readonly end: number;
  /** The days to choose from; null when every day may be one. */
  readonly asked: readonly number[] | null;
}

function rhythm({ calendar }: Config, { earliest, end, asked }: Span): string[] {
  const first = calendar.first === null ? earliest + WARM_UP_DAYS : dayOfDate(calendar.first);
  const last = calendar.last === null ? end : Math.min(end, dayOfDate(calendar.last));
  const start = calendar.every === 'week' && calendar.first === null ? nextMonday(first) : first;
  if (asked !== null) return asked.filter(day => first <= day && day <= last).map(dateOfDay);
  const days = Array.from({ length: Math.max(0, last - start + 1) }, (_, i) => start + i);
  const keep = calendar.every === 'week' ? (day: number) => (day - start) % 7 === 0 : isFirstOfMonth;
  return days.filter(keep).map(dateOfDay);
}

/** Day 0 (1970-01-01) was a Thursday. */
function nextMonday(day: number): number {
  return day + ((((4 - day) % 7) + 7) % 7);
}

function isFirstOfMonth(day: number): boolean {
  return dateOfDay(day).endsWith('-01');
}
