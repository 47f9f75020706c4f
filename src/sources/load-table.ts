import type { Config, SourceConfig } from '../config/types.js';
import { DataError } from '../errors.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Engine, IngestedColumn, Sql, TableInfo, TableName } from '../types.js';
import type { CellSpec, Fault } from './cast.js';
import { CONTRACTS, type ContractColumn, REQUIRED_TABLES } from './contracts.js';
import { type Conversion, convertAmounts, isPriced, noteConversions, rateFaults } from './currencies.js';
import { deriveColumns, spanFaults } from './derive.js';
import { openFiles, readable } from './files.js';
import { loadHistories } from './histories.js';
import { NEVER_US } from './instants.js';
import { locateColumns } from './locate.js';
import { laterColumns, type MappedColumn, mappedKey, namedReason, sourcePlace } from './mapping.js';
import { noteEmptied, noteOpenEnds } from './notes.js';
import { pseudonym } from './pseudonym.js';
import { refuseDuplicates, refuseRows, type Settled, settleRows } from './quarantine.js';
import { selected, selectFiles } from './select-files.js';
import { type Derived, type Staged, type StagePlan, stageRows } from './stage.js';

/** A source with its mapping checked. */
export interface TablePlan {
  readonly source: SourceConfig;
  readonly mapped: readonly MappedColumn[];
}

/** A loaded table before its watermark is known. */
export type Loaded = Settled & {
  readonly columns: Readonly<Record<string, IngestedColumn>>;
  /** What came of the histories of versioned columns, by column. */
  readonly histories: Readonly<Record<string, Settled>>;
  /** Of tables in place: see `TableInfo`. */
  readonly nativeKeys?: TableInfo['nativeKeys'];
  readonly nativeTable?: string;
};

export interface LoadContext {
  readonly config: Config;
  readonly dataEndUs: number;
  /** Secret of the workspace under which user ids are hashed; null keeps them. */
  readonly userKey: string | null;
  /** Decimals of `fx_rates.rate` when that table is there already; null without exchange rates. */
  readonly rateDecimals: number | null;
  /** Whether the table has the rows of another source already. */
  readonly append?: boolean;
}

/**
 * Reads one source into its table of the database, with its bad rows in `quarantine` and its bad later cells (those with a
 * time of their own) read as empty and counted in `ingest_notes`. Accounts must be there already.
 * @throws DataError when the files, most of their rows or most filled cells of a later column cannot be used, or a required table has no usable record.
 */
export async function loadTable(engine: Engine, plan: TablePlan, context: LoadContext): Promise<Loaded> {
  const { source, mapped } = plan;
  const key = mappedKey(CONTRACTS[source.table], mapped);
  const { stage, columns, file } = await planStage(engine, plan, context);
  const staging = source.select === null ? stageRows(engine, stage) : selected(stageRows(engine, stage), stage.label);
  let staged = await readable(staging, file, { format: source.format, label: stage.label });
  if (source.table !== 'accounts' && mapped.some(entry => entry.column.name === 'account_id')) {
    staged = await refuseRows(engine, staged, UNKNOWN_ACCOUNT);
  }
  const conversion = conversionOf(plan, context);
  if (conversion !== null) staged = await convertAmounts(engine, staged, conversion);
  staged = await refuseDuplicates(engine, staged, key);
  staged = namedReasons(staged, source);
  const settled = await settleRows(engine, staged);
  refuseEmpty(source.table, settled);
  if (conversion !== null) await noteConversions(engine, conversion);
  await noteEmptied(engine, staged);
  await noteOpenEnds(engine, source.table, mapped.map(entry => entry.column).filter(isOpenEnd));
  await createTable(engine, source.table, {
    present: new Set(staged.columns),
    userKey: context.userKey,
    append: context.append ?? false
  });
  return { ...settled, columns, histories: await historiesOf(engine, plan, context) };
}

/** Reads the histories of a source's versioned columns; its table must be there. */
export function historiesOf(
  engine: Engine,
  { source, mapped }: TablePlan,
  context: LoadContext
): Promise<Loaded['histories']> {
  return loadHistories(engine, { table: source.table, mapped }, { ...context, workspace: context.config.workspace });
}

/** How the amounts of a source become the reporting currency's; null without rates or currencies. */
export function conversionOf({ source, mapped }: TablePlan, { config, rateDecimals }: LoadContext): Conversion | null {
  if (rateDecimals === null || !isPriced(source.table, mapped)) return null;
  return { table: source.table, currency: config.currency, decimals: rateDecimals };
}

/** The reasons with the name of their source, where the table may have several. */
export function namedReasons(staged: Staged, source: SourceConfig): Staged {
  const named = (reasons: readonly string[]) => reasons.map(reason => namedReason(source, reason));
  const later = staged.later.map(column => ({ ...column, reasons: named(column.reasons) }));
  return { ...staged, later, reasons: named(staged.reasons) };
}

function ingestedColumns({ source, mapped }: TablePlan): Record<string, IngestedColumn> {
  const columns = Object.fromEntries(mapped.map(entry => [entry.column.name, entry.ingested]));
  const system = namedSystem(source).map(({ name }) => [name, { type: 'text', decimals: 0, time: 'fixed' }] as const);
  return {
    ...columns,
    ...deriveColumns(source.table, mapped).columns,
    ...datedAccounts(source.table),
    ...Object.fromEntries(system)
  };
}

/** Of tables with an account. */
export const UNKNOWN_ACCOUNT: Fault = {
  when: sql`account_id not in (select account_id from accounts)`,
  reason: 'account_id: expected an account of the table accounts, got an unknown one'
};

