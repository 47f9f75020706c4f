import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf } from '../aggregates.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { loyalty } from './loyalty.js';
import { retention } from './retention.js';
import {
  type Activity,
  activeIn,
  both,
  notLeft,
  people,
  peopleActivity,
  USER,
  unless,
  WITH_EVENTS
} from './users-passes.js';

const BASE = { family: 'users', timing: 'leading', actionable: true, direction: 'higher_better', minimum: 0 } as const;
const DROPPED_DAYS = 30;
/** Days without an event of an inactive user (R31). */
const INACTIVE_DAYS = [7, 14, 30, 60, 90];

/** What the features of provisioned users share: their columns, and counts of those that meet a condition. */
interface Provisioned {
  /** Mapped columns that tell who is provisioned. */
  readonly also: readonly string[];
  readonly count: (name: string, where?: Sql) => Aggregate;
  /** The same over users with their activity. */
  readonly active: (name: string, activity?: Activity) => Aggregate;
}

/** Provisioned users: created, and not deactivated before the date. */
export const users: Family = input => {
  const leaves = input.has('users.deactivated_at');
  const here = notLeft(leaves);
  const shared: Provisioned = {
    also: leaves ? ['users.deactivated_at'] : [],
    count: (name, where = raw('true')) => countOf({ pass: people, name, where: allOf(here, where) }),
    active: (name, { where, spans } = ANY) => ({
      ...countOf({ pass: peopleActivity, name, where: allOf(here, where) }),
      events: { spans }
    })
  };
  return [
    ...numbers(shared),
    ...inactive(shared),
    ...shares(shared, input),
    ...dropped(shared),
    ...loyalty(input),
    ...retention(input)
  ];
};

/** Every user, active or not. */
const ANY: Activity = { where: raw('true'), spans: [] };

function numbers({ also, count }: Provisioned): FeatureSpec[] {
  const left = sql`r.deactivated_at < r.as_of_us and r.deactivated_at__age <= 90`;
  return [
    {
      ...BASE,
      name: 'users_total',
      unit: 'users',
      about: 'Provisioned users at the date.',
      reads: [...USER, ...also],
      define: use => orZero(use(count('total')))
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
    {
      ...BASE,
      name: 'users_deactivated_90d',
      unit: 'users',
      about: 'Users deactivated in the last 90 days.',
      direction: 'lower_better',
      reads: [...USER, 'users.deactivated_at'],
      windowDays: 90,
      define: use => orZero(use(countOf({ pass: people, name: 'deactivated_90d', where: left })))
    }
  ];
}

function inactive({ also, active }: Provisioned): FeatureSpec[] {
  const shared = { ...BASE, direction: 'lower_better', reads: [...WITH_EVENTS, ...also] } as const;
  return INACTIVE_DAYS.flatMap((days): FeatureSpec[] => {
    const without = active(`inactive_${days}d`, unless(activeIn(days)));
    return [
      {
        ...shared,
        name: `users_inactive_${days}d`,
        unit: 'users',
        about: `Provisioned users without an event in the last ${days} days (R31).`,
        windowDays: days,
        define: use => orZero(use(without))
      },
      {
        ...shared,
        name: `users_inactive_share_${days}d`,
        unit: 'share',
        about: `Share of the provisioned users without an event in the last ${days} days; undefined without users (R31).`,
        step: 0.1,
        windowDays: days,
        define: use => ratio(use(without), use(active('total')))
      }
    ];
  });
}

function shares({ also, active }: Provisioned, { windows }: FamilyInput): FeatureSpec[] {
  const never = active('never', unless(activeIn(null)));
  const reads = [...WITH_EVENTS, ...also];
  return [
    ...[...new Set([28, ...windows])].map(
      (days): FeatureSpec => ({
        ...BASE,
        name: `share_active_${days}d`,
        unit: 'share',
        about: `Share of the provisioned users with an event in the last ${days} days; undefined without users.`,
        step: 0.1,
        reads,
        windowDays: days,
        define: use => ratio(use(active(`active_${days}d`, activeIn(days))), use(active('total')))
      })
    ),
    {
      ...BASE,
      name: 'users_never_active_share',
      unit: 'share',
      about: 'Share of the provisioned users that never had an event; undefined without users.',
      direction: 'lower_better',
      step: 0.1,
      reads,
      define: use => ratio(use(never), use(active('total')))
    }
  ];
}

function dropped({ also, active }: Provisioned): FeatureSpec[] {
  const known = active('known', activeIn(null, DROPPED_DAYS));
  const gone = active('dropped', both(activeIn(null, DROPPED_DAYS), unless(activeIn(DROPPED_DAYS))));
  const reads = [...WITH_EVENTS, ...also];
  return [
    {
      ...BASE,
      name: 'users_dropped_30d',
      unit: 'users',
      about: 'Provisioned users that were active before, but not in the last 30 days.',
      direction: 'lower_better',
      reads,
      windowDays: DROPPED_DAYS,
      define: use => orZero(use(gone))
    },
    {
      ...BASE,
      name: 'users_loyal_share_30d',
      unit: 'share',
      about: 'Share of the provisioned users first active more than 30 days ago who were active in the last 30 days.',
      step: 0.1,
      reads,
      windowDays: DROPPED_DAYS,
      define: use => ratio(sql`${use(known)} - ${use(gone)}`, use(known))
    }
  ];
}
