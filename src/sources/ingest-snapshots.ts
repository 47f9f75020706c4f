import type { Config, SnapshotsConfig } from '../config/types.js';
import { ConfigError, DataError } from '../errors.js';
import { id, join, literal, sql } from '../sql/sql.js';
import type { Engine, RowCounts, Sql } from '../types.js';
import { asDouble, type CellSpec } from './cast.js';
import { type FileSpec, openFiles, readable } from './files.js';
import { type Located, locateColumns } from './locate.js';
import { clearQuarantine, refuseDuplicates, type Settled, settleRows } from './quarantine.js';
import { type StagePlan, stageRows } from './stage.js';

export interface ReadyTable {
  /** Feature columns of the table `ready`, in the order of the configuration. */
  readonly columns: readonly { readonly name: string; readonly type: 'number' | 'category' }[];
  readonly rows: RowCounts;
  readonly reasons: Settled['reasons'];
}

/** Columns of `ready` beside the features. */
const ROLES = ['account_id', 'parent', 'as_of', 'outcome', 'value'] as const;
const LABEL = 'snapshots';

/**
 * Reads the ready feature table into the table `ready`: account_id, parent (the account itself when not mapped), as_of
 * (ISO date as text, NULL when not dated), outcome (0 or 1), value (DOUBLE, NULL when unknown), and the features: numbers as
 * DOUBLE, categories as text, blank cells as NULL. `type: auto` is a number when every filled cell of the training
 * dates is one. Records are unique by account and date.
 * @throws ConfigError when names collide; DataError when files or their rows cannot be used.
 */
export async function ingestSnapshots(engine: Engine, config: Config): Promise<ReadyTable> {
  const { snapshots } = config;
  if (snapshots === null) throw new ConfigError('snapshots: expected files, account, outcome and features, got none');
  const features = Object.keys(snapshots.features);
  checkNames(features);
  await clearQuarantine(engine);
  const spec = { ...snapshots, label: LABEL, workspace: config.workspace };
  const located = await copyCells(engine, spec, [...roleColumns(snapshots), ...features]);
  const types = await featureTypes(engine, config, snapshots);
  const cells = [...roleCells(snapshots), ...features.map(name => featureCell(name, types.get(name) === 'number'))];
  let staged = await stageRows(engine, stagePlan(cells, { located, config, snapshots }));
  staged = await refuseDuplicates(engine, staged, snapshots.asOf === null ? ['account_id'] : ['account_id', 'as_of']);
  const { rows, reasons } = await settleRows(engine, staged);
  if (rows.used === 0)
    throw new DataError(`${LABEL}: expected at least one usable row, got ${rows.in} rows and none is usable`);
  await checkOutcomes(engine, snapshots);
  await createReady(engine, snapshots, features);
  return { columns: features.map(name => ({ name, type: types.get(name) ?? 'category' })), rows, reasons };
}

