import { isOneOf, orZero, ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Family, FamilyInput, FeatureSpec, Part } from '../types.js';
import { keyFeatures } from './entitlement.js';
import { logins } from './logins.js';
import { rhythm } from './rhythm.js';
import { corePart, SECONDS } from './usage-parts.js';
import {
  ALL_EVENTS,
  activeDays,
  activeUsers,
  firstInstant,
  lastEventDay,
  weekMoment,
  windowSum
} from './usage-passes.js';
import { eventTypes } from './usage-types.js';

const EVENTS = ['events.occurred_at'];
const SIGNED = { family: 'usage', timing: 'leading', actionable: true, direction: 'higher_better' } as const;
const BASE = { ...SIGNED, minimum: 0 } as const;
const WEEKS = 8;

/** What the account does in the product: volume, regularity, breadth, core value, recency and trend. */
export const usage: Family = input => [
  ...volume(input),
  ...trend(),
  ...recency(input),
  ...eventTypes(input),
  ...core(input),
  ...rhythm(input),
  ...logins(input),
  ...keyFeatures(input),
  ...measures(input)
];

function volume({ windows }: FamilyInput): FeatureSpec[] {
  return windows.flatMap((days): FeatureSpec[] => [
    {
      ...BASE,
      name: `events_${days}d`,
      unit: 'events',
      about: `Events in the ${days} days before the date.`,
      reads: EVENTS,
      step: 10,
      windowDays: days,
      define: use => orZero(use(windowSum(ALL_EVENTS, days)))
    },
    {
      ...BASE,
      name: `active_days_${days}d`,
      unit: 'days',
      about: `Days with any event in the ${days} days before the date.`,
      reads: EVENTS,
      windowDays: days,
      define: use => orZero(use(activeDays(days)))
    }
  ]);
}

function trend(): FeatureSpec[] {
  const now = windowSum(ALL_EVENTS, 28);
  const sums = { n: WEEKS, index: (WEEKS * (WEEKS - 1)) / 2, squares: ((WEEKS - 1) * WEEKS * (2 * WEEKS - 1)) / 6 };
  return [
    {
      ...BASE,
      name: 'events_change_28d',
      unit: 'share',
      about: 'Relative change of events: the last 28 days against the 28 before; undefined when those had none.',
      reads: EVENTS,
      minimum: -1,
      step: 0.1,
      windowDays: 56,
      define: use => {
        const prior = use(windowSum(ALL_EVENTS, 56, 28));
        return ratio(sql`${use(now)} - ${prior}`, prior);
      }
    },
    {
      ...BASE,
      name: 'events_change_28d_vs_56d',
      unit: 'share',
      about:
        'Relative change of events: the last 28 days against half of the 56 before; undefined when those had none.',
      reads: EVENTS,
      minimum: -1,
      step: 0.1,
      windowDays: 84,
      define: use => {
        const prior = use(windowSum(ALL_EVENTS, 84, 28));
        return ratio(sql`2 * ${use(now)} - ${prior}`, prior);
      }
    },
    {
      ...SIGNED,
      name: 'events_slope_56d',
      unit: 'events per week per week',
      about: 'Least-squares slope of the weekly event counts over the last 8 weeks.',
      reads: EVENTS,
      windowDays: 56,
      define: use =>
        ratio(
          sql`${sums.n} * ${orZero(use(weekMoment(ALL_EVENTS, WEEKS)))} - ${sums.index} * ${orZero(use(windowSum(ALL_EVENTS, 56)))}`,
          sql`${sums.n * sums.squares - sums.index * sums.index}`
        )
    }
  ];
}

function recency({ windows }: FamilyInput): FeatureSpec[] {
  const users = ['events.occurred_at', 'events.user_id'];
  return [
    {
      ...BASE,
      name: 'days_since_last_event',
      unit: 'days',
      about: 'Days since the last event ever; unknown when there was none.',
      reads: EVENTS,
      direction: 'lower_better',
      minimum: 1,
      define: use => sql`s.as_of_day - ${use(lastEventDay)}`
    },
    ...windows.map(
      (days): FeatureSpec => ({
        ...BASE,
        name: `active_users_${days}d`,
        unit: 'users',
        about: `Distinct users with an event in the ${days} days before the date.`,
        reads: users,
        windowDays: days,
        define: use => orZero(use(activeUsers(days)))
      })
    ),
    {
      ...BASE,
      name: 'events_per_active_user_28d',
      unit: 'events per user',
      about: 'Events of identified users in the last 28 days per active user; undefined without one (R46).',
      reads: users,
      windowDays: 28,
      define: use => {
        const identified: Part = { name: 'of_users', sql: sql`count(e.user_key)` };
        return ratio(use(windowSum(identified, 28)), use(activeUsers(28)));
      }
    }
  ];
}

function core({ coreEvents, day }: FamilyInput): FeatureSpec[] {
  const part = corePart(coreEvents);
  const reads = ['events.occurred_at', 'events.event_type'];
  const first = firstInstant('first_core', isOneOf(raw('e.event_type'), coreEvents));
  const shared = {
    ...BASE,
    reads,
    ...(coreEvents.length === 0 ? { unavailable: 'features.coreEvents is empty' } : {})
  };
  return [
    {
      ...shared,
      name: 'core_events_28d',
      unit: 'events',
      about: 'Events of core value in the last 28 days.',
      windowDays: 28,
      define: use => orZero(use(windowSum(part, 28)))
    },
    {
      ...shared,
      name: 'core_value_reached',
      unit: 'flag',
      about: '1 when the account has ever had an event of core value (R32).',
      define: use => sql`case when ${use(first)} is null then 0 else 1 end`
    },
    {
      ...shared,
      name: 'days_to_first_core_event',
      unit: 'days',
      about:
        'Days from the first paid day to the first event of core value (0 when it came before); unknown until then (R32).',
      direction: 'lower_better',
      define: use => sql`case when ${use(first)} is not null
        then greatest(0, ${day(use(first))} - (s.as_of_day - s.tenure_days)) end`
    }
  ];
}

function measures({ windows, decimals }: FamilyInput): FeatureSpec[] {
  const value: Part = { name: 'value_sum', sql: sql`cast(coalesce(sum(e.value), 0) as bigint)` };
  const perHour = 3600 * 10 ** decimals('events.duration_seconds');
  return [
    ...windows.map(
      (days): FeatureSpec => ({
        ...SIGNED,
        name: `value_${days}d`,
        unit: 'value',
        about: `Sum of the events' values in the ${days} days before the date.`,
        reads: ['events.occurred_at', 'events.value'],
        windowDays: days,
        define: use => unscale(orZero(use(windowSum(value, days))), decimals('events.value'))
      })
    ),
    ...windows.map(
      (days): FeatureSpec => ({
        ...BASE,
        name: `hours_${days}d`,
        unit: 'hours',
        about: `Hours of use (durations of events) in the ${days} days before the date.`,
        reads: ['events.occurred_at', 'events.duration_seconds'],
        windowDays: days,
        define: use => ratio(orZero(use(windowSum(SECONDS, days))), sql`${perHour}`)
      })
    )
  ];
}
