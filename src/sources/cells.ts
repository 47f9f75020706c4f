import { id, raw, sql } from '../sql/sql.js';
import type { Sql, TableInfo } from '../types.js';

/**
 * A column as it could be read before the instant `t`: a fixed column as it stands, any other NULL while its instant is
 * not before `t`. `alias` is the table's name in the query. A column that is not mapped is NULL.
 */
export function cellBefore(table: TableInfo, column: string, { alias, t }: { alias: string; t: Sql }): Sql {
  const info = table.columns[column];
  if (info === undefined) return raw('null');
  const cell = id(alias, column);
  if (info.time === 'fixed') return cell;
  return sql`(case when ${id(alias, info.time.at)} < ${t} then ${cell} end)`;
}
