import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../src/evaluation/paired.js';
import { sigmoid } from '../../src/math/links.js';
import { relativeError } from '../math/fixtures.js';
import { rankingCase } from './fixtures.js';
import { simulateClustered, simulateRepeated } from './worlds.js';

describe('paired differences', () => {
  it.each(['hand_ties_8_arr', 'hand_12_weights', 'generated_1000'])(
    'of AUCs are DeLong for rows by themselves (%s)',
    name => {
      const { y, a, b, expected } = rankingCase(name);
      const wanted = expected.paired_delong!;
      const found = pairedDifference({ y, a, b, measure: 'auc' })!;
      expect(relativeError(found.difference, wanted.difference_a_minus_b.value)).toBeLessThan(1e-13);
      expect(relativeError(found.standardError, wanted.se_difference)).toBeLessThan(1e-12);
      expect(relativeError(found.interval[0], wanted.ci95_difference[0])).toBeLessThan(1e-11);
      expect(relativeError(found.interval[1], wanted.ci95_difference[1])).toBeLessThan(1e-11);
    }
  );

  it('of Brier scores by hand, with two rows in one account', () => {
    const y = Uint8Array.of(1, 0, 0);
    const a = Float64Array.of(0.5, 0.5, 0);
    const b = Float64Array.of(1, 0, 0.5);
    // Row-wise a - b: 1/4, 1/4, -1/4; mean 1/12; residuals 1/6, 1/6, -1/3; clusters (rows 1 and 2), (row 3): sums 1/3, -1/3.
    const found = pairedDifference({ y, a, b, clusters: Int32Array.of(4, 4, 9), measure: 'brier' })!;
    expect(found.difference).toBeCloseTo(1 / 12, 15);
    expect(found.standardError).toBeCloseTo(Math.sqrt((2 / 9) * 2) / 3, 14);
  });

  it('change sign when the models change places, and vanish for one model', () => {
    const { y, probability, clusters } = simulateClustered(1, { accounts: 50, rowsEach: 4 });
    const b = probability.map(p => p / 2);
    for (const measure of ['logLoss', 'brier', 'auc'] as const) {
      const one = pairedDifference({ y, a: probability, b, clusters, measure })!;
      const other = pairedDifference({ y, a: b, b: probability, clusters, measure })!;
      expect(one.difference).toBeCloseTo(-other.difference, 14);
      expect(one.standardError).toBeCloseTo(other.standardError, 14);
      const same = pairedDifference({ y, a: b, b, clusters, measure })!;
      expect([same.difference, same.standardError]).toEqual([0, 0]);
    }
  });

  it('are null when one cluster or one class leaves nothing to compare', () => {
    const { y, probability } = simulateClustered(2, { accounts: 1, rowsEach: 30 });
    const clusters = new Int32Array(30);
    for (const measure of ['logLoss', 'brier', 'auc'] as const) {
      expect(pairedDifference({ y, a: probability, b: probability, clusters, measure })).toBeNull();
    }
    expect(pairedDifference({ y: new Uint8Array(30), a: probability, b: probability, measure: 'auc' })).toBeNull();
  });

  it('hold the truth in about 95 of 100 worlds with repeated rows', () => {
    const noise = (p: Float64Array) =>
      p.map((v, i) => sigmoid(Math.log(v / (1 - v)) * 0.5 + ((i * 7919) % 13) / 13 - 1));
    const large = simulateRepeated(55, { accounts: 200_000, rowsEach: 1 });
    const truth = pairedDifference({
      y: large.y,
      a: large.probability,
      b: noise(large.probability),
      measure: 'brier'
    })!;
    let covered = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { y, probability, clusters } = simulateRepeated(seed, { accounts: 120, rowsEach: 12 });
      const [lo, hi] = pairedDifference({
        y,
        a: probability,
        b: noise(probability),
        clusters,
        measure: 'brier'
      })!.interval;
      if (lo <= truth.difference && truth.difference <= hi) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(135);
  });
});
