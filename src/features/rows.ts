import { cellBefore, isVersioned, versionJoins } from '../sources/cells.js';
import { CONTRACTS } from '../sources/contracts.js';
import { recordsOf } from '../sources/merges.js';
import { id, join, sql } from '../sql/sql.js';
import type { Sql, TableInfo, TableName } from '../types.js';
import type { Pass, PassInput } from './types.js';
import { columnOf, tableOf } from './types.js';

/**
 * The rows of a table as they read at each as-of date: account_id, as_of_day, as_of_us, every read column, and for an
 * instant `c` also `c__age`, the as-of day minus its local day. Ages 1..W are the window [t - W days, t); an age <= 0
 * is at or after `t` (only of fixed instants such as a contract's term end).
 */
export function visibleRows(table: TableName, input: PassInput): Sql {
  const info = input.tables[table];
  if (info === undefined) throw new Error(`no table ${table} for a feature that reads it`);
  const columns = readColumns(table, input);
  const instants = columns.filter(name => info.columns[name]?.type === 'instant');
  const days = instants.map(name => sql`${input.day(id('b', name))} as ${id(`${name}__day`)}`);
  const place = { alias: 'x', t: sql`s.as_of_us` };
  const cell = (name: string) => cellBefore(info, name, place);
  const dayOf = (name: string) => (isVersioned(info, name) ? input.day(cell(name)) : id('x', `${name}__day`));
  const cells = columns.map(name => sql`${cell(name)} as ${id(name)}`);
  const ages = instants.map(
    name => sql`case when ${cell(name)} is not null then s.as_of_day - ${dayOf(name)} end as ${id(`${name}__age`)}`
  );
  return sql`select ${join([sql`s.account_id`, sql`s.as_of_day`, sql`s.as_of_us`, ...cells, ...ages])}
  from spine s join (select ${join([sql`b.*`, ...days])} from ${recordsOf(table, input.tables)} b) x
    on x.account_id = s.account_id and x.known_at < s.as_of_us${happened(info)}${versionJoins(info, columns, place)}`;
}

/** Condition to add with AND over records `x` at dates `s`: the record itself lies before `t`. An account without a date of creation is known by its known-at alone. */
export function happened({ name, columns }: TableInfo): Sql {
  const time = CONTRACTS[name].eventTime;
  if (time === null || columns[time] === undefined) return sql``;
  const before = sql`${id('x', time)} < s.as_of_us`;
  return name === 'accounts' ? sql` and coalesce(${before}, true)` : sql` and ${before}`;
}

function readColumns(table: TableName, { reads }: PassInput): string[] {
  return [...reads]
    .filter(read => tableOf(read) === table && columnOf(read) !== 'account_id')
    .map(columnOf)
    .sort();
}

/** The pass over the visible rows of one table. */
export function tablePass(table: TableName): Pass {
  return { name: table, partials: [], from: input => visibleRows(table, input) };
}
