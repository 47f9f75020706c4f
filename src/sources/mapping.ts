import type { ColumnTime, HistoryConfig, SourceConfig } from '../config/types.js';
import { ConfigError } from '../errors.js';
import type { IngestedColumn, TableName } from '../types.js';
import type { CellSpec } from './cast.js';
import { CONTRACTS, type ContractColumn, contractColumn, type TableContract } from './contracts.js';

/** A mapped column of the contract. */
export interface MappedColumn {
  readonly column: ContractColumn;
  readonly cell: CellSpec;
  readonly ingested: IngestedColumn;
  /** Where its changes are read from; null when it has no history. */
  readonly history: HistoryConfig | null;
}

/**
 * The contract columns that a source maps, in contract order, with their casts and times.
 * @throws ConfigError when a required column is not mapped, or a column that changes has no time.
 */
export function planMapping(source: SourceConfig): MappedColumn[] {
  const contract = CONTRACTS[source.table];
  for (const column of contract.columns) {
    if (column.required && source.columns[column.name] === undefined) throw notMapped(source, column.name);
  }
  if (source.columns['merged_into'] !== undefined && source.columns['merged_at'] === undefined) {
    throw new ConfigError(
      'sources.accounts.columns: expected merged_at beside merged_into, because a merge counts from its instant on, got none; add merged_at: <column of the file>'
    );
  }
  return contract.columns.flatMap(column => {
    const mapping = source.columns[column.name];
    if (mapping === undefined) return [];
    const decimals = column.type === 'measure' ? (mapping.decimals ?? column.decimals) : 0;
    const { name, type, nullable, minimum, allowed } = column;
    const cell: CellSpec = {
      name,
      from: mapping.from,
      type,
      decimals,
      nullable,
      ...(minimum === undefined ? {} : { minimum }),
      ...(allowed === undefined ? {} : { allowed }),
      values: mapping.values,
      timezone: source.timezone
    };
    const time = columnTime(source, column);
    const versioned = typeof time === 'object' && 'history' in time;
    const ingested = versioned ? { history: historyTable(source.table, name) } : time;
    return [{ column, cell, ingested: { type, decimals, time: ingested }, history: versioned ? time.history : null }];
  });
}

/** A source as messages name it: `sources.events`, or `sources.notices (billing)` of several. */
export function sourcePlace({ table, name }: Pick<SourceConfig, 'table' | 'name'>): string {
  return name === null ? `sources.${table}` : `sources.${table} (${name})`;
}

/** Adds the name of its source to a reason. */
export function namedReason({ name }: Pick<SourceConfig, 'name'>, reason: string): string {
  return name === null ? reason : `${name}: ${reason}`;
}

function notMapped(source: SourceConfig, name: string): ConfigError {
  return new ConfigError(
    `${sourcePlace(source)}.columns: expected ${name}, which every source of ${source.table} needs, got none; add ${name}: <column of the file>`
  );
}

/** Time of a mapped column: its mapping's, else the contract's when that can be kept, else assumed fixed or refused. */
function columnTime(source: SourceConfig, column: ContractColumn): ColumnTime {
  const declared = source.columns[column.name]?.time ?? null;
  if (declared !== null) return checkedTime(source, column, declared);
  if (column.time === 'fixed') return 'fixed';
  if (column.time !== 'changing' && source.columns[column.time.at] !== undefined) return column.time;
  if (source.assumeFixed) return 'fixed';
  const why =
    column.time === 'changing'
      ? 'its value changes and no column says when'
      : `its value is true from ${column.time.at} on, which is not mapped`;
  throw new ConfigError(
    `${sourcePlace(source)}.columns.${column.name}: expected a time, because ${why}; write time: fixed if it never changes, time: {at: <mapped instant>} if one column dates it, time: {history: {files, key, at, value}} if a file lists its changes, or assume_fixed: true on the source (every report repeats it)`
  );
}