function checkNames(features: readonly string[]): void {
  const seen = new Map<string, string>(ROLES.map(name => [name, name]));
  for (const name of features) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw new ConfigError(
        `snapshots.features: expected names that differ in more than case, and none of ${ROLES.join(', ')}, got ${name} beside ${other}; rename the column in the file`
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}

function roleColumns({ account, parent, asOf, outcome, value }: SnapshotsConfig): string[] {
  return [account, parent, asOf, outcome.column, value].filter(name => name !== null);
}

/** Copies the wanted columns into the temporary table `cells`, so that types can be judged before casting. */
async function copyCells(engine: Engine, spec: FileSpec, wanted: readonly string[]): Promise<Located> {
  const groups = await openFiles(engine, spec, wanted);
  const located = locateColumns(groups, wanted, { label: LABEL, rest: false });
  const reading = engine.run(sql`create or replace temp table cells as select * from ${located.relation}`);
  await readable(reading, groups[0]?.file ?? '', spec);
  return { ...located, relation: sql`cells` };
}

const CELL = { decimals: 0, values: null, timezone: 'UTC', nullable: true } as const;

function roleCells({ account, parent, asOf, outcome, value }: SnapshotsConfig): CellSpec[] {
  const cells: CellSpec[] = [{ ...CELL, name: 'account_id', from: account, type: 'text', nullable: false }];
  if (parent !== null) cells.push({ ...CELL, name: 'parent', from: parent, type: 'text' });
  if (asOf !== null) cells.push({ ...CELL, name: 'as_of', from: asOf, type: 'date', nullable: false });
  cells.push({ ...CELL, name: 'outcome', from: outcome.column, type: 'text', nullable: false });
  if (value !== null) cells.push({ ...CELL, name: 'value', from: value, type: 'number', minimum: 0 });
  return cells;
}

function featureCell(name: string, number: boolean): CellSpec {
  return { ...CELL, name, from: name, type: number ? 'number' : 'text' };
}

/** Types of all features; `auto` looks at the rows of the training dates (all rows without blocks). */
async function featureTypes(engine: Engine, config: Config, snapshots: SnapshotsConfig) {
  const roles = roleColumns(snapshots);
  const features = Object.entries(snapshots.features);
  const cell = (i: number) => sql`nullif(trim(cast(${id(`r${i}`)} as varchar)), '')`;
  const training = trainingRows(config, snapshots, cell);
  const tests = features.map((_, i) => {
    const text = cell(roles.length + i);
    return sql`count(*) filter (where ${training} and ${text} is not null and ${asDouble(text)} is null) as ${id(`n${i}`)}`;
  });
  const [counts] = await engine.rows(sql`select ${join(tests)} from cells`);
  return new Map(
    features.map(([name, { type }], i) => {
      const auto = counts?.[`n${i}`] === 0 ? 'number' : 'category';
      return [name, type === 'auto' ? auto : type] as const;
    })
  );
}

function trainingRows(config: Config, snapshots: SnapshotsConfig, cell: (i: number) => Sql): Sql {
  if (snapshots.asOf === null || config.blocks === null) return sql`true`;
  return sql`left(${cell(roleColumns(snapshots).indexOf(snapshots.asOf))}, 10) <= ${config.blocks.train.to}`;
}

interface PlanOptions {
  readonly located: Located;
  readonly config: Config;
  readonly snapshots: SnapshotsConfig;
}

function stagePlan(cells: readonly CellSpec[], { located, config, snapshots }: PlanOptions): StagePlan {
  const late = sql`as_of > ${literal(config.dataEnd ?? '')}`;
  const reason = 'as_of: expected a date up to the data end, got a later one (after data end)';
  const early = snapshots.asOf === null || config.dataEnd === null ? [] : [{ when: late, reason }];
  return { label: LABEL, cells, derived: [], later: new Map(), early, late: [], located, rest: false, copied: null };
}

/** At most two outcomes may occur, and one of two must be the positive one. */
async function checkOutcomes(engine: Engine, { outcome }: SnapshotsConfig): Promise<void> {
  const found = await engine.rows(sql`select outcome = ${outcome.positive} as positive, count(*) as n
    from (select distinct outcome from staged where fault = 0) group by 1 order by 1`);
  const others = found.find(row => row['positive'] === 'false')?.['n'] ?? 0;
  const positive = found.some(row => row['positive'] === 'true');
  if (others === 0 || (others === 1 && positive)) return;
  if (others === 1) return;
  throw new DataError(
    `${LABEL}: expected two outcomes in column ${outcome.column}, ${outcome.positive} and one other, got ${positive ? '' : 'no '}${outcome.positive} and ${others} others; correct snapshots.outcome.positive or the file`
  );
}

async function createReady(engine: Engine, snapshots: SnapshotsConfig, features: readonly string[]): Promise<void> {
  const { parent, asOf, value, outcome } = snapshots;
  await engine.run(sql`create or replace table ready as select account_id,
      ${parent === null ? id('account_id') : sql`coalesce(parent, account_id)`} as parent,
      ${asOf === null ? sql`cast(null as varchar)` : id('as_of')} as as_of,
      cast(outcome = ${outcome.positive} as integer) as outcome,
      ${value === null ? sql`cast(null as double)` : id('value')} as value,
      ${join(features.map(name => id(name)))}
    from staged where fault = 0 order by as_of, account_id`);
  await engine.run(sql`drop table staged`);
  await engine.run(sql`drop table cells`);
}
