import { countWhere, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Aggregate, Family, FeatureSpec, Pass } from '../types.js';

const BASE = { family: 'users', timing: 'leading', actionable: true, direction: 'higher_better', minimum: 0 } as const;
const USER = ['users.user_id', 'users.created_at'];
const WITH_EVENTS = [...USER, 'events.occurred_at', 'events.user_id'];
const INACTIVE_DAYS = 30;

const people = tablePass('users');

/** Users as in `people`, with the age of their first and last active day (NULL when they were never active). */
const peopleActivity: Pass = {
  name: 'people_activity',
  partials: ['feature_dates', 'feature_user_activity'],
  from: input => sql`select p.*, p.as_of_day - a.first_day as first_age, p.as_of_day - a.last_day as last_age
  from (${visibleRows('users', input)}) p left join feature_user_activity a
    on a.account_id = p.account_id and a.user_id = p.user_id and a.as_of_day = p.as_of_day`
};

/** Provisioned users: created, and not deactivated before the date. */
export const users: Family = ({ has }) => {
  const leaves = has('users.deactivated_at');
  const provisioned = leaves ? sql`(r.deactivated_at is null or r.deactivated_at >= r.as_of_us)` : raw('true');
  const also = leaves ? ['users.deactivated_at'] : [];
  const count = (name: string, where = raw('true'), pass = people): Aggregate => ({
    pass,
    name,
    sql: countWhere(sql`${provisioned} and ${where}`)
  });
  const active = (days: number) => sql`coalesce(r.last_age <= ${days}, false)`;
  const total = count('total');
  const totalSeen = count('total', raw('true'), peopleActivity);
  const known = count('known', sql`r.first_age > ${INACTIVE_DAYS}`, peopleActivity);
  const dropped = count('dropped', sql`r.last_age > ${INACTIVE_DAYS}`, peopleActivity);
  return [
    {
      ...BASE,
      name: 'users_total',
      unit: 'users',
      about: 'Provisioned users at the date.',
      reads: [...USER, ...also],
      define: use => orZero(use(total))
    },
    {
      ...BASE,
      name: 'users_new_28d',
      unit: 'users',
      about: 'Provisioned users that were created in the last 28 days.',
      reads: [...USER, ...also],
      windowDays: 28,
      define: use => orZero(use(count('new_28d', sql`r.created_at__age <= 28`)))
    },
    deactivated(),
    {
      ...BASE,
      name: 'users_inactive_30d',
      unit: 'users',
      about: 'Provisioned users without an event in the last 30 days.',
      direction: 'lower_better',
      reads: [...WITH_EVENTS, ...also],
      windowDays: INACTIVE_DAYS,
      define: use => orZero(use(count('inactive', sql`not ${active(INACTIVE_DAYS)}`, peopleActivity)))
    },
    {
      ...BASE,
      name: 'share_active_28d',
      unit: 'share',
      about: 'Share of the provisioned users with an event in the last 28 days; undefined without users.',
      step: 0.1,
      reads: [...WITH_EVENTS, ...also],
      windowDays: 28,
      define: use => ratio(use(count('active_28d', active(28), peopleActivity)), use(totalSeen))
    },
    {
      ...BASE,
      name: 'users_dropped_30d',
      unit: 'users',
      about: 'Provisioned users that were active before, but not in the last 30 days.',
      direction: 'lower_better',
      reads: [...WITH_EVENTS, ...also],
      windowDays: INACTIVE_DAYS,
      define: use => orZero(use(dropped))
    },
    {
      ...BASE,
      name: 'users_loyal_share_30d',
      unit: 'share',
      about: 'Share of the provisioned users first active more than 30 days ago who were active in the last 30 days.',
      step: 0.1,
      reads: [...WITH_EVENTS, ...also],
      windowDays: INACTIVE_DAYS,
      define: use => ratio(sql`${use(known)} - ${use(dropped)}`, use(known))
    }
  ];
};

function deactivated(): FeatureSpec {
  return {
    ...BASE,
    name: 'users_deactivated_90d',
    unit: 'users',
    about: 'Users deactivated in the last 90 days.',
    direction: 'lower_better',
    reads: [...USER, 'users.deactivated_at'],
    windowDays: 90,
    define: use =>
      orZero(
        use({
          pass: people,
          name: 'deactivated_90d',
          sql: countWhere(sql`r.deactivated_at < r.as_of_us and r.deactivated_at__age <= 90`)
        })
      )
  };
}
