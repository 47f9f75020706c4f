import type { Sql } from '../types.js';
import { join, raw, sql } from './sql.js';

/**
 * Numerator / denominator as DOUBLE: one correctly rounded division of two exact integers (at most 2^53 in size).
 * NULL when the denominator is 0, or when either side is NULL.
 */
export function ratio(numerator: Sql, denominator: Sql): Sql {
  return sql`cast(${numerator} as double) / nullif(cast(${denominator} as double), 0)`;
}

/** A scaled integer measure as DOUBLE: value / 10^decimals, one division. */
export function unscale(value: Sql, decimals: number): Sql {
  return decimals === 0 ? sql`cast(${value} as double)` : ratio(value, sql`${10 ** decimals}`);
}

/** Aggregate: number of rows for which `where` is true, as BIGINT; 0 when none. */
export function countWhere(where: Sql): Sql {
  return sql`count(*) filter (where ${where})`;
}

/** Aggregate: exact sum of an integer over the rows for which `where` is true, as BIGINT; 0 when none. NULL cells add nothing. */
export function sumWhere(value: Sql, where: Sql): Sql {
  return sql`cast(coalesce(sum(${value}) filter (where ${where}), 0) as bigint)`;
}

/** `sumWhere` written so that many sums over the same rows with different conditions cost least: no filter is evaluated apart. */
export function sumWhen(value: Sql, when: Sql): Sql {
  return sql`cast(coalesce(sum(case when ${when} then ${value} end), 0) as bigint)`;
}

/** The value when its group has at least `least` members, else NULL: too little evidence is undefined, not 0. */
export function whenAtLeast(least: number, n: Sql, value: Sql): Sql {
  return sql`case when ${n} >= ${least} then ${value} end`;
}

/** 0 in place of NULL: a group without rows did not happen, it is not unknown. */
export function orZero(value: Sql): Sql {
  return sql`coalesce(${value}, 0)`;
}

/** All conditions joined by `and`; true when there is none. */
export function allOf(...conditions: readonly Sql[]): Sql {
  return conditions.length === 0 ? raw('true') : raw(conditions.map(c => `(${c.text})`).join(' and '));
}

/** One of the texts, compared byte by byte; false for none. */
export function isOneOf(value: Sql, texts: readonly string[]): Sql {
  if (texts.length === 0) return raw('false');
  return sql`${value} in (${join(texts)})`;
}

/**
 * The last instant at which `instant` is still made good: itself without grace, else the local midnight at or after it
 * plus `graceDays` local days. Condition "`later` is at or before it"; NULL when either side is NULL.
 * @param day local calendar day of an instant
 */
export function withinGrace(
  { instant, later, graceDays }: { readonly instant: Sql; readonly later: Sql; readonly graceDays: number },
  day: (us: Sql) => Sql
): Sql {
  if (graceDays === 0) return sql`${later} <= ${instant}`;
  return sql`${day(sql`${later} - 1`)} <= ${day(sql`${instant} - 1`)} + ${graceDays}`;
}
