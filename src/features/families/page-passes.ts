import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { recentRows } from '../recent.js';
import type { Pass } from '../types.js';

/** Days of the window of loads; changes are told against as many days before. */
export const LOAD_DAYS = 30;

/** Loads of pages in the last two windows, placed by their time within each. */
export const pageLoads: Pass = {
  name: 'page_loads',
  partials: [],
  from: input => {
    const timed = input.reads.has('page_loads.load_seconds');
    const part = sql`(partition by account_id, as_of_day, age > ${LOAD_DAYS}`;
    const placed = timed
      ? sql`, row_number() over ${part} order by load_seconds) as place, count(load_seconds) over ${part}) as size`
      : sql``;
    return sql`select *${placed} from (${recentRows('page_loads', input, 2 * LOAD_DAYS)})`;
  }
};

/** Row `r` is the `percent` percentile of its group by nearest rank: the smallest value with that share at or below it. */
export function atPercentile(percent: number): Sql {
  return raw(`r.place = (${percent} * r.size + 99) // 100 and r.place <= r.size`);
}
