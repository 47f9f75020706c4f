import { recordsOf } from '../../sources/merges.js';
import { allOf, isOneOf } from '../../sql/expressions.js';
import { id, join, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { meetsSpan, spanName, spansOf } from '../calendar-tables.js';
import { daysBefore } from '../recent.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Pass, PassInput, UserSpan } from '../types.js';
import { visibleMasks } from './usage-passes.js';

/** Columns that every feature of the users reads. */
export const USER = ['users.user_id', 'users.created_at'];
export const WITH_EVENTS = [...USER, 'events.occurred_at', 'events.user_id'];

export const people = tablePass('users');

/** Users as in `people`, with a flag per span of ages in which they were active. */
export const peopleActivity: Pass = {
  name: 'people_activity',
  partials: ['feature_dates', 'feature_user_buckets', 'feature_user_spans', 'feature_user_masks'],
  from: input => {
    const flags = spansOf(input).map(
      span => sql`coalesce(${meetsSpan(span, input.events.words)}, false) as ${id(spanName(span))}`
    );
    const seen = input.events.late ? raw(' and u.as_of_day = p.as_of_day') : raw('');
    return sql`select ${join([raw('p.*'), ...flags])}
  from (${visibleRows('users', input)}) p join feature_user_spans w on w.as_of_day = p.as_of_day
    left join ${visibleMasks(input)} u on u.account_id = p.account_id and u.user_id = p.user_id${seen}`;
  }
};

/** A condition over rows of `peopleActivity`, with the spans that it tells apart. */
export interface Activity {
  readonly where: Sql;
  readonly spans: readonly UserSpan[];
}

/** Active in the ages (after, upTo]; `upTo` null is ever before. */
export function activeIn(upTo: number | null, after = 0): Activity {
  const span = { after, upTo };
  return { where: id('r', spanName(span)), spans: [span] };
}

/** Not so. */
export function unless({ where, spans }: Activity): Activity {
  return { where: sql`not ${where}`, spans };
}

/** Both. */
export function both(a: Activity, b: Activity): Activity {
  return { where: allOf(a.where, b.where), spans: [...a.spans, ...b.spans] };
}

/** User `r` has not been deactivated before the date. */
export function notLeft(leaves: boolean): Sql {
  return leaves ? sql`(r.deactivated_at is null or r.deactivated_at >= r.as_of_us)` : raw('true');
}

/** The same within a pass. */
export function provisioned({ tables }: PassInput): Sql {
  return notLeft(tables.users?.columns['deactivated_at'] !== undefined);
}

/**
 * Days of use of each identified user, of all time: account_id, user_id, day, `seen` (the later of the day and the day
 * it was known: dates after it see it), `n` events and, when event types are read, how many were `logins`.
 */
export function userEventDays(input: PassInput, { where = raw('true'), logins = [] }: Chosen = {}): Sql {
  const typed = input.reads.has('events.event_type');
  const count = typed ? sql`, count(*) filter (where ${isOneOf(raw('event_type'), logins)}) as logins` : sql``;
  const day = input.day(sql`occurred_at`);
  const known = sql`case when known_at <= occurred_at then ${day} else ${input.day(sql`known_at`)} end`;
  return sql`select account_id, user_id, day, greatest(day, known) as seen, count(*) as n${count}
  from (
    select account_id, user_id, ${typed ? sql`event_type, ` : sql``}${day} as day, ${known} as known
    from ${recordsOf('events', input.tables)} e, (select max(as_of_us) as last_us from spine) b
    where user_id is not null and occurred_at < b.last_us and known_at < b.last_us and ${where}
  ) group by account_id, user_id, day, seen`;
}

interface Chosen {
  /** Which events count; default all. */
  readonly where?: Sql;
  /** Event types that are a login. */
  readonly logins?: readonly string[];
}

/** Users that were active in the `days` before each date: their active days, events and, when mapped, days with a login. */
export function recentUsers(days: number, loginEvents: readonly string[]): Pass {
  return {
    name: 'recent_users',
    partials: [],
    from: input => {
      const typed = input.reads.has('events.event_type');
      const login = typed ? sql`, count(distinct u.day) filter (where u.logins > 0) as login_days` : sql``;
      const events = userEventDays(input, { logins: loginEvents });
      const placed = typed
        ? sql`, row_number() over (partition by account_id, as_of_day order by login_days) as place`
        : sql``;
      return sql`select *, count(*) over (partition by account_id, as_of_day) as size${placed} from (
    select s.account_id, s.as_of_day, u.user_id, count(distinct u.day) as days, cast(sum(u.n) as bigint) as n${login}
    from (${events}) u join (${daysBefore(days)}) w on w.day = u.day
    join spine s on s.account_id = u.account_id and s.as_of_day = w.as_of_day
    where u.seen < s.as_of_day group by s.account_id, s.as_of_day, u.user_id)`;
    }
  };
}
