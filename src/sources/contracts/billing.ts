import { flag, instant, integer, later, measure, REQUIRED, type TableContract, text } from './columns.js';

const MONEY = { unit: 'currency', decimals: 2, minimum: 0 } as const;

/** A term: one contract period of one product. A change of plan, seats or price is a new term. */
export const subscriptions: TableContract = {
  name: 'subscriptions',
  about:
    'contract terms; mrr is the monthly amount of the term, or amount / term_months rounded half up to its decimals, or 0 for a trial',
  key: ['subscription_id'],
  eventTime: 'started_at',
  spans: [
    { start: 'started_at', end: 'term_end' },
    { start: 'started_at', end: 'ended_at' }
  ],
  columns: [
    text('subscription_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('product'),
    text('plan'),
    integer('seats', { unit: 'seats' }),
    measure('mrr', { ...MONEY, unit: 'currency per month' }),
    measure('amount', MONEY),
    integer('term_months', { unit: 'months', minimum: 1 }),
    text('currency'),
    instant('started_at', REQUIRED),
    instant('term_end'),
    later('ended_at'),
    later('notice_at'),
    flag('is_trial')
  ]
};

export const plans: TableContract = {
  name: 'plans',
  about: 'the price list: plans by rank, known from the beginning of time',
  key: ['plan'],
  eventTime: null,
  spans: [],
  columns: [
    text('plan', REQUIRED),
    integer('rank', { ...REQUIRED, minimum: -1_000_000 }),
    integer('seats_included', { unit: 'seats' })
  ]
};

export const invoices: TableContract = {
  name: 'invoices',
  about: 'bills and their payment; a failed payment is dated by failed_at',
  key: ['invoice_id'],
  eventTime: 'issued_at',
  spans: [],
  columns: [
    text('invoice_id', REQUIRED),
    text('account_id', REQUIRED),
    instant('issued_at', REQUIRED),
    instant('due_at'),
    later('paid_at'),
    later('failed_at'),
    measure('amount', MONEY),
    text('currency')
  ]
};
