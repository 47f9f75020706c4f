import type { Config } from '../config/types.js';
import { dayExpression } from '../sources/calendar.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, Sql, Tables } from '../types.js';
import { compileSnapshots, type SnapshotPlan } from './compile.js';
import type { FeatureDef } from './types.js';

export interface SnapshotInput {
  readonly config: Config;
  readonly tables: Tables;
  /** Features to compute, of the catalogue; their order is the order of the columns. */
  readonly features: readonly FeatureDef[];
}

/**
 * Creates table `snapshots` from table `spine`, ordered by as-of day, then account id: account_id VARCHAR, as_of_day
 * INTEGER, as_of_us BIGINT, parent, tenure_days, arr, then per feature `<name>` (DOUBLE, or VARCHAR for a category;
 * NULL unless measured) and `<name>__state` UTINYINT (0 measured, 1 unknown, 2 too young). `arr` and `tenure_days`
 * come from the spine and are always measured, so as features they share those columns.
 */
export async function buildSnapshots(engine: Engine, input: SnapshotInput): Promise<void> {
  const plan = planSnapshots(input);
  for (const statement of plan.statements) await engine.run(statement);
  for (const table of plan.temporary) await engine.run(sql`drop table ${id(table)}`);
}

/** The statements of `buildSnapshots`, without running them. */
export function planSnapshots({ config, tables, features }: SnapshotInput): SnapshotPlan {
  const day = (us: Sql) => dayExpression(us, config.calendar.timezone);
  return compileSnapshots({ tables, features }, day);
}
