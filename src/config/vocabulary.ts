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
    'segment'
  ],
  users: ['user_id', 'account_id', 'created_at', 'deactivated_at', 'role'],
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
  plans: ['plan', 'rank', 'seats_included'],
  events: ['account_id', 'user_id', 'occurred_at', 'event_type', 'value', 'duration_seconds'],
  tickets: ['ticket_id', 'account_id', 'opened_at', 'resolved_at', 'priority', 'rating', 'rated_at', 'escalated_at'],
  invoices: ['invoice_id', 'account_id', 'issued_at', 'due_at', 'paid_at', 'failed_at', 'amount', 'currency'],
  surveys: ['survey_id', 'account_id', 'user_id', 'kind', 'sent_at', 'responded_at', 'score'],
  touchpoints: ['touchpoint_id', 'account_id', 'occurred_at', 'kind', 'two_way', 'cancelled_by']
};

/** The tables in contract order. */
export const TABLE_NAMES = Object.keys(TABLE_COLUMNS) as readonly TableName[];

/** Columns whose value may change after its record; refused for past dates unless declared or assumed fixed. */
export const CHANGING_COLUMNS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  accounts: ['parent_id', 'industry', 'country', 'region', 'size_band', 'channel', 'segment'],
  users: ['role']
};
