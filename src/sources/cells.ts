import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql, TableInfo } from '../types.js';
import { CONTRACTS } from './contracts.js';

/** Where a cell is read: `alias` is the table's name in the query, `t` the instant before which it must be true. */
export interface CellPlace {
  readonly alias: string;
  readonly t: Sql;
}

/**
 * A column as it could be read before the instant `t`: a fixed column as it stands, a dated one NULL while its instant is
 * not before `t`, a versioned one from its history, which `versionJoins` must have joined. A column that is not mapped is
 * NULL.
 */
export function cellBefore(table: TableInfo, column: string, { alias, t }: CellPlace): Sql {
  const info = table.columns[column];
  if (info === undefined) return raw('null');
  if (info.time === 'fixed') return id(alias, column);
  if ('history' in info.time) return id(versionAlias(alias, column), 'value');
  return sql`(case when ${id(alias, info.time.at)} < ${t} then ${id(alias, column)} end)`;
}

/**
 * The joins that `cellBefore` needs for the versioned ones of the columns, to stand in FROM after `alias` and `t`: one
 * row at most per record, the value that was the latest known before `t`. Empty when no column is versioned.
 */
export function versionJoins(table: TableInfo, columns: readonly string[], { alias, t }: CellPlace): Sql {
  const key = CONTRACTS[table.name].key[0] ?? '';
  const joins = columns.flatMap(column => {
    const time = table.columns[column]?.time;
    if (typeof time !== 'object' || !('history' in time)) return [];
    const version = versionAlias(alias, column);
    return [
      sql` asof left join ${id(time.history)} ${id(version)}
      on ${id(version, 'key')} = ${id(alias, key)} and ${id(version, 'since')} < ${t}`
    ];
  });
  return join(joins, '');
}

/** Whether a column is read from a history. */
export function isVersioned(table: TableInfo, column: string): boolean {
  const time = table.columns[column]?.time;
  return typeof time === 'object' && 'history' in time;
}

function versionAlias(alias: string, column: string): string {
  return `${alias}__${column}`;
}
