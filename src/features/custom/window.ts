import { CONTRACTS } from '../../sources/contracts.js';
import { id, sql } from '../../sql/sql.js';
import type { Sql, TableName } from '../../types.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Pass, PassInput } from '../types.js';

/** Tables with so many records that only those of the windows are joined with the dates. */
const LARGE: ReadonlySet<TableName> = new Set(['events', 'sessions', 'page_loads']);

/** The pass that aggregates declared over a table go through; its rows `r` have the event time and its age. */
export function windowPass(table: TableName): Pass {
  if (!LARGE.has(table)) return tablePass(table);
  const name = `${table}_window`;
  return { name, partials: [], from: input => recentRows(table, input, longestWindow(name, input)) };
}

function longestWindow(name: string, { aggregates }: PassInput): number {
  return Math.max(...aggregates.filter(a => a.pass.name === name).map(a => a.withinDays ?? 0));
}

/** Visible rows whose event lies in the last `days` days. */
function recentRows(table: TableName, input: PassInput, days: number): Sql {
  const age = id('w', `${CONTRACTS[table].eventTime}__age`);
  return sql`select * from (${visibleRows(table, input, days)}) w where ${age} <= ${days}`;
}
