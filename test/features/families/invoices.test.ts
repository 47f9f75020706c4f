import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { invoice, on, statesOf, valuesOf } from './one-account.js';

const ask = (invoices: readonly Row[], names: readonly string[], at = '2024-04-01') =>
  valuesOf({ world: { invoices }, at, names });

describe('due and unpaid', () => {
  const count = [7, 30, 90].map(days => `invoices_due_unpaid_${days}d`);
  const amount = [7, 30, 90].map(days => `invoices_due_unpaid_amount_${days}d`);

  it('an unpaid invoice whose due date lies in [t - X, t), number and amount (R35)', async () => {
    const invoices = [
      invoice('2024-03-25', null, { amount: 100 }),
      invoice('2024-03-24', null, { amount: 200 }),
      invoice('2024-03-02', null, { amount: 400 }),
      invoice('2024-03-01', null, { amount: 800 }),
      invoice('2024-01-02', null, { amount: 1600 }),
      invoice('2024-01-01', null, { amount: 3200 }),
      invoice('2024-03-25', '2024-03-31', { amount: 6400 }),
      invoice('2024-04-01', null, { amount: 12_800 })
    ];
    // Ages in days: 7, 8, 30, 31, 90, 91; one is paid, and one falls due at t.
    expect(await ask(invoices, count)).toEqual([1, 3, 5]);
    expect(await ask(invoices, amount)).toEqual([1, 1 + 2 + 4, 1 + 2 + 4 + 8 + 16]);
    expect(await ask(invoices, ['invoices_overdue', 'invoices_overdue_amount', 'invoices_overdue_days'])).toEqual([
      6,
      1 + 2 + 4 + 8 + 16 + 32,
      91
    ]);
  });

  it('overdue by at least 30, 60 and 90 days (R35)', async () => {
    const invoices = ['2024-03-02', '2024-03-01', '2024-02-01', '2024-01-02', '2023-11-01'].map(d => invoice(d, null));
    // Days overdue at 2024-04-01: 30, 31, 60, 90, 152.
    const names = [30, 60, 90].map(days => `invoices_overdue_from_${days}d`);
    expect(await ask(invoices, names)).toEqual([5, 3, 2]);
    expect(await ask(invoices, names, '2024-03-31')).toEqual([4, 2, 1]);
  });

  it('a payment known at the date clears it, one at the date does not yet (R35)', async () => {
    const invoices = [
      invoice('2024-03-28', null, { paid_at: on('2024-04-01') - 1 }),
      invoice('2024-03-28', null, { paid_at: on('2024-04-01') })
    ];
    expect(await ask(invoices, ['invoices_due_unpaid_7d'])).toEqual([1]);
  });

  it('is zero without invoices, too young before the window fits, unknown past the watermark (R35)', async () => {
    expect(await ask([], [...count, ...amount])).toEqual([0, 0, 0, 0, 0, 0]);
    expect(await statesOf({ world: {}, at: '2024-04-01', names: count, tenureDays: 30 })).toEqual([0, 0, 2]);
    expect(await statesOf({ world: {}, at: '2030-01-02', names: count })).toEqual([1, 1, 1]);
  });
});

describe('payment history', () => {
  it('on-time rate of the invoices due in 12 months, and mean days late (R73)', async () => {
    const invoices = [
      invoice('2024-03-01', '2024-03-01'),
      invoice('2024-02-01', '2024-01-20'),
      invoice('2024-01-01', '2024-01-11'),
      invoice('2023-12-01', null),
      invoice('2023-04-02', '2023-04-07'),
      invoice('2023-04-01', '2023-04-09')
    ];
    const names = ['invoices_on_time_share_365d', 'invoices_days_late_mean_365d'];
    // Due in [2023-04-02, 2024-04-01): five, two in time. Paid in it: five, late by 0, 0, 10, 5 and 8 days.
    expect(await ask(invoices, names)).toEqual([2 / 5, (0 + 0 + 10 + 5 + 8) / 5]);
    expect(await ask([], names)).toEqual([null, null]);
  });

  it('regularity: standard deviation of the intervals over their mean; undefined under three (R73)', async () => {
    const paid = ['2023-12-01', '2023-12-31', '2024-01-30', '2024-03-10'].map(day => invoice(day, day));
    // Intervals of 30, 30 and 40 days: 3 * (900 + 900 + 1600) - 100^2 = 200.
    const names = ['invoices_paid_interval_cv_365d'];
    expect(await ask(paid, names)).toEqual([Math.sqrt(200) / 100]);
    expect(await ask(paid.slice(1), names)).toEqual([null]);
  });

  it('failed payments of 90 days (R73)', async () => {
    const failed = ['2024-03-31', '2024-01-02', '2024-01-01'].map(day => invoice(day, null, { failed_at: on(day) }));
    expect(await ask(failed, ['invoices_failed_90d'])).toEqual([2]);
  });
});
