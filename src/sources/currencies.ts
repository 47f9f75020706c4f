import { cellDigest, DataError } from '../errors.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, IngestedColumn, TableName } from '../types.js';

/**
 * Refuses amounts in another currency than the reporting currency; an empty cell means the reporting currency.
 * @throws DataError with the currencies and how many rows each has.
 */
export async function checkCurrencies(
  engine: Engine,
  currency: string,
  tables: ReadonlyMap<TableName, { readonly columns: Readonly<Record<string, IngestedColumn>> }>
): Promise<void> {
  const found: string[] = [];
  let foreign = false;
  for (const table of ['subscriptions', 'invoices'] as const) {
    if (tables.get(table)?.columns['currency'] === undefined) continue;
    const rows = await engine.rows(sql`select coalesce(currency, ${currency}) as currency, count(*) as n
      from ${id(table)} group by 1 order by n desc, 1`);
    foreign ||= rows.some(row => row['currency'] !== currency);
    found.push(`${table} ${rows.map(row => `${shownCode(String(row['currency']))} (${row['n']} rows)`).join(', ')}`);
  }
  if (!foreign) return;
  throw new DataError(
    `expected every amount in the reporting currency ${currency}, got ${found.join('; ')}; exchange rates are not supported yet: convert the amounts, or set currency in vitals.yaml`
  );
}

function shownCode(code: string): string {
  return /^[A-Za-z]{3}$/.test(code) ? code : cellDigest(code);
}
