import type { ColumnType, TableName } from '../types.js';
import { COMMON_COLUMNS, type Synonyms } from './init-columns.js';
import { NAMED_COLUMNS } from './init-columns-named.js';

/** What contract columns are called elsewhere. */
export const COLUMN_SYNONYMS: Readonly<Partial<Record<TableName, Synonyms>>> = { ...COMMON_COLUMNS, ...NAMED_COLUMNS };

/** Tables that a file is only when its name says so: their columns alone look like those of other tables. */
export const BY_NAME_ONLY: ReadonlySet<string> = new Set(Object.keys(NAMED_COLUMNS));

/** Words in a file's name that point to a table. */
export const FILE_WORDS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  accounts: ['account', 'customer', 'company', 'companie', 'organization', 'organisation', 'org', 'tenant', 'client'],
  users: ['user', 'member', 'person', 'people', 'contact'],
  subscriptions: ['subscription', 'contract', 'license', 'licence', 'term'],
  plans: ['plan', 'tier', 'edition'],
  events: ['event', 'usage', 'activity', 'login', 'session', 'tracking'],
  tickets: ['ticket', 'support', 'case', 'issue'],
  invoices: ['invoice', 'billing', 'payment', 'charge'],
  surveys: ['survey', 'nps', 'csat', 'feedback'],
  touchpoints: ['touchpoint', 'meeting', 'call', 'interaction', 'qbr'],
  contacts: ['contact', 'stakeholder'],
  notices: ['notice', 'churn', 'cancellation', 'cancelation'],
  fx_rates: ['fx', 'exchange', 'rate', 'currency', 'currencie'],
  sessions: ['session', 'visit'],
  page_loads: ['page', 'pageload', 'pageview', 'load', 'performance'],
  payments: ['payment', 'transaction'],
  trainings: ['training', 'course', 'enrolment', 'enrollment'],
  campaigns: ['campaign', 'newsletter', 'mailing'],
  tags: ['tag'],
  sentiments: ['sentiment'],
  reviews: ['review', 'reference', 'referral', 'rating'],
  programmes: ['programme', 'program'],
  contexts: ['context', 'circumstance', 'absence'],
  overrides: ['override'],
  interventions: ['intervention', 'playbook', 'outreach'],
  actions: ['action', 'task', 'recommendation'],
  labels: ['label', 'verdict']
};

/** Columns whose value is true from another instant on; without that instant they cannot be dated and are left out. */
export const DATED_BY: Readonly<Partial<Record<TableName, Readonly<Record<string, string>>>>> = {
  accounts: { merged_into: 'merged_at' },
  tickets: { rating: 'rated_at' },
  surveys: { score: 'responded_at' },
  programmes: { milestones: 'milestones_at' },
  actions: { outcome: 'done_at' }
};

/** Columns without which a file cannot be the table. */
export const KEY_COLUMNS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  accounts: ['account_id'],
  users: ['user_id', 'account_id', 'created_at'],
  subscriptions: ['account_id', 'started_at'],
  plans: ['plan', 'rank'],
  events: ['account_id', 'occurred_at', 'event_type'],
  tickets: ['ticket_id', 'account_id', 'opened_at'],
  invoices: ['invoice_id', 'account_id', 'issued_at'],
  surveys: ['survey_id', 'account_id', 'kind', 'sent_at'],
  touchpoints: ['touchpoint_id', 'account_id', 'occurred_at', 'kind'],
  contacts: ['contact_id', 'account_id', 'created_at'],
  notices: ['account_id', 'notice_at'],
  fx_rates: ['currency', 'valid_from', 'rate'],
  sessions: ['account_id', 'user_id', 'started_at', 'ended_at'],
  page_loads: ['account_id', 'occurred_at', 'page'],
  payments: ['payment_id', 'account_id', 'occurred_at', 'amount'],
  trainings: ['account_id', 'invited_at'],
  campaigns: ['account_id', 'kind', 'sent_at'],
  tags: ['account_id', 'tag', 'polarity', 'valid_from'],
  sentiments: ['account_id', 'recorded_at', 'score'],
  reviews: ['account_id', 'occurred_at', 'review_id'],
  programmes: ['account_id', 'offered_at', 'programme'],
  contexts: ['account_id', 'effect', 'starts_at'],
  overrides: ['account_id', 'set_at'],
  interventions: ['account_id', 'occurred_at', 'kind'],
  actions: ['account_id', 'created_at', 'due_at'],
  labels: ['account_id', 'labelled_at', 'verdict']
};

/** Types in which a contract column may come; text when not named here. */
export function acceptedTypes(column: string): readonly ColumnType[] {
  if (column.endsWith('_at') || INSTANTS.has(column)) return ['instant'];
  if (NUMBERS.has(column)) return ['number'];
  if (column === 'is_trial' || column === 'two_way') return ['boolean', 'text', 'number'];
  return ['text', 'number', 'boolean'];
}

const INSTANTS = new Set(['term_end', 'valid_from', 'valid_to', 'main_from', 'main_to']);

const NUMBERS = new Set([
  'seats',
  'mrr',
  'amount',
  'term_months',
  'rank',
  'seats_included',
  'value',
  'duration_seconds',
  'rating',
  'score',
  'seniority',
  'rate',
  'load_seconds',
  'requests',
  'requests_succeeded',
  'weight',
  'ratings',
  'milestones'
]);

/** Names of a column that says whether the account left. */
export const OUTCOME_WORDS: readonly string[] = [
  'churn',
  'churned',
  'cancelled',
  'canceled',
  'attrition',
  'exited',
  'left',
  'lost',
  'terminated'
];
