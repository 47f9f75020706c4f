import { allOf, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, sumOf } from '../aggregates.js';
import type { Aggregate, Pass } from '../types.js';

/** Rows of a group that its aggregates keep apart, with their size. */
export interface Group {
  readonly pass: Pass;
  readonly name: string;
  /** Rows `r` of the group; each has `place` and `size`, its rank by the value and the number of rows in the group. */
  readonly where: Sql;
}

/** A median as two exact integers: the sum of the middle row or rows, and how many those are. */
export interface Middle {
  readonly size: Aggregate;
  readonly total: Aggregate;
  readonly rows: Aggregate;
}

/** Columns `place` and `size` of rows ranked by `value` within the parts of (account, as-of date) that `part` tells apart. */
export function placed(value: Sql, part: Sql): Sql {
  const group = sql`partition by account_id, as_of_day, ${part}`;
  return sql`row_number() over (${group} order by ${value}) as place, count(${value}) over (${group}) as size`;
}

/** The median of an integer column of a group of placed rows. */
export function middleOf(value: Sql, { pass, name, where }: Group): Middle {
  const middle = allOf(where, raw('2 * r.place >= r.size and 2 * r.place <= r.size + 2'));
  return {
    size: countOf({ pass, name: `${name}_size`, where }),
    total: sumOf(value, { pass, name: `${name}_middle`, where: middle }),
    rows: countOf({ pass, name: `${name}_middles`, where: middle })
  };
}

/** Columns of aggregates, as a feature's expression reads them. */
export type Use = (aggregate: Aggregate) => Sql;

/** The median / unit, one division; NULL for fewer than `least` rows. */
export function median(middle: Middle, { unit, least }: { unit: number; least: number }, use: Use): Sql {
  const value = ratio(use(middle.total), sql`${use(middle.rows)} * ${unit}`);
  return sql`case when ${use(middle.size)} >= ${least} then ${value} end`;
}

/** Change of the median in percent, one division; NULL for fewer than `least` rows in either group, or from 0. */
export function medianChange({ now, before }: { now: Middle; before: Middle }, least: number, use: Use): Sql {
  const then = sql`${use(before.total)} * ${use(now.rows)}`;
  const change = ratio(sql`100 * (${use(now.total)} * ${use(before.rows)} - ${then})`, then);
  return sql`case when ${use(now.size)} >= ${least} and ${use(before.size)} >= ${least} then ${change} end`;
}
