import type { Config } from '../config/types.js';
import { dayExpression } from '../sources/calendar.js';
import { cellBefore } from '../sources/cells.js';
import { recordsOf } from '../sources/merges.js';
import { ratio } from '../sql/expressions.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { AsOf, Sql, Tables } from '../types.js';

/** Which rows of the table of pages: the date, the days before it, and the grouping. */
export interface PageTableOptions {
  readonly asOf: AsOf;
  /** Length of the window in days; default 30. */
  readonly days?: number;
  /** One row per page (default) or per section of the product. */
  readonly by?: 'page' | 'section';
  /** One account; default all together. */
  readonly account?: string;
}

/**
 * Load and success of each page or section with its volume (R19), the busiest first: `name` (NULL: without a section),
 * loads, timed loads, requests, load_seconds_mean, _p75 and _p95 (nearest rank) in seconds, success in percent. What
 * cannot be told (column not mapped, nothing measured) is NULL. Table `page_loads` must be there.
 */
export function pageTable(
  { config, tables }: { readonly config: Config; readonly tables: Tables },
  { asOf, days = 30, by = 'page', account }: PageTableOptions
): Sql {
  const info = tables.page_loads;
  if (info === undefined) throw new Error('the table of pages needs the table page_loads');
  const names = ['load_seconds', 'requests', 'requests_succeeded'];
  const cells = [by, ...names].map(
    name => sql`${cellBefore(info, name, { alias: 'x', t: sql`${asOf.us}` })} as ${id(name === by ? 'name' : name)}`
  );
  const day = dayExpression(sql`x.occurred_at`, config.calendar.timezone);
  const second = 10 ** (info.columns['load_seconds']?.decimals ?? 0);
  const only = account === undefined ? raw('true') : sql`x.account_id = ${account}`;
  const at = (percent: number) =>
    ratio(sql`min(load_seconds) filter (where place = (${percent} * size + 99) // 100)`, sql`${second}`);
  return sql`select name, count(*) as loads, count(load_seconds) as timed, cast(coalesce(sum(requests), 0) as bigint) as requests,
  ${ratio(sql`sum(load_seconds)`, sql`count(load_seconds) * ${second}`)} as load_seconds_mean,
  ${at(75)} as load_seconds_p75, ${at(95)} as load_seconds_p95,
  ${ratio(sql`100 * sum(requests_succeeded) filter (where requests is not null)`, sql`sum(requests) filter (where requests_succeeded is not null)`)} as success
from (
  select *, row_number() over (partition by name order by load_seconds) as place, count(load_seconds) over (partition by name) as size
  from (
    select ${join(cells)} from ${recordsOf('page_loads', tables)} x
    where x.known_at < ${asOf.us} and x.occurred_at < ${asOf.us} and ${day} >= ${asOf.day - days} and ${only}
  )
) group by name order by requests desc, loads desc, name nulls last`;
}
