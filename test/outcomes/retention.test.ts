import { describe, expect, it } from 'vitest';
import { computeRetention, type Retention, type RetentionPeriod } from '../../src/outcomes/retention.js';
import { configOf, EMPTY, loadWorld, type Row, tableInfos, withEngine } from '../features/world.js';
import { term } from './oracle/terms.js';
import { us } from './world.js';

const config = (graceDays: number) =>
  configOf({ outcomes: { churn: { leadDays: 0, horizonDays: 90, graceDays }, upsell: null } });

async function retentionOf(subscriptions: readonly Row[], { watermark = '2024-06-01', graceDays = 0 } = {}) {
  return withEngine(async engine => {
    await loadWorld(engine, { ...EMPTY, subscriptions });
    const tables = tableInfos(us(watermark));
    return (await computeRetention(engine, { config: config(graceDays), tables })) as Retention;
  });
}

const month = (retention: Retention, from: string) => retention.months.find(m => m.from === from) as RetentionPeriod;

describe('retention by month', () => {
  const account = (account_id: string, start: number, end: number): Row[] => [
    ...(start > 0 ? [term({ account_id, started_at: us('2024-03-15'), ended_at: us('2024-04-10'), mrr: start })] : []),
    ...(end > 0 ? [term({ account_id, started_at: us('2024-04-10'), mrr: end })] : [])
  ];

  it('gives the worked waterfall from terms: new, expansion, contraction, churn, reactivation (R79)', async () => {
    const worked = {
      A: [100, 100],
      B: [200, 260],
      C: [300, 240],
      D: [400, 0],
      E: [0, 150],
      F: [0, 80],
      G: [500, 500],
      H: [50, 0],
      I: [120, 180]
    };
    const before = term({ account_id: 'F', started_at: us('2024-03-01'), ended_at: us('2024-03-20'), mrr: 80 });
    const rows = Object.entries(worked).flatMap(([name, [start, end]]) =>
      account(name, start as number, end as number)
    );
    const april = month(await retentionOf([...rows, before]), '2024-04-01');
    const expected = {
      start: 1670,
      new: 150,
      reactivation: 80,
      expansion: 120,
      contraction: 60,
      churn: 450,
      end: 1510
    };
    expect(april).toMatchObject({ ...expected, from: '2024-04-01', to: '2024-05-01' });
    expect(april).toMatchObject({
      startAccounts: 7,
      churnedAccounts: 2,
      logoChurn: 2 / 7,
      grossRevenueRetention: 1160 / 1670,
      netRevenueRetention: 1280 / 1670,
      quickRatio: 350 / 510
    });
  });

  it('puts an instant at local midnight of the first into the month that begins there', async () => {
    const terms = [
      term({ account_id: 'a', started_at: us('2024-04-01'), mrr: 10 }),
      term({ account_id: 'b', started_at: us('2024-03-01'), term_end: us('2024-04-01'), mrr: 7 })
    ];
    const retention = await retentionOf(terms);
    expect(month(retention, '2024-03-01')).toMatchObject({ new: 7, end: 7, churn: 0 });
    expect(month(retention, '2024-04-01')).toMatchObject({ start: 7, new: 10, churn: 7, end: 10 });
  });

  it('bridges a gap within grace, and calls a longer one churn and reactivation', async () => {
    const terms = [
      term({ started_at: us('2024-03-01'), term_end: us('2024-03-29'), mrr: 10 }),
      term({ started_at: us('2024-04-03'), mrr: 12 })
    ];
    const bridged = await retentionOf(terms, { graceDays: 5 });
    expect(month(bridged, '2024-03-01')).toMatchObject({ new: 10, end: 10 });
    expect(month(bridged, '2024-04-01')).toMatchObject({ start: 10, expansion: 2, reactivation: 0, end: 12 });
    const strict = await retentionOf(terms, { graceDays: 4 });
    expect(month(strict, '2024-03-01')).toMatchObject({ start: 0, new: 0, end: 0, quickRatioStatus: 'no_movement' });
    expect(month(strict, '2024-04-01')).toMatchObject({ start: 0, new: 0, reactivation: 12, end: 12 });
  });

  it('leaves trials out (R101), and months whose grace is not over before the watermark (promise 36)', async () => {
    const terms = [
      term({ started_at: us('2024-02-10') }),
      term({ started_at: us('2024-01-10'), is_trial: true, mrr: 5 })
    ];
    const months = async (watermark: string) =>
      (await retentionOf(terms, { watermark, graceDays: 5 })).months.map(({ from }) => from);
    expect(await months('2024-04-06')).toEqual(['2024-02-01', '2024-03-01']);
    expect(await months('2024-04-05')).toEqual(['2024-02-01']);
  });

  it('has nothing to tell without a paid term or a complete month, and is null without subscriptions', async () => {
    const nothing = { decimals: 2, months: [], total: null, year: null, average: null, cohorts: [] };
    expect(await retentionOf([term({ started_at: us('2024-05-10'), is_trial: true })])).toEqual(nothing);
    expect(await retentionOf([term({ started_at: us('2024-05-10') })], { watermark: '2024-05-20' })).toEqual(nothing);
    const none = await withEngine(engine =>
      computeRetention(engine, { config: config(0), tables: tableInfos(us('2024-06-01'), ['subscriptions']) })
    );
    expect(none).toBeNull();
  });

  it('gives the last twelve months as one period and the average month as an annual rate, each with its own meaning', async () => {
    // b pays 5 from March 2023 and leaves in June, returns at 8 in January 2024; a pays 10 throughout.
    const terms = [
      term({ account_id: 'a', started_at: us('2023-01-10'), mrr: 10 }),
      term({ account_id: 'b', started_at: us('2023-03-10'), ended_at: us('2023-06-10'), mrr: 5 }),
      term({ account_id: 'b', started_at: us('2024-01-10'), mrr: 8 })
    ];
    const retention = await retentionOf(terms, { watermark: '2024-05-01' });
    expect(retention.months).toHaveLength(16);
    // 1 May 2023 to 1 May 2024: 15 at the start, b grew from 5 to 8 though it was away.
    expect(retention.year).toMatchObject({
      from: '2023-05-01',
      to: '2024-05-01',
      start: 15,
      expansion: 3,
      churn: 0,
      end: 18,
      netRevenueRetention: 18 / 15
    });
    // Accounts at the starts of the twelve months: 2, 2, then 1 until January, then 2 from February on.
    const logoChurn = 1 / (2 + 2 + 1 * 7 + 2 * 3);
    const average = { months: 12, logoChurn, grossRevenueChurn: 5 / (15 + 15 + 10 * 7 + 18 * 3) };
    expect(retention.average).toMatchObject(average);
    expect(retention.average?.annualLogoChurn).toBeCloseTo(1 - (1 - logoChurn) ** 12, 12);
    expect(retention.total).toMatchObject({ start: 0, new: 15, churn: 5, reactivation: 8, end: 18 });
    expect(retention.cohorts.map(({ from, size }) => [from, size])).toEqual([
      ['2023-01-01', 1],
      ['2023-03-01', 1]
    ]);
    expect(retention.cohorts[1]?.active).toEqual([1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]);
  });
});
