import { flag, instant, integer, later, measure, REQUIRED, type TableContract, text } from './columns.js';

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
    later('escalated_at'),
    instant('due_at'),
    later('reopened_at'),
    text('channel'),
    measure('sentiment', { unit: 'from -1 to 1', decimals: 3, minimum: -1 })
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
    text('kind', { ...REQUIRED, allowed: ['nps', 'csat', 'intent_stay', 'intent_buy', 'intent_recommend'] }),
    instant('sent_at', REQUIRED),
    later('responded_at'),
    measure('score', { unit: 'points', time: { at: 'responded_at' } }),
    flag('delivered')
  ]
};

/** Use in stretches: a session is known when it has ended. */
export const sessions: TableContract = {
  name: 'sessions',
  about: 'stretches of use by one user; sessions of one user may overlap and then count once',
  key: ['session_id'],
  eventTime: 'ended_at',
  spans: [{ start: 'started_at', end: 'ended_at' }],
  columns: [
    text('session_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('user_id', REQUIRED),
    instant('started_at', REQUIRED),
    instant('ended_at', REQUIRED)
  ]
};

export const page_loads: TableContract = {
  name: 'page_loads',
  about: 'loads of a page, each with the requests that it made',
  key: [],
  eventTime: 'occurred_at',
  spans: [],
  columns: [
    text('account_id', REQUIRED),
    instant('occurred_at', REQUIRED),
    text('page', { nullable: false }),
    text('section'),
    measure('load_seconds', { unit: 'seconds', decimals: 3, minimum: 0 }),
    integer('requests', { unit: 'requests' }),
    integer('requests_succeeded', { unit: 'requests' })
  ]
};
