import { countWhere, orZero, ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { mainTerm, PLAN_CHANGE_DAYS, planChanges, rankedTerms, sumBefore, terms } from './subscription-passes.js';
import { activeUsers } from './usage-passes.js';

const BASE = { family: 'subscription', timing: 'lagging', actionable: false, direction: 'none' } as const;
const CHANGE_DAYS = 90;

/** What the account pays for: money, seats, plan, the contract's clock. Terms of trials are left out. */
export const subscription: Family = input => {
  const ends = ['term_end', 'ended_at', 'is_trial'].map(c => `subscriptions.${c}`).filter(input.has);
  const reads = (...columns: string[]) => ['started_at', ...columns].map(c => `subscriptions.${c}`).concat(ends);
  return [...money(input, reads), ...seats(input, reads), ...plan(reads), ...clock(reads)];
};

type Reads = (...columns: string[]) => string[];

const mrrNow: Aggregate = { pass: terms, name: 'mrr', sql: raw('cast(sum(r.mrr) filter (where r.active) as bigint)') };
const mrrThen: Aggregate = { pass: terms, name: 'mrr_before', sql: sumBefore('mrr', CHANGE_DAYS) };
const seatsNow: Aggregate = {
  pass: terms,
  name: 'seats',
  sql: raw('cast(sum(r.seats) filter (where r.active) as bigint)')
};
const seatsThen: Aggregate = { pass: terms, name: 'seats_before', sql: sumBefore('seats', CHANGE_DAYS) };
const rankNow: Aggregate = { pass: rankedTerms, name: 'rank', sql: raw('max(r.rank) filter (where r.active)') };

function money({ decimals }: FamilyInput, reads: Reads): FeatureSpec[] {
  const scale = decimals('subscriptions.mrr');
  return [
    {
      ...BASE,
      name: 'mrr',
      unit: 'currency per month',
      about: 'Monthly recurring revenue of the terms that run at the date.',
      reads: reads('mrr'),
      minimum: 0,
      step: 100,
      define: use => unscale(orZero(use(mrrNow)), scale)
    },
    {
      ...BASE,
      name: 'arr',
      unit: 'currency per year',
      about: 'Annual recurring revenue of the snapshot.',
      reads: [],
      minimum: 0,
      step: 1000,
      define: () => raw('s.arr')
    },
    {
      ...BASE,
      name: `mrr_change_${CHANGE_DAYS}d`,
      unit: 'share',
      about: `Relative change of monthly recurring revenue over ${CHANGE_DAYS} days; undefined when it was 0 or nothing.`,
      reads: reads('mrr'),
      direction: 'higher_better',
      minimum: -1,
      step: 0.1,
      windowDays: CHANGE_DAYS,
      define: use => ratio(sql`${orZero(use(mrrNow))} - ${use(mrrThen)}`, use(mrrThen))
    }
  ];
}

function seats({ decimals }: FamilyInput, reads: Reads): FeatureSpec[] {
  return [
    {
      ...BASE,
      name: 'seats',
      unit: 'seats',
      about: 'Seats of the terms that run at the date; unknown when none states seats.',
      reads: reads('seats'),
      minimum: 0,
      step: 10,
      define: use => use(seatsNow)
    },
    {
      ...BASE,
      name: `seats_change_${CHANGE_DAYS}d`,
      unit: 'share',
      about: `Relative change of seats over ${CHANGE_DAYS} days; undefined when there were none.`,
      reads: reads('seats'),
      direction: 'higher_better',
      minimum: -1,
      step: 0.1,
      windowDays: CHANGE_DAYS,
      define: use => ratio(sql`${use(seatsNow)} - ${use(seatsThen)}`, use(seatsThen))
    },
    {
      ...BASE,
      name: 'seat_utilisation_28d',
      unit: 'share',
      about: 'Users active in the last 28 days per seat; undefined without seats.',
      reads: [...reads('seats'), 'events.occurred_at', 'events.user_id'],
      timing: 'leading',
      actionable: true,
      direction: 'higher_better',
      minimum: 0,
      step: 0.1,
      windowDays: 28,
      define: use => ratio(orZero(use(activeUsers(28))), use(seatsNow))
    },
    {
      ...BASE,
      name: 'mrr_per_seat',
      unit: 'currency per seat and month',
      about: 'Monthly recurring revenue per seat; undefined without seats.',
      reads: reads('mrr', 'seats'),
      minimum: 0,
      define: use => ratio(orZero(use(mrrNow)), sql`${use(seatsNow)} * ${10 ** decimals('subscriptions.mrr')}`)
    }
  ];
}

function plan(reads: Reads): FeatureSpec[] {
  const ranks = [...reads('plan'), 'plans.plan', 'plans.rank'];
  const changes = (name: string, where: string): Aggregate => ({
    pass: planChanges,
    name,
    sql: countWhere(raw(where))
  });
  const change = (name: string, about: string, aggregate: Aggregate): FeatureSpec => ({
    ...BASE,
    name: `${name}_${PLAN_CHANGE_DAYS}d`,
    unit: 'changes',
    about: `${about} in the last ${PLAN_CHANGE_DAYS} days.`,
    reads: ranks,
    direction: name === 'upgrades' ? 'higher_better' : 'lower_better',
    minimum: 0,
    windowDays: PLAN_CHANGE_DAYS,
    define: use => orZero(use(aggregate))
  });
  return [
    {
      ...BASE,
      name: 'plan',
      type: 'category',
      unit: 'plan',
      about: 'Plan of the running term that pays most.',
      reads: reads('plan', 'mrr'),
      define: use => use({ pass: mainTerm, name: 'plan', sql: raw('min(r.plan)') })
    },
    {
      ...BASE,
      name: 'plan_rank',
      unit: 'rank',
      about: 'Highest plan rank among the running terms.',
      reads: ranks,
      direction: 'higher_better',
      define: use => use(rankNow)
    },
    change('upgrades', 'Starts of a term that raised the plan rank', changes('upgrades', 'r.became > r.was')),
    change('downgrades', 'Starts of a term that lowered the plan rank', changes('downgrades', 'r.became < r.was'))
  ];
}

function clock(reads: Reads): FeatureSpec[] {
  const termEnd = 'subscriptions.term_end';
  return [
    {
      ...BASE,
      name: 'days_to_term_end',
      unit: 'days',
      about: 'Days to the next contract end among the running terms; unknown when they are open-ended.',
      reads: [...new Set([...reads(), termEnd])],
      direction: 'higher_better',
      minimum: 0,
      step: 30,
      define: use =>
        sql`- ${use({ pass: terms, name: 'term_end_age', sql: raw('max(r.term_end__age) filter (where r.active)') })}`
    },
    {
      ...BASE,
      name: 'days_since_term_start',
      unit: 'days',
      about: 'Days since the newest running term began; unknown when none runs.',
      reads: reads(),
      minimum: 1,
      step: 30,
      define: use => use({ pass: terms, name: 'start_age', sql: raw('min(r.started_at__age) filter (where r.active)') })
    },
    {
      ...BASE,
      name: 'terms_count',
      unit: 'terms',
      about: 'Paid terms begun before the date.',
      reads: reads(),
      minimum: 0,
      define: use => orZero(use({ pass: terms, name: 'count', sql: raw('count(*)') }))
    }
  ];
}
