import { cellBefore } from '../sources/cells.js';
import { CONTRACTS } from '../sources/contracts.js';
import { recordsOf } from '../sources/merges.js';
import { id, join, sql } from '../sql/sql.js';
import type { Sql, TableName } from '../types.js';
import type { Pass, PassInput } from './types.js';
import { columnOf, tableOf } from './types.js';

/**
 * As-of dates with each of the `reach` days before them: as_of_day, as_of_us, day, age (1 is the day before). Joined on
 * the day, a record meets only the dates that its window can reach.
 */
export function daysBefore(reach: number): Sql {
  return sql`select d.as_of_day, d.as_of_us, cast(d.as_of_day - a.age as integer) as day, a.age
    from (select distinct as_of_day, as_of_us from spine) d,
      (select cast(unnest(range(1, ${reach + 1})) as integer) as age) a`;
}

/**
 * Local calendar days that the `reach` days before any as-of date cover: day, from_us and to_us, its first instant and
 * that of the next day. Found on a grid of quarter hours, of which every offset since 1972 is a multiple.
 */
export function localDays(reach: number, { day }: PassInput): Sql {
  const us = sql`${86_400_000_000}`;
  const grid = sql`select unnest(range((min(as_of_day) - ${reach + 2}) * ${us}, (max(as_of_day) + 2) * ${us}, ${900_000_000})) as us from spine`;
  return sql`select day, min(us) as from_us, lead(min(us)) over (order by day) as to_us
    from (select us, ${day(sql`us`)} as day from (${grid})) group by day`;
}

/** Oldest age that the aggregates over a pass count. */
export function reachOf(pass: string, { aggregates }: PassInput): number {
  return Math.max(1, ...aggregates.filter(a => a.pass.name === pass).map(a => a.reach ?? 0));
}

/**
 * The rows of a table of events that each as-of date sees in the `reach` days before it: account_id, as_of_day,
 * as_of_us, `age` in local days (ages 1..W are the window of W days), and every read column as it read then.
 */
export function recentRows(table: TableName, input: PassInput, reach: number): Sql {
  const info = input.tables[table];
  const time = CONTRACTS[table].eventTime;
  if (info === undefined || time === null) throw new Error(`no table of events ${table} for a feature that reads it`);
  const names = [...input.reads]
    .filter(read => tableOf(read) === table)
    .map(columnOf)
    .filter(name => name !== 'account_id')
    .sort();
  const cells = names.map(name => sql`${cellBefore(info, name, { alias: 'x', t: sql`s.as_of_us` })} as ${id(name)}`);
  return sql`select ${join([sql`s.account_id`, sql`s.as_of_day`, sql`s.as_of_us`, sql`w.age`, ...cells])}
  from (select b.*, ${input.day(id('b', time))} as local_day from ${recordsOf(table, input.tables)} b) x
  join (${daysBefore(reach)}) w on w.day = x.local_day
  join spine s on s.account_id = x.account_id and s.as_of_day = w.as_of_day
  where x.known_at < s.as_of_us and ${id('x', time)} < s.as_of_us`;
}

/** The pass over the recent rows of one table, as far back as its aggregates count. */
export function recentPass(name: string, table: TableName): Pass {
  return { name, partials: [], from: input => recentRows(table, input, reachOf(name, input)) };
}
