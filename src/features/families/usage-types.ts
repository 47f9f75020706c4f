import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { FamilyInput, FeatureSpec, Part } from '../types.js';
import { typePart } from './usage-parts.js';
import { ALL_EVENTS, firstEventDay, lifeSum, windowSum } from './usage-passes.js';

const BASE = { family: 'usage', timing: 'leading', actionable: true, direction: 'higher_better', minimum: 0 } as const;
const READS = ['events.occurred_at', 'events.event_type'];
/** A rate is measured from this age on, over the days that the account has lived. */
const RATE_AGE = 7;

/** Counts and rates of each declared event type, the overall rate, and breadth. Direction of a type is not presumed. */
export function eventTypes({ windows, eventTypes: types }: FamilyInput): FeatureSpec[] {
  const parts = types.map(({ type, slug }) => ({ type, slug, part: typePart(type, slug) }));
  return [
    ...parts.flatMap(({ type, slug, part }) => windows.map(days => typeCount({ type, slug, part, days }))),
    ...parts.map(({ type, slug, part }) => rate(`${slug}_rate_28d`, `${type} events`, part, READS)),
    rate('events_rate_28d', 'Events', ALL_EVENTS, ['events.occurred_at']),
    ...parts.map(({ type, slug, part }) => lifeRate(`${slug}_rate_life`, `${type} events`, part, READS)),
    lifeRate('events_rate_life', 'Events', ALL_EVENTS, ['events.occurred_at']),
    ...[...new Set([28, ...windows])].map(days =>
      breadth(
        parts.map(({ part }) => part),
        days
      )
    ),
    ...parts.flatMap(({ type, slug, part }) => comparisons({ stem: slug, what: `${type} events`, part, reads: READS })),
    ...comparisons({ stem: 'events', what: 'Events', part: ALL_EVENTS, reads: ['events.occurred_at'] }).slice(1)
  ];
}

interface TypeCount {
  readonly type: string;
  readonly slug: string;
  readonly part: Part;
  readonly days: number;
}

function typeCount({ type, slug, part, days }: TypeCount): FeatureSpec {
  return {
    ...BASE,
    name: `${slug}_${days}d`,
    unit: 'events',
    about: `Events of type ${type} in the ${days} days before the date.`,
    direction: 'none',
    reads: READS,
    windowDays: days,
    define: use => orZero(use(windowSum(part, days)))
  };
}

function rate(name: string, what: string, part: Part, reads: readonly string[]): FeatureSpec {
  return {
    ...rateBase(name, part, reads),
    about: `${what} per 28 days over the last 28 days, or over the account's life when that is shorter (from 7 days on).`,
    windowDays: 28,
    define: use => ratio(sql`28 * ${orZero(use(windowSum(part, 28)))}`, raw('least(28, s.tenure_days)'))
  };
}

function lifeRate(name: string, what: string, part: Part, reads: readonly string[]): FeatureSpec {
  return {
    ...rateBase(name, part, reads),
    about: `${what} per 28 days since the account's first event; 0 without any (from 7 days on).`,
    define: use => sql`coalesce(${ratio(sql`28 * ${use(lifeSum(part))}`, sql`s.as_of_day - ${use(firstEventDay)}`)}, 0)`
  };
}

function rateBase(name: string, part: Part, reads: readonly string[]) {
  const direction = part === ALL_EVENTS ? ('higher_better' as const) : ('none' as const);
  return { ...BASE, name, unit: 'events per 28 days', direction, reads, minAgeDays: RATE_AGE };
}

interface Compared {
  readonly stem: string;
  readonly what: string;
  readonly part: Part;
  readonly reads: readonly string[];
}

/** The last 28 days against the 28 before, and against the account's own history. */
function comparisons({ stem, what, part, reads }: Compared): FeatureSpec[] {
  const direction = part === ALL_EVENTS ? ('higher_better' as const) : ('none' as const);
  const shared = { ...BASE, unit: 'share', direction, minimum: -1, step: 0.1, reads };
  const now = windowSum(part, 28);
  return [
    {
      ...shared,
      name: `${stem}_change_28d`,
      about: `Relative change of ${what}: the last 28 days against the 28 before; undefined when those had none.`,
      windowDays: 56,
      define: use => {
        const prior = use(windowSum(part, 56, 28));
        return ratio(sql`${use(now)} - ${prior}`, prior);
      }
    },
    {
      ...shared,
      name: `${stem}_rate_change_life`,
      about: `${what} per day in the last 28 days relative to all days before since the account's first event; undefined when those had none.`,
      windowDays: 28,
      define: use => {
        const recent = orZero(use(now));
        const days = sql`(s.as_of_day - 28 - ${use(firstEventDay)})`;
        const before = sql`28 * (${use(lifeSum(part))} - ${recent})`;
        return sql`case when ${days} > 0 then ${ratio(sql`${recent} * ${days} - ${before}`, before)} end`;
      }
    }
  ];
}

/** R29: how many of the declared features were used in the window. */
function breadth(parts: readonly Part[], days: number): FeatureSpec {
  return {
    ...BASE,
    name: `event_types_${days}d`,
    unit: 'event types',
    about: `Distinct declared event types used in the last ${days} days (R29).`,
    reads: READS,
    windowDays: days,
    ...(parts.length === 0 ? { unavailable: 'features.eventTypes is empty' } : {}),
    define: use =>
      raw(parts.map(part => sql`case when ${use(windowSum(part, days))} > 0 then 1 else 0 end`.text).join(' + '))
  };
}
