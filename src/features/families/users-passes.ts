import { allOf, countWhere, isOneOf } from '../../sql/expressions.js';
import { id, join, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { meetsSpan, spanName, spansOf } from '../calendar-tables.js';
import { daysBefore } from '../recent.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Part, Pass, PassInput, UserSpan } from '../types.js';
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

/** Logins among the events `e` of a user's day. */
export function loginsOf(types: readonly string[]): Part {
  return { name: 'logins', sql: countWhere(isOneOf(raw('e.event_type'), types)) };
}

/** Users that were active in the `days` before each date: their active days, events and, when mapped, days with a login. */
export function recentUsers(days: number, loginEvents: readonly string[]): Pass {
  return {
    name: 'recent_users',
    partials: ['feature_user_days'],
    userParts: [loginsOf(loginEvents)],
    from: input => {
      const { late, account } = input.events;
      const typed = input.reads.has('events.event_type');
      const distinct = (where: Sql) => (late ? sql`count(distinct u.day) ${where}` : sql`count(*) ${where}`);
      const login = typed ? sql`, ${distinct(sql`filter (where u.logins > 0)`)} as login_days` : sql``;
      const placed = typed
        ? sql`, row_number() over (partition by account_key, as_of_day order by login_days) as place`
        : sql``;
      return sql`select ${account.toId(raw('g.account_key'))} as account_id, g.* exclude (account_key) from (
    select *, count(*) over (partition by account_key, as_of_day) as size${placed} from (
      select u.account_key, w.as_of_day, u.user_key, ${distinct(sql``)} as days, cast(sum(u.n) as bigint) as n${login}
      from feature_user_days u join (${daysBefore(days)}) w on w.day = u.day
      ${late ? raw('where u.seen < w.as_of_day') : raw('')} group by u.account_key, w.as_of_day, u.user_key
    )) g`;
    }
  };
}
