import type { Config } from '../config/types.js';
import { dayExpression } from '../sources/calendar.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, Sql, Tables } from '../types.js';
import { MASK_BITS, userIntervals } from './calendar-tables.js';
import { compileSnapshots, type SnapshotPlan } from './compile.js';
import { eventLayout } from './event-layout.js';
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
  const plan = await planForSpine(engine, input);
  for (const statement of plan.statements) await engine.run(statement);
  for (const table of plan.temporary) await engine.run(sql`drop table ${id(table)}`);
}

/** The plan of `buildSnapshots` for the dates of table `spine` (column as_of_day). */
export async function planForSpine(engine: Engine, input: SnapshotInput): Promise<SnapshotPlan> {
  return planSnapshots({ ...input, intervals: await countIntervals(engine, input) });
}

/** How many intervals the users' spans make at the dates of the spine; 0 when no feature tells users apart. */
async function countIntervals(engine: Engine, { features }: SnapshotInput): Promise<number> {
  const aggregates = features.flatMap(feature => feature.aggregates);
  if (!aggregates.some(({ events }) => events?.spans !== undefined)) return 0;
  const [row] = await engine.rows(userIntervals({ aggregates }));
  return row?.['n'] as number;
}

/**
 * The statements of `buildSnapshots`, without running them.
 * @param input intervals: how many intervals the users' spans make at the dates of the spine, at most 62 to a word
 */
export function planSnapshots({
  config,
  tables,
  features,
  intervals
}: SnapshotInput & { readonly intervals: number }): SnapshotPlan {
  const { timezone } = config.calendar;
  const events = eventLayout(tables, timezone, Math.max(1, Math.ceil((intervals + 1) / MASK_BITS)));
  const day = (us: Sql) => dayExpression(us, timezone);
  return compileSnapshots({ tables, features, events, timezone, day });
}
