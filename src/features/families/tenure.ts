import { raw } from '../../sql/sql.js';
import type { Family } from '../types.js';

const BASE = { family: 'tenure', timing: 'lagging', actionable: false, reads: [], minimum: 0 } as const;

/** How long the account has paid. 400 Gregorian years are 4,800 months and 146,097 days. */
export const tenure: Family = () => [
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
    about: 'Whole months of mean length since the account first paid.',
    direction: 'higher_better',
    define: () => raw('(s.tenure_days * 4800) // 146097')
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
