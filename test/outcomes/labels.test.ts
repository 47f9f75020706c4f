import { describe, expect, it } from 'vitest';
import type { Row } from '../features/world.js';
import { term } from './oracle.js';
import { open, outcomeOf, us } from './world.js';

const churn = { leadDays: 0, horizonDays: 90, graceDays: 5 };
// The window of 1 March 2024 ends at midnight of 30 May.
const contract = term({ ...open, term_end: us('2024-05-01') });
const notice = (date: string, row: Row = {}): Row => ({
  account_id: 'a',
  notice_at: us(date),
  kind: null,
  system: 'crm',
  known_at: us(date),
  ...row
});

describe('churn kinds', () => {
  it('are labelled apart: cancelled, non-renewal, payment failure, silence (R108)', async () => {
    const kindOf = async (world: Parameters<typeof outcomeOf>[0], more = {}) => {
      const row = await outcomeOf(world, { ...churn, ...more });
      return [row['churn_kind'], row['churn_us']];
    };
    expect(await kindOf({ subscriptions: [contract] })).toEqual(['non_renewal', us('2024-05-01')]);
    const early = { ...contract, ended_at: us('2024-04-10') };
    expect(await kindOf({ subscriptions: [early] })).toEqual(['cancelled', us('2024-04-10')]);
    const failed = {
      account_id: 'a',
      issued_at: us('2024-03-01'),
      failed_at: us('2024-03-20'),
      paid_at: null,
      known_at: 0
    };
    expect(await kindOf({ subscriptions: [contract], invoices: [failed] })).toEqual([
      'payment_failure',
      us('2024-03-20')
    ]);
    // The last event is on 20 March: 21 March to 3 April are 14 silent days, and 4 April begins.
    const event = { account_id: 'a', occurred_at: us('2024-03-20', 5), event_type: 'login', known_at: 0 };
    expect(await kindOf({ subscriptions: [term(open)], events: [event] }, { silenceDays: 14 })).toEqual([
      'silence',
      us('2024-04-04')
    ]);
  });

  it('a trial is never churn and never an account that could churn (R101)', async () => {
    const trial = term({ ...open, term_end: us('2024-04-01'), is_trial: true, notice_at: us('2024-03-15') });
    expect(await outcomeOf({ subscriptions: [trial] }, churn)).toMatchObject({
      churn: 0,
      renewal_status: 'no_term_ends',
      contraction_status: 'no_mrr',
      episode: null
    });
  });

  it('a notice after its term has ended ends nothing: another term runs', async () => {
    const ended = term({ ...open, term_end: us('2024-03-10'), notice_at: us('2024-03-20') });
    expect(await outcomeOf({ subscriptions: [ended, term({ started_at: us('2024-03-10') })] }, churn)).toMatchObject({
      churn: 0
    });
  });
});

describe('notices', () => {
  it('are churn of their kind, cancelled by default; of several systems the earliest counts once', async () => {
    const notices = [notice('2024-04-20'), notice('2024-04-12', { system: 'billing', kind: 'payment_failure' })];
    expect(await outcomeOf({ subscriptions: [term(open)], notices }, churn)).toMatchObject({
      churn: 1,
      churn_kind: 'payment_failure',
      churn_us: us('2024-04-12')
    });
    expect(await outcomeOf({ subscriptions: [term(open)], notices: [notice('2024-04-20')] }, churn)).toMatchObject({
      churn_kind: 'cancelled'
    });
  });

  it('known only after the date have already ended the relationship before it', async () => {
    const late = notice('2024-02-20', { known_at: us('2024-03-02'), kind: 'non_renewal' });
    expect(await outcomeOf({ subscriptions: [contract], notices: [late] }, churn)).toMatchObject({
      churn: null,
      churn_status: 'left_in_lead',
      churn_kind: 'non_renewal',
      churn_us: us('2024-02-20')
    });
    const back = [term({ ...open, ended_at: us('2024-02-21') }), term({ started_at: us('2024-02-25') })];
    expect(await outcomeOf({ subscriptions: back, notices: [late] }, churn)).toMatchObject({ churn: 0 });
  });
});

