import type { TableName } from '../types.js';
import { ACCOUNT, AUTHOR, BORN, type Synonyms, USER, WHEN } from './init-columns.js';

/** Columns of the tables of which a file is recognised only when its name says so. */
export const NAMED_COLUMNS: Readonly<Partial<Record<TableName, Synonyms>>> = {
  contacts: {
    contact_id: ['person_id', 'stakeholder_id', 'id'],
    account_id: ACCOUNT,
    created_at: [...BORN, 'added_at', 'added_on'],
    left_at: ['left_on', 'left_date', 'departed_at', 'deleted_at', 'removed_at'],
    persona: ['buyer_role', 'contact_role'],
    department: ['dept', 'team', 'function'],
    seniority: ['seniority_level', 'level']
  },
  notices: {
    notice_id: ['cancellation_id', 'case_id', 'id'],
    account_id: ACCOUNT,
    notice_at: ['notice_date', 'cancelled_at', 'canceled_at', 'cancellation_date', 'churned_at', 'churn_date'],
    system: ['source_system', 'source', 'tool']
  },
  fx_rates: {
    currency: ['currency_code', 'from_currency', 'base_currency', 'iso_code'],
    valid_from: ['rate_date', 'valid_on', 'effective_date', 'date', 'day'],
    rate: ['exchange_rate', 'fx_rate', 'value']
  },
  sessions: {
    session_id: ['visit_id', 'id'],
    account_id: ACCOUNT,
    user_id: USER,
    started_at: ['session_start', 'start_time', 'started_on', 'start', 'login_at', 'begin_at'],
    ended_at: ['session_end', 'end_time', 'ended_on', 'end', 'logout_at', 'finished_at']
  },
  page_loads: {
    account_id: ACCOUNT,
    occurred_at: ['loaded_at', 'viewed_at', ...WHEN],
    page: ['page_name', 'page_path', 'path', 'route', 'url'],
    section: ['area', 'module'],
    load_seconds: ['load_time_seconds', 'load_time_s', 'page_load_seconds', 'duration_seconds'],
    requests: ['request_count', 'requests_total', 'calls'],
    requests_succeeded: ['successful_requests', 'requests_ok', 'succeeded']
  },
  payments: {
    payment_id: ['transaction_id', 'charge_id', 'id'],
    account_id: ACCOUNT,
    invoice_id: ['bill_id', 'invoice_number'],
    occurred_at: ['paid_at', 'payment_date', 'paid_on', 'received_at', ...WHEN],
    amount: ['payment_amount', 'amount_paid', 'total'],
    currency: ['currency_code']
  },
  trainings: {
    training_id: ['course_id', 'enrolment_id', 'enrollment_id', 'invitation_id', 'id'],
    account_id: ACCOUNT,
    user_id: USER,
    invited_at: ['invited_on', 'invitation_date', 'enrolled_at', 'registered_at', 'sent_at', 'created_at'],
    attended_at: ['attended_on', 'attendance_date', 'completed_at', 'completion_date']
  },
  campaigns: {
    campaign_id: ['mailing_id', 'send_id', 'invitation_id', 'id'],
    account_id: ACCOUNT,
    contact_id: ['recipient_id', 'person_id', 'lead_id'],
    kind: ['campaign_type', 'type', 'campaign_kind'],
    sent_at: ['sent', 'sent_on', 'send_date', 'sent_date', 'invited_at', 'delivered_at'],
    attended_at: ['attended_on', 'attendance_date'],
    opened_at: ['first_opened_at', 'open_date'],
    clicked_at: ['first_clicked_at', 'click_date']
  },
  tags: {
    tag_id: ['label_id', 'id'],
    account_id: ACCOUNT,
    tag: ['tag_name', 'name', 'label'],
    polarity: ['tag_type', 'tone', 'direction'],
    author: AUTHOR,
    valid_from: ['set_at', 'tagged_at', 'added_at', 'from', 'created_at'],
    valid_to: ['expires_at', 'removed_at', 'expired_at', 'until', 'to'],
    weight: ['points', 'strength']
  },
  sentiments: {
    sentiment_id: ['note_id', 'id'],
    account_id: ACCOUNT,
    recorded_at: ['noted_at', 'noted_on', 'set_at', ...WHEN],
    score: ['sentiment_score', 'sentiment', 'rating', 'value'],
    author: AUTHOR,
    touchpoint_id: ['meeting_id', 'call_id'],
    expires_at: ['valid_to', 'valid_until']
  },
  reviews: {
    review_id: ['reference_id', 'rating_id', 'id'],
    account_id: ACCOUNT,
    occurred_at: ['reviewed_at', 'review_date', 'published_at', 'posted_at', ...WHEN],
    source: ['site', 'platform', 'store'],
    rating: ['stars', 'score'],
    ratings: ['rating_count', 'number_of_ratings']
  },
  programmes: {
    programme_id: ['program_id', 'offer_id', 'id'],
    account_id: ACCOUNT,
    programme: ['program', 'programme_name', 'program_name', 'name'],
    offered_at: ['offered_on', 'offer_date', 'invited_at', 'created_at'],
    joined_at: ['joined_on', 'join_date', 'accepted_at', 'enrolled_at'],
    milestones_at: ['milestone_date', 'milestones_updated_at'],
    milestones: ['milestones_reached', 'milestone_count']
  },
  contexts: {
    context_id: ['circumstance_id', 'id'],
    account_id: ACCOUNT,
    effect: ['effect_on_score'],
    factor: ['factor_name'],
    starts_at: ['start_date', 'started_at', 'valid_from', 'from', 'start'],
    ends_at: ['end_date', 'ended_at', 'valid_to', 'to', 'end'],
    author: AUTHOR
  },
  overrides: {
    override_id: ['id'],
    account_id: ACCOUNT,
    set_at: ['set_on', 'overridden_at', 'override_date', 'created_at', 'date'],
    score: ['override_score', 'health_score', 'value'],
    category: ['override_category', 'health', 'health_category'],
    author: AUTHOR,
    reason: ['comment', 'note'],
    expires_at: ['valid_to', 'valid_until', 'expiry_date']
  },
  interventions: {
    intervention_id: ['playbook_run_id', 'outreach_id', 'id'],
    account_id: ACCOUNT,
    occurred_at: ['intervened_at', 'intervention_date', 'performed_at', ...WHEN],
    kind: ['intervention_type', 'type', 'playbook'],
    author: AUTHOR
  },
  actions: {
    action_id: ['task_id', 'recommendation_id', 'id'],
    account_id: ACCOUNT,
    created_at: [...BORN, 'recommended_at', 'assigned_at'],
    action: ['title', 'task', 'recommendation', 'name'],
    owner: ['assignee', 'assigned_to', 'csm'],
    due_at: ['due_date', 'due_on', 'deadline', 'due'],
    done_at: ['completed_at', 'closed_at', 'done_on', 'completion_date'],
    outcome: ['result']
  },
  labels: {
    label_id: ['id'],
    account_id: ACCOUNT,
    labelled_at: ['labeled_at', 'labelled_on', 'label_date', 'reviewed_at', 'created_at', 'date'],
    category: ['label', 'true_category'],
    verdict: ['judgement', 'judgment', 'opinion'],
    author: AUTHOR,
    reason: ['comment', 'note']
  }
};
