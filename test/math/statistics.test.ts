import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustHolm,
  midRanks,
  neumaierSum,
  quantile,
  quantileSorted,
  weightedMean,
  weightedVariance,
  wilsonInterval
} from '../../src/math/statistics.js';
import { fixture, relativeError } from './fixtures.js';

const fraction = (text: string) => {
  const [above, below] = text.split('/').map(Number);
  return (above as number) / (below ?? 1);
};

describe('statistics', () => {
  it('sums without losing small terms', () => {
    expect(neumaierSum([1, 1e100, 1, -1e100])).toBe(2);
    expect(neumaierSum(new Float64Array(10).fill(0.1))).toBe(1);
    expect(neumaierSum([])).toBe(0);
    expect(neumaierSum([1, Infinity])).toBe(Infinity);
  });

  it('has type-7 quantiles, whatever the order', () => {
    const { expected } = fixture<
      unknown,
      { rows: { x: number[]; p: string[]; type7: number[]; mean: number; sd_sample: number | null }[] }
    >('stats', 'type7_quantiles');
    for (const row of expected.rows) {
      row.p.forEach((p, i) => {
        expect(relativeError(quantile(row.x, fraction(p)), row.type7[i] as number, 1e-12)).toBeLessThan(4e-15);
      });
      expect(relativeError(weightedMean(row.x), row.mean, 1e-12)).toBeLessThan(4e-15);
      const n = row.x.length;
      if (row.sd_sample !== null) {
        expect(relativeError(Math.sqrt((weightedVariance(row.x) * n) / (n - 1)), row.sd_sample)).toBeLessThan(4e-15);
      }
    }
    expect(quantile([10, 2, 9], 0.5)).toBe(9);
    expect(quantileSorted([], 0.5)).toBeNaN();
    expect(() => quantile([1], 1.01)).toThrow('got 1.01');
  });

  it('weights mean and variance like repeated values', () => {
    expect(weightedMean([1, 4], [3, 1])).toBe((1 + 1 + 1 + 4) / 4);
    expect(weightedVariance([1, 4], [3, 1])).toBeCloseTo((3 * (1 - 7 / 4) ** 2 + (4 - 7 / 4) ** 2) / 4, 15);
    expect(weightedMean([1], [0])).toBeNaN();
  });

  it('shares ranks among ties', () => {
    expect([...midRanks([10, 5, 10, 7, 10])]).toEqual([(3 + 4 + 5) / 3, 1, 4, 2, 4]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 30 }), values => {
        const ranks = midRanks(values);
        const expected = values.map(
          v => values.filter(u => u < v).length + (values.filter(u => u === v).length + 1) / 2
        );
        expect([...ranks]).toEqual(expected);
      }),
      { seed: 11 }
    );
  });

  it('adjusts by Holm', () => {
    const { expected } = fixture<unknown, { rows: { p: number[]; holm: number[] }[] }>('stats', 'multiplicity');
    for (const row of expected.rows) {
      const adjusted = adjustHolm(row.p);
      for (const [i, q] of adjusted.entries()) expect(relativeError(q, row.holm[i] as number)).toBeLessThan(1e-14);
    }
    expect([...adjustHolm([])]).toEqual([]);
  });

  it("has Wilson's interval", () => {
    const { expected } = fixture<unknown, { rows: { k: number; n: number; wilson: [number, number] }[] }>(
      'stats',
      'binomial_intervals_95'
    );
    for (const { k, n, wilson } of expected.rows) {
      const [lo, hi] = wilsonInterval(k, n);
      expect(Math.abs(lo - wilson[0])).toBeLessThan(1e-12);
      expect(Math.abs(hi - wilson[1])).toBeLessThan(1e-12);
    }
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
    expect(() => wilsonInterval(3, 2)).toThrow('got 3');
  });
});
