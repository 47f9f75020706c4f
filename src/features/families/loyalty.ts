import type { Config } from '../../config/types.js';
import { dayExpression } from '../../sources/calendar.js';
import { cellBefore, versionJoins } from '../../sources/cells.js';
import { recordsOf } from '../../sources/merges.js';
import { allOf, isOneOf, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { AsOf, Sql, Tables } from '../../types.js';
import { countOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass } from '../types.js';
import { loginsOf, notLeft, WITH_EVENTS } from './users-passes.js';

/** Events that are a login: of the declared types, or every event when none is declared. */
function loginWhere(types: readonly string[]): Sql {
  return types.length === 0 ? raw('true') : isOneOf(raw('event_type'), types);
}

/** Users as they read at each date, with the age of their first and last login (NULL when they never logged in). */
function userLogins(types: readonly string[]): Pass {
  return {
    name: 'user_logins',
    partials: ['feature_user_days'],
    userParts: types.length === 0 ? [] : [loginsOf(types)],
    from: input => {
      const { account, user } = input.events;
      return sql`with steps as (
    select x.account_key, x.user_key, d.as_of_day as visible, min(x.day) as first_day, max(x.day) as last_day
    from feature_user_days x asof join (select distinct as_of_day from spine) d on x.seen < d.as_of_day
    ${types.length === 0 ? raw('') : raw('where x.logins > 0')} group by x.account_key, x.user_key, d.as_of_day
  ),
  logins as (
    select ${account.toId(raw('g.account_key'))} as account_id, ${user.toId(raw('g.user_key'))} as user_id, g.* from (
      select account_key, user_key, visible, min(first_day) over w as first_day, max(last_day) over w as last_day
      from steps window w as (partition by account_key, user_key order by visible)
    ) g
  )
  select p.*, p.as_of_day - l.first_day as first_age, p.as_of_day - l.last_day as last_age
  from (${visibleRows('users', input)}) p asof left join logins l
    on l.account_id = p.account_id and l.user_id = p.user_id and p.as_of_day >= l.visible`;
    }
  };
}

/** R21: 100 x (1 - dropped / known) of the provisioned users who logged in before the last `loyaltyDays` days. */
export function loyalty({ has, loginEvents, loyaltyDays: days }: FamilyInput): FeatureSpec[] {
  const leaves = has('users.deactivated_at');
  const pass = userLogins(loginEvents);
  const known = countOf({ pass, name: 'known', where: allOf(notLeft(leaves), sql`r.first_age > ${days}`) });
  const stayed = countOf({
    pass,
    name: 'stayed',
    where: allOf(notLeft(leaves), sql`r.first_age > ${days} and r.last_age <= ${days}`)
  });
  return [
    {
      family: 'users',
      timing: 'leading',
      actionable: true,
      direction: 'higher_better',
      minimum: 0,
      name: 'loyalty_index',
      unit: 'points',
      about: `100 x the share of the provisioned users with a login before the last ${days} days who logged in since; undefined without such users (R21).`,
      step: 10,
      reads: [
        ...WITH_EVENTS,
        ...(loginEvents.length === 0 ? [] : ['events.event_type']),
        ...(leaves ? ['users.deactivated_at'] : [])
      ],
      windowDays: days,
      define: use => ratio(sql`100 * ${use(stayed)}`, use(known))
    }
  ];
}

/**
 * The users that the loyalty index counts as dropped out at a date (R21), by account and user: account_id, user_id and
 * `days_since_login`, local days since their last login. Tables `users` and `events` must be there.
 */
export function droppedUsers({ config, tables }: { config: Config; tables: Tables }, { us, day }: AsOf): Sql {
  const { users, events } = tables;
  if (users === undefined || events === undefined) throw new Error('dropped users need the tables users and events');
  const place = { alias: 'u', t: sql`${us}` };
  const left = cellBefore(users, 'deactivated_at', place);
  return sql`select u.account_id, u.user_id, ${day} - max(e.day) as days_since_login
from ${recordsOf('users', tables)} u join (
  select account_id, user_id, ${dayExpression(raw('occurred_at'), config.calendar.timezone)} as day from ${recordsOf('events', tables)}
  where occurred_at < ${us} and known_at < ${us} and ${loginWhere(config.features.loginEvents)}
) e on e.account_id = u.account_id and e.user_id = u.user_id${versionJoins(users, ['deactivated_at'], place)}
where u.created_at < ${us} and u.known_at < ${us} and ${left} is null
group by u.account_id, u.user_id having max(e.day) < ${day - config.features.loyaltyDays}
order by u.account_id, u.user_id`;
}