describe('early churn (R100)', () => {
  const at = (start: string, end: string, tenureDays: number) =>
    outcomeOf(
      { subscriptions: [term({ started_at: us(start), term_end: us(end) })] },
      { ...churn, graceDays: 0 },
      { spine: { startUs: us(start), tenureDays } }
    );

  it('is churn at a tenure of at most 90 days', async () => {
    // 1 February + 90 days = 1 May; tenure at 1 March: 29 days.
    expect(await at('2024-02-01', '2024-05-01', 29)).toMatchObject({
      churn: 1,
      early_churn: 1,
      early_churn_status: 'ok'
    });
    expect(await at('2024-02-01', '2024-05-02', 29)).toMatchObject({ churn: 1, early_churn: 0 });
  });

  it('is asked only of accounts younger than 90 days', async () => {
    // 2 December + 90 days = 1 March.
    expect(await at('2023-12-03', '2024-03-02', 89)).toMatchObject({ early_churn: 1 });
    expect(await at('2023-12-02', '2024-03-02', 90)).toMatchObject({
      early_churn: null,
      early_churn_status: 'not_new'
    });
  });

  it('shares the maturity and lead of churn (promise 36)', async () => {
    const world = { subscriptions: [term({ started_at: us('2024-02-01'), term_end: us('2024-03-10') })] };
    const spine = { startUs: us('2024-02-01'), tenureDays: 29 };
    expect(await outcomeOf(world, { ...churn, leadDays: 14 }, { spine })).toMatchObject({
      early_churn: null,
      early_churn_status: 'left_in_lead'
    });
    expect(await outcomeOf(world, churn, { spine, watermarkUs: us('2024-06-03') })).toMatchObject({
      early_churn_status: 'immature'
    });
  });
});

describe('contraction', () => {
  const first = { ...open, ended_at: us('2024-04-01'), mrr: 100_00 };
  const of = (...rows: Row[]) => outcomeOf({ subscriptions: rows.map(term) }, churn);

  it('is a lower MRR at the end of the window, without churn', async () => {
    expect(await of(first, { started_at: us('2024-04-01'), mrr: 80_00 })).toMatchObject({
      churn: 0,
      contraction: 1,
      contraction_status: 'ok',
      contraction_us: us('2024-04-01')
    });
    expect(await of(first, { started_at: us('2024-04-01'), mrr: 100_00 })).toMatchObject({
      contraction: 0,
      contraction_us: null
    });
    const recovered = { started_at: us('2024-04-01'), ended_at: us('2024-05-01'), mrr: 80_00 };
    expect(await of(first, recovered, { started_at: us('2024-05-01'), mrr: 120_00 })).toMatchObject({ contraction: 0 });
  });

  it('is a product that ends while another runs on, dated by the first fall', async () => {
    const extra = { ...open, product: 'insights', mrr: 30_00, term_end: us('2024-05-30') };
    expect(await of({ ...open, mrr: 100_00 }, extra)).toMatchObject({
      churn: 0,
      contraction: 1,
      contraction_us: us('2024-05-30')
    });
    expect(await of({ ...open, mrr: 100_00 }, { ...extra, term_end: us('2024-05-30', 1) })).toMatchObject({
      contraction: 0
    });
  });

  it('is neither churn nor a gap that grace bridges', async () => {
    expect(await of(first)).toMatchObject({ churn: 1, contraction: 0 });
    // Ended on 27 May, continued on 1 June: within 5 days, though nothing runs at the end of the window on 30 May.
    const pausing = { ...open, term_end: us('2024-05-27') };
    expect(await of(pausing, { started_at: us('2024-06-01') })).toMatchObject({ churn: 0, contraction: 0 });
  });

  it('has statuses of its own', async () => {
    expect(await of({ ...open, mrr: 0 })).toMatchObject({ contraction: null, contraction_status: 'no_mrr' });
    const row = await outcomeOf({ subscriptions: [contract] }, { ...churn, leadDays: 90 });
    expect(row).toMatchObject({ contraction: null, contraction_status: 'left_in_lead', churn_status: 'left_in_lead' });
    const young = await outcomeOf({ subscriptions: [contract] }, churn, { watermarkUs: us('2024-06-03') });
    expect(young).toMatchObject({ contraction: null, contraction_status: 'immature' });
  });
});

