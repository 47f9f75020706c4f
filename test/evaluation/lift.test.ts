import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { lift, liftInterval, topTenth } from '../../src/evaluation/lift.js';
import { rankScores } from '../../src/evaluation/ranking.js';
import { evaluationRows } from '../../src/evaluation/rows.js';
import { seededRandom } from '../../src/math/random.js';
import { relativeError } from '../math/fixtures.js';
import { RANKING, rank, rankingCase } from './fixtures.js';
import { simulateClustered, simulateRepeated } from './worlds.js';

describe('lift', () => {
  it.each(RANKING)('equals the exact tie-neutral expectation at every k (%s)', name => {
    const { a, y, expected } = rankingCase(name);
    for (const { k, lift: wanted } of expected.at_k) {
      expect(relativeError(lift(rank(a, y), k)!, wanted.value)).toBeLessThan(1e-14);
    }
    for (const { fraction, recall } of expected.gains_tie_neutral) {
      const share = Number(fraction.split('/')[0]) / 10;
      if (share > 0) expect(lift(rank(a, y), share * y.length)! * share).toBeCloseTo(recall.value, 13);
    }
  });

  it('takes max(1, floor(n / 10)) rows, or a tenth of the weight', () => {
    expect([9, 10, 19, 20, 25].map(n => topTenth(n, false))).toEqual([1, 1, 1, 2, 2]);
    expect(topTenth(25, true)).toBe(2.5);
  });

  it('is the mean over every order of tied rows', () => {
    // 20 rows, top 2: one row at 0.9 (positive), then four tied at 0.5 of which one is positive.
    const probability = Float64Array.from({ length: 20 }, (_, i) => (i === 0 ? 0.9 : i < 5 ? 0.5 : 0.1));
    const y = Uint8Array.from({ length: 20 }, (_, i) => (i === 0 || i === 3 || i === 10 || i === 11 ? 1 : 0));
    expect(evaluate({ y, probability }).liftAt10).toBeCloseTo((1 + 1 / 4) / 2 / (4 / 20), 14);
    const order = [7, 3, 19, 0, 4, 11, 2, 16, 1, 5, 18, 9, 6, 8, 10, 12, 13, 14, 15, 17];
    const moved = evaluate({
      y: Uint8Array.from(order, i => y[i]!),
      probability: Float64Array.from(order, i => probability[i]!)
    });
    expect(moved.liftAt10).toBe(evaluate({ y, probability }).liftAt10);
  });

  it('is 1 when all scores are equal', () => {
    const y = Uint8Array.from({ length: 57 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    const { liftAt10, liftInterval } = evaluate({ y, probability: new Float64Array(57).fill(0.2) });
    expect(liftAt10).toBeCloseTo(1, 14);
    expect(liftInterval![0]).toBeCloseTo(1, 12);
    expect(liftInterval![1]).toBeCloseTo(1, 12);
  });

  it('has an interval that resamples whole accounts and follows the seed', () => {
    const world = simulateRepeated(3, { accounts: 100, rowsEach: 10 });
    const clustered = evaluate(world);
    const single = evaluate({ ...world, clusters: undefined });
    const width = ([lo, hi]: readonly [number, number]) => hi - lo;
    expect(width(clustered.liftInterval!)).toBeGreaterThan(1.5 * width(single.liftInterval!));
    expect(evaluate({ ...world, seed: 1 }).liftInterval).toEqual(clustered.liftInterval);
    expect(evaluate({ ...world, seed: 2 }).liftInterval).not.toEqual(clustered.liftInterval);
  });

  it('interval holds the truth in most worlds', () => {
    const options = { rowsEach: 3, shared: 0.5, level: -2 };
    const large = simulateClustered(77, { ...options, accounts: 60_000 });
    const truth = lift(rank(large.probability, large.y), 18_000)!;
    let covered = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const rows = evaluationRows(simulateClustered(seed, { ...options, accounts: 300 }));
      const [lo, hi] = liftInterval(rankScores(rows.p, rows), rows, seededRandom(seed))!;
      if (lo <= truth && truth <= hi) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(51);
  });
});
