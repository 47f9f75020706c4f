import type { TableName } from '../types.js';
import { events, page_loads, sessions, surveys, tickets } from './contracts/activity.js';
import { fx_rates, invoices, notices, payments, plans, subscriptions } from './contracts/billing.js';
import type { ContractColumn, TableContract } from './contracts/columns.js';
import { accounts, contacts, users } from './contracts/customers.js';
import { actions, contexts, interventions, labels, overrides } from './contracts/judgement.js';
import { campaigns, programmes, reviews, sentiments, tags, touchpoints, trainings } from './contracts/relationship.js';

export type { ContractColumn, ContractTime, TableContract } from './contracts/columns.js';

/** What every table must hold, as data: columns, types, units, keys and times. Tables in contract order. */
export const CONTRACTS: Readonly<Record<TableName, TableContract>> = {
  accounts,
  users,
  contacts,
  subscriptions,
  plans,
  notices,
  fx_rates,
  events,
  sessions,
  page_loads,
  tickets,
  invoices,
  payments,
  surveys,
  touchpoints,
  trainings,
  campaigns,
  tags,
  sentiments,
  reviews,
  programmes,
  contexts,
  overrides,
  interventions,
  actions,
  labels
};

/** Tables that hold a record wherever they are mapped. Accounts and a source of outcomes must be mapped. */
export const REQUIRED_TABLES: readonly TableName[] = ['accounts', 'subscriptions'];

/** A column of a table's contract. @throws RangeError when the contract has none of that name. */
export function contractColumn(table: TableName, name: string): ContractColumn {
  const column = CONTRACTS[table].columns.find(candidate => candidate.name === name);
  if (column === undefined) throw new RangeError(`expected a column of ${table}, got ${name}`);
  return column;
}
