import type { Config } from '../config/types.js';
import { dateOfDay, dayExpression, dayOfDate, resolveAsOf } from '../sources/calendar.js';
import { termsUnited } from '../sources/merges.js';
import { id, sql } from '../sql/sql.js';
import type { AsOf, Engine, Sql, Tables } from '../types.js';
import {
  mrrWaterfall,
  type RetentionRates,
  rateOver,
  retentionRates,
  type Share,
  share,
  type Waterfall
} from './rates.js';
import { cohortsQuery, movesQuery, type Period, statesQuery, sumsQuery } from './retention-queries.js';
import { mrrQuery, termsQuery } from './terms.js';

/** A waterfall with its rates; `from` and `to` are the ISO dates [from, to). */
export interface RetentionPeriod extends Waterfall, RetentionRates {
  readonly from: string;
  readonly to: string;
}

/** Accounts whose first payment fell into one month. */
export interface RetentionCohort {
  readonly from: string;
  readonly size: number;
  /** Accounts of it that pay just before the end of each month from that one on. */
  readonly active: readonly number[];
}

/** Average rates per month over the last months, and what they mean for a year when they stay: 1 - (1 - m)^12. */
export interface AverageRates {
  readonly months: number;
  /** Sum of churned accounts / sum of accounts at the start of each month. */
  readonly logoChurn: Share;
  /** Sum of contraction and churn / sum of MRR at the start of each month. */
  readonly grossRevenueChurn: Share;
  readonly annualLogoChurn: Share;
  readonly annualGrossRevenueChurn: Share;
}

/** Retention arithmetic over calendar months of the workspace's zone. Money in whole units of 10^-decimals. */
export interface Retention {
  readonly decimals: number;
  /** Complete months whose end plus grace lies before the watermark of subscriptions, oldest first. */
  readonly months: readonly RetentionPeriod[];
  /** From the first to the last month: the sums of the months' movements. */
  readonly total: Waterfall | null;
  /** The last twelve months as one period: who paid at its start against what they pay at its end; null when fewer. */
  readonly year: RetentionPeriod | null;
  readonly average: AverageRates | null;
  readonly cohorts: readonly RetentionCohort[];
}

/**
 * Retention from the paid terms, all months at once. MRR is that of `mrrQuery`: trials left out, gaps within
 * `outcomes.churn.grace_days` bridged; an account churns in the month in which its MRR falls to 0. Instants in [first of
 * the month, first of the next) belong to the month, so a term that begins on the first is new in that month and one that
 * ends at that midnight is lost in it. Merged accounts are one account in every month. null without subscriptions.
 */
export async function computeRetention(
  engine: Engine,
  { config, tables }: { readonly config: Config; readonly tables: Tables }
): Promise<Retention | null> {
  const { subscriptions } = tables;
  if (subscriptions === undefined) return null;
  const { graceDays } = config.outcomes.churn;
  const day = (us: Sql) => dayExpression(us, config.calendar.timezone);
  const temporary = async (name: string, query: Sql) =>
    engine.run(sql`create or replace temp table ${id(name)} as ${query}`);
  await temporary('outcome_terms', termsQuery(tables, termsUnited(tables)));
  await temporary('outcome_mrr', mrrQuery({ tables, graceDays, day }));
  const boundaries = await monthBoundaries(engine, { config, watermarkUs: subscriptions.watermarkUs });
  const decimals = subscriptions.columns['mrr']?.decimals ?? 0;
  if (boundaries.length < 2) return { decimals, months: [], total: null, year: null, average: null, cohorts: [] };
  const periods = periodsOf(boundaries.length - 1);
  await temporary('retention_states', statesQuery(boundaries));
  await temporary('retention_moves', movesQuery(periods));
  const waterfalls = await readWaterfalls(engine, periods);
  const cohorts = await readCohorts(engine, boundaries);
  for (const name of ['retention_moves', 'retention_states', 'outcome_mrr', 'outcome_terms'])
    await engine.run(sql`drop table ${id(name)}`);
  return { decimals, ...summarise(waterfalls, { boundaries, periods }), cohorts };
}

/** Firsts of months from that of the first paid start to the last one that is `graceDays` before the watermark. */
async function monthBoundaries(
  engine: Engine,
  { config, watermarkUs }: { readonly config: Config; readonly watermarkUs: number }
): Promise<AsOf[]> {
  const { timezone } = config.calendar;
  const day = (us: Sql) => dayExpression(us, timezone);
  const [row] = await engine.rows(
    sql`select ${day(sql`min(us)`)} as first, ${day(sql`cast(${watermarkUs} as bigint)`)} as known from outcome_mrr where mrr > 0`
  );
  const first = row?.['first'] ?? null;
  if (first === null) return [];
  const last = Number(row?.['known']) - config.outcomes.churn.graceDays;
  const dates: string[] = [];
  for (let month = monthOf(Number(first)); dayOfDate(month) <= last; month = nextMonth(month)) dates.push(month);
  return resolveAsOf(engine, dates, timezone);
}

