import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, distinctOf, maxOf, sumOf } from '../aggregates.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { median, medianChange, middleOf } from './middle.js';
import {
  PERIOD,
  provisionedDays,
  recentSessions,
  sessionDays,
  sessionLengths,
  sessionLife
} from './sessions-passes.js';
import { USER } from './users-passes.js';

const HOUR_US = 3_600_000_000;
/** Fewest user-days, or sessions, of which a median is told. */
const LEAST = 5;
const SESSION = ['sessions.started_at', 'sessions.ended_at', 'sessions.user_id'];
const BASE = {
  family: 'sessions',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0,
  reads: SESSION
} as const;
const CHANGE = { ...BASE, unit: 'percent', minimum: -100, step: 10, windowDays: 2 * PERIOD };

const NOW = sql`r.age <= ${PERIOD}`;
const BEFORE = sql`r.age > ${PERIOD}`;

/** How long and how often people use the product, from their sessions: R13, R14, R15 and counts. */
export const sessions: Family = input => [...timeSpent(input), ...lengths(), ...frequency(input), ...recency()];

function timeSpent({ has }: FamilyInput): FeatureSpec[] {
  const group = { pass: sessionDays, name: 'us' };
  const now = middleOf(sql`r.us`, { ...group, name: 'now', where: NOW });
  const before = middleOf(sql`r.us`, { ...group, name: 'before', where: BEFORE });
  return [
    {
      ...BASE,
      name: 'user_days_15d',
      unit: 'user-days',
      about: 'Days with use summed over users in the last 15 days, from sessions.',
      windowDays: PERIOD,
      define: use => orZero(use(now.size))
    },
    {
      ...BASE,
      name: 'hours_per_user_day_15d',
      unit: 'hours per user-day',
      about:
        'Median hours per active user-day in the last 15 days, overlapping sessions counted once; undefined under 5 user-days (R13).',
      windowDays: PERIOD,
      define: use => median(now, { unit: HOUR_US, least: LEAST }, use)
    },
    {
      ...BASE,
      name: 'hours_per_user_day_prior_15d',
      unit: 'hours per user-day',
      about: 'Median hours per active user-day from 30 to 15 days before the date; undefined under 5 user-days (R14).',
      windowDays: 2 * PERIOD,
      define: use => median(before, { unit: HOUR_US, least: LEAST }, use)
    },
    {
      ...CHANGE,
      name: 'hours_per_user_day_change_15d',
      about: 'Change of the median hours per active user-day against the 15 days before; undefined from nothing (R14).',
      define: use => medianChange({ now, before }, LEAST, use)
    },
    allDays(has('users.deactivated_at')),
    {
      ...BASE,
      name: 'session_hours_28d',
      unit: 'hours',
      about: 'Hours of use in the last 28 days from sessions, overlapping sessions of one user counted once.',
      windowDays: 28,
      define: use =>
        ratio(
          orZero(use(sumOf(sql`r.us`, { pass: sessionDays, name: 'us_28d', where: sql`r.age <= 28` }))),
          sql`${HOUR_US}`
        )
    }
  ];
}

/** D_all: days without use of provisioned users count as 0 hours. */
function allDays(leaves: boolean): FeatureSpec {
  const at = (name: string, place: Sql): Aggregate =>
    sumOf(sql`r.us`, { pass: provisionedDays, name, where: sql`r.place = ${place}` });
  const total: Aggregate = { pass: provisionedDays, name: 'total', sql: raw('max(r.total)') };
  const low = at('low', raw('(r.total + 1) // 2'));
  const high = at('high', raw('r.total // 2 + 1'));
  return {
    ...BASE,
    name: 'hours_per_user_day_all_15d',
    unit: 'hours per user-day',
    about:
      'Median hours over all days of the provisioned users in the last 15 days, days without use as 0; undefined under 5 user-days (R13).',
    reads: [...SESSION, ...USER, ...(leaves ? ['users.deactivated_at'] : [])],
    windowDays: PERIOD,
    define: use =>
      sql`case when ${use(total)} >= ${LEAST} then ${ratio(sql`${use(low)} + ${use(high)}`, sql`${2 * HOUR_US}`)} end`
  };
}

