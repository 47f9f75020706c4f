import { allOf, isOneOf, orZero, ratio, whenAtLeast } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf } from '../aggregates.js';
import { tablePass } from '../rows.js';
import type { Aggregate, FamilyInput, FeatureSpec } from '../types.js';

export const TOUCHPOINTS = {
  family: 'touchpoints',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
export const DAYS = 90;
/** Least number of contacts behind a share or a median of how the customer behaves; fewer give Undefined. */
export const LEAST_CONTACTS = 3;
export const contacts = tablePass('touchpoints');
export const recent = sql`r.occurred_at__age <= ${DAYS}`;
/** A touchpoint at an agreed time; an e-mail is not scheduled. */
export const scheduled = raw(`r.kind <> 'email'`);
export const ofKinds = (...kinds: readonly string[]): Sql => isOneOf(sql`r.kind`, kinds);

/** Which touchpoints took place: all that nobody cancelled; without that column all. */
export function heldRows({ has }: FamilyInput): { readonly held: Sql; readonly reads: readonly string[] } {
  const cancels = has('touchpoints.cancelled_by');
  return {
    held: cancels ? raw('r.cancelled_by is null') : raw('true'),
    reads: ['touchpoints.occurred_at', ...(cancels ? ['touchpoints.cancelled_by'] : [])]
  };
}

type Named = Pick<FeatureSpec, 'name' | 'about' | 'reads'> & Partial<FeatureSpec>;

/** Touchpoints of the pass that satisfy a condition. */
export function touchCount(name: string, ...conditions: readonly Sql[]): Aggregate {
  return countOf({ pass: contacts, name, where: allOf(...conditions) });
}

/** A number of touchpoints, 0 when none. */
export function touchCounted(aggregate: Aggregate, spec: Named): FeatureSpec {
  return { ...TOUCHPOINTS, unit: 'touchpoints', define: use => orZero(use(aggregate)), ...spec };
}

/** A share of a group of touchpoints, undefined when the group is smaller than `LEAST_CONTACTS`. */
export function touchShare(part: Aggregate, whole: Aggregate, spec: Named): FeatureSpec {
  return {
    ...TOUCHPOINTS,
    unit: 'share',
    step: 0.1,
    windowDays: DAYS,
    minAgeDays: 0,
    define: use => whenAtLeast(LEAST_CONTACTS, use(whole), ratio(use(part), use(whole))),
    ...spec
  };
}

/** The size of a group behind a share or a median; measured from the first day on. */
export function touchSize(group: Aggregate, spec: Named): FeatureSpec {
  return touchCounted(group, { direction: 'none', windowDays: DAYS, minAgeDays: 0, ...spec });
}
