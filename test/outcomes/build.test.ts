import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.js';
import { buildOutcomes, planOutcomes } from '../../src/outcomes/index.js';
import { raw, sql } from '../../src/sql/sql.js';
import { randomSpine, randomWorld } from '../features/history.js';
import {
  berlinDay,
  configOf,
  EMPTY,
  loadSpine,
  loadWorld,
  type Row,
  tableInfos,
  withEngine
} from '../features/world.js';
import { term } from './oracle.js';
import { FAR, open, outcomeOf, SPINE, us } from './world.js';

describe('churn', () => {
  it('lies in (t + lead, t + lead + horizon], both local midnights, across the change of clocks (promise 31)', async () => {
    // 1 March + 14 = 15 March; + 30 = 14 April, after the clocks went forward on 31 March.
    const at = async (end: number) => outcomeOf({ subscriptions: [term({ ...open, term_end: end })] });
    expect(await at(us('2024-03-01'))).toMatchObject({
      churn: null,
      churn_status: 'left_in_lead',
      churn_us: us('2024-03-01')
    });
    expect(await at(us('2024-03-15'))).toMatchObject({ churn: null, churn_status: 'left_in_lead' });
    expect(await at(us('2024-03-15', 1))).toMatchObject({ churn: 1, churn_status: 'ok', churn_kind: 'non_renewal' });
    expect(await at(us('2024-04-14'))).toMatchObject({ churn: 1, churn_us: us('2024-04-14') });
    expect(await at(us('2024-04-14', 1))).toMatchObject({ churn: 0, churn_kind: null, churn_us: null });
  });

  it('is immature until the window plus grace lies before the smallest watermark (promise 36)', async () => {
    const churn = { leadDays: 0, horizonDays: 30, graceDays: 5 };
    const world = { subscriptions: [term(open)] };
    // 1 March + 30 + 5 = 5 April.
    expect(await outcomeOf(world, churn, { watermarkUs: us('2024-04-05') })).toMatchObject({
      churn: null,
      churn_status: 'immature'
    });
    expect(await outcomeOf(world, churn, { watermarkUs: us('2024-04-05', 1) })).toMatchObject({
      churn: 0,
      churn_status: 'ok'
    });
  });

  it('is prevented by a term that begins within grace and lasts longer', async () => {
    const churn = { leadDays: 0, horizonDays: 60, graceDays: 7 };
    const ended = term({ ...open, term_end: us('2024-03-28') });
    const next = (start: number, end: number | null = null) => ({
      subscriptions: [ended, term({ started_at: start, term_end: end })]
    });
    expect(await outcomeOf(next(us('2024-04-04')), churn)).toMatchObject({ churn: 0 });
    expect(await outcomeOf(next(us('2024-04-04', 1)), churn)).toMatchObject({ churn: 1, churn_us: us('2024-03-28') });
    expect(
      await outcomeOf({ subscriptions: [ended, term({ started_at: us('2024-04-01'), is_trial: true })] }, churn)
    ).toMatchObject({ churn: 1 });
    expect(await outcomeOf(next(us('2024-03-28'), us('2024-04-10')), churn)).toMatchObject({
      churn: 1,
      churn_us: us('2024-04-10')
    });
    expect(await outcomeOf(next(us('2024-03-28', 1)), { ...churn, graceDays: 0 })).toMatchObject({ churn: 1 });
    expect(await outcomeOf(next(us('2024-03-28')), { ...churn, graceDays: 0 })).toMatchObject({ churn: 0 });
  });

  it('takes the earliest of notice, end and failed payment, with its kind', async () => {
    const churn = { leadDays: 0, horizonDays: 90, graceDays: 3 };
    const early = term({ ...open, term_end: us('2024-12-01'), ended_at: us('2024-04-20') });
    const failed: Row = {
      invoice_id: 'i',
      account_id: 'a',
      issued_at: 0,
      failed_at: us('2024-04-10'),
      paid_at: us('2024-04-13'),
      known_at: 0
    };
    expect(await outcomeOf({ subscriptions: [early] }, churn)).toMatchObject({
      churn: 1,
      churn_kind: 'cancelled',
      churn_us: us('2024-04-20')
    });
    expect(await outcomeOf({ subscriptions: [early], invoices: [failed] }, churn)).toMatchObject({
      churn_us: us('2024-04-20')
    });
    const uncured = { ...failed, paid_at: us('2024-04-13', 1) };
    expect(await outcomeOf({ subscriptions: [early], invoices: [uncured] }, churn)).toMatchObject({
      churn_kind: 'payment_failure',
      churn_us: us('2024-04-10')
    });
    const noticed = { ...early, notice_at: us('2024-04-02') };
    expect(await outcomeOf({ subscriptions: [noticed], invoices: [uncured] }, churn)).toMatchObject({
      churn_kind: 'cancelled',
      churn_us: us('2024-04-02')
    });
  });
});