/** How one source becomes rows of its table. */
export interface PlannedStage {
  readonly stage: StagePlan;
  readonly columns: Loaded['columns'];
  /** First file of the source, for messages. */
  readonly file: string;
}

/** Opens the files of a source and plans its cells; no row is read. */
export async function planStage(
  engine: Engine,
  plan: TablePlan,
  { config, dataEndUs }: Pick<LoadContext, 'config' | 'dataEndUs'>
): Promise<PlannedStage> {
  const { source, mapped } = plan;
  const { eventTime, spans } = CONTRACTS[source.table];
  const keyed = mappedKey(CONTRACTS[source.table], mapped).length > 0;
  const columns = ingestedColumns(plan);
  const names = new Set(mapped.map(entry => entry.column.name));
  const reversed = spanFaults(spans, { names, later: laterColumns(CONTRACTS[source.table], columns) });
  const label = source.name === null ? source.table : `${source.table} (${source.name})`;
  const cells = [...mapped.map(entry => entry.cell), ...knownAtCell(source)];
  const wanted = cells.map(cell => cell.from);
  const files = await openFiles(engine, { ...source, label, workspace: config.workspace }, wanted);
  const { select } = source;
  const groups =
    select === null
      ? files
      : [await selectFiles(engine, files, { select, label, place: `${sourcePlace(source)}.select` })];
  const derivation = deriveColumns(source.table, mapped);
  const stage: StagePlan = {
    label: source.table,
    cells,
    derived: [...derivation.derived, ...namedSystem(source), ...assumedKnownAt(source, eventTime, mapped)],
    later: reversed.later,
    early: afterDataEnd(eventTime, mapped, dataEndUs),
    late: [...derivation.faults, ...rateFaults(source.table, mapped, config.currency), ...reversed.rows],
    located: locateColumns(groups, wanted, { label, rest: !keyed && source.inPlace === false }),
    rest: !keyed && source.inPlace === false,
    copied: source.knownAt === null ? 'known_at' : null
  };
  return { stage, columns, file: groups[0]?.file ?? '' };
}

/** A notice of a named source comes from the system of that name, unless a column says which. */
function namedSystem({ table, name, columns }: SourceConfig): Derived[] {
  if (table !== 'notices' || name === null || columns['system'] !== undefined) return [];
  return [{ name: 'system', value: sql`${name}` }];
}

function knownAtCell(source: SourceConfig): CellSpec[] {
  if (source.knownAt === null) return [];
  const { knownAt: from, timezone } = source;
  return [{ name: 'known_at', from, type: 'instant', decimals: 0, nullable: false, values: null, timezone }];
}

function assumedKnownAt(source: SourceConfig, eventTime: string | null, mapped: readonly MappedColumn[]): Derived[] {
  if (source.knownAt !== null) return [];
  if (eventTime === null) return [{ name: 'known_at', value: sql`cast(0 as bigint)` }];
  const isMapped = mapped.some(entry => entry.column.name === eventTime);
  return [{ name: 'known_at', value: isMapped ? id(eventTime) : sql`cast(null as bigint)` }];
}

/** Judged first: whatever else a row of the future holds, it is past the data end. */
function afterDataEnd(eventTime: string | null, mapped: readonly MappedColumn[], dataEndUs: number): Fault[] {
  const names = [
    ...mapped.filter(entry => entry.column.name === eventTime).map(entry => entry.column.name),
    'known_at'
  ];
  return names.map(name => ({
    when: sql`${id(name)} >= ${dataEndUs}`,
    reason: `${name}: expected an instant before the data end, got a later one (after data end)`
  }));
}

function refuseEmpty(table: TableName, { rows }: Settled): void {
  if (rows.used > 0 || !REQUIRED_TABLES.includes(table)) return;
  throw new DataError(
    `${table}: expected at least one usable record, got ${rows.in} rows of which ${rows.quarantined} are quarantined; check files, mapping and data_end`
  );
}

export function isOpenEnd(column: ContractColumn): boolean {
  return column.type === 'instant' && column.nullable;
}

const ENGINE_TYPES = {
  text: 'varchar',
  boolean: 'boolean',
  integer: 'bigint',
  measure: 'bigint',
  instant: 'bigint'
} as const;

/** What decides the columns of a table. */
export interface Kept {
  /** Columns that the staged rows have. */
  readonly present: ReadonlySet<string>;
  readonly userKey: string | null;
}

async function createTable(engine: Engine, table: TableName, kept: Kept & { readonly append: boolean }): Promise<void> {
  const into = kept.append ? sql`insert into ${id(table)}` : sql`create or replace table ${id(table)} as`;
  await engine.run(sql`${into}
    select ${tableColumns(table, kept)} from staged where fault = 0`);
  await engine.run(sql`drop table staged`);
}

/** All columns of a table of the contract, and `known_at`, out of staged rows. */
export function tableColumns(table: TableName, kept: Kept): Sql {
  const columns = CONTRACTS[table].columns.map(column => sql`${columnValue(column, kept)} as ${id(column.name)}`);
  return join([...columns, id('known_at')]);
}

function columnValue(column: ContractColumn, { present, userKey }: Kept): Sql {
  const name = id(column.name);
  if (!present.has(column.name)) return sql`cast(null as ${raw(ENGINE_TYPES[column.type])})`;
  if (column.name === 'user_id') return pseudonym(name, userKey);
  return isOpenEnd(column) ? sql`case when ${name} < ${NEVER_US} then ${name} end` : name;
}

function datedAccounts(table: TableName): Record<string, IngestedColumn> {
  return table === 'accounts' ? { created_at: { type: 'instant', decimals: 0, time: 'fixed' } } : {};
}
