import type { Config } from '../../../src/config/types.js';
import { buildCatalogue, buildSnapshots } from '../../../src/features/index.js';
import { raw } from '../../../src/sql/sql.js';
import type { Engine, Tables } from '../../../src/types.js';
import {
  berlinMidnight,
  type Cell,
  configOf,
  dayOf,
  EMPTY,
  loadSpine,
  loadWorld,
  type Overrides,
  type Row,
  tableInfos,
  type World,
  withEngine
} from '../world.js';

export interface SnapshotOptions {
  /** As-of date of account `a`; default 2024-04-01. */
  readonly date?: string;
  /** Age of account `a` in days; default 500. */
  readonly tenureDays?: number;
  readonly config?: Overrides;
  /** Tables and `table.column`s that are not mapped. */
  readonly omit?: readonly string[];
}

const FAR = berlinMidnight(dayOf('2024-12-31'));

/** The named features of account `a` at one date, in their order: values, or NULL. */
export async function valuesOf(world: Partial<World>, names: readonly string[], options: SnapshotOptions = {}) {
  const row = await snapshotOf(world, names, options);
  return names.map(name => row[name]);
}

/** The snapshot of account `a` with the named features and their states. */
export async function snapshotOf(
  world: Partial<World>,
  names: readonly string[],
  { date = '2024-04-01', tenureDays = 500, config, omit = [] }: SnapshotOptions = {}
): Promise<Row> {
  const setting = { tables: tableInfos(FAR, omit), config: configOf(config), asOfDay: dayOf(date), tenureDays };
  return takeSnapshot(world, names, setting);
}

interface Setting {
  readonly tables: Tables;
  readonly config: Config;
  readonly asOfDay: number;
  readonly tenureDays: number;
}

/** The snapshot of account `a` on a local day of Berlin. @throws Error when the catalogue lacks one of the names */
export async function takeSnapshot(
  world: Partial<World>,
  names: readonly string[],
  { tables, config, asOfDay, tenureDays }: Setting
): Promise<Row> {
  const features = buildCatalogue(config, tables).features.filter(f => names.includes(f.name));
  if (features.length !== new Set(names).size) {
    throw new Error(`expected features ${names.join()}, got ${features.map(f => f.name).join()}`);
  }
  const startUs = berlinMidnight(asOfDay - tenureDays);
  return withEngine(async engine => {
    await loadWorld(engine, { ...EMPTY, ...world });
    await loadSpine(engine, [
      { account: 'a', asOfDay, asOfUs: berlinMidnight(asOfDay), startUs, tenureDays, arr: 1200 }
    ]);
    await buildSnapshots(engine, { config, tables, features });
    return (await engine.rows(raw('select * from snapshots')))[0] as Row;
  });
}

/** Runs a query over a world, without a snapshot. */
export function over<T>(world: Partial<World>, work: (engine: Engine) => Promise<T>): Promise<T> {
  return withEngine(async engine => {
    await loadWorld(engine, { ...EMPTY, ...world });
    return work(engine);
  });
}

/** Microseconds of an instant in UTC such as `2024-03-31T22:00`. */
export function at(text: string): number {
  return Date.parse(`${text}Z`) * 1000;
}

/** Midday in Berlin of the day `age` days before 2024-04-01 (1 is 31 March). */
export function daysAgo(age: number): number {
  return berlinMidnight(dayOf('2024-04-01') - age) + 12 * 3_600_000_000;
}

/** A row of account `a`, known when it happened unless it says otherwise. */
export function rowOf(known_at: number, cells: Readonly<Record<string, Cell>>): Row {
  return { account_id: 'a', known_at, ...cells };
}

/** An event of user `u`. */
export function event(occurred_at: number, event_type = 'login', user_id: string | null = 'u', known_at = occurred_at) {
  return rowOf(known_at, { occurred_at, event_type, user_id });
}

/** A user created long before every date. */
export function user(user_id: string, cells: Readonly<Record<string, Cell>> = {}): Row {
  const created_at = at('2022-01-01T00:00');
  return rowOf(created_at, { user_id, created_at, ...cells });
}
