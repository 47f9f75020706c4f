import { instant, later, measure, REQUIRED, type TableContract, text } from './columns.js';

/** A known circumstance that explains a change: it masks a factor, freezes the score, or is only shown. */
export const contexts: TableContract = {
  name: 'contexts',
  about: 'known circumstances of an account, such as an absence, with their effect on the score',
  key: ['context_id'],
  eventTime: 'starts_at',
  spans: [{ start: 'starts_at', end: 'ends_at' }],
  columns: [
    text('context_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('kind'),
    text('effect', { ...REQUIRED, allowed: ['mask', 'freeze', 'annotate'] }),
    text('factor'),
    instant('starts_at', REQUIRED),
    instant('ends_at'),
    text('author')
  ]
};

export const overrides: TableContract = {
  name: 'overrides',
  about: 'scores or categories set by hand, kept beside the computed ones',
  key: ['override_id'],
  eventTime: 'set_at',
  spans: [{ start: 'set_at', end: 'expires_at' }],
  columns: [
    text('override_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('set_at', REQUIRED),
    measure('score', { unit: 'from 0 to 1', decimals: 4, minimum: 0 }),
    text('category'),
    text('author'),
    text('reason'),
    instant('expires_at')
  ]
};

export const interventions: TableContract = {
  name: 'interventions',
  about: 'what the team did about an account because it looked at risk',
  key: ['intervention_id'],
  eventTime: 'occurred_at',
  spans: [],
  columns: [
    text('intervention_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('occurred_at', REQUIRED),
    text('kind'),
    text('author')
  ]
};

export const actions: TableContract = {
  name: 'actions',
  about: 'recommended actions with owner and due date, and what became of them',
  key: ['action_id'],
  eventTime: 'created_at',
  spans: [{ start: 'created_at', end: 'done_at' }],
  columns: [
    text('action_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('created_at', REQUIRED),
    text('action'),
    text('owner'),
    instant('due_at'),
    later('done_at'),
    text('outcome', { time: { at: 'done_at' } })
  ]
};

/** A person's opinion of a score, used to judge the score, never as a feature. */
export const labels: TableContract = {
  name: 'labels',
  about: 'what a customer success manager thinks of a score',
  key: ['label_id'],
  eventTime: 'labelled_at',
  spans: [],
  columns: [
    text('label_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('labelled_at', REQUIRED),
    text('category'),
    text('verdict', { allowed: ['too_high', 'right', 'too_low'] }),
    text('author'),
    text('reason')
  ]
};
