import { id, sql } from '../../sql/sql.js';
import { tablePass } from '../rows.js';
import type { Family } from '../types.js';

const BASE = { family: 'profile', timing: 'lagging', actionable: false, direction: 'none', type: 'category' } as const;
const accounts = tablePass('accounts');
const COLUMNS = ['industry', 'country', 'region', 'size_band', 'channel', 'segment', 'app_type'];

/** What the account is, as its record read before the date. */
export const profile: Family = () =>
  COLUMNS.map(column => ({
    ...BASE,
    name: column,
    unit: 'category',
    about: `${column.replace('_', ' ')} of the account, as its record says.`,
    reads: [`accounts.${column}`],
    define: use => use({ pass: accounts, name: column, sql: sql`min(${id('r', column)})` })
  }));
