import { raw, sql } from '../sql/sql.js';
import type { Engine, Sql, Target } from '../types.js';

/** Outcomes of one as-of date, target, status and kind. */
export interface OutcomeCount {
  readonly asOfDay: number;
  readonly target: Target;
  readonly status: string;
  /** null where nothing happened, or the status does not tell. */
  readonly kind: string | null;
  readonly rows: number;
  /** Distinct (account, instant); 0 where nothing happened. */
  readonly episodes: number;
}

/** Counts of table `outcomes`, ordered by as-of day, target, status and kind (none first). */
export async function outcomeSummary(engine: Engine): Promise<OutcomeCount[]> {
  const rows = await engine.rows(sql`${counts('churn')} union all ${counts('upsell')}
order by as_of_day, target, status, kind nulls first`);
  return rows.map(row => ({
    asOfDay: Number(row['as_of_day']),
    target: row['target'] as Target,
    status: String(row['status']),
    kind: row['kind'] === null ? null : String(row['kind']),
    rows: Number(row['rows']),
    episodes: Number(row['episodes'])
  }));
}

function counts(target: Target): Sql {
  const column = (name: string) => raw(`${target}_${name}`);
  return sql`select as_of_day, ${target} as target, ${column('status')} as status, ${column('kind')} as kind,
  count(*) as "rows", count(distinct case when ${column('us')} is not null then (account_id, ${column('us')}) end) as episodes
from outcomes group by as_of_day, ${column('status')}, ${column('kind')}`;
}
