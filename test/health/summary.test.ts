import { describe, expect, it } from 'vitest';
import { summariseHealth } from '../../src/health/summary.js';
import { factor, model } from './profile.js';

const MODEL = model([
  factor({ feature: 'a', weight: 1, actionable: false }),
  factor({ feature: 'b', weight: 2, timing: 'lagging', about: 'About b' }),
  factor({ feature: 'c', weight: 1 })
]);

/** Accounts in slices of (count, total ARR, category, score). */
function accounts(slices: readonly (readonly [number, number, number, number])[]) {
  const rows = slices.flatMap(([count, arr, category, low]) =>
    Array.from({ length: count }, () => ({ arr: arr / count, category, low }))
  );
  return {
    model: MODEL,
    low: Float64Array.from(rows, row => row.low),
    category: Int32Array.from(rows, row => row.category),
    arr: Float64Array.from(rows, row => row.arr)
  };
}

describe('summariseHealth', () => {
  it('R114, fixture 8: 108 accounts and $26M in four slices, Undefined last with its ARR', () => {
    const summary = summariseHealth(
      accounts([
        [45, 7, 2, 0.8],
        [26, 10, 1, 0.5],
        [34, 6, 0, 0.2],
        [3, 3, -1, 0.1]
      ])
    );
    expect(summary.categories.map(slice => [slice.label, slice.accounts])).toEqual([
      ['Weak', 34],
      ['Moderate', 26],
      ['Strong', 45],
      ['Undefined', 3]
    ]);
    expect(summary.accounts).toBe(108);
    expect(summary.arr).toBeCloseTo(26, 9);
    const strong = summary.categories[2];
    expect(strong?.accountShare).toBeCloseTo(5 / 12, 12);
    expect(strong?.arrShare).toBeCloseTo(7 / 26, 12);
    expect(summary.categories.map(slice => slice.arr).reduce((a, b) => a + b)).toBeCloseTo(26, 9);
    expect(summary.categories.map(slice => slice.accountShare).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    expect(summary.categories[3]).toMatchObject({ color: '#9e9e9e' });
  });

  it('R116: means over defined accounts by account and by ARR, each with its own category', () => {
    const summary = summariseHealth(
      accounts([
        [3, 3, 2, 0.9],
        [1, 97, 0, 0.1],
        [6, 1000, -1, 0]
      ])
    );
    expect(summary.accountMean).toBeCloseTo((3 * 0.9 + 0.1) / 4, 12);
    expect(summary.accountCategory).toBe('Strong');
    expect(summary.arrMean).toBeCloseTo((3 * 0.9 + 97 * 0.1) / 100, 12);
    expect(summary.arrCategory).toBe('Weak');
  });

  it('R3, R4: shares of weight that is actionable and lagging', () => {
    const summary = summariseHealth(accounts([[1, 1, 2, 0.9]]));
    expect([summary.actionableShare, summary.laggingShare]).toEqual([3 / 4, 2 / 4]);
    expect(summary.factors[1]).toEqual({ name: 'b', about: 'About b', weight: 0.5, dimension: 'use' });
  });

  it('nobody defined, or no ARR known: no mean instead of a wrong one', () => {
    const nobody = summariseHealth(accounts([[2, 5, -1, 0]]));
    expect(nobody).toMatchObject({
      accountMean: null,
      arrMean: null,
      accountCategory: 'Undefined',
      arrCategory: 'Undefined',
      arr: 5
    });
    const poor = summariseHealth({ ...accounts([[1, 0, 2, 1]]), arr: Float64Array.of(Number.NaN) });
    expect(poor).toMatchObject({ accountMean: 1, arrMean: null, arr: 0 });
    expect(
      summariseHealth(accounts([])).categories.every(slice => slice.accounts === 0 && slice.accountShare === 0)
    ).toBe(true);
  });
});
