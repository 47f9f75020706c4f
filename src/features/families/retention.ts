import { allOf, ratio } from '../../sql/expressions.js';
import { id, join, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf } from '../aggregates.js';
import type { Aggregate, FamilyInput, FeatureSpec, Pass, PassInput } from '../types.js';

const BASE = {
  family: 'users',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0,
  reads: ['events.occurred_at', 'events.user_id']
} as const;
/** Fewest users of a cohort whose interval is over. */
const LEAST = 5;

type Interval = FamilyInput['retention'][number];

/**
 * Users by the first active day that a date knows of, with the first date that saw them active in each interval
 * (column `seen_<week>`; 0 where every record is known when it happens, because an interval counts only when it is over).
 */
function cohorts(intervals: readonly Interval[]): Pass {
  return {
    name: 'user_cohorts',
    partials: ['feature_user_days'],
    from: input => (input.events.late ? lateCohorts(input, intervals) : punctualCohorts(input, intervals))
  };
}

function punctualCohorts({ events }: PassInput, intervals: readonly Interval[]): Sql {
  const seen = intervals.map(
    interval => sql`case when bool_or(${within(interval)}) then 0 end as ${id(`seen_${interval.week}`)}`
  );
  return sql`with spans as (select account_key, user_key, min(day) as first_day from feature_user_days group by account_key, user_key),
  users as (
    select ${events.account.toId(raw('p.account_key'))} as account_id, p.user_key, p.first_day, ${join(seen)}
    from spans p join feature_user_days d on d.account_key = p.account_key and d.user_key = p.user_key
    group by p.account_key, p.user_key, p.first_day
  )
  select s.as_of_day, u.* from spine s join users u on u.account_id = s.account_id and s.as_of_day > u.first_day`;
}

/** A late record that moves the first day starts a new row. */
function lateCohorts({ events }: PassInput, intervals: readonly Interval[]): Sql {
  const seen = intervals.map(
    interval => sql`min(d.visible) filter (where ${within(interval)}) as ${id(`seen_${interval.week}`)}`
  );
  return sql`with days as (
    select x.account_key, x.user_key, x.day, min(d.as_of_day) as visible
    from feature_user_days x asof join (select distinct as_of_day from spine) d on x.seen < d.as_of_day
    group by x.account_key, x.user_key, x.day
  ),
  steps as (
    select account_key, user_key, visible, min(min(day)) over (partition by account_key, user_key order by visible) as first_day
    from days group by account_key, user_key, visible
  ),
  spans as (
    select *, coalesce(lead(visible) over (partition by account_key, user_key order by visible), 2147483647) as until
    from (select account_key, user_key, first_day, min(visible) as visible from steps group by account_key, user_key, first_day)
  ),
  users as (
    select ${events.account.toId(raw('p.account_key'))} as account_id, p.user_key, p.first_day, p.visible, p.until, ${join(seen)}
    from spans p join days d on d.account_key = p.account_key and d.user_key = p.user_key
    group by p.account_key, p.user_key, p.first_day, p.visible, p.until
  )
  select s.as_of_day, u.* from spine s join users u
    on u.account_id = s.account_id and s.as_of_day >= u.visible and s.as_of_day < u.until`;
}

/** A day of use `d` in the interval after the first day of `p`. */
function within({ week, days }: Interval): Sql {
  const from = sql`p.first_day + ${7 * week}`;
  return sql`d.day >= ${from} and d.day < ${from} + ${days}`;
}

/**
 * R16: per interval k the share r_k of the account's users, by first active day, who came back in [7k, 7k + days) days
 * after it; users whose interval is not over do not count. The index is 100 x the weighted mean of the intervals over
 * which at least 5 users have come, in the order of the weeks.
 */
export function retention({ retention: intervals }: FamilyInput): FeatureSpec[] {
  const pass = cohorts(intervals);
  const parts = intervals.map(interval => ({ ...interval, ...counts(pass, interval) }));
  return [
    {
      ...BASE,
      name: 'retention_index',
      unit: 'points',
      about: `Weighted mean share of users who returned in set weeks after their first activity, 0 to 100; undefined without ${LEAST} users in any (R16).`,
      step: 10,
      define: use => {
        const enough = parts.map(({ over }) => sql`${use(over)} >= ${LEAST}`);
        const sum = (term: (part: (typeof parts)[number]) => Sql) =>
          join(
            parts.map((part, i) => sql`case when ${enough[i] as Sql} then ${term(part)} else 0 end`),
            ' + '
          );
        const shares = sum(({ weight, back, over }) => ratio(sql`${weight} * ${use(back)}`, use(over)));
        return ratio(sql`100 * (${shares})`, sql`(${sum(({ weight }) => raw(String(weight)))})`);
      }
    },
    ...parts.map(
      ({ week, days, over, back }): FeatureSpec => ({
        ...BASE,
        name: `retention_week_${week}`,
        unit: 'share',
        about: `Share of users active in the ${days} days from week ${week} after their first activity on; undefined under ${LEAST} users (R16).`,
        step: 0.1,
        define: use => sql`case when ${use(over)} >= ${LEAST} then ${ratio(use(back), use(over))} end`
      })
    )
  ];
}

/** Users whose interval is over, and those of them who came back in it. */
function counts(pass: Pass, { week, days }: Interval): { readonly over: Aggregate; readonly back: Aggregate } {
  const over = sql`r.first_day + ${7 * week + days} <= r.as_of_day`;
  const back = sql`${id('r', `seen_${week}`)} <= r.as_of_day`;
  return {
    over: countOf({ pass, name: `over_${week}_${days}`, where: over }),
    back: countOf({ pass, name: `back_${week}_${days}`, where: allOf(over, back) })
  };
}
