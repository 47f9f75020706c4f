import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import type { FamilyInput, FeatureSpec } from '../types.js';
import type { Use } from './middle.js';
import { sessionCount } from './sessions.js';
import { corePart, ofUsers, SECONDS } from './usage-parts.js';
import { ALL_EVENTS, activeDays, activeUsers, windowSum } from './usage-passes.js';

const DAYS = 28;
const WEEKS = 8;
const EVENTS = ['events.occurred_at'];
const TYPED = [...EVENTS, 'events.event_type'];
const BASE = { family: 'usage', timing: 'leading', actionable: true, direction: 'higher_better', minimum: 0 } as const;
const CHANGE = { ...BASE, unit: 'share', minimum: -1, step: 0.1, windowDays: 2 * DAYS } as const;

/** Evenness and change of use, core value per user (R32), and visits beside it (R72). */
export function rhythm(input: FamilyInput): FeatureSpec[] {
  return [...volatility(), ...changes(), ...coreValue(input), ...visits(input)];
}

/** Variance of the weekly counts from exact sums: (n sum(x^2) - sum(x)^2) / n^2, and the same relative to the mean. */
function volatility(): FeatureSpec[] {
  const weekly = (use: Use) =>
    Array.from({ length: WEEKS }, (_, w) => orZero(use(windowSum(ALL_EVENTS, 7 * (w + 1), 7 * w))));
  const spread = (weeks: readonly Sql[], total: Sql) =>
    sql`(${WEEKS} * (${plus(weeks.map(x => sql`${x} * ${x}`))}) - (${total}) * (${total}))`;
  const shared = { ...BASE, direction: 'lower_better', reads: EVENTS, windowDays: 7 * WEEKS } as const;
  return [
    {
      ...shared,
      name: 'events_weekly_variance_56d',
      unit: 'squared events',
      about: 'Variance of the weekly event counts over the last 8 weeks.',
      direction: 'none',
      define: use => {
        const weeks = weekly(use);
        return ratio(spread(weeks, plus(weeks)), sql`${WEEKS * WEEKS}`);
      }
    },
    {
      ...shared,
      name: 'events_weekly_variation_56d',
      unit: 'squared share',
      about:
        'Squared coefficient of variation of the weekly event counts over the last 8 weeks, 0 when every week is alike; undefined without events.',
      step: 0.1,
      define: use => {
        const weeks = weekly(use);
        const total = plus(weeks);
        return ratio(spread(weeks, total), sql`(${total}) * (${total})`);
      }
    }
  ];
}

function plus(terms: readonly Sql[]): Sql {
  return raw(terms.map(term => term.text).join(' + '));
}

function changes(): FeatureSpec[] {
  return [
    {
      ...CHANGE,
      name: 'active_days_change_28d',
      about:
        'Relative change of the days with events: the last 28 days against the 28 before; undefined when those had none.',
      reads: EVENTS,
      define: use => {
        const [now, both] = [orZero(use(activeDays(DAYS))), orZero(use(activeDays(2 * DAYS)))];
        return ratio(sql`(2 * (${now}) - (${both}))`, sql`(${both}) - (${now})`);
      }
    },
    {
      ...CHANGE,
      name: 'hours_change_28d',
      about:
        'Relative change of the hours of use (durations of events): the last 28 days against the 28 before; undefined when those had none.',
      reads: [...EVENTS, 'events.duration_seconds'],
      define: use => {
        const prior = use(windowSum(SECONDS, 2 * DAYS, DAYS));
        return ratio(sql`${use(windowSum(SECONDS, DAYS))} - ${prior}`, prior);
      }
    }
  ];
}

function coreValue({ coreEvents }: FamilyInput): FeatureSpec[] {
  const core = corePart(coreEvents);
  const shared = { reads: TYPED, ...noCore(coreEvents) };
  return [
    {
      ...BASE,
      ...shared,
      name: 'core_events_per_active_user_week_28d',
      unit: 'events per user and week',
      about:
        'Events of core value by identified users per active user and week over the last 28 days; undefined without one (R32).',
      reads: [...TYPED, 'events.user_id'],
      windowDays: DAYS,
      define: use =>
        ratio(use(windowSum(ofUsers('core_of_users', coreEvents), DAYS)), sql`4 * ${use(activeUsers(DAYS))}`)
    },
    {
      ...CHANGE,
      ...shared,
      name: 'core_events_change_28d',
      about:
        'Relative change of events of core value: the last 28 days against the 28 before; undefined when those had none.',
      define: use => {
        const prior = use(windowSum(core, 2 * DAYS, DAYS));
        return ratio(sql`${use(windowSum(core, DAYS))} - ${prior}`, prior);
      }
    },
    {
      ...BASE,
      ...shared,
      name: 'core_events_share_28d',
      unit: 'share',
      about: 'Share of the events of the last 28 days that were of core value; undefined without events.',
      step: 0.1,
      windowDays: DAYS,
      define: use => ratio(use(windowSum(core, DAYS)), use(windowSum(ALL_EVENTS, DAYS)))
    }
  ];
}

/** R72: a visit is a session, or a day with events where sessions are not mapped; told beside the value it gave. */
function visits({ has, coreEvents }: FamilyInput): FeatureSpec[] {
  const bySession = has('sessions.ended_at');
  const what = bySession ? 'sessions' : 'days with events';
  const reads = bySession ? ['sessions.ended_at'] : EVENTS;
  const count = (use: Use) => (bySession ? orZero(use(sessionCount(DAYS))) : sql`(${orZero(use(activeDays(DAYS)))})`);
  return [
    {
      ...BASE,
      name: 'visits_per_week_28d',
      unit: 'visits per week',
      about: `Visits (${what}) per week over the last 28 days; says nothing of value by itself (R72).`,
      reads,
      windowDays: DAYS,
      define: use => ratio(count(use), sql`4`)
    },
    {
      ...BASE,
      name: 'core_events_per_visit_28d',
      unit: 'events per visit',
      about: `Events of core value per visit (${what}) in the last 28 days; undefined without a visit (R72, R32).`,
      reads: [...new Set([...TYPED, ...reads])],
      windowDays: DAYS,
      ...noCore(coreEvents),
      define: use => ratio(orZero(use(windowSum(corePart(coreEvents), DAYS))), count(use))
    }
  ];
}

function noCore(coreEvents: readonly string[]) {
  return coreEvents.length === 0 ? { unavailable: 'features.coreEvents is empty' } : {};
}
