import type { OutcomeConfig } from '../config/types.js';
import { sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import { immature } from './windows.js';

/**
 * Contraction of each row of `outcome_churned`: account_id, as_of_day, status, hit, us. It is a hit when the monthly
 * recurring revenue at the end of the window, t + lead + horizon, is below that just after `t`, and the account did not
 * churn; us is the first instant after `t` from which it was lower. Statuses: `no_mrr` (nothing is paid at `t`, or no mrr
 * is mapped), `immature`, `left_in_lead`, `ok`.
 */
export function contractionQuery(churn: OutcomeConfig, known: Sql): Sql {
  const end = sql`n.as_of_day + ${churn.leadDays + churn.horizonDays}`;
  return sql`with last_of_day as (
  select * from (select *, row_number() over (partition by account_id, eve order by us desc) as place from outcome_mrr)
  where place = 1
), based as (
  select n.*, b.mrr as base from outcome_churned n
  asof left join outcome_mrr b on b.account_id = n.account_id and b.us <= n.as_of_us
), ended as (
  select n.*, e.mrr as left_over from based n
  asof left join last_of_day e on e.account_id = n.account_id and e.eve < ${end}
), fallen as (
  select n.account_id, n.as_of_day, min(m.us) as us from based n
  join outcome_mrr m on m.account_id = n.account_id and m.us > n.as_of_us and m.eve < ${end} and m.mrr < n.base
  group by n.account_id, n.as_of_day
)
select e.account_id, e.as_of_day, f.us,
  case when not coalesce(e.base > 0, false) then 'no_mrr' when ${immature(churn, sql`e.as_of_day`, known)} then 'immature'
    when e.status = 'left_in_lead' then 'left_in_lead' else 'ok' end as status,
  coalesce(e.left_over < e.base, false) and not e.hit as hit
from ended e left join fallen f using (account_id, as_of_day)`;
}