function lengths(): FeatureSpec[] {
  const now = middleOf(sql`r.us`, { pass: sessionLengths, name: 'now', where: NOW });
  const before = middleOf(sql`r.us`, { pass: sessionLengths, name: 'before', where: BEFORE });
  return [
    {
      ...BASE,
      name: 'session_hours_median_15d',
      unit: 'hours',
      about: 'Median length of the sessions that ended in the last 15 days; undefined under 5 sessions (R15).',
      windowDays: PERIOD,
      define: use => median(now, { unit: HOUR_US, least: LEAST }, use)
    },
    {
      ...CHANGE,
      name: 'session_hours_median_change_15d',
      about:
        'Change of the median session length against the 15 days before; undefined under 5 sessions in either (R15).',
      define: use => medianChange({ now, before }, LEAST, use)
    }
  ];
}

/** Sessions that ended at ages (after, upTo]. */
export function sessionCount(upTo: number, after = 0): Aggregate {
  const where = sql`r.age > ${after} and r.age <= ${upTo}`;
  return { ...countOf({ pass: recentSessions, name: `n_${after}_${upTo}`, where }), reach: upTo };
}

function sessionUsers(upTo: number, after = 0): Aggregate {
  const where = sql`r.age > ${after} and r.age <= ${upTo}`;
  return {
    ...distinctOf(sql`r.user_id`, { pass: recentSessions, name: `users_${after}_${upTo}`, where }),
    reach: upTo
  };
}

function frequency({ windows }: FamilyInput): FeatureSpec[] {
  return [
    {
      ...BASE,
      name: 'sessions_per_active_user_15d',
      unit: 'sessions per user',
      about: 'Sessions that ended in the last 15 days per user who had one; undefined without one (R15).',
      windowDays: PERIOD,
      define: use => ratio(use(sessionCount(PERIOD)), use(sessionUsers(PERIOD)))
    },
    {
      ...CHANGE,
      name: 'sessions_per_active_user_change_15d',
      about: 'Change of the sessions per active user against the 15 days before; undefined when either had none (R15).',
      define: use => {
        const [n, users] = [use(sessionCount(PERIOD)), use(sessionUsers(PERIOD))];
        const then = sql`${use(sessionCount(2 * PERIOD, PERIOD))} * ${users}`;
        const change = ratio(sql`100 * (${n} * ${use(sessionUsers(2 * PERIOD, PERIOD))} - ${then})`, then);
        return sql`case when ${n} > 0 then ${change} end`;
      }
    },
    ...windows.map(
      (days): FeatureSpec => ({
        ...BASE,
        name: `sessions_${days}d`,
        unit: 'sessions',
        about: `Sessions that ended in the ${days} days before the date.`,
        windowDays: days,
        define: use => orZero(use(sessionCount(days)))
      })
    ),
    {
      ...CHANGE,
      name: 'sessions_change_28d',
      unit: 'share',
      minimum: -1,
      step: 0.1,
      about: 'Relative change of sessions: the last 28 days against the 28 before; undefined when those had none.',
      windowDays: 56,
      define: use => {
        const prior = use(sessionCount(56, 28));
        return ratio(sql`${use(sessionCount(28))} - ${prior}`, prior);
      }
    }
  ];
}

function recency(): FeatureSpec[] {
  const last = maxOf(sql`r.last_day`, { pass: sessionLife, name: 'last_day', where: raw('true') });
  return [
    {
      ...BASE,
      name: 'days_since_last_session',
      unit: 'days',
      about: 'Days since the last session ended; unknown when there was none.',
      direction: 'lower_better',
      minimum: 1,
      reads: ['sessions.ended_at'],
      define: use => sql`s.as_of_day - ${use(last)}`
    }
  ];
}
