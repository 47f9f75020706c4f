import { CONTRACTS } from '../../sources/contracts.js';
import { id, sql } from '../../sql/sql.js';
import type { TableName } from '../../types.js';
import { reachOf, recentRows } from '../recent.js';
import { tablePass } from '../rows.js';
import type { Pass, PassInput } from '../types.js';

/** Tables with so many records that only those of the windows are joined with the dates. */
const LARGE: ReadonlySet<TableName> = new Set(['events', 'sessions', 'page_loads']);

/** The pass that aggregates declared over a table go through; its rows `r` have the event time and its age. */
export function windowPass(table: TableName): Pass {
  if (!LARGE.has(table)) return tablePass(table);
  const name = `${table}_window`;
  const age = id(`${CONTRACTS[table].eventTime}__age`);
  const from = (input: PassInput) =>
    sql`select *, age as ${age} from (${recentRows(table, input, reachOf(name, input))})`;
  return { name, partials: [], from };
}
