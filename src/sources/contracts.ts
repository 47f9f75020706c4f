import type { TableName } from '../types.js';
import { events, surveys, tickets, touchpoints } from './contracts/activity.js';
import { invoices, plans, subscriptions } from './contracts/billing.js';
import type { ContractColumn, TableContract } from './contracts/columns.js';
import { accounts, users } from './contracts/customers.js';

export type { ContractColumn, ContractTime, TableContract } from './contracts/columns.js';

/** What every table must hold, as data: columns, types, units, keys and times. Tables in contract order. */
export const CONTRACTS: Readonly<Record<TableName, TableContract>> = {
  accounts,
  users,
  subscriptions,
  plans,
  events,
  tickets,
  invoices,
  surveys,
  touchpoints
};

/** Tables that a workspace cannot do without. */
export const REQUIRED_TABLES: readonly TableName[] = ['accounts', 'subscriptions'];

/** A column of a table's contract. @throws RangeError when the contract has none of that name. */
export function contractColumn(table: TableName, name: string): ContractColumn {
  const column = CONTRACTS[table].columns.find(candidate => candidate.name === name);
  if (column === undefined) throw new RangeError(`expected a column of ${table}, got ${name}`);
  return column;
}
