import { flag, instant, later, measure, REQUIRED, type TableContract, text } from './columns.js';

export const events: TableContract = {
  name: 'events',
  about: 'use of the product, one record per action',
  key: [],
  eventTime: 'occurred_at',
  spans: [],
  columns: [
    text('account_id', REQUIRED),
    text('user_id'),
    instant('occurred_at', REQUIRED),
    text('event_type', REQUIRED),
    measure('value', { decimals: 3 }),
    measure('duration_seconds', { unit: 'seconds', minimum: 0 })
  ]
};

export const tickets: TableContract = {
  name: 'tickets',
  about: 'support cases',
  key: ['ticket_id'],
  eventTime: 'opened_at',
  spans: [
    { start: 'opened_at', end: 'resolved_at' },
    { start: 'opened_at', end: 'rated_at' },
    { start: 'opened_at', end: 'escalated_at' }
  ],
  columns: [
    text('ticket_id', REQUIRED),
    text('account_id', REQUIRED),
    instant('opened_at', REQUIRED),
    later('resolved_at'),
    text('priority', { allowed: ['low', 'normal', 'high', 'urgent'] }),
    measure('rating', { unit: 'points', time: { at: 'rated_at' } }),
    later('rated_at'),
    later('escalated_at')
  ]
};

export const surveys: TableContract = {
  name: 'surveys',
  about: 'satisfaction surveys; one that nobody answered has no responded_at',
  key: ['survey_id'],
  eventTime: 'sent_at',
  spans: [{ start: 'sent_at', end: 'responded_at' }],
  columns: [
    text('survey_id', REQUIRED),
    text('account_id', REQUIRED),
    text('user_id'),
    text('kind', { ...REQUIRED, allowed: ['nps', 'csat'] }),
    instant('sent_at', REQUIRED),
    later('responded_at'),
    measure('score', { unit: 'points', time: { at: 'responded_at' } })
  ]
};

export const touchpoints: TableContract = {
  name: 'touchpoints',
  about: 'contacts between our people and the account',
  key: ['touchpoint_id'],
  eventTime: 'occurred_at',
  spans: [],
  columns: [
    text('touchpoint_id', REQUIRED),
    text('account_id', REQUIRED),
    instant('occurred_at', REQUIRED),
    text('kind', { ...REQUIRED, allowed: ['call', 'email', 'meeting', 'visit', 'webinar', 'qbr', 'training'] }),
    flag('two_way'),
    text('cancelled_by', { allowed: ['customer', 'vendor'] })
  ]
};
