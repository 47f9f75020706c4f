import type { AggregateKind, CustomAggregate } from '../../config/types.js';
import { allOf, countWhere, orZero, ratio, sumWhere, unscale } from '../../sql/expressions.js';
import { id, raw, sql } from '../../sql/sql.js';
import type { Sql, TableName } from '../../types.js';
import { countOf, distinctOf, minOf, sumOf } from '../aggregates.js';
import { weekMoment, windowSum } from '../families/usage-passes.js';
import type { Aggregate, Part as EventPart } from '../types.js';
import { windowPass } from './window.js';

type Use = (aggregate: Aggregate) => Sql;

/** A declared aggregate with what is known of its table. */
export interface Measured {
  readonly feature: CustomAggregate;
  /** Column of the event time; `<time>__age` of a row is its age in days. */
  readonly time: string;
  /** Admitted condition over the rows `r`; null = every record. */
  readonly where: Sql | null;
  /** Decimals of the measured column; 0 when records are counted. */
  readonly decimals: number;
}

interface Rule {
  readonly unit: (table: TableName, measure: string | null) => string;
  /** Days that it looks back, in windows. */
  readonly windows: 1 | 2;
  /** Whether an account younger than that is too young; what is a ratio or one record's value is so at any age. */
  readonly needsAge: boolean;
  readonly define: (m: Measured, use: Use) => Sql;
}

const WEEK = 7;
const amountUnit = (table: TableName, measure: string | null) => measure ?? table;

/** Every kind of aggregate, exact: integers are counted and summed, then divided once. Undefined = NULL. */
export const AGGREGATES: Readonly<Record<AggregateKind, Rule>> = {
  count: { unit: table => table, windows: 1, needsAge: true, define: (m, use) => orZero(use(amountOf(m))) },
  sum: {
    unit: amountUnit,
    windows: 1,
    needsAge: true,
    define: (m, use) => unscale(orZero(use(amountOf(m))), m.decimals)
  },
  distinct_users: {
    unit: () => 'users',
    windows: 1,
    needsAge: true,
    define: (m, use) => orZero(use(distinctOf(raw('r.user_id'), rowsOf(m))))
  },
  median: { unit: amountUnit, windows: 1, needsAge: false, define: medianOf },
  last: { unit: amountUnit, windows: 1, needsAge: false, define: lastOf },
  days_since: {
    unit: () => 'days',
    windows: 1,
    needsAge: false,
    define: (m, use) => use(minOf(age(m), rowsOf(m)))
  },
  share: { unit: () => 'share', windows: 1, needsAge: false, define: shareOf },
  change: { unit: () => 'share', windows: 2, needsAge: true, define: changeOf },
  slope: {
    unit: (table, measure) => `${measure ?? table} per week`,
    windows: 1,
    needsAge: true,
    define: slopeOf
  }
};

function age({ time }: Measured): Sql {
  return id('r', `${time}__age`);
}

interface Part {
  readonly suffix?: string;
  /** Ages after this many days; default 0. */
  readonly after?: number;
  /** Takes the place of the declared condition; null = every record. */
  readonly where?: Sql | null;
}

/** Pass, name and rows of one aggregate of the feature: a window's length of ages that meets the condition. */
function rowsOf(m: Measured, { suffix = '', after = 0, where = m.where }: Part = {}) {
  const { name, table, window } = m.feature;
  const within = sql`${age(m)} > ${after} and ${age(m)} <= ${after + window}`;
  return {
    pass: windowPass(table),
    name: `custom_${name}${suffix}`,
    where: where === null ? within : allOf(within, where)
  };
}

/** Number of records, or exact sum of the measured column. */
function amountOf(m: Measured, part: Part = {}): Aggregate {
  if (rowAlias(m.feature) === 'e')
    return windowSum(eventPart(m, part), (part.after ?? 0) + m.feature.window, part.after);
  const rows = rowsOf(m, part);
  return m.feature.of === null ? countOf(rows) : sumOf(measure(m), rows);
}

function measure({ feature }: Measured): Sql {
  return feature.of === null ? raw('1') : id(rowAlias(feature), feature.of);
}

/** Kinds whose amounts add up over intervals of time. */
const ADDITIVE: ReadonlySet<AggregateKind> = new Set(['count', 'sum', 'share', 'change', 'slope']);

/** Name of the rows in conditions: `e` for events that go through the one scan that all features of events share. */
export function rowAlias({ table, aggregate }: CustomAggregate): 'e' | 'r' {
  return table === 'events' && ADDITIVE.has(aggregate) ? 'e' : 'r';
}

/** The amount of events per account and interval. */
function eventPart(m: Measured, { suffix = '', where = m.where }: Part = {}): EventPart {
  const rows = where ?? raw('true');
  const name = `custom_${m.feature.name}${m.where === where ? '' : suffix}`;
  return { name, sql: m.feature.of === null ? countWhere(rows) : sumWhere(measure(m), rows) };
}

/** Rows of the window with a value. */
function valued(m: Measured) {
  const has = sql`${measure(m)} is not null`;
  return rowsOf(m, { where: m.where === null ? has : allOf(m.where, has) });
}

/** The middle value, or the mean of the two middle ones: the lower middle of x less the lower middle of -x is their sum. */
function medianOf(m: Measured, use: Use): Sql {
  const rows = valued(m);
  const middle = (value: Sql) => sql`quantile_disc(${value}, 0.5) filter (where ${rows.where})`;
  const both = use({
    pass: rows.pass,
    name: rows.name,
    sql: sql`${middle(measure(m))} - ${middle(sql`-${measure(m)}`)}`
  });
  return ratio(both, sql`${2 * 10 ** m.decimals}`);
}

/** The value of the latest record that has one; the smallest of several at one instant. */
function lastOf(m: Measured, use: Use): Sql {
  const rows = valued(m);
  const latest = sql`max({'at': ${id('r', m.time)}, 'less': -${measure(m)}}) filter (where ${rows.where})`;
  return unscale(use({ pass: rows.pass, name: rows.name, sql: sql`-struct_extract(${latest}, 'less')` }), m.decimals);
}

/** Records that meet the condition among all of the window; undefined without any. */
function shareOf(m: Measured, use: Use): Sql {
  return ratio(use(amountOf(m)), use(amountOf(m, { suffix: '__all', where: null })));
}

/** (this window - the window before) / the window before; undefined when that was 0. */
function changeOf(m: Measured, use: Use): Sql {
  const now = use(amountOf(m));
  const before = orZero(use(amountOf(m, { suffix: '__before', after: m.feature.window })));
  return ratio(sql`${orZero(now)} - ${before}`, before);
}

/**
 * Least-squares slope of the weekly amounts y over weeks w = 0 (oldest) to n - 1:
 * sum((2w - n + 1) y) / (n (n^2 - 1) / 6), in units per week.
 */
function slopeOf(m: Measured, use: Use): Sql {
  const weeks = m.feature.window / WEEK;
  const divisor = sql`${((weeks * (weeks * weeks - 1)) / 6) * 10 ** m.decimals}`;
  if (rowAlias(m.feature) === 'e') {
    const part = eventPart(m);
    const total = use(windowSum(part, m.feature.window));
    return ratio(sql`2 * ${orZero(use(weekMoment(part, weeks)))} - ${weeks - 1} * ${orZero(total)}`, divisor);
  }
  const weight = sql`(${weeks - 1} - 2 * ((${age(m)} - 1) // ${WEEK}))`;
  const moment = use(sumOf(sql`${weight} * ${measure(m)}`, rowsOf(m)));
  return ratio(orZero(moment), divisor);
}
