import type { TableName } from '../types.js';

/** What a contract column is called elsewhere, in snake case, the likeliest first; the contract's own name comes first. */
export type Synonyms = Readonly<Record<string, readonly string[]>>;

/** The customer. */
export const ACCOUNT = [
  'customer_id',
  'org_id',
  'organization_id',
  'organisation_id',
  'company_id',
  'tenant_id',
  'workspace_id',
  'client_id',
  'account',
  'customer',
  'company',
  'organization',
  'tenant',
  'client'
];
/** A person of an account. */
export const USER = ['member_id', 'person_id', 'contact_id', 'actor_id', 'user', 'member'];
/** When something came into being. */
export const BORN = [
  'created',
  'created_on',
  'created_date',
  'creation_date',
  'signup_date',
  'signup_at',
  'signed_up_at',
  'signup',
  'joined_at'
];
/** When something happened. */
export const WHEN = [
  'event_time',
  'event_at',
  'timestamp',
  'event_timestamp',
  'time',
  'ts',
  'created_at',
  'event_date',
  'usage_date',
  'date',
  'datetime'
];
/** Who of us wrote it. */
export const AUTHOR = ['created_by', 'set_by', 'noted_by', 'csm', 'owner', 'user'];
const PLAN = ['plan_name', 'plan_id', 'plan_tier', 'tier', 'edition', 'package'];

/** Columns of the tables that most companies have, of which a file is recognised by its columns alone. */
export const COMMON_COLUMNS: Readonly<Partial<Record<TableName, Synonyms>>> = {
  accounts: {
    account_id: [...ACCOUNT, 'id'],
    created_at: [...BORN, 'start_date', 'started_at', 'start', 'customer_since'],
    parent_id: ['parent_account_id', 'parent_account', 'parent', 'parent_company', 'group_id'],
    industry: ['vertical', 'sector'],
    country: ['country_code', 'billing_country'],
    region: ['area', 'territory', 'state'],
    size_band: ['company_size', 'size', 'employee_band', 'employees_band', 'company_size_band'],
    channel: ['acquisition_channel', 'referral_source', 'lead_source', 'source'],
    segment: ['customer_segment', 'account_segment', 'market_segment']
  },
  users: {
    user_id: [...USER, 'id'],
    account_id: ACCOUNT,
    created_at: [...BORN, 'invited_at', 'activated_at'],
    deactivated_at: ['deleted_at', 'disabled_at', 'removed_at', 'deactivated', 'deactivation_date'],
    role: ['user_role', 'job_role', 'persona', 'permission']
  },
  subscriptions: {
    subscription_id: ['contract_id', 'term_id', 'license_id', 'id'],
    account_id: ACCOUNT,
    product: ['product_name', 'product_id', 'sku'],
    plan: PLAN,
    seats: ['quantity', 'licenses', 'seat_count', 'licences', 'seats_purchased'],
    mrr: ['mrr_amount', 'monthly_recurring_revenue', 'monthly_amount', 'monthly_price'],
    amount: ['total_amount', 'contract_value', 'term_amount', 'tcv', 'price'],
    term_months: ['bill_period_months', 'contract_months', 'term_length_months', 'months', 'term_length'],
    currency: ['currency_code'],
    started_at: ['start_date', 'start', 'started_on', 'term_start', 'effective_date', 'begin_date', 'valid_from'],
    term_end: [
      'term_end_date',
      'contract_end',
      'contract_end_date',
      'renewal_date',
      'expires_at',
      'expiry_date',
      'current_period_end'
    ],
    ended_at: [
      'end_date',
      'end',
      'cancelled_at',
      'canceled_at',
      'churned_at',
      'churn_date',
      'terminated_at',
      'cancellation_date',
      'valid_to'
    ],
    notice_at: ['notice_date', 'notice_given_at', 'cancel_requested_at', 'cancellation_requested_at'],
    is_trial: ['trial', 'trial_flag']
  },
  plans: {
    plan: [...PLAN, 'name', 'id'],
    rank: ['plan_rank', 'level', 'order', 'position'],
    seats_included: ['included_seats', 'seats']
  },
  events: {
    account_id: ACCOUNT,
    user_id: USER,
    occurred_at: WHEN,
    event_type: ['event_name', 'event', 'event_type_id', 'type', 'action', 'feature_name', 'feature', 'name'],
    value: ['event_value', 'count', 'usage_count', 'quantity', 'amount'],
    duration_seconds: ['duration', 'usage_duration_secs', 'duration_secs', 'session_seconds', 'seconds']
  },
  tickets: {
    ticket_id: ['case_id', 'issue_id', 'request_id', 'conversation_id', 'id'],
    account_id: ACCOUNT,
    opened_at: ['submitted_at', 'created_at', 'created', 'open_date', 'created_date', 'reported_at', 'opened'],
    resolved_at: ['closed_at', 'solved_at', 'resolution_date', 'closed_date', 'resolved'],
    priority: ['severity', 'urgency'],
    rating: ['satisfaction_score', 'csat', 'csat_score', 'satisfaction', 'satisfaction_rating'],
    rated_at: ['rating_date', 'csat_at', 'satisfaction_at'],
    escalated_at: ['escalation_date', 'escalation_at']
  },
  invoices: {
    invoice_id: ['bill_id', 'payment_id', 'charge_id', 'invoice_number', 'id'],
    account_id: ACCOUNT,
    issued_at: ['issue_date', 'invoice_date', 'billed_at', 'created_at', 'date', 'created'],
    due_at: ['due_date', 'payment_due', 'due'],
    paid_at: ['payment_date', 'paid_date', 'settled_at', 'paid_on', 'paid'],
    failed_at: ['failure_date', 'payment_failed_at', 'declined_at', 'failed'],
    amount: ['total', 'amount_due', 'invoice_amount', 'total_amount'],
    currency: ['currency_code']
  },
  surveys: {
    survey_id: ['response_id', 'id'],
    account_id: ACCOUNT,
    user_id: USER,
    kind: ['survey_type', 'type', 'survey', 'survey_kind'],
    sent_at: ['sent', 'sent_date', 'invited_at', 'delivered_at', 'created_at'],
    responded_at: ['response_date', 'answered_at', 'submitted_at', 'responded', 'completed_at'],
    score: ['rating', 'nps_score', 'nps', 'csat_score', 'csat', 'answer']
  },
  touchpoints: {
    touchpoint_id: ['meeting_id', 'activity_id', 'interaction_id', 'call_id', 'id'],
    account_id: ACCOUNT,
    occurred_at: ['meeting_date', 'activity_date', 'held_at', 'scheduled_at', ...WHEN],
    kind: ['type', 'touchpoint_type', 'activity_type', 'meeting_type', 'channel'],
    two_way: ['is_two_way', 'responded', 'replied'],
    cancelled_by: ['canceled_by']
  }
};
