import { orZero, ratio } from '../../sql/expressions.js';
import { id, join, raw, sql } from '../../sql/sql.js';
import { countOf } from '../aggregates.js';
import { meetsSpan, spanName, spansOf } from '../calendar-tables.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Aggregate, Family, FeatureSpec, Pass, UserSpan } from '../types.js';
import { visibleMasks } from './usage-passes.js';

const BASE = { family: 'users', timing: 'leading', actionable: true, direction: 'higher_better', minimum: 0 } as const;
const USER = ['users.user_id', 'users.created_at'];
const WITH_EVENTS = [...USER, 'events.occurred_at', 'events.user_id'];
const INACTIVE_DAYS = 30;

const people = tablePass('users');

/** Users as in `people`, with a flag per span of ages in which they were active. */
const peopleActivity: Pass = {
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

/** Provisioned users: created, and not deactivated before the date. */
export const users: Family = ({ has }) => {
  const leaves = has('users.deactivated_at');
  const provisioned = leaves ? sql`(r.deactivated_at is null or r.deactivated_at >= r.as_of_us)` : raw('true');
  const also = leaves ? ['users.deactivated_at'] : [];
  const count = (name: string, where = raw('true'), spans?: readonly UserSpan[]): Aggregate => ({
    ...countOf({ pass: spans === undefined ? people : peopleActivity, name, where: sql`${provisioned} and ${where}` }),
    ...(spans === undefined ? {} : { events: { spans } })
  });
  const recent = (days: number): UserSpan => ({ after: 0, upTo: days });
  const before: UserSpan = { after: INACTIVE_DAYS, upTo: null };
  const flag = (span: UserSpan) => id('r', spanName(span));
  const total = count('total');
  const totalSeen = count('total', raw('true'), []);
  const known = count('known', flag(before), [before]);
  const dropped = count('dropped', sql`${flag(before)} and not ${flag(recent(INACTIVE_DAYS))}`, [
    before,
    recent(INACTIVE_DAYS)
  ]);
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
      define: use => orZero(use(count('inactive', sql`not ${flag(recent(INACTIVE_DAYS))}`, [recent(INACTIVE_DAYS)])))
    },
    {
      ...BASE,
      name: 'share_active_28d',
      unit: 'share',
      about: 'Share of the provisioned users with an event in the last 28 days; undefined without users.',
      step: 0.1,
      reads: [...WITH_EVENTS, ...also],
      windowDays: 28,
      define: use => ratio(use(count('active_28d', flag(recent(28)), [recent(28)])), use(totalSeen))
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
        use(
          countOf({
            pass: people,
            name: 'deactivated_90d',
            where: sql`r.deactivated_at < r.as_of_us and r.deactivated_at__age <= 90`
          })
        )
      )
  };
}
