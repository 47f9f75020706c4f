import { double, join, sql } from '../sql/sql.js';
import type { PreparedColumn, Sql } from '../types.js';
import { clampSql } from './sql-stages.js';

/**
 * A prepared column as SQL over the value of its input (NULL when missing). Total for every value: rows that are
 * refused are computed too, and must not stop the query.
 */
export function preparedSql(
  column: PreparedColumn,
  input: { readonly value: Sql; readonly levels: readonly string[] }
): Sql {
  const { value } = input;
  const scaled = (r: Sql) =>
    clampSql(sql`(${r} - ${double(column.center)}) / ${double(column.scale)}`, -column.clip, column.clip);
  const flag = (condition: Sql) => scaled(sql`CASE WHEN ${condition} THEN ${double(1)} ELSE ${double(0)} END`);
  switch (column.kind) {
    case 'number':
      return sql`CASE WHEN ${value} IS NULL THEN ${double(0)} ELSE ${scaled(transformSql(column, value))} END`;
    case 'missing':
      return flag(sql`${value} IS NULL`);
    case 'level':
      return flag(sql`${value} = ${column.level ?? ''}`);
    case 'other':
      return flag(otherThan(value, input.levels));
  }
}

function otherThan(value: Sql, levels: readonly string[]): Sql {
  return levels.length === 0 ? sql`${value} IS NOT NULL` : sql`${value} NOT IN (${join(levels)})`;
}

function transformSql(column: PreparedColumn, value: Sql): Sql {
  const one = double(1);
  if (column.transform === 'log1p') return sql`ln(${one} + greatest(${value}, ${double(0)}))`;
  if (column.transform === 'signed_log1p') return sql`sign(${value}) * ln(${one} + abs(${value}))`;
  return value;
}
