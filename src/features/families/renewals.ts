import { orZero, ratio } from '../../sql/expressions.js';
import { raw } from '../../sql/sql.js';
import { sumOf } from '../aggregates.js';
import type { Family } from '../types.js';
import { readsOf, steps } from './subscription-passes.js';

const BASE = { family: 'subscription', timing: 'lagging', actionable: false, direction: 'higher_better' } as const;
const due = sumOf(raw('r.due'), { pass: steps, name: 'renewals_due', where: raw('r.due > 0') });
const won = sumOf(raw('r.due'), { pass: steps, name: 'renewals_won', where: raw('r.due > 0 and r.running > 0') });

/**
 * Renewals in the account's history (R79). One was due for each paid term that reached its contract's end before the date;
 * a term that ended or was replaced before was not. It was won when another paid term of the account, of any product, had
 * begun by that instant and ran on beyond it: no grace, the same reading as churn's.
 */
export const renewals: Family = input => [
  {
    ...BASE,
    name: 'renewals_due',
    unit: 'renewals',
    about: "Paid terms that reached their contract's end before the date.",
    reads: readsOf(input)('term_end'),
    direction: 'none',
    minimum: 0,
    define: use => orZero(use(due))
  },
  {
    ...BASE,
    name: 'renewals_won_share',
    unit: 'share',
    about:
      "Share of the paid terms that reached their contract's end which another paid term continued without a gap; undefined without any.",
    reads: readsOf(input)('term_end'),
    minimum: 0,
    step: 0.1,
    define: use => ratio(use(won), use(due))
  }
];
