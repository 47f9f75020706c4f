import { cellBefore } from '../sources/cells.js';
import { CONTRACTS } from '../sources/contracts.js';
import { id, join, sql } from '../sql/sql.js';
import type { Sql, TableInfo, TableName } from '../types.js';
import type { Pass, PassInput } from './types.js';
import { columnOf, tableOf } from './types.js';

/**
 * The rows of a table as they read at each as-of date: account_id, as_of_day, as_of_us, every read column, and for an
 * instant `c` also `c__age`, the as-of day minus its local day. Ages 1..W are the window [t - W days, t); an age <= 0
 * is at or after `t` (only of fixed instants such as a contract's term end).
 * @param withinDays leaves out records older than about twice as many days (by their event time, which must be read), so
 * that a large table meets each date only with its neighbourhood; the caller still compares ages
 */
export function visibleRows(table: TableName, input: PassInput, withinDays?: number): Sql {
  const info = input.tables[table];
  if (info === undefined) throw new Error(`no table ${table} for a feature that reads it`);
  const columns = readColumns(table, input);
  const instants = columns.filter(name => info.columns[name]?.type === 'instant');
  const days = instants.map(name => sql`${input.day(id('b', name))} as ${id(`${name}__day`)}`);
  const cell = (name: string) => cellBefore(info, name, { alias: 'x', t: sql`s.as_of_us` });
  const cells = columns.map(name => sql`${cell(name)} as ${id(name)}`);
  const ages = instants.map(
    name =>
      sql`case when ${cell(name)} is not null then s.as_of_day - ${id('x', `${name}__day`)} end as ${id(`${name}__age`)}`
  );
  const near = withinDays === undefined ? null : nearness(info, input, withinDays);
  return sql`select ${join([sql`s.account_id`, sql`s.as_of_day`, sql`s.as_of_us`, ...cells, ...ages])}
  from ${near?.dates ?? sql`spine`} s join (select ${join([sql`b.*`, ...days, ...(near?.columns ?? [])])} from ${id(table)} b) x
    on x.account_id = s.account_id and x.known_at < s.as_of_us${happened(info)}${near?.on ?? sql``}`;
}

/** Time cut into stretches of `days` days: a window of that length lies in at most two, so records are joined by stretch. */
function nearness({ name }: TableInfo, { day }: PassInput, days: number) {
  const stretch = sql`${day(id('b', CONTRACTS[name].eventTime ?? ''))} // ${days}`;
  return {
    dates: sql`(select *, unnest([(as_of_day - 1) // ${days}, (as_of_day - 1) // ${days} - 1]) as stretch from spine)`,
    columns: [sql`${stretch} as stretch`],
    on: sql` and x.stretch = s.stretch`
  };
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
