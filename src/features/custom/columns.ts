import { customPlace } from '../../config/custom.js';
import { didYouMean } from '../../config/suggest.js';
import type { Config, CustomAggregate } from '../../config/types.js';
import { ConfigError } from '../../errors.js';
import { CONTRACTS } from '../../sources/contracts.js';
import { type Admitted, admit, type Scope, type SqlKind } from '../../sql/admit.js';
import { unscale } from '../../sql/expressions.js';
import { id, sql } from '../../sql/sql.js';
import type { Tree } from '../../sql/tree.js';
import type { IngestedColumn, Sql, TableName, Tables } from '../../types.js';
import { type Measured, rowAlias } from './aggregate.js';

/** What a declared aggregate reads, and the condition over it. */
export interface TableUse extends Measured {
  /** Contract columns it reads, as `table.column`. */
  readonly reads: readonly string[];
}

interface Places {
  readonly config: Config;
  readonly tables: Tables;
  /** Parse tree of the condition; null = none. */
  readonly tree: Tree | null;
}

/**
 * The table, the measured column and the condition of a declared aggregate, checked against the contract; a column that
 * the sources do not map is no error, the feature is then left out like any other.
 * @throws ConfigError with file, line and key
 */
export function tableUse(feature: CustomAggregate, { config, tables, tree }: Places): TableUse {
  const failAt = (key: string) => (problem: string) =>
    new ConfigError(customPlace(config, feature.name, key) + problem);
  const time = eventTime(feature.table, failAt('table'));
  const reads = new Set([`${feature.table}.${time}`]);
  if (feature.aggregate === 'distinct_users') reads.add(`${feature.table}.user_id`);
  if (feature.of !== null) reads.add(measuredColumn(feature.table, feature.of, failAt('of')));
  const decimals = (name: string) => decimalsOf(feature.table, name, tables);
  const scope = columnScope({ table: feature.table, alias: rowAlias(feature), decimals, reads, fail: failAt('where') });
  const where = tree === null ? null : condition(admit(tree, scope), scope);
  return { feature, time, where, decimals: feature.of === null ? 0 : decimals(feature.of), reads: [...reads] };
}

/** Column of the event time of a table whose records belong to accounts. */
function eventTime(table: TableName, fail: (problem: string) => Error): string {
  const { eventTime: time } = CONTRACTS[table];
  if (time !== null && typeOf(table, 'account_id') !== null) return time;
  throw fail(`expected a table of dated records of accounts, such as events, got ${table}`);
}

function measuredColumn(table: TableName, name: string, fail: (problem: string) => Error): string {
  const type = typeOf(table, name);
  if (type === 'measure' || type === 'integer') return `${table}.${name}`;
  const measured = CONTRACTS[table].columns.filter(c => c.type === 'measure' || c.type === 'integer');
  throw fail(
    `expected a measured column of ${table} (${measured.map(c => c.name).join(', ') || 'it has none'}), got ${name}, ` +
      (type === null ? 'which it has not' : `which is ${WORDS[type]}`)
  );
}

const WORDS = { text: 'a text', boolean: 'a flag', instant: 'an instant', integer: 'a number', measure: 'a number' };

function typeOf(table: TableName, name: string): IngestedColumn['type'] | null {
  return CONTRACTS[table].columns.find(column => column.name === name)?.type ?? null;
}

function decimalsOf(table: TableName, name: string, tables: Tables): number {
  return tables[table]?.columns[name]?.decimals ?? 0;
}

interface Columns {
  readonly table: TableName;
  readonly alias: 'e' | 'r';
  readonly decimals: (name: string) => number;
  /** Takes up every column that is used. */
  readonly reads: Set<string>;
  readonly fail: (problem: string) => Error;
}

const KINDS: Readonly<Record<IngestedColumn['type'], SqlKind>> = {
  text: 'text',
  boolean: 'boolean',
  integer: 'number',
  measure: 'number',
  instant: 'instant'
};

/** The columns of a table as the rows of its pass give them, numbers in their unit. */
function columnScope({ table, alias, decimals, reads, fail }: Columns): Scope {
  return {
    fail,
    column: name => {
      const type = typeOf(table, name);
      if (type === null) throw fail(unknownColumn(table, name));
      reads.add(`${table}.${name}`);
      const kind = KINDS[type];
      const cell = id(alias, name);
      return { kind, depth: 1, sql: kind === 'number' ? inUnits(cell, decimals(name)) : cell };
    }
  };
}

function inUnits(column: Sql, decimals: number): Sql {
  return sql`(${unscale(column, decimals)})`;
}

function unknownColumn(table: TableName, name: string): string {
  const names = CONTRACTS[table].columns.map(column => column.name);
  const others = Object.values(CONTRACTS).filter(other => other.columns.some(column => column.name === name));
  const elsewhere = others.length === 0 ? '' : ` (a column of ${others.map(other => other.name).join(', ')})`;
  return `expected a column of ${table}, got ${name}${elsewhere}; ${didYouMean(name, names)}`;
}

function condition(found: Admitted, scope: Scope): Sql {
  if (found.kind === 'boolean') return found.sql;
  throw scope.fail(`expected a condition, true or false of a record, got a ${found.kind}`);
}
