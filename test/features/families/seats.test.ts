import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { active, statesOf, term, valuesOf } from './one-account.js';

/** 10 seats in 2023, 15 in January and February 2024, 12 since March. */
const subscriptions = [
  term('2023-01-01', '2024-01-01', { seats: 10, mrr: 10_000 }),
  term('2024-01-01', '2024-03-01', { seats: 15, mrr: 15_000 }),
  term('2024-03-01', null, { seats: 12, mrr: 9000 })
];
const ask = (at: string, names: readonly string[], rows: readonly Row[] = subscriptions) =>
  valuesOf({ world: { subscriptions: rows }, at, names });

describe('seats', () => {
  it('net change over 30 and 90 days (R65)', async () => {
    const names = ['seats', 'seats_change_30d', 'seats_change_90d'];
    // 30 days before 2024-03-11 is 2024-02-10 (15 seats), 90 days before is 2023-12-12 (10 seats).
    expect(await ask('2024-03-11', names)).toEqual([12, (12 - 15) / 15, (12 - 10) / 10]);
    expect(await ask('2023-12-01', names)).toEqual([10, 0, 0]);
  });

  it('changes with their date and size: number, added, removed, days since, last delta (R65)', async () => {
    const names = [
      'seat_changes_90d',
      'seats_added_90d',
      'seats_removed_90d',
      'days_since_seat_change',
      'seats_last_delta'
    ];
    expect(await ask('2024-03-11', names)).toEqual([2, 5, 3, 10, -3]);
    expect(await ask('2024-02-01', names)).toEqual([1, 5, 0, 31, 5]);
    // 90 days after the first change it is still inside [t - 90 d, t), a day later no more.
    expect(await ask('2024-03-31', names)).toEqual([2, 5, 3, 30, -3]);
    expect(await ask('2024-04-01', names)).toEqual([1, 0, 3, 31, -3]);
    expect(await ask('2023-06-01', names)).toEqual([0, 0, 0, null, null]);
  });

  it('an added term and its end are changes of the sum; overlapping terms add up (R65)', async () => {
    const rows = [
      term('2023-01-01', null, { seats: 10 }),
      term('2024-02-01', '2024-03-01', { seats: 4, product: 'add-on' })
    ];
    const names = ['seats', 'seat_changes_90d', 'seats_added_90d', 'seats_removed_90d', 'seats_last_delta'];
    expect(await ask('2024-02-15', names, rows)).toEqual([14, 1, 4, 0, 4]);
    expect(await ask('2024-03-15', names, rows)).toEqual([10, 2, 4, 4, -4]);
  });

  it('is unknown, not zero, when no term states seats; a first term is no change (R65)', async () => {
    const rows = [term('2023-01-01', '2024-02-01'), term('2024-02-01', null, { seats: 5 })];
    const names = ['seats', 'seats_change_90d', 'seat_changes_90d', 'days_since_seat_change', 'mrr_per_seat'];
    expect(await ask('2024-01-15', names, rows)).toEqual([null, null, 0, null, null]);
    expect(await ask('2024-02-15', names, rows)).toEqual([5, null, 0, null, 10_000 / 500]);
    const young = {
      world: { subscriptions },
      at: '2023-01-31',
      tenureDays: 30,
      names: ['seats_change_30d', 'seat_changes_90d']
    };
    expect(await statesOf(young)).toEqual([1, 2]);
  });

  it('utilisation: active users per seat (R65)', async () => {
    const world = { subscriptions, events: active('2024-03-05', 3) };
    const names = ['seat_utilisation_28d'];
    expect(await valuesOf({ world, at: '2024-03-11', names })).toEqual([3 / 12]);
    const none = { ...world, subscriptions: [term('2023-01-01', null)] };
    expect(await valuesOf({ world: none, at: '2024-03-11', names })).toEqual([null]);
  });

  it('price per seat and its change: 100 for 10 seats, then 90 for 12 (R65)', async () => {
    const names = ['mrr_per_seat', 'mrr_per_seat_change_90d'];
    const [now, change] = await ask('2024-03-11', names);
    expect(now).toBe(90 / 12);
    // (90/12 - 100/10) / (100/10), in whole numbers (9000*10 - 10000*12) / (10000*12)
    expect(change).toBe((9000 * 10 - 10_000 * 12) / (10_000 * 12));
    const free = [term('2023-01-01', '2024-01-01', { seats: 10, mrr: 0 }), term('2024-01-01', null, { seats: 10 })];
    expect(await ask('2024-03-11', names, free)).toEqual([10, null]);
  });
});
