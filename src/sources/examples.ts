import { sql } from '../sql/sql.js';
import type { Engine, Sql, TableName } from '../types.js';

/** Something about the data that a reader of the results should know. */
export interface Finding {
  readonly table: TableName;
  readonly severity: 'warn' | 'info';
  readonly message: string;
}

const SHOWN = 3;

/**
 * A finding about accounts, with their number and the first ids; none when there is no such account.
 * @param query gives their account_id, each once
 */
export async function accountsFinding(
  engine: Engine,
  {
    query,
    message,
    ...finding
  }: Omit<Finding, 'message'> & { readonly query: Sql; readonly message: (n: number) => string }
): Promise<Finding[]> {
  const rows = await engine.rows(
    sql`select account_id, count(*) over () as n from (${query}) order by account_id limit ${SHOWN}`
  );
  const n = (rows[0]?.['n'] ?? 0) as number;
  const ids = rows.map(row => String(row['account_id']));
  return n === 0 ? [] : [{ ...finding, message: `${message(n)} (${exampleText(ids, n)})` }];
}

/** The first of n ids, in words. */
export function exampleText(ids: readonly string[], n: number): string {
  const shown = ids.slice(0, SHOWN).join(', ');
  return n > SHOWN ? `for example ${shown}` : shown;
}
