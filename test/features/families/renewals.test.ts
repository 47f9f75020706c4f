import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { on, term, valuesOf } from './one-account.js';

const ask = (subscriptions: readonly Row[], at = '2024-04-01') =>
  valuesOf({ world: { subscriptions }, at, names: ['renewals_due', 'renewals_won_share'] });

describe('renewals', () => {
  it('won over due in the history: two of three contract ends were followed without a gap (R79)', async () => {
    const rows = [
      term('2020-01-01', '2021-01-01'),
      term('2021-01-01', '2022-01-01'),
      term('2022-02-01', '2023-02-01'),
      term('2023-02-01', '2024-02-01'),
      term('2024-02-01', '2025-02-01')
    ];
    expect(await ask(rows.slice(0, 4), '2023-06-01')).toEqual([3, 2 / 3]);
    expect(await ask(rows, '2024-04-01')).toEqual([4, 3 / 4]);
  });

  it('no grace: a microsecond between end and start loses it, an overlap does not (R79)', async () => {
    const old = term('2023-01-01', '2024-01-01');
    expect(await ask([old, term('2024-01-01', null, { started_at: on('2024-01-01') + 1 })])).toEqual([1, 0]);
    expect(await ask([old, term('2023-12-01', null)])).toEqual([1, 1]);
    expect(await ask([old, term('2023-12-01', '2024-01-01'), term('2024-02-01', null)])).toEqual([2, 0]);
  });

  it('a term that was replaced or ended before its contract end was not due (R79)', async () => {
    const changed = [
      term('2023-01-01', '2024-01-01', { ended_at: on('2023-07-01') }),
      term('2023-07-01', '2024-07-01')
    ];
    expect(await ask(changed)).toEqual([0, null]);
  });

  it('undefined, not perfect, before the first contract end is over (R79)', async () => {
    expect(await ask([term('2023-01-01', '2024-04-01')], '2024-04-01')).toEqual([0, null]);
    expect(await ask([term('2023-01-01', null)])).toEqual([0, null]);
  });
});
