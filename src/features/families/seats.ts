import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, minOf, sumOf } from '../aggregates.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { readsOf, steps, sumBefore, sumNow } from './subscription-passes.js';
import { activeUsers } from './usage-passes.js';

const BASE = { family: 'subscription', timing: 'lagging', actionable: false, direction: 'none' } as const;
const CHANGE_DAYS = [30, 90];
const EVENT_DAYS = 90;
/** A change of seats: seats are stated on both sides of a step and differ. */
const changed = raw('r.seats_is <> r.seats_was');
/** Instants of steps are distinct, so the largest pair is the last change. */
const lastDelta: Aggregate = {
  pass: steps,
  name: 'last_delta',
  sql: sql`(max(struct_pack(us := r.us, delta := r.seats_is - r.seats_was)) filter (where ${changed})).delta`
};

/** Seats, when and by how many they changed, their use and their price (R65). */
export const seats: Family = input => [
  {
    ...BASE,
    name: 'seats',
    unit: 'seats',
    about: 'Seats of the terms that run at the date; unknown when none states seats.',
    reads: readsOf(input)('seats'),
    minimum: 0,
    step: 10,
    define: use => use(sumNow('seats'))
  },
  ...CHANGE_DAYS.map(days => netChange(input, days)),
  ...events(input),
  utilisation(input),
  ...price(input)
];

function netChange(input: FamilyInput, days: number): FeatureSpec {
  return {
    ...BASE,
    name: `seats_change_${days}d`,
    unit: 'share',
    about: `Relative change of seats over ${days} days; undefined when there were none.`,
    reads: readsOf(input)('seats'),
    direction: 'higher_better',
    minimum: -1,
    step: 0.1,
    windowDays: days,
    define: use => {
      const then = use(sumBefore('seats', days));
      return ratio(sql`${use(sumNow('seats'))} - ${then}`, then);
    }
  };
}

function events(input: FamilyInput): FeatureSpec[] {
  const base = { ...BASE, reads: readsOf(input)('seats') };
  const recent = sql`r.age <= ${EVENT_DAYS}`;
  const delta = raw('r.seats_is - r.seats_was');
  const grown = sql`r.seats_is > r.seats_was and ${recent}`;
  const cut = sql`r.seats_is < r.seats_was and ${recent}`;
  return [
    {
      ...base,
      name: `seat_changes_${EVENT_DAYS}d`,
      unit: 'changes',
      about: `Times that the seats changed in the last ${EVENT_DAYS} days, up or down; a first term is none.`,
      minimum: 0,
      windowDays: EVENT_DAYS,
      define: use => orZero(use(countOf({ pass: steps, name: 'seat_changes', where: sql`${changed} and ${recent}` })))
    },
    {
      ...base,
      name: `seats_added_${EVENT_DAYS}d`,
      unit: 'seats',
      about: `Seats added by the changes of the last ${EVENT_DAYS} days.`,
      direction: 'higher_better',
      minimum: 0,
      windowDays: EVENT_DAYS,
      define: use => orZero(use(sumOf(delta, { pass: steps, name: 'seats_added', where: grown })))
    },
    {
      ...base,
      name: `seats_removed_${EVENT_DAYS}d`,
      unit: 'seats',
      about: `Seats removed by the changes of the last ${EVENT_DAYS} days.`,
      direction: 'lower_better',
      minimum: 0,
      windowDays: EVENT_DAYS,
      define: use => orZero(sql`- ${use(sumOf(delta, { pass: steps, name: 'seats_removed', where: cut }))}`)
    },
    {
      ...base,
      name: 'days_since_seat_change',
      unit: 'days',
      about: 'Days since the seats last changed; unknown when they never did.',
      minimum: 1,
      step: 30,
      define: use => use(minOf(raw('r.age'), { pass: steps, name: 'seat_change_age', where: changed }))
    },
    {
      ...base,
      name: 'seats_last_delta',
      unit: 'seats',
      about: 'Seats that the last change added (negative: removed); unknown when they never changed.',
      direction: 'higher_better',
      define: use => use(lastDelta)
    }
  ];
}

function utilisation(input: FamilyInput): FeatureSpec {
  return {
    ...BASE,
    name: 'seat_utilisation_28d',
    unit: 'share',
    about: 'Users active in the last 28 days per seat; undefined without seats.',
    reads: [...readsOf(input)('seats'), 'events.occurred_at', 'events.user_id'],
    timing: 'leading',
    actionable: true,
    direction: 'higher_better',
    minimum: 0,
    step: 0.1,
    windowDays: 28,
    define: use => ratio(orZero(use(activeUsers(28))), use(sumNow('seats')))
  };
}

function price(input: FamilyInput): FeatureSpec[] {
  const reads = readsOf(input)('mrr', 'seats');
  return [
    {
      ...BASE,
      name: 'mrr_per_seat',
      unit: 'currency per seat and month',
      about: 'Monthly recurring revenue per seat; undefined without seats.',
      reads,
      minimum: 0,
      define: use =>
        ratio(orZero(use(sumNow('mrr'))), sql`${use(sumNow('seats'))} * ${10 ** input.decimals('subscriptions.mrr')}`)
    },
    {
      ...BASE,
      name: 'mrr_per_seat_change_90d',
      unit: 'share',
      about:
        'Relative change of the monthly recurring revenue per seat over 90 days (negative: a discount); undefined when there was no price or no seat.',
      reads,
      minimum: -1,
      step: 0.1,
      windowDays: 90,
      define: use => {
        const wide = (aggregate: Aggregate) => sql`cast(${use(aggregate)} as hugeint)`;
        const then = sql`${wide(sumBefore('mrr', 90))} * ${wide(sumNow('seats'))}`;
        const now = sql`${wide(sumNow('mrr'))} * nullif(${wide(sumBefore('seats', 90))}, 0)`;
        return ratio(sql`${now} - ${then}`, then);
      }
    }
  ];
}
