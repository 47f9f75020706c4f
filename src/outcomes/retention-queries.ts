import { join, raw, sql } from '../sql/sql.js';
import type { AsOf, Sql } from '../types.js';

/** A period between two boundaries, by their index. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/**
 * MRR of every account just before each boundary, from `outcome_mrr`: account_id, nr (index of the boundary), mrr (scaled),
 * paid_before (whether it ever paid before the boundary). Only accounts that ever paid.
 */
export function statesQuery(boundaries: readonly AsOf[]): Sql {
  const rows = join(boundaries.map(({ us }, nr) => sql`(${nr}, cast(${us} as bigint))`));
  return sql`select p.account_id, b.nr, coalesce(m.mrr, 0) as mrr, p.first_us < b.us as paid_before
from (values ${rows}) as b(nr, us)
cross join (select account_id, min(us) as first_us from outcome_mrr where mrr > 0 group by account_id) p
asof left join outcome_mrr m on m.account_id = p.account_id and m.us < b.us`;
}

/**
 * Movements of every account in every period, from `retention_states`: account_id, period (its index), started, ended and
 * the movements, scaled integers. Accounts that pay at neither end have no row.
 */
export function movesQuery(periods: readonly Period[]): Sql {
  const rows = join(periods.map(({ from, to }, period) => sql`(${period}, ${from}, ${to})`));
  return sql`select account_id, period, started, ended,
  case when started = 0 and not paid_before then ended else 0 end as fresh,
  case when started = 0 and paid_before then ended else 0 end as reactivated,
  case when started > 0 then greatest(ended - started, 0) else 0 end as expanded,
  case when ended > 0 then greatest(started - ended, 0) else 0 end as contracted,
  case when ended = 0 then started else 0 end as churned
from (
  select s.account_id, p.period, s.mrr as started, e.mrr as ended, s.paid_before
  from (values ${rows}) as p(period, start_nr, end_nr)
  join retention_states s on s.nr = p.start_nr
  join retention_states e on e.nr = p.end_nr and e.account_id = s.account_id)
where started > 0 or ended > 0`;
}

/** Sums of `retention_moves` by period, over all accounts. */
export function sumsQuery(): Sql {
  const sums = ['started', 'fresh', 'expanded', 'contracted', 'churned', 'reactivated', 'ended'];
  const sum = (name: string) => raw(`cast(sum(${name}) as bigint) as ${name}`);
  const count = (name: string) => raw(`count(*) filter (where ${name} > 0) as ${name}_accounts`);
  const counted = ['started', 'fresh', 'churned', 'reactivated', 'ended'];
  return sql`select period, ${join([...sums.map(sum), ...counted.map(count)])} from retention_moves group by period order by period`;
}

/** Accounts by the month of their first payment and how many pay just before each later boundary: cohort, nr, size, active. */
export function cohortsQuery(): Sql {
  return raw(`select cohort, nr, count(*) as size, count(*) filter (where mrr > 0) as active
from retention_states join (
  select account_id, min(nr) - 1 as cohort from retention_states where paid_before group by account_id) using (account_id)
where nr > cohort group by cohort, nr order by cohort, nr`);
}