function monthOf(day: number): string {
  return `${dateOfDay(day).slice(0, 7)}-01`;
}

/** The first of the month after an ISO date that is the first of one. */
function nextMonth(first: string): string {
  return monthOf(dayOfDate(first) + 31);
}

const YEAR = 12;

/** Every month, then the last twelve as one when there are so many. */
function periodsOf(months: number): Period[] {
  const single = Array.from({ length: months }, (_, i) => ({ from: i, to: i + 1 }));
  return months < YEAR ? single : [...single, { from: months - YEAR, to: months }];
}

const NOTHING = mrrWaterfall([]);

async function readWaterfalls(engine: Engine, periods: readonly Period[]): Promise<Waterfall[]> {
  const rows = await engine.rows(sumsQuery());
  const found = new Map(rows.map(row => [Number(row['period']), row]));
  return periods.map((_, i) => {
    const row = found.get(i);
    if (row === undefined) return NOTHING;
    const of = (name: string) => Number(row[name]);
    return {
      start: of('started'),
      new: of('fresh'),
      expansion: of('expanded'),
      contraction: of('contracted'),
      churn: of('churned'),
      reactivation: of('reactivated'),
      end: of('ended'),
      startAccounts: of('started_accounts'),
      newAccounts: of('fresh_accounts'),
      churnedAccounts: of('churned_accounts'),
      reactivatedAccounts: of('reactivated_accounts'),
      endAccounts: of('ended_accounts')
    };
  });
}

async function readCohorts(engine: Engine, boundaries: readonly AsOf[]): Promise<RetentionCohort[]> {
  const cohorts = new Map<number, { size: number; active: number[] }>();
  for (const row of await engine.rows(cohortsQuery())) {
    const nr = Number(row['cohort']);
    const cohort = cohorts.get(nr) ?? { size: Number(row['size']), active: [] };
    cohort.active.push(Number(row['active']));
    cohorts.set(nr, cohort);
  }
  return [...cohorts].map(([nr, { size, active }]) => ({ from: (boundaries[nr] as AsOf).date, size, active }));
}

interface Spans {
  readonly boundaries: readonly AsOf[];
  readonly periods: readonly Period[];
}

function summarise(
  waterfalls: readonly Waterfall[],
  { boundaries, periods }: Spans
): Pick<Retention, 'months' | 'total' | 'year' | 'average'> {
  const dated = waterfalls.map((waterfall, i): RetentionPeriod => {
    const { from, to } = periods[i] as Period;
    return {
      from: (boundaries[from] as AsOf).date,
      to: (boundaries[to] as AsOf).date,
      ...waterfall,
      ...retentionRates(waterfall)
    };
  });
  const months = dated.slice(0, boundaries.length - 1);
  return {
    months,
    total: totalOf(waterfalls.slice(0, months.length)),
    year: dated[months.length] ?? null,
    average: averageRates(months.slice(-YEAR))
  };
}

/** Movements of consecutive periods added up; start of the first, end of the last. */
export function totalOf(waterfalls: readonly Waterfall[]): Waterfall {
  const sum = (name: keyof Waterfall) => waterfalls.reduce((all, w) => all + w[name], 0);
  const [first, last] = [waterfalls[0] ?? NOTHING, waterfalls.at(-1) ?? NOTHING];
  return {
    start: first.start,
    new: sum('new'),
    expansion: sum('expansion'),
    contraction: sum('contraction'),
    churn: sum('churn'),
    reactivation: sum('reactivation'),
    end: last.end,
    startAccounts: first.startAccounts,
    newAccounts: sum('newAccounts'),
    churnedAccounts: sum('churnedAccounts'),
    reactivatedAccounts: sum('reactivatedAccounts'),
    endAccounts: last.endAccounts
  };
}

/** Rates of the average month, weighted by what could be lost in it. */
export function averageRates(months: readonly Waterfall[]): AverageRates {
  const sum = (of: (w: Waterfall) => number) => months.reduce((all, w) => all + of(w), 0);
  const logoChurn = share(
    sum(w => w.churnedAccounts),
    sum(w => w.startAccounts)
  );
  const grossRevenueChurn = share(
    sum(w => w.contraction + w.churn),
    sum(w => w.start)
  );
  const annual = (rate: Share) => (rate === null ? null : rateOver(rate, YEAR));
  return {
    months: months.length,
    logoChurn,
    grossRevenueChurn,
    annualLogoChurn: annual(logoChurn),
    annualGrossRevenueChurn: annual(grossRevenueChurn)
  };
}
