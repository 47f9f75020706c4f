import { CONTRACTS } from '../sources/contracts.js';
import { cellAt } from '../sql/expressions.js';
import { id, join, sql } from '../sql/sql.js';
import type { IngestedColumn, Sql, TableName } from '../types.js';
import type { Pass, PassInput } from './types.js';
import { columnOf, tableOf } from './types.js';

/**
 * The rows of a table as they read at each as-of date: account_id, as_of_day, as_of_us, every read column, and for an
 * instant `c` also `c__age`, the as-of day minus its local day. Ages 1..W are the window [t - W days, t); an age <= 0
 * is at or after `t` (only of fixed instants such as a contract's term end).
 */
export function visibleRows(table: TableName, input: PassInput): Sql {
  const info = input.tables[table]?.columns ?? {};
  const columns = readColumns(table, input).map(name => [name, info[name] as IngestedColumn] as const);
  const days = columns.filter(([, c]) => c.type === 'instant').map(([name]) => name);
  const base = days.map(name => sql`${input.day(id('b', name))} as ${id(`${name}__day`)}`);
  const cells = columns.flatMap(([name, { time, type }]) => {
    const cell = sql`${cellAt({ alias: 'x', column: name, time }, sql`s.as_of_us`)} as ${id(name)}`;
    if (type !== 'instant') return [cell];
    const age = cellAt({ alias: 'x', column: `${name}__day`, time }, sql`s.as_of_us`);
    return [cell, sql`s.as_of_day - ${age} as ${id(`${name}__age`)}`];
  });
  return sql`select ${join([sql`s.account_id`, sql`s.as_of_day`, sql`s.as_of_us`, ...cells])}
  from spine s join (select ${join([sql`b.*`, ...base])} from ${id(table)} b) x
    on x.account_id = s.account_id and x.known_at < s.as_of_us${happened(table, info)}`;
}

/** The record itself lies before `t`. An account without a date of creation is known by its known-at alone. */
function happened(table: TableName, columns: Readonly<Record<string, IngestedColumn>>): Sql {
  const time = CONTRACTS[table].eventTime;
  if (time === null || columns[time] === undefined) return sql``;
  const before = sql`${id('x', time)} < s.as_of_us`;
  return table === 'accounts' ? sql` and coalesce(${before}, true)` : sql` and ${before}`;
}

function readColumns(table: TableName, { reads }: PassInput): string[] {
  return [...reads].filter(read => tableOf(read) === table && columnOf(read) !== 'account_id').map(columnOf).sort();
}

/** The pass over the visible rows of one table. */
export function tablePass(table: TableName): Pass {
  return { name: table, partials: [], from: input => visibleRows(table, input) };
}
