import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { on, statesOf, term, valuesOf } from './one-account.js';

/** 100 a month, 150 from January 2024, 120 from March, beside 30 for an add-on from mid-March. */
const subscriptions = [
  term('2022-01-01', '2024-01-01', { mrr: 10_000 }),
  term('2024-01-01', '2024-03-01', { mrr: 15_000 }),
  term('2024-03-01', null, { mrr: 12_000 }),
  term('2024-03-15', null, { mrr: 3000, product: 'add-on' })
];
const ask = (at: string, names: readonly string[], rows: readonly Row[] = subscriptions) =>
  valuesOf({ world: { subscriptions: rows }, at, names });

describe('recurring revenue', () => {
  it('sums what runs at the date, overlapping terms included (R80)', async () => {
    expect(await ask('2024-03-10', ['mrr'])).toEqual([120]);
    expect(await ask('2024-03-20', ['mrr'])).toEqual([150]);
  });

  it('changes over 30, 90 and 365 days (R80)', async () => {
    const names = ['mrr_change_30d', 'mrr_change_90d', 'mrr_change_365d'];
    // 30 days before 2024-03-20 is 2024-02-19 (150), 90 days is 2023-12-21 (100), 365 days is 2023-03-21 (100).
    expect(await ask('2024-03-20', names)).toEqual([(150 - 150) / 150, (150 - 100) / 100, (150 - 100) / 100]);
    const free = [term('2022-01-01', '2024-03-01', { mrr: 0 }), term('2024-03-01', null)];
    expect(await ask('2024-03-20', names, free)).toEqual([null, null, null]);
    const young = { world: { subscriptions: [term('2024-03-01', null)] }, at: '2024-03-31', names, tenureDays: 30 };
    expect(await statesOf(young)).toEqual([1, 2, 2]);
  });

  it('expansion and contraction add up the steps while terms run on (R80)', async () => {
    const names = ['mrr_expansion_90d', 'mrr_contraction_90d', 'mrr_expansion_365d', 'mrr_contraction_365d'];
    expect(await ask('2024-03-20', names)).toEqual([50 + 30, 30, 50 + 30, 30]);
    expect(await ask('2024-04-20', names)).toEqual([30, 30, 50 + 30, 30]);
    expect(await ask('2023-12-01', names)).toEqual([0, 0, 0, 0]);
  });

  it('neither a first term, nor the end of all, nor a return after a gap is a step (R80)', async () => {
    const rows = [term('2024-01-01', '2024-02-01', { mrr: 5000 }), term('2024-02-10', null, { mrr: 9000 })];
    expect(await ask('2024-03-20', ['mrr_expansion_90d', 'mrr_contraction_90d'], rows)).toEqual([0, 0]);
  });

  it('an end that is not known yet is no step; known, it counts where it lies (promise 31)', async () => {
    const rows = [
      term('2022-01-01', null, { mrr: 10_000 }),
      term('2022-01-01', null, { mrr: 2000, ended_at: on('2024-03-10') })
    ];
    const names = ['mrr', 'mrr_contraction_90d'];
    expect(await ask('2024-03-10', names, rows)).toEqual([120, 0]);
    expect(await ask('2024-03-11', names, rows)).toEqual([100, 20]);
  });
});
