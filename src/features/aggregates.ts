import { countWhere, sumWhere } from '../sql/expressions.js';
import { sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import type { Aggregate, Pass } from './types.js';

/** What every aggregate over the rows `r` of a pass needs: a name that is unique in the pass, and which rows count. */
interface Over {
  readonly pass: Pass;
  readonly name: string;
  readonly where: Sql;
}

/** Number of rows, as BIGINT; 0 when none. */
export function countOf({ pass, name, where }: Over): Aggregate {
  return { pass, name, sql: countWhere(where) };
}

/** Exact sum of an integer, as BIGINT; 0 when none. NULL cells add nothing. */
export function sumOf(value: Sql, { pass, name, where }: Over): Aggregate {
  return { pass, name, sql: sumWhere(value, where) };
}

/** Distinct values that are not NULL, as BIGINT. */
export function distinctOf(value: Sql, { pass, name, where }: Over): Aggregate {
  return { pass, name, sql: sql`count(distinct ${value}) filter (where ${where})` };
}

/** Largest value; NULL when no row has one. */
export function maxOf(value: Sql, { pass, name, where }: Over): Aggregate {
  return { pass, name, sql: sql`max(${value}) filter (where ${where})` };
}

/** Smallest value; NULL when no row has one. */
export function minOf(value: Sql, { pass, name, where }: Over): Aggregate {
  return { pass, name, sql: sql`min(${value}) filter (where ${where})` };
}