describe('renewal (R109)', () => {
  const of = (...rows: Row[]) => outcomeOf({ subscriptions: rows.map(term) }, churn);
  const due = { ...open, term_end: us('2024-05-01') };

  it('is a contract end in the window that is continued within grace', async () => {
    const told = { renewal_status: 'ok', renewal_terms: 1, renewal_us: us('2024-05-01') };
    expect(await of(due, { started_at: us('2024-05-06') })).toMatchObject({ renewal: 1, churn: 0, ...told });
    expect(await of(due, { started_at: us('2024-05-06', 1) })).toMatchObject({ renewal: 0, churn: 1, ...told });
    expect(await of(due)).toMatchObject({ renewal: 0, churn_kind: 'non_renewal', ...told });
  });

  it('a contract that is replaced early went on; one that is cancelled early did not, even when the account comes back', async () => {
    const replaced = { ...due, ended_at: us('2024-04-01') };
    expect(await of(replaced, { started_at: us('2024-04-01') })).toMatchObject({ renewal: 1, churn: 0 });
    expect(await of(replaced, { started_at: us('2024-04-20') })).toMatchObject({ renewal: 0, churn_kind: 'cancelled' });
  });

  it('is asked of every contract that ends in (t + lead, t + lead + horizon] and runs at t as known then', async () => {
    const other = { ...open, product: 'insights', term_end: us('2024-03-15') };
    expect(await of(due, other)).toMatchObject({ renewal: 0, renewal_terms: 2, renewal_us: us('2024-03-15') });
    expect(await of(other, { ...open, term_end: us('2024-05-30', 1) })).toMatchObject({ renewal: 1, renewal_terms: 1 });
    expect(await of({ ...open, term_end: us('2024-05-30', 1) })).toMatchObject({
      renewal: null,
      renewal_status: 'no_term_ends',
      renewal_terms: 0,
      renewal_us: null
    });
    const later = { started_at: us('2024-03-02'), term_end: us('2024-04-02') };
    expect(await of({ ...open }, later)).toMatchObject({ renewal_status: 'no_term_ends' });
    expect(await of({ ...due, known_at: us('2024-03-01') })).toMatchObject({ renewal_status: 'no_term_ends' });
  });

  it('is censored as churn is (promise 36)', async () => {
    const world = { subscriptions: [term({ ...due, notice_at: us('2024-03-05') })] };
    expect(await outcomeOf(world, { ...churn, leadDays: 14 })).toMatchObject({
      renewal: null,
      renewal_status: 'left_in_lead',
      renewal_us: us('2024-05-01')
    });
    const watermark = { watermarkUs: us('2024-06-03') };
    expect(await outcomeOf({ subscriptions: [term(due)] }, churn, watermark)).toMatchObject({
      renewal: null,
      renewal_status: 'immature'
    });
  });
});

describe('upsell by kind (R110)', () => {
  const plans = ['free', 'basic', 'pro'].map((plan, rank) => ({ plan, rank, known_at: 0 }));
  const change = us('2024-04-02');
  const first = { ...open, ended_at: change, term_end: us('2025-01-01') };
  const of = (...rows: Row[]) => outcomeOf({ plans, subscriptions: rows.map(term) }, { ...churn, graceDays: 0 });

  it('labels upgrade, add-on and seats apart, and only of accounts that can buy more', async () => {
    const next = { started_at: change };
    expect(await of(first, { ...next, plan: 'pro' })).toMatchObject({ upsell: 1, upsell_kind: 'plan_up' });
    expect(await of(first, { ...next, seats: 11 })).toMatchObject({ upsell: 1, upsell_kind: 'seats_up' });
    expect(await of(open, { ...next, product: 'insights' })).toMatchObject({ upsell: 1, upsell_kind: 'add_on' });
    const most = { plan: 'pro', seats: null };
    expect(await of({ ...first, ...most }, { ...next, ...most })).toMatchObject({
      upsell: null,
      upsell_status: 'not_eligible'
    });
  });

  it('competes with churn: which came first is told', async () => {
    const more = { started_at: change, plan: 'pro' };
    expect(await of({ ...first, notice_at: us('2024-04-01') }, more)).toMatchObject({
      churn: 1,
      upsell: 0,
      competing: 'churn_before_upsell'
    });
    expect(await of(first, { ...more, notice_at: us('2024-05-01') })).toMatchObject({
      churn: 1,
      upsell: 1,
      competing: 'upsell_before_churn'
    });
    expect(await of(first, more)).toMatchObject({ churn: 0, upsell: 1, competing: null });
  });
});
