import type { TableName } from '../types.js';

/** Columns of every table of the contract, in contract order. A mapping may name no other. */
export const TABLE_COLUMNS: Readonly<Record<TableName, readonly string[]>> = {
  accounts: [
    'account_id',
    'created_at',
    'parent_id',
    'industry',
    'country',
    'region',
    'size_band',
    'channel',
    'segment',
    'app_type',
    'csm',
    'cadence',
    'merged_at',
    'merged_into',
    'churned'
  ],
  users: ['user_id', 'account_id', 'created_at', 'deactivated_at', 'role'],
  contacts: [
    'contact_id',
    'account_id',
    'created_at',
    'left_at',
    'persona',
    'department',
    'seniority',
    'main_from',
    'main_to'
  ],
  subscriptions: [
    'subscription_id',
    'account_id',
    'product',
    'plan',
    'seats',
    'mrr',
    'amount',
    'term_months',
    'currency',
    'started_at',
    'term_end',
    'ended_at',
    'notice_at',
    'is_trial'
  ],
  plans: ['plan', 'rank', 'seats_included', 'features'],
  notices: ['notice_id', 'account_id', 'notice_at', 'kind', 'system'],
  fx_rates: ['currency', 'valid_from', 'rate'],
  events: ['account_id', 'user_id', 'occurred_at', 'event_type', 'value', 'duration_seconds'],
  sessions: ['session_id', 'account_id', 'user_id', 'started_at', 'ended_at'],
  page_loads: ['account_id', 'occurred_at', 'page', 'section', 'load_seconds', 'requests', 'requests_succeeded'],
  tickets: [
    'ticket_id',
    'account_id',
    'opened_at',
    'resolved_at',
    'priority',
    'rating',
    'rated_at',
    'escalated_at',
    'due_at',
    'reopened_at',
    'channel',
    'sentiment'
  ],
  invoices: ['invoice_id', 'account_id', 'issued_at', 'due_at', 'paid_at', 'failed_at', 'amount', 'currency'],
  payments: ['payment_id', 'account_id', 'invoice_id', 'occurred_at', 'kind', 'amount', 'currency'],
  surveys: ['survey_id', 'account_id', 'user_id', 'kind', 'sent_at', 'responded_at', 'score', 'delivered'],
  touchpoints: [
    'touchpoint_id',
    'account_id',
    'occurred_at',
    'kind',
    'two_way',
    'cancelled_by',
    'direction',
    'channel',
    'contact_id',
    'replied_at',
    'accepted'
  ],
  trainings: ['training_id', 'account_id', 'user_id', 'invited_at', 'attended_at'],
  campaigns: ['campaign_id', 'account_id', 'contact_id', 'kind', 'sent_at', 'attended_at', 'opened_at', 'clicked_at'],
  tags: ['tag_id', 'account_id', 'tag', 'polarity', 'author', 'valid_from', 'valid_to', 'weight'],
  sentiments: [
    'sentiment_id',
    'account_id',
    'recorded_at',
    'kind',
    'score',
    'persona',
    'author',
    'touchpoint_id',
    'expires_at'
  ],
  reviews: ['review_id', 'account_id', 'occurred_at', 'kind', 'source', 'rating', 'ratings'],
  programmes: ['programme_id', 'account_id', 'programme', 'offered_at', 'joined_at', 'milestones_at', 'milestones'],
  contexts: ['context_id', 'account_id', 'kind', 'effect', 'factor', 'starts_at', 'ends_at', 'author'],
  overrides: ['override_id', 'account_id', 'set_at', 'score', 'category', 'author', 'reason', 'expires_at'],
  interventions: ['intervention_id', 'account_id', 'occurred_at', 'kind', 'author'],
  actions: ['action_id', 'account_id', 'created_at', 'action', 'owner', 'due_at', 'done_at', 'outcome'],
  labels: ['label_id', 'account_id', 'labelled_at', 'category', 'verdict', 'author', 'reason']
};

/** The tables in contract order. */
export const TABLE_NAMES = Object.keys(TABLE_COLUMNS) as readonly TableName[];

/** Columns whose value may change after its record; refused for past dates unless declared or assumed fixed. */
export const CHANGING_COLUMNS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  accounts: [
    'parent_id',
    'industry',
    'country',
    'region',
    'size_band',
    'channel',
    'segment',
    'app_type',
    'csm',
    'cadence'
  ],
  users: ['role']
};
