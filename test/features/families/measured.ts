import { CONTRACTS } from '../../../src/sources/contracts.js';
import type { TableName } from '../../../src/types.js';
import { berlinMidnight, configOf, dayOf, type Overrides, type Row, tableInfos } from '../world.js';
import { takeSnapshot } from './snapshot.js';

/** Day and instant of the date at which every test of this folder measures: 1 April 2024, local midnight. */
export const DAY_T = dayOf('2024-04-01');
export const T = berlinMidnight(DAY_T);
const HOUR = 3_600_000_000;

/** An instant `days` local days before the date, at an hour of that day (default noon). */
export const ago = (days: number, hours = 12) => berlinMidnight(DAY_T - days) + hours * HOUR;

export type Records = Readonly<Partial<Record<TableName, readonly Row[]>>>;
export interface Setting {
  readonly features?: NonNullable<Overrides['features']>;
  readonly omit?: readonly string[];
  readonly tenureDays?: number;
  /** Local day of the date; 1 April 2024 when it is not given. */
  readonly asOfDay?: number;
}

/**
 * Features of account `a`, which is 500 days old, from records known when they happened. Names come first, values in
 * their order; an undefined value is null, one of an account that is too young is `'too young'`.
 */
export async function measured(names: readonly string[], records: Records, setting: Setting = {}) {
  const { features: settings = {}, omit = [], tenureDays = 500, asOfDay = DAY_T } = setting;
  const config = configOf({ features: { npsMin: 5, tags: [], ...settings } });
  const tables = tableInfos(berlinMidnight(dayOf('2024-12-31')), omit);
  const row = await takeSnapshot(completed(records), names, { tables, config, asOfDay, tenureDays });
  return names.map(name => (row[`${name}__state`] === 2 ? 'too young' : row[name]));
}

/** Records with the account, and known when they happened, unless they say otherwise. */
function completed(records: Records): Records {
  return Object.fromEntries(
    Object.entries(records).map(([table, rows]) => {
      const time = CONTRACTS[table as TableName].eventTime ?? '';
      return [table, rows.map(row => ({ account_id: 'a', known_at: row[time] ?? 0, ...row }))];
    })
  );
}
