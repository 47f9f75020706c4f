import type { ColumnTime, SourceConfig } from '../config/types.js';
import { ConfigError } from '../errors.js';
import type { IngestedColumn } from '../types.js';
import type { CellSpec } from './cast.js';
import { CONTRACTS, type ContractColumn, contractColumn, type TableContract } from './contracts.js';

/** A mapped column of the contract. */
export interface MappedColumn {
  readonly column: ContractColumn;
  readonly cell: CellSpec;
  readonly ingested: IngestedColumn;
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
    return [{ column, cell, ingested: { type, decimals, time: columnTime(source, column) } }];
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
    `${sourcePlace(source)}.columns.${column.name}: expected a time, because ${why}; write time: fixed if it never changes, time: {at: <mapped instant>} if one column dates it, or assume_fixed: true on the source (every report repeats it)`
  );
}

function checkedTime(source: SourceConfig, column: ContractColumn, time: ColumnTime): ColumnTime {
  if (time === 'fixed') return time;
  const isInstant = contractColumn(source.table, time.at).type === 'instant';
  if (isInstant && source.columns[time.at] !== undefined) return time;
  const got = isInstant ? 'which is not mapped' : 'which is no instant';
  throw new ConfigError(
    `${sourcePlace(source)}.columns.${column.name}.time: expected a mapped instant, got ${time.at}, ${got}; map it, or write time: fixed`
  );
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
