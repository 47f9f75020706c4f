import type { OutcomeConfig } from '../config/types.js';
import { beforeMerge } from '../sources/merges.js';
import { withinGrace } from '../sql/expressions.js';
import { raw, sql } from '../sql/sql.js';
import type { Sql, Tables } from '../types.js';
import type { EventQuery } from './terms.js';
import { immature, inside } from './windows.js';

/** Upsell kinds in order of precedence at one instant. */
export const UPSELL_KINDS = ['plan_up', 'add_on', 'seats_up'] as const;

/**
 * Upsell instants from table `outcome_terms`: account_id, us, kind (index into UPSELL_KINDS), one row per start of a
 * paid term at which the highest plan rank or the sum of seats among the running terms rose against the last instant at
 * which any ran (at most grace before), or a product began that the account never had. A first term is no upsell,
 * nor is what a merge brings; a merged account has none from its merge on.
 */
export function upsellQuery({ tables, graceDays, day }: EventQuery): Sql {
  const near = withinGrace({ instant: sql`x.base`, later: sql`x.us`, graceDays }, day);
  return sql`with t as (
  select *, product is not null and started_at = min(started_at) over (partition by account_id, product) as is_new
  from outcome_terms
), x as (
  select s.account_id, s.us, max(least(coalesce(o.ends, s.us), s.us)) as base
  from (select distinct account_id, started_at as us from t where not joined) s
  join t o on o.account_id = s.account_id and o.started_at < s.us group by s.account_id, s.us
), moves as (
  select x.account_id, x.us,
    max(o.rank) filter (where ${RAN}) as rank_was, max(o.rank) filter (where ${RUNS}) as rank_is,
    sum(o.seats) filter (where ${RAN}) as seats_was, sum(o.seats) filter (where ${RUNS}) as seats_is,
    coalesce(bool_or(o.is_new) filter (where o.started_at = x.us), false) as new_product
  from x join t o on o.account_id = x.account_id where ${near} group by x.account_id, x.us
), kinds as (
  select account_id, us,
    case when rank_is > rank_was then 0 when new_product then 1 when seats_is > seats_was then 2 end as kind
  from moves
)
select account_id, us, kind, ${day(sql`us - 1`)} as eve from kinds
where kind is not null and ${beforeMerge(tables, { account: sql`kinds.account_id`, us: sql`kinds.us` })}`;
}

const RAN = raw('o.started_at < x.us and (o.ends is null or o.ends >= x.base)');
const RUNS = raw('o.started_at <= x.us and (o.ends is null or o.ends > x.us)');

/**
 * Whether an account could still buy more at `t`, as known then: its highest plan is below the top of the price list,
 * seats are sold to it, or a product is sold that it never had.
 */
export function reachQuery(tables: Tables): Sql {
  const top = tables.plans === undefined ? raw('null') : raw('(select max(rank) from plans)');
  const runs = raw(`(o.term_end is null or o.term_end >= s.as_of_us)
    and (o.ended_at is null or o.ended_at >= s.as_of_us)`);
  return sql`select s.account_id, s.as_of_day,
  coalesce(max(o.rank) filter (where ${runs}) < ${top}, false)
    or count(o.seats) filter (where ${runs}) > 0
    or count(distinct o.product) < (select count(distinct product) from outcome_terms) as reachable
from spine s left join outcome_terms o
  on o.account_id = s.account_id and o.known_at < s.as_of_us and o.started_at < s.as_of_us
group by s.account_id, s.as_of_day`;
}

/**
 * Upsell of each row of `outcome_nearest`: account_id, as_of_day, us, kind, status, hit, and whether one lies in its window
 * but after a churn (`late`).
 */
export function boughtQuery(upsell: OutcomeConfig | null, known: Sql): Sql {
  if (upsell === null) {
    return raw(`select account_id, as_of_day, 'off' as status, false as hit, false as late, cast(null as integer) as kind,
  cast(null as bigint) as us from spine`);
  }
  return sql`with first_of_day as (
  select * from (select *, row_number() over (partition by account_id, eve order by us) as place from outcome_upsell)
  where place = 1
)
select n.account_id, n.as_of_day, u.us, u.kind,
  case when ${immature(upsell, sql`n.as_of_day`, known)} then 'immature' when n.lag < ${upsell.leadDays} then 'left_in_lead'
    when not r.reachable then 'not_eligible' else 'ok' end as status,
  coalesce(${inside(upsell, sql`u.eve - n.as_of_day`)}, false) and coalesce(u.us <= n.us, true) as hit,
  coalesce(${inside(upsell, sql`u.eve - n.as_of_day`)} and u.us > n.us, false) as late
from outcome_nearest n
asof left join first_of_day u on u.account_id = n.account_id and u.eve >= n.as_of_day + ${upsell.leadDays}
join outcome_reach r on r.account_id = n.account_id and r.as_of_day = n.as_of_day`;
}
