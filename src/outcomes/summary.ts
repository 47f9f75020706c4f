import { join, raw, sql } from '../sql/sql.js';
import type { Engine, Sql, Target } from '../types.js';

/** Every labelled outcome; models are fitted for `Target` only. */
export type OutcomeName = Target | 'early_churn' | 'contraction' | 'renewal';

/** Which of two competing outcomes came first, both in their windows. */
export type Competing = 'churn_before_upsell' | 'upsell_before_churn';

/** Outcomes of one as-of date, target, status, kind and competing case. */
export interface OutcomeCount {
  readonly asOfDay: number;
  readonly target: OutcomeName;
  readonly status: string;
  /** Whether the outcome cannot be used because it is not known yet (`immature`) or came too early (`left_in_lead`). */
  readonly censored: boolean;
  /** null where nothing happened, the outcome has no kinds, or the status does not tell. */
  readonly kind: string | null;
  /** Told for churn and upsell; null where at most one of them happened. */
  readonly competing: Competing | null;
  readonly rows: number;
  /** Distinct (account, instant); 0 where nothing happened. Of renewals: contract ends. */
  readonly episodes: number;
}

/** Instant and kind of each outcome, as expressions over table `outcomes`. */
const COLUMNS: Readonly<
  Record<OutcomeName, { readonly us: string; readonly kind: string; readonly competing: string }>
> = {
  churn: { us: 'churn_us', kind: 'churn_kind', competing: 'competing' },
  upsell: { us: 'upsell_us', kind: 'upsell_kind', competing: 'competing' },
  early_churn: { us: 'case when early_churn = 1 then churn_us end', kind: 'null', competing: 'null' },
  contraction: { us: 'contraction_us', kind: 'null', competing: 'null' },
  renewal: { us: 'renewal_us', kind: 'null', competing: 'null' }
};

const NAMES = Object.keys(COLUMNS) as OutcomeName[];

/** Counts of table `outcomes`, ordered by as-of day, target, status, kind and competing case (none first). */
export async function outcomeSummary(engine: Engine): Promise<OutcomeCount[]> {
  const rows = await engine.rows(sql`${join(NAMES.map(counts), ' union all ')}
order by as_of_day, target, status, kind nulls first, competing nulls first`);
  return rows.map(row => ({
    asOfDay: Number(row['as_of_day']),
    target: row['target'] as OutcomeName,
    status: String(row['status']),
    censored: row['status'] === 'immature' || row['status'] === 'left_in_lead',
    kind: row['kind'] as string | null,
    competing: row['competing'] as Competing | null,
    rows: Number(row['rows']),
    episodes: Number(row['episodes'])
  }));
}

function counts(target: OutcomeName): Sql {
  const { us, kind, competing } = COLUMNS[target];
  return sql`select as_of_day, target, status, kind, competing, count(*) as "rows",
  count(distinct case when us is not null then (account_id, us) end) as episodes
from (select account_id, as_of_day, ${target} as target, ${raw(`${target}_status`)} as status,
  cast(${raw(kind)} as varchar) as kind, cast(${raw(competing)} as varchar) as competing, ${raw(us)} as us from outcomes)
group by as_of_day, target, status, kind, competing`;
}
