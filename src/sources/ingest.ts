import type { Config, SourceConfig } from '../config/types.js';
import { ConfigError, DataError } from '../errors.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Engine, IngestedColumn, Sql, TableName, Tables } from '../types.js';
import { resolveAsOf } from './calendar.js';
import type { CellSpec, Fault } from './cast.js';
import { CONTRACTS, type ContractColumn, REQUIRED_TABLES } from './contracts.js';
import { checkCurrencies } from './currencies.js';
import { deriveColumns, spanFaults } from './derive.js';
import { openFiles, readable } from './files.js';
import { NEVER_US } from './instants.js';
import { locateColumns } from './locate.js';
import { type MappedColumn, mappedKey, planMapping } from './mapping.js';
import { clearQuarantine, refuseDuplicates, refuseRows, type Settled, settleRows } from './quarantine.js';
import { type StagePlan, stageRows } from './stage.js';
import { readWatermarks } from './watermarks.js';

interface TablePlan {
  readonly source: SourceConfig;
  readonly mapped: readonly MappedColumn[];
}

/** A loaded table before its watermark is known. */
type Loaded = Settled & { readonly columns: Readonly<Record<string, IngestedColumn>> };

/**
 * Reads every source of a workspace into checked tables of the contract (all contract columns and `known_at`; columns
 * that are not mapped are NULL), `quarantine` and `ingest_notes(table_name, note, rows)`. Instants are microseconds
 * since 1970 (UTC), measures integers scaled by 10^decimals. Rows keep the order of the files.
 * @throws ConfigError when the mapping is incomplete; DataError when files or their rows cannot be used.
 */
export async function ingestSources(engine: Engine, config: Config): Promise<Tables> {
  const plans = planTables(config);
  const dataEndUs = await dataEndOf(engine, config);
  await clearQuarantine(engine);
  await engine.run(sql`create or replace table ingest_notes (table_name varchar, note varchar, rows bigint)`);
  for (const table of Object.keys(CONTRACTS)) await engine.run(sql`drop table if exists ${id(table)}`);
  const loaded = new Map<TableName, Loaded>();
  for (const plan of plans) loaded.set(plan.source.table, await loadTable(engine, plan, { config, dataEndUs }));
  await dateAccounts(engine);
  await checkCurrencies(engine, config.currency, loaded);
  const watermarks = await readWatermarks(engine, config, dataEndUs);
  return Object.fromEntries(
    [...loaded].map(([name, { rows, reasons, columns }]) => {
      const mark = watermarks.get(name) ?? { us: dataEndUs, assumed: true };
      return [name, { name, columns, watermarkUs: mark.us, watermarkAssumed: mark.assumed, rows, reasons }];
    })
  );
}

/** Plans of all sources in contract order, so that accounts come first; nothing is read yet. */
function planTables(config: Config): TablePlan[] {
  for (const table of REQUIRED_TABLES) {
    if (config.sources.some(source => source.table === table)) continue;
    throw new ConfigError(`sources: expected ${REQUIRED_TABLES.join(' and ')}, got no ${table}; add sources.${table}`);
  }
  const order = Object.keys(CONTRACTS);
  const sources = [...config.sources].sort((a, b) => order.indexOf(a.table) - order.indexOf(b.table));
  return sources.map(source => {
    const mapped = planMapping(source);
    deriveColumns(source.table, mapped);
    return { source, mapped };
  });
}

async function dataEndOf(engine: Engine, config: Config): Promise<number> {
  if (config.dataEnd === null) throw new ConfigError('data_end: expected the date at which the data end, got none');
  const [end] = await resolveAsOf(engine, [config.dataEnd], config.calendar.timezone);
  return (end as { us: number }).us;
}

interface LoadContext {
  readonly config: Config;
  readonly dataEndUs: number;
}

