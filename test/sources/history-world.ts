import type { HistoryConfig } from '../../src/config/types.js';
import { cellBefore, versionJoins } from '../../src/sources/cells.js';
import { join, raw, sql } from '../../src/sql/sql.js';
import type { TableName } from '../../src/types.js';
import { type Ingested, source, type World } from './fixtures.js';

/** Header of the files of histories. */
export const HEADER = 'id,changed,was,recorded';

/** A history in `<column>.csv` with the columns id, changed, was and, when dated, recorded. */
export function history(file: string, partial: Partial<HistoryConfig> = {}): HistoryConfig {
  return {
    files: [file],
    format: 'csv',
    delimiter: null,
    nullValues: [],
    timezone: 'UTC',
    timezoneDeclared: true,
    knownAt: 'recorded',
    completeUntil: '2025-01-01',
    origin: null,
    key: 'id',
    at: 'changed',
    value: 'was',
    ...partial
  };
}

/** Accounts A and B with an industry that has a history. */
export function industries(lines: readonly string[], partial: Partial<HistoryConfig> = {}): World {
  const time = { history: history('industry.csv', partial) };
  const columns = { account_id: 'account_id', created_at: 'created_at', industry: { time } };
  return {
    files: {
      'accounts.csv': ['account_id,created_at,industry', 'A,2024-01-01,today', 'B,2024-01-05,today'],
      'industry.csv': [HEADER, ...lines]
    },
    sources: [source('accounts', columns)]
  };
}

/** A column of a table as it read before each instant, by key. */
export async function readAt(
  { engine, tables }: Ingested,
  [table, column]: readonly [TableName, string],
  instants: readonly number[]
): Promise<Record<string, unknown>[]> {
  const info = tables[table];
  if (info === undefined) throw new Error(`no table ${table}`);
  const key = table === 'accounts' ? 'account_id' : 'subscription_id';
  const place = { alias: 'a', t: sql`d.us` };
  const dates = join(instants.map(instant => sql`(cast(${instant} as bigint))`));
  const rows = await engine.rows(sql`select d.us, a.${raw(key)} as key, ${cellBefore(info, column, place)} as value
    from (values ${dates}) d(us) join ${raw(table)} a on true${versionJoins(info, [column], place)} order by d.us, key`);
  return instants.map(instant =>
    Object.fromEntries(rows.filter(row => row['us'] === instant).map(row => [row['key'], row['value']]))
  );
}

/** The versioned column of `industries`. */
export const INDUSTRY = ['accounts', 'industry'] as const;