describe('upsell', () => {
  const plans = ['free', 'basic', 'pro'].map((plan, rank) => ({ plan, rank, known_at: 0 }));
  const churn = { leadDays: 0, horizonDays: 90, graceDays: 0 };
  const change = us('2024-04-02');
  const first = { ...open, ended_at: change, term_end: us('2025-01-01') };
  const then = (row: Row, before: Row = {}) => ({
    plans,
    subscriptions: [term({ ...first, ...before }), term({ started_at: change, ...row })]
  });

  it('is a higher plan, more seats or a new product', async () => {
    expect(await outcomeOf(then({ plan: 'pro' }), churn)).toMatchObject({
      upsell: 1,
      upsell_kind: 'plan_up',
      upsell_us: change,
      churn: 0
    });
    expect(await outcomeOf(then({ seats: 11 }), churn)).toMatchObject({ upsell: 1, upsell_kind: 'seats_up' });
    expect(await outcomeOf(then({}), churn)).toMatchObject({ upsell: 0, upsell_status: 'ok', upsell_us: null });
    expect(await outcomeOf(then({ plan: 'free', seats: 9 }), churn)).toMatchObject({ upsell: 0 });
    const addOn = {
      plans,
      subscriptions: [term(open), term({ started_at: change, product: 'insights', plan: 'free', seats: 1 })]
    };
    expect(await outcomeOf(addOn, churn)).toMatchObject({ upsell: 1, upsell_kind: 'add_on' });
  });

  it('does not count after churn, nor for an account that cannot buy more', async () => {
    expect(await outcomeOf(then({ plan: 'pro' }, { notice_at: us('2024-04-01') }), churn)).toMatchObject({
      churn: 1,
      upsell: 0
    });
    const topped = then({ plan: 'pro', seats: null }, { plan: 'pro', seats: null });
    expect(await outcomeOf(topped, churn)).toMatchObject({ upsell: null, upsell_status: 'not_eligible' });
  });
});

describe('planOutcomes', () => {
  const tables = tableInfos(FAR);

  it('explains every statement, also with the fewest columns', async () => {
    await withEngine(async engine => {
      await loadWorld(engine, EMPTY);
      await loadSpine(engine, [SPINE]);
      const few = ['product', 'plan', 'seats', 'term_end', 'notice_at', 'is_trial'].map(c => `subscriptions.${c}`);
      for (const known of [
        tables,
        tableInfos(FAR, [...few, 'plans', 'invoices']),
        tableInfos(FAR, ['invoices.paid_at'])
      ]) {
        for (const statement of planOutcomes({ config: configOf(), tables: known })) {
          if (!statement.text.startsWith('drop')) await engine.rows(sql`explain ${statement}`);
          await engine.run(statement);
        }
      }
    });
  });

  it('needs a source of churn', () => {
    const without = tableInfos(FAR, ['subscriptions', 'notices']);
    expect(() => planOutcomes({ config: configOf(), tables: without })).toThrow(DataError);
  });

  it('gives the same table on any number of threads (promise 51)', async () => {
    const world = randomWorld(5, 40);
    const spine = randomSpine(5, world, berlinDay);
    const build = (threads: number) =>
      withEngine(async engine => {
        await loadWorld(engine, world);
        await loadSpine(engine, spine);
        await buildOutcomes(engine, { config: configOf(), tables });
        return JSON.stringify(await engine.rows(raw('select * from outcomes')));
      }, threads);
    const one = await build(1);
    expect(one.length).toBeGreaterThan(10_000);
    expect(await build(2)).toBe(one);
    expect(await build(4)).toBe(one);
  });
});

describe('a window that ends at the watermark', () => {
  it('is immature, because a term that follows at that instant is not there yet (promise 36)', async () => {
    const churn = { leadDays: 0, horizonDays: 31, graceDays: 0 };
    const end = us('2024-04-01');
    const world = { subscriptions: [term({ started_at: us('2023-04-01'), term_end: end })] };
    expect(await outcomeOf(world, churn, { watermarkUs: end })).toMatchObject({
      churn: null,
      churn_status: 'immature'
    });
    const later = { subscriptions: [...world.subscriptions, term({ started_at: end, term_end: us('2025-04-01') })] };
    expect(await outcomeOf(later, churn, { watermarkUs: end + 1 })).toMatchObject({ churn: 0, churn_status: 'ok' });
  });
});
