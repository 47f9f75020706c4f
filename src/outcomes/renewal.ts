import type { OutcomeConfig } from '../config/types.js';
import { beforeMerge } from '../sources/merges.js';
import { sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import { continued, type EventQuery } from './terms.js';
import { immature, inside } from './windows.js';

/**
 * Contract ends of `outcome_terms` with whether the account went on: its actual end and its contract end were both continued
 * within grace. Those of a merged account from its merge on are the new account's.
 */
export function contractEndsQuery(query: EventQuery): Sql {
  return sql`select t.account_id, t.known_at, t.started_at, t.ended_at, t.term_end, ${query.day(sql`t.term_end - 1`)} as eve,
  ${continued(sql`t.ends`, query)} and ${continued(sql`t.term_end`, query)} as renewed
from outcome_terms t where t.term_end is not null
  and ${beforeMerge(query.tables, { account: sql`t.account_id`, us: sql`t.term_end` })}`;
}

/**
 * Renewal of each row of `outcome_churned`: account_id, as_of_day, us (the earliest contract end), terms (how many contract
 * ends lie in the window), status, hit (every one was renewed). Terms are those known and running at `t`. Statuses:
 * `no_term_ends`, `immature`, `left_in_lead`, `ok`.
 */
export function renewalQuery(churn: OutcomeConfig, known: Sql): Sql {
  return sql`with due as (
  select n.account_id, n.as_of_day, min(e.term_end) as us, count(*) as terms, bool_and(e.renewed) as renewed
  from outcome_churned n join outcome_contract_ends e on e.account_id = n.account_id
    and e.known_at < n.as_of_us and e.started_at < n.as_of_us and e.term_end >= n.as_of_us
    and (e.ended_at is null or e.ended_at >= n.as_of_us)
  where ${inside(churn, sql`e.eve - n.as_of_day`)}
  group by n.account_id, n.as_of_day
)
select n.account_id, n.as_of_day, d.us, cast(coalesce(d.terms, 0) as integer) as terms, coalesce(d.renewed, false) as hit,
  case when d.terms is null then 'no_term_ends' when ${immature(churn, sql`n.as_of_day`, known)} then 'immature'
    when n.status = 'left_in_lead' then 'left_in_lead' else 'ok' end as status
from outcome_churned n left join due d using (account_id, as_of_day)`;
}
