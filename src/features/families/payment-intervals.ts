import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, sumOf } from '../aggregates.js';
import type { Aggregate, Pass, PassInput } from '../types.js';

/** Fewer intervals say nothing of regularity. */
const MIN_INTERVALS = 3;

/** How an irregularity is told; it follows the name of the days it is about. */
export const CV_ABOUT = `standard deviation of the intervals between them over their mean, 0 when all are alike; undefined under ${MIN_INTERVALS} intervals.`;

/**
 * The intervals in days between neighbouring distinct days of `days` (account_id, as_of_day, `age` in days): one row per
 * day, `gap` NULL for the first.
 */
export function intervalsOf(name: string, days: (input: PassInput) => Sql): Pass {
  return {
    name,
    partials: [],
    from: input => sql`select *, lag(age) over (partition by account_id, as_of_day order by age desc) - age as gap
  from (select distinct account_id, as_of_day, age from (${days(input)}))`
  };
}

/**
 * Coefficient of variation of the n intervals g (R73): sqrt(n Σg² - (Σg)²) / Σg, the population's standard deviation over
 * the mean, from exact integers.
 */
export function variation(pass: Pass, use: (aggregate: Aggregate) => Sql): Sql {
  const where = raw('r.gap is not null');
  const n = use(countOf({ pass, name: 'intervals', where }));
  const total = use(sumOf(raw('r.gap'), { pass, name: 'interval_days', where }));
  const squares = use(sumOf(raw('r.gap * r.gap'), { pass, name: 'interval_squares', where }));
  const spread = sql`sqrt(cast(${n} * ${squares} - ${total} * ${total} as double))`;
  return sql`case when ${n} >= ${MIN_INTERVALS} then ${spread} / cast(${total} as double) end`;
}
