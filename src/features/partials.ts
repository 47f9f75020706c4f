import { recordsOf } from '../sources/merges.js';
import { id, join, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import type { Part, PartialName, PassInput } from './types.js';

/**
 * Intermediate tables, each one scan of its source:
 * - `feature_dates`: day → the earliest as-of date after it, for every day from the one before the first as-of date.
 * - `feature_event_days`: (account, day, visible) with the daily event counts and sums; `visible` is the earliest as-of
 *   date after both the event and its known-at, so a row counts at `t` exactly when `visible <= t` (half-open windows
 *   and late arrival in one comparison, exact because every as-of date is a local midnight).
 * - `feature_user_activity`: (account, user, as-of date) with the first and last active day before it.
 */
export const PARTIALS: readonly { readonly name: PartialName; readonly build: (input: PassInput) => Sql }[] = [
  { name: 'feature_dates', build: dates },
  { name: 'feature_event_days', build: eventDays },
  { name: 'feature_user_activity', build: userActivity }
];

function dates(): Sql {
  return sql`with d as (select distinct as_of_day from spine),
  span as (select unnest(range(min(as_of_day) - 1, max(as_of_day))) as day from d)
select cast(span.day as integer) as day, min(d.as_of_day) as as_of_day
from span join d on d.as_of_day > span.day group by span.day`;
}

/** Event rows `e` with their local day and the earliest as-of date that may read them. */
function events(input: PassInput, columns: readonly Sql[]): Sql {
  const day = input.day(sql`occurred_at`);
  const known = input.day(sql`known_at`);
  return sql`(select v.*, d.as_of_day as visible from (
    select u.*, greatest(u.day, u.known_day, u.first_day) as key from (
      select ${join([sql`account_id`, ...columns])}, ${day} as day, b.first_day,
        case when known_at <= occurred_at then ${day} else ${known} end as known_day
      from ${recordsOf('events', input.tables)} v, (select min(as_of_day) - 1 as first_day, max(as_of_us) as last_us from spine) b
      where occurred_at < b.last_us and known_at < b.last_us
    ) u
  ) v join feature_dates d on d.day = v.key) e`;
}

function eventDays(input: PassInput): Sql {
  const columns = ['event_type', 'user_id', 'value', 'duration_seconds'].filter(c => input.reads.has(`events.${c}`));
  const parts = distinctParts(input).map(part => sql`${part.sql} as ${id(part.name)}`);
  return sql`select ${join([sql`e.account_id`, sql`e.day`, sql`e.visible`, ...parts])}
from ${events(
    input,
    columns.map(c => id(c))
  )}
group by e.account_id, e.day, e.visible`;
}

function distinctParts({ aggregates }: PassInput): Part[] {
  const parts = new Map<string, Part>();
  for (const part of aggregates.flatMap(aggregate => aggregate.parts ?? [])) parts.set(part.name, part);
  return [...parts.values()];
}

function userActivity(input: PassInput): Sql {
  return sql`with u as (
  select e.account_id, e.user_id, e.visible, min(e.day) as first_day, max(e.day) as last_day
  from ${events(input, [id('user_id')])} where e.user_id is not null
  group by e.account_id, e.user_id, e.visible
), spans as (
  select account_id, user_id, visible,
    coalesce(lead(visible) over w, 2147483647) as until,
    min(first_day) over w as first_day, max(last_day) over w as last_day
  from u window w as (partition by account_id, user_id order by visible)
)
select s.account_id, spans.user_id, s.as_of_day, spans.first_day, spans.last_day
from spine s join spans on spans.account_id = s.account_id and s.as_of_day >= spans.visible and s.as_of_day < spans.until`;
}