async function loadTable(engine: Engine, plan: TablePlan, { config, dataEndUs }: LoadContext): Promise<Loaded> {
  const { source, mapped } = plan;
  const contract = CONTRACTS[source.table];
  const key = mappedKey(contract, mapped);
  const groups = await openFiles(engine, { ...source, label: source.table, workspace: config.workspace });
  const cells = [...mapped.map(entry => entry.cell), ...knownAtCell(source)];
  const options = { label: source.table, rest: key.length === 0 };
  const located = locateColumns(
    groups,
    cells.map(cell => cell.from),
    options
  );
  const derivation = deriveColumns(source.table, mapped);
  const stage: StagePlan = {
    label: source.table,
    cells,
    derived: [...derivation.derived, ...assumedKnownAt(source, contract.eventTime, mapped)],
    early: afterDataEnd(contract.eventTime, mapped, dataEndUs),
    late: [...derivation.faults, ...spanFaults(contract.spans, new Set(mapped.map(entry => entry.column.name)))],
    located,
    rest: options.rest,
    copied: source.knownAt === null ? 'known_at' : null
  };
  let staged = await readable(stageRows(engine, stage), groups[0]?.file ?? '', { ...source, label: source.table });
  if (source.table !== 'accounts' && mapped.some(entry => entry.column.name === 'account_id')) {
    const when = sql`account_id not in (select account_id from accounts)`;
    staged = await refuseRows(engine, staged, {
      when,
      reason: 'account_id: expected an account of the table accounts, got an unknown one'
    });
  }
  staged = await refuseDuplicates(engine, staged, key);
  const settled = await settleRows(engine, staged);
  refuseEmpty(source.table, settled);
  await noteOpenEnds(engine, source.table, mapped);
  await createTable(engine, source.table, new Set(staged.columns));
  const columns = Object.fromEntries(mapped.map(entry => [entry.column.name, entry.ingested]));
  return { ...settled, columns: { ...columns, ...derivation.columns, ...datedAccounts(source.table) } };
}

function knownAtCell(source: SourceConfig): CellSpec[] {
  if (source.knownAt === null) return [];
  const { knownAt: from, timezone } = source;
  return [{ name: 'known_at', from, type: 'instant', decimals: 0, nullable: false, values: null, timezone }];
}

function assumedKnownAt(source: SourceConfig, eventTime: string | null, mapped: readonly MappedColumn[]) {
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

function isOpenEnd(column: ContractColumn): boolean {
  return column.type === 'instant' && column.nullable;
}

/** Counts the instants that mean "never" and will be read as open. */
async function noteOpenEnds(engine: Engine, table: TableName, mapped: readonly MappedColumn[]): Promise<void> {
  for (const { column } of mapped.filter(entry => isOpenEnd(entry.column))) {
    const [found] = await engine.rows(
      sql`select count(*) as n from staged where fault = 0 and ${id(column.name)} >= ${NEVER_US}`
    );
    if (found?.['n'] === 0) continue;
    const note = `${column.name}: dates from 2200 on are read as open (no end)`;
    await engine.run(sql`insert into ingest_notes values (${table}, ${note}, ${found?.['n'] ?? 0})`);
  }
}

const ENGINE_TYPES = {
  text: 'varchar',
  boolean: 'boolean',
  integer: 'bigint',
  measure: 'bigint',
  instant: 'bigint'
} as const;

async function createTable(engine: Engine, table: TableName, present: ReadonlySet<string>): Promise<void> {
  const columns = CONTRACTS[table].columns.map(column => sql`${columnValue(column, present)} as ${id(column.name)}`);
  await engine.run(sql`create or replace table ${id(table)} as
    select ${join(columns)}, known_at from staged where fault = 0`);
  await engine.run(sql`drop table staged`);
}

function columnValue(column: ContractColumn, present: ReadonlySet<string>): Sql {
  const name = id(column.name);
  if (!present.has(column.name)) return sql`cast(null as ${raw(ENGINE_TYPES[column.type])})`;
  return isOpenEnd(column) ? sql`case when ${name} < ${NEVER_US} then ${name} end` : name;
}

/** An account whose creation is not told exists from the instant at which a subscription of it was known and running. */
async function dateAccounts(engine: Engine): Promise<void> {
  await engine.run(sql`update accounts set created_at = coalesce(created_at, s.first), known_at = coalesce(known_at, s.first)
    from (select account_id, min(greatest(started_at, known_at)) as first from subscriptions group by account_id) s
    where s.account_id = accounts.account_id and (accounts.created_at is null or accounts.known_at is null)`);
}

function datedAccounts(table: TableName): Record<string, IngestedColumn> {
  return table === 'accounts' ? { created_at: { type: 'instant', decimals: 0, time: 'fixed' } } : {};
}
