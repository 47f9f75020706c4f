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
  about:
    'the price list: plans by rank with the event types they entitle to, separated by ; (empty: all), known from the beginning of time',
  key: ['plan'],
  eventTime: null,
  spans: [],
  columns: [
    text('plan', REQUIRED),
    integer('rank', { ...REQUIRED, minimum: -1_000_000 }),
    integer('seats_included', { unit: 'seats' }),
    text('features')
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

/** Everything that happens in paying, apart from the bills themselves. */
export const payments: TableContract = {
  name: 'payments',
  about: 'payments received, and what was unusual in paying',
  key: ['payment_id'],
  eventTime: 'occurred_at',
  spans: [],
  columns: [
    text('payment_id', { nullable: false }),
    text('account_id', REQUIRED),
    text('invoice_id'),
    instant('occurred_at', REQUIRED),
    text('kind', {
      nullable: false,
      allowed: ['payment', 'card_declined', 'invoice_detail_request', 'payment_method_changed', 'annual_to_monthly']
    }),
    measure('amount', MONEY),
    text('currency')
  ]
};

/** Dated rates: one unit of `currency` is worth `rate` units of the reporting currency from `valid_from` on. */
export const fx_rates: TableContract = {
  name: 'fx_rates',
  about:
    'exchange rates by date: units of the reporting currency for one unit of the currency; an amount is converted at the latest rate that was valid at the time of its record and known by then',
  key: ['currency', 'valid_from'],
  eventTime: 'valid_from',
  spans: [],
  columns: [
    text('currency', REQUIRED),
    instant('valid_from', REQUIRED),
    measure('rate', { ...REQUIRED, unit: 'reporting currency', decimals: 8, minimum: 0 })
  ]
};

/** Churn as any system dates it; several systems may be mapped. */
export const notices: TableContract = {
  name: 'notices',
  about: 'notices of churn, or churn itself, as any system dates them',
  key: ['notice_id'],
  eventTime: 'notice_at',
  spans: [],
  columns: [
    text('notice_id', { nullable: false }),
    text('account_id', REQUIRED),
    instant('notice_at', REQUIRED),
    text('kind', { allowed: ['cancelled', 'non_renewal', 'payment_failure'] }),
    text('system')
  ]
};
