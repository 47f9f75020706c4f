import { orZero, ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { sumOf } from '../aggregates.js';
import type { Family, FamilyInput, FeatureSpec } from '../types.js';
import { readsOf, steps, sumBefore, sumNow } from './subscription-passes.js';

const BASE = { family: 'subscription', timing: 'lagging', actionable: false, direction: 'none' } as const;
const CHANGE_DAYS = [30, 90, 365];
const MOVE_DAYS = [90, 365];

/** Recurring revenue and its course (R80). */
export const money: Family = input => [
  ...size(input),
  ...CHANGE_DAYS.map(days => change(input, days)),
  ...MOVE_DAYS.flatMap(days => [expansion(input, days), contraction(input, days)])
];

function size(input: FamilyInput): FeatureSpec[] {
  return [
    {
      ...BASE,
      name: 'mrr',
      unit: 'currency per month',
      about: 'Monthly recurring revenue of the terms that run at the date.',
      reads: readsOf(input)('mrr'),
      minimum: 0,
      step: 100,
      define: use => unscale(orZero(use(sumNow('mrr'))), input.decimals('subscriptions.mrr'))
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
    }
  ];
}

function change(input: FamilyInput, days: number): FeatureSpec {
  return {
    ...BASE,
    name: `mrr_change_${days}d`,
    unit: 'share',
    about: `Relative change of monthly recurring revenue over ${days} days; undefined when it was 0 or nothing.`,
    reads: readsOf(input)('mrr'),
    direction: 'higher_better',
    minimum: -1,
    step: 0.1,
    windowDays: days,
    define: use => {
      const then = use(sumBefore('mrr', days));
      return ratio(sql`${orZero(use(sumNow('mrr')))} - ${then}`, then);
    }
  };
}

function expansion(input: FamilyInput, days: number): FeatureSpec {
  const where = sql`r.mrr_is > r.mrr_was and r.age <= ${days}`;
  const gained = sumOf(raw('r.mrr_is - r.mrr_was'), { pass: steps, name: `mrr_gained_${days}d`, where });
  return {
    ...BASE,
    name: `mrr_expansion_${days}d`,
    unit: 'currency per month',
    about: `Monthly recurring revenue gained by steps up in the last ${days} days while terms ran on; a first term or a return after a gap is none.`,
    reads: readsOf(input)('mrr'),
    direction: 'higher_better',
    minimum: 0,
    step: 100,
    windowDays: days,
    define: use => unscale(orZero(use(gained)), input.decimals('subscriptions.mrr'))
  };
}

function contraction(input: FamilyInput, days: number): FeatureSpec {
  const where = sql`r.mrr_is < r.mrr_was and r.age <= ${days}`;
  const lost = sumOf(raw('r.mrr_was - r.mrr_is'), { pass: steps, name: `mrr_lost_${days}d`, where });
  return {
    ...BASE,
    name: `mrr_contraction_${days}d`,
    unit: 'currency per month',
    about: `Monthly recurring revenue lost by steps down in the last ${days} days while terms ran on.`,
    reads: readsOf(input)('mrr'),
    direction: 'lower_better',
    minimum: 0,
    step: 100,
    windowDays: days,
    define: use => unscale(orZero(use(lost)), input.decimals('subscriptions.mrr'))
  };
}