function checkedTime(source: SourceConfig, column: ContractColumn, time: ColumnTime): ColumnTime {
  if (time === 'fixed') return time;
  if ('history' in time) return checkedHistory(source, column, time);
  const isInstant = contractColumn(source.table, time.at).type === 'instant';
  if (isInstant && source.columns[time.at] !== undefined) return time;
  const got = isInstant ? 'which is not mapped' : 'which is no instant';
  throw new ConfigError(
    `${sourcePlace(source)}.columns.${column.name}.time: expected a mapped instant, got ${time.at}, ${got}; map it, or write time: fixed`
  );
}

/** Columns that others are computed from when they are read, so that their changes would come too late. */
const UNVERSIONED: ReadonlySet<string> = new Set([
  'account_id',
  'mrr',
  'amount',
  'term_months',
  'currency',
  'rate',
  'merged_at',
  'merged_into',
  'churned'
]);

/** Tables whose records last, so that their cells may change. Each has a key of one column. */
const VERSIONED: ReadonlySet<TableName> = new Set(['accounts', 'users', 'contacts', 'subscriptions']);

function checkedHistory(source: SourceConfig, { name }: ContractColumn, time: ColumnTime): ColumnTime {
  const { table, columns } = source;
  const { key, eventTime } = CONTRACTS[table];
  const place = `${sourcePlace(source)}.columns.${name}.time`;
  if (key.includes(name) || name === eventTime || UNVERSIONED.has(name)) {
    throw new ConfigError(
      `${place}: expected time: fixed or time: {at: …}, because ${name} names, dates or prices its record, got a history; remove it (a change of price is a new term)`
    );
  }
  if (!VERSIONED.has(table)) {
    throw new ConfigError(
      `${place}: expected a history for columns of ${[...VERSIONED].join(', ')} only, got one of ${table}; a change there is a record of its own`
    );
  }
  const missing = key.filter(part => columns[part] === undefined);
  if (missing.length > 0) {
    throw new ConfigError(
      `${place}: expected ${missing.join(', ')} to be mapped, so that a history can name the records of ${table}, got no mapping of it; map it, or remove the history`
    );
  }
  const dated = CONTRACTS[table].columns.find(other => other.name !== name && datedBy(source, other) === name);
  if (dated === undefined) return time;
  throw new ConfigError(
    `${place}: expected time: fixed or time: {at: …}, because ${name} dates ${dated.name}, got a history; remove it`
  );
}

/** The mapped instant that dates a mapped column, or null. */
function datedBy({ columns }: SourceConfig, { name, time }: ContractColumn): string | null {
  if (columns[name] === undefined) return null;
  const own = columns[name].time ?? time;
  return typeof own === 'object' && 'at' in own ? own.at : null;
}

/** Table of the database with the changes of a versioned column. */
export function historyTable(table: TableName, column: string): string {
  return `${table}__${column}`;
}

/** Name under which the rows of a history are counted and quarantined. */
export function historyName(table: TableName, column: string): string {
  return `${table}.${column}`;
}

/**
 * Columns whose cells tell what happened to a record after it became known: those with a time of their own. Keys, event
 * times and cells that may not be empty always belong to the record.
 */
export function laterColumns(
  contract: TableContract,
  columns: Readonly<Record<string, IngestedColumn>>
): ReadonlySet<string> {
  const firm = new Set([...contract.key, contract.eventTime]);
  const later = contract.columns.filter(({ name, nullable }) => {
    const time = columns[name]?.time ?? 'fixed';
    return time !== 'fixed' && nullable && !firm.has(name);
  });
  return new Set(later.map(column => column.name));
}

/** Key columns of a source, empty when it does not map all of them. */
export function mappedKey(contract: TableContract, mapped: readonly MappedColumn[]): readonly string[] {
  const names = new Set(mapped.map(entry => entry.column.name));
  return contract.key.every(name => names.has(name)) ? contract.key : [];
}
