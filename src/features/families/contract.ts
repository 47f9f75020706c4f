import { ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, distinctOf, maxOf, minOf } from '../aggregates.js';
import type { Family, FamilyInput, FeatureSpec } from '../types.js';
import { mainColumns, mainTerm, readsOf, sumNow, terms } from './subscription-passes.js';

const BASE = { family: 'subscription', timing: 'lagging', actionable: false, direction: 'none' } as const;
const ANY = raw('true');
const ACTIVE = raw('r.active');

/** The contract: its clock, length, value and breadth (R80). The main term is the running term that pays most. */
export const contract: Family = input => [...clock(input), ...length(input), ...breadth(input)];

function clock(input: FamilyInput): FeatureSpec[] {
  const reads = readsOf(input);
  return [
    {
      ...BASE,
      name: 'days_to_term_end',
      unit: 'days',
      about: 'Days to the next contract end among the running terms; unknown when they are open-ended.',
      reads: reads('term_end'),
      direction: 'higher_better',
      minimum: 0,
      step: 30,
      define: use => sql`- ${use(maxOf(raw('r.term_end__age'), { pass: terms, name: 'term_end_age', where: ACTIVE }))}`
    },
    {
      ...BASE,
      name: 'term_progress',
      unit: 'share',
      about: 'Share of the days of the main term that are over; unknown when it is open-ended.',
      reads: [...new Set(reads('term_end', ...mainColumns(input)))],
      minimum: 0,
      step: 0.1,
      define: use => {
        const began = use(maxOf(raw('r.started_at__age'), { pass: mainTerm, name: 'began', where: ANY }));
        const ends = use(maxOf(raw('r.term_end__age'), { pass: mainTerm, name: 'ends', where: ANY }));
        return ratio(began, sql`${began} - ${ends}`);
      }
    },
    {
      ...BASE,
      name: 'days_since_term_start',
      unit: 'days',
      about: 'Days since the newest running term began; unknown when none runs.',
      reads: reads(),
      minimum: 1,
      step: 30,
      define: use => use(minOf(raw('r.started_at__age'), { pass: terms, name: 'start_age', where: ACTIVE }))
    },
    {
      ...BASE,
      name: 'terms_count',
      unit: 'terms',
      about: 'Paid terms begun before the date.',
      reads: reads(),
      minimum: 0,
      define: use => sql`coalesce(${use(countOf({ pass: terms, name: 'count', where: ANY }))}, 0)`
    }
  ];
}

/** Whole months of the main term: as the contract states them, else the days from start to end in months of mean length, rounded. */
function length(input: FamilyInput): FeatureSpec[] {
  const reads = [...new Set(readsOf(input)(...monthColumns(input), ...mainColumns(input)))];
  const months = maxOf(monthsOf(input), { pass: mainTerm, name: 'months', where: ANY });
  const about = 'unknown when the main term is open-ended and states no months';
  return [
    {
      ...BASE,
      name: 'term_months',
      unit: 'months',
      about: `Length of the main term; ${about}.`,
      reads,
      minimum: 0,
      define: use => use(months)
    },
    {
      ...BASE,
      name: 'term_kind',
      type: 'category',
      unit: 'kind of term',
      about: `monthly (a month or less), part_year (2 to 11 months), annual (12) or multi_year (longer); ${about}.`,
      reads,
      define: use => {
        const n = use(months);
        return sql`case when ${n} <= 1 then 'monthly' when ${n} < 12 then 'part_year' when ${n} = 12 then 'annual' when ${n} > 12 then 'multi_year' end`;
      }
    },
    {
      ...BASE,
      name: 'multi_year',
      unit: 'flag',
      about: `1 when the main term is longer than 12 months; ${about}.`,
      reads,
      minimum: 0,
      define: use => sql`cast(${use(months)} > 12 as integer)`
    }
  ];
}

function monthColumns({ has }: FamilyInput): string[] {
  const known = ['term_months', 'term_end'].filter(column => has(`subscriptions.${column}`));
  return known.length === 0 ? ['term_months'] : known;
}

/** 4,800 months are 146,097 days. */
function monthsOf({ has }: FamilyInput): Sql {
  const days = raw('(r.started_at__age - r.term_end__age)');
  const rounded = sql`((9600 * ${days} + 146097) // 292194)`;
  if (!has('subscriptions.term_end')) return raw('r.term_months');
  return has('subscriptions.term_months') ? sql`coalesce(r.term_months, ${rounded})` : rounded;
}

function breadth(input: FamilyInput): FeatureSpec[] {
  const reads = readsOf(input);
  return [
    {
      ...BASE,
      name: 'contract_value',
      unit: 'currency',
      about: 'Amount of the running terms over their whole length; unknown when none states an amount.',
      reads: reads('amount'),
      minimum: 0,
      step: 1000,
      define: use => unscale(use(sumNow('amount')), input.decimals('subscriptions.amount'))
    },
    {
      ...BASE,
      name: 'products',
      unit: 'products',
      about: 'Distinct products among the running terms; unknown when none names its product.',
      reads: reads('product'),
      direction: 'higher_better',
      minimum: 1,
      define: use =>
        sql`nullif(${use(distinctOf(raw('r.product'), { pass: terms, name: 'products', where: ACTIVE }))}, 0)`
    }
  ];
}
