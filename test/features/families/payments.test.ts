import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { payment, statesOf, valuesOf } from './one-account.js';

const ask = (payments: readonly Row[], names: readonly string[], omit: readonly string[] = []) =>
  valuesOf({ world: { payments }, at: '2024-04-01', names, omit });

describe('payments received', () => {
  const names = ['payments_365d', 'days_since_payment', 'payments_interval_cv_365d'];

  it('number in 12 months, days since the last, regularity (R73)', async () => {
    const days = ['2023-04-01', '2023-04-02', '2023-07-11', '2023-10-19', '2024-03-22', '2024-03-22'];
    // In [2023-04-02, 2024-04-01): five on four days, 100, 100 and 155 days apart; the last 10 days ago.
    const total = 100 + 100 + 155;
    const squares = 100 ** 2 + 100 ** 2 + 155 ** 2;
    const expected = Math.sqrt(3 * squares - total ** 2) / total;
    expect(
      await ask(
        days.map(day => payment(day)),
        names
      )
    ).toEqual([5, 10, expected]);
  });

  it('regular payments have regularity 0; fewer than three intervals none (R73)', async () => {
    const regular = ['2024-01-01', '2024-01-31', '2024-03-01', '2024-03-31'].map(day => payment(day));
    expect(await ask(regular, names)).toEqual([4, 1, 0]);
    expect(await ask(regular.slice(1), names)).toEqual([3, 1, null]);
    expect(await ask([], names)).toEqual([0, null, null]);
    expect(await statesOf({ world: {}, at: '2024-04-01', names, tenureDays: 364 })).toEqual([2, 1, 1]);
  });

  it('a declined card is no payment; without kinds every record is one (R73)', async () => {
    const rows = [payment('2024-03-01'), payment('2024-03-31', 'card_declined')];
    expect(await ask(rows, names)).toEqual([1, 31, null]);
    expect(await ask(rows, names, ['payments.kind'])).toEqual([2, 1, null]);
  });
});

describe('sudden changes in how the customer pays', () => {
  const kinds = ['invoice_detail_request', 'card_declined', 'payment_method_changed', 'annual_to_monthly'];

  it.each(kinds)('%s: count in 90 days, and a flag on the first ever (R74)', async kind => {
    const names = [`payments_${kind}_90d`, `payments_${kind}_first_90d`, 'payments_warnings_first_90d'];
    expect(await ask([payment('2024-03-01', kind), payment('2024-01-02', kind)], names)).toEqual([2, 1, 1]);
    // One on the day before the window: it is no longer the first.
    expect(await ask([payment('2024-03-01', kind), payment('2024-01-01', kind)], names)).toEqual([1, 0, 0]);
    expect(await ask([payment('2024-01-01', kind)], names)).toEqual([0, 0, 0]);
    expect(await ask([payment('2024-04-01', kind), payment('2024-03-01')], names)).toEqual([0, 0, 0]);
    expect(await ask([], names)).toEqual([0, 0, 0]);
    expect(await statesOf({ world: {}, at: '2024-04-01', names, tenureDays: 89 })).toEqual([2, 2, 2]);
  });

  it('counts the kinds that occurred for the first time (R74)', async () => {
    const rows = [...kinds.map(kind => payment('2024-03-01', kind)), payment('2023-01-01', 'card_declined')];
    expect(await ask(rows, ['payments_warnings_first_90d'])).toEqual([3]);
  });
});
