import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, maxOf, sumOf } from '../aggregates.js';
import type { Family, FamilyInput, FeatureSpec, Pass } from '../types.js';
import { paidTerms, readsOf } from './subscription-passes.js';

const BASE = { family: 'tenure', timing: 'lagging', actionable: false, reads: [] as string[], minimum: 0 } as const;

/** How long the account has paid (R64). Days and months are those of the workspace's calendar. */
export const tenure: Family = input => [...sinceStart(), ...covered(input)];

function sinceStart(): FeatureSpec[] {
  return [
    {
      ...BASE,
      name: 'tenure_days',
      unit: 'days',
      about: 'Days since the account first paid.',
      direction: 'higher_better',
      step: 30,
      define: () => raw('s.tenure_days')
    },
    {
      ...BASE,
      name: 'tenure_months',
      unit: 'months',
      about:
        'Whole calendar months since the account first paid; a month that lacks the day of the start is over on its last day.',
      direction: 'higher_better',
      define: () => raw(CALENDAR_MONTHS)
    },
    {
      ...BASE,
      name: 'first_90_days',
      unit: 'flag',
      about: '1 in the first 90 days of the account.',
      direction: 'none',
      define: () => raw('case when s.tenure_days < 90 then 1 else 0 end')
    }
  ];
}

const AT = `(date '1970-01-01' + s.as_of_day)`;
const START = `(date '1970-01-01' + (s.as_of_day - s.tenure_days))`;
const CALENDAR_MONTHS = `12 * (year(${AT}) - year(${START})) + month(${AT}) - month(${START})
    - case when day(${AT}) < least(day(${START}), day(last_day(${AT}))) then 1 else 0 end`;

/**
 * Paid terms in the order of their start, each with the days that it `covered` beyond those before it, and the `gap` of
 * days between its start and the last day covered before (0 or less: none). A term covers the days from its start up to,
 * but not including, the day of its end; terms that begin and end on one day cover none and are left out.
 */
const cover: Pass = {
  name: 'cover',
  partials: [],
  from: input => sql`select *, least(began, reached) - upto as covered, reached - began as gap from (
    select *, min(upto) over (partition by account_id, as_of_day order by began desc, upto
      rows between unbounded preceding and 1 preceding) as reached from (
      select account_id, as_of_day, started_at__age as began, case when active then 0 else ends_age end as upto
      from (${paidTerms(input)})
    ) where began > upto)`
};

function covered(input: FamilyInput): FeatureSpec[] {
  const base = { ...BASE, reads: readsOf(input)() };
  const days = sumOf(raw('r.covered'), { pass: cover, name: 'days', where: raw('r.covered > 0') });
  const gap = raw('r.gap > 0');
  return [
    {
      ...base,
      name: 'tenure_paid_days',
      unit: 'days',
      about: 'Days covered by paid terms; days in several terms count once, gaps not at all.',
      direction: 'higher_better',
      step: 30,
      define: use => orZero(use(days))
    },
    {
      ...base,
      name: 'tenure_paid_share',
      unit: 'share',
      about: 'Share of the days since the account first paid that paid terms cover.',
      direction: 'higher_better',
      step: 0.1,
      define: use => ratio(orZero(use(days)), raw('s.tenure_days'))
    },
    {
      ...base,
      name: 'tenure_gaps',
      unit: 'gaps',
      about: 'Times that at least a day passed between two paid terms.',
      direction: 'lower_better',
      define: use => orZero(use(countOf({ pass: cover, name: 'gaps', where: gap })))
    },
    {
      ...base,
      name: 'tenure_longest_gap_days',
      unit: 'days',
      about: 'Days of the longest time between two paid terms; 0 when there was none.',
      direction: 'lower_better',
      step: 30,
      define: use => orZero(use(maxOf(raw('r.gap'), { pass: cover, name: 'longest_gap', where: gap })))
    }
  ];
}
