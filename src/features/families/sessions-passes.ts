import { recordsOf } from '../../sources/merges.js';
import { orZero } from '../../sql/expressions.js';
import { sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { daysBefore, localDays, recentPass, recentRows } from '../recent.js';
import { visibleRows } from '../rows.js';
import type { Pass, PassInput } from '../types.js';
import { placed } from './middle.js';
import { provisioned } from './users-passes.js';

/** Days of a comparison of time spent (R13, R14). */
export const PERIOD = 15;

/**
 * Active user-days of the `reach` days before each date: `us`, the length of the union of the user's sessions clipped
 * to the local day, above 0. A session counts on each day it covers, from the first date after its end on.
 */
function userDays(reach: number, input: PassInput): Sql {
  const first = input.day(sql`started_at`);
  const last = input.day(sql`ended_at - 1`);
  return sql`with days as (${localDays(reach, input)}),
  pieces as (
    select x.*, unnest(range(greatest(first_day, b.earliest), least(last_day, b.latest) + 1)) as day
    from (select *, ${first} as first_day, ${last} as last_day from ${recordsOf('sessions', input.tables)} where ended_at > started_at) x,
      (select min(as_of_day) - ${reach} as earliest, max(as_of_day) - 1 as latest from spine) b
  ),
  seen as (
    select s.account_id, s.as_of_day, w.age, p.user_id,
      greatest(p.started_at, d.from_us) as from_us, least(p.ended_at, d.to_us) as to_us
    from pieces p join days d on d.day = p.day join (${daysBefore(reach)}) w on w.day = p.day
    join spine s on s.account_id = p.account_id and s.as_of_day = w.as_of_day
    where p.known_at < s.as_of_us and p.ended_at < s.as_of_us
  ),
  cut as (
    select *, max(to_us) over (
      partition by account_id, as_of_day, age, user_id order by from_us, to_us
      rows between unbounded preceding and 1 preceding) as covered
    from seen
  )
  select account_id, as_of_day, age, user_id,
    cast(sum(greatest(0, to_us - greatest(from_us, coalesce(covered, from_us)))) as bigint) as us
  from cut group by account_id, as_of_day, age, user_id having us > 0`;
}

/** Active user-days of the last two periods, placed by their length within each. */
export const sessionDays: Pass = {
  name: 'session_days',
  partials: [],
  from: input => sql`select *, ${placed(sql`us`, sql`age > ${PERIOD}`)} from (${userDays(2 * PERIOD, input)})`
};

/**
 * The same of the provisioned users over one period, one row per active user-day or a row without `us`: `place` counts
 * the `total` days that they have been provisioned, days without use (0) first.
 */
export const provisionedDays: Pass = {
  name: 'session_provisioned_days',
  partials: [],
  from: input => sql`with people as (select * from (${visibleRows('users', input)}) r where ${provisioned(input)}),
  totals as (
    select account_id, as_of_day, cast(sum(least(${PERIOD}, created_at__age)) as bigint) as total
    from people group by account_id, as_of_day
  ),
  active as (
    select d.*, row_number() over w as rank, count(*) over (partition by d.account_id, d.as_of_day) as days
    from (${userDays(PERIOD, input)}) d join people p
      on p.account_id = d.account_id and p.as_of_day = d.as_of_day and p.user_id = d.user_id and p.created_at__age >= d.age
    window w as (partition by d.account_id, d.as_of_day order by d.us)
  )
  select t.*, a.age, a.user_id, a.us, t.total - a.days + a.rank as place
  from totals t left join active a on a.account_id = t.account_id and a.as_of_day = t.as_of_day`
};

/** Ended sessions with their length, placed by it within each of the last two periods. */
export const sessionLengths: Pass = {
  name: 'session_lengths',
  partials: [],
  from: input => sql`select *, ${placed(sql`us`, sql`age > ${PERIOD}`)}
  from (select *, ended_at - started_at as us from (${recentRows('sessions', input, 2 * PERIOD)}))`
};

export const recentSessions = recentPass('recent_sessions', 'sessions');

/** Local day of the last session that each date sees, in rows per first date that sees it. */
export const sessionLife: Pass = {
  name: 'session_life',
  partials: [],
  from: input => {
    const day = input.day(sql`ended_at`);
    const known = sql`case when known_at <= ended_at then ${day} else ${input.day(sql`known_at`)} end`;
    return sql`select s.account_id, s.as_of_day, e.last_day from spine s join (
    select x.account_id, d.as_of_day as visible, max(x.day) as last_day
    from (select account_id, ${day} as day, greatest(${day}, ${orZero(known)}) as seen from ${recordsOf('sessions', input.tables)}) x
    asof join (select distinct as_of_day from spine) d on x.seen < d.as_of_day
    group by x.account_id, d.as_of_day
  ) e on e.account_id = s.account_id and e.visible <= s.as_of_day`;
  }
};
