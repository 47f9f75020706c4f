import { ConfigError } from '../errors.js';
import { isDate } from './dates.js';

/** Names of the features that the starter may use; null when their source is absent. */
export interface StarterInfo {
  /** Date of the profile, ISO; the data end. */
  readonly date: string;
  /** Days since the first paid start. */
  readonly tenureDays: string | null;
  /** Days with any use in the last four weeks, 0 to 28. */
  readonly activeDays28: string | null;
  /** Number of invoices past their due date. */
  readonly overdueInvoices: string | null;
}

interface Starter {
  readonly name: string;
  readonly dimension: string;
  readonly weight: number;
  readonly timing: 'leading' | 'lagging';
  readonly actionable: boolean;
  readonly transform: string;
  readonly about: string;
}

const USAGE: Starter = {
  name: 'Usage',
  dimension: 'product adoption',
  weight: 40,
  timing: 'leading',
  actionable: true,
  transform: '{ kind: linear, from: 0, to: 20 }',
  about: 'Days with any use in four weeks; 20 or more is best.'
};

const PAYMENTS: Starter = {
  name: 'Payments',
  dimension: 'financial',
  weight: 25,
  timing: 'lagging',
  actionable: true,
  transform: '{ kind: thresholds, below: 1, steps: [{ at: 1, s: 0.4 }, { at: 2, s: 0 }] }',
  about: 'Invoices past their due date; one is a warning, two are the worst.'
};

const TENURE: Starter = {
  name: 'Tenure',
  dimension: 'relationship',
  weight: 35,
  timing: 'leading',
  actionable: false,
  transform: '{ kind: linear, from: 0, to: 730 }',
  about: 'Days since the first paid start; two years or more is best.'
};

/**
 * Text of a first manual profile (R87): usage, payments and tenure, each only where its source is there. It parses as
 * the profile `default`.
 * @throws ConfigError when none of the three is there
 */
export function starterProfile(info: StarterInfo): string {
  if (!isDate(info.date)) throw new ConfigError(`expected the profile's date as YYYY-MM-DD, got ${info.date}`);
  const factors = [
    ...factorLines(USAGE, info.activeDays28),
    ...factorLines(PAYMENTS, info.overdueInvoices),
    ...factorLines(TENURE, info.tenureDays)
  ];
  if (factors.length === 0) {
    throw new ConfigError(
      'expected usage, invoices or subscriptions for a first manual score, got none of these sources'
    );
  }
  return `${[...HEAD, `date: ${info.date}`, ...RULES, 'factors:', ...factors, ...CATEGORIES].join('\n')}\n`;
}

const HEAD = [
  '# The manual health score. Start simple; change weights and thresholds as you learn, and say why in evidence.',
  'name: default',
  '# predictor: says who will leave. actionable: says what to do; then every factor should be one that you can change.',
  'purpose: predictor',
  'owner: unassigned',
  'approver: unassigned'
];

const RULES = ['# Below this share of measured weight the score is Undefined.', 'min_coverage: 0.5'];

const CATEGORIES = [
  '# From the worst; each ends where the next begins.',
  'categories:',
  '  - { label: Weak, color: "#c62828", meaning: Act now, from: 0 }',
  '  - { label: Moderate, color: "#f9a825", meaning: Watch, from: 0.4 }',
  '  - { label: Strong, color: "#2e7d32", meaning: Healthy, from: 0.7 }'
];

function factorLines(starter: Starter, feature: string | null): string[] {
  if (feature === null) return [];
  return [
    `  - name: ${starter.name}`,
    `    feature: ${feature}`,
    `    dimension: ${starter.dimension}`,
    `    weight: ${starter.weight}`,
    `    timing: ${starter.timing}`,
    `    actionable: ${starter.actionable}`,
    `    transform: ${starter.transform}`,
    `    about: ${starter.about}`,
    '    evidence: a first guess; not yet checked against outcomes'
  ];
}
