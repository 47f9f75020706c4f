import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auc, aucCovariance, aucInterval, aucParts } from '../../src/evaluation/auc.js';
import { averagePrecision } from '../../src/evaluation/average-precision.js';
import { relativeError } from '../math/fixtures.js';
import { numberOf, plainRows, RANKING, rank, rankingCase } from './fixtures.js';
import { simulateRepeated } from './worlds.js';

describe('AUC and average precision', () => {
  it.each(RANKING)('equal the exact rationals, with ties (%s)', name => {
    const { a, y, expected } = rankingCase(name);
    expect(relativeError(auc(rank(a, y))!, expected.auc.value)).toBeLessThan(1e-15);
    expect(
      relativeError(averagePrecision(rank(a, y))!, numberOf(expected.average_precision_step_tied_block))
    ).toBeLessThan(1e-13);
  });

  it.each(['hand_ties_8_arr', 'hand_12_weights', 'generated_1000'])('weigh rows (%s)', name => {
    const { a, y, arr, expected } = rankingCase(name);
    expect(relativeError(auc(rank(a, y, arr))!, numberOf(expected.auc_arr_weighted_both!))).toBeLessThan(1e-13);
    expect(relativeError(averagePrecision(rank(a, y, arr))!, expected.average_precision_arr_weighted!)).toBeLessThan(
      1e-12
    );
  });

  it('count pairs by hand: (4 > 3), (4 > 1), (2 < 3), (2 > 1)', () => {
    const scores = Float64Array.of(0.4, 0.3, 0.2, 0.1);
    expect(auc(rank(scores, [1, 0, 1, 0]))).toBe(3 / 4);
    expect(averagePrecision(rank(scores, [1, 0, 1, 0]))).toBe(1 / 2 + (1 / 2) * (2 / 3));
    expect(auc(rank(scores, [1, 1, 1, 1]))).toBeNull();
    expect(averagePrecision(rank(scores, [0, 0, 0, 0]))).toBeNull();
  });

  it('promise 19: any increasing map of the scores leaves them exactly as they are', () => {
    const row = fc.record({ p: fc.integer({ min: 0, max: 40 }), y: fc.integer({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(
        fc.array(row, { minLength: 2, maxLength: 60 }),
        fc.double({ min: 0.1, max: 5, noNaN: true }),
        (rows, power) => {
          const y = rows.map(r => r.y);
          const plain = rank(
            Float64Array.from(rows, r => r.p / 64),
            y
          );
          const bent = rank(
            Float64Array.from(rows, r => (r.p / 64) ** power),
            y
          );
          return auc(plain) === auc(bent) && averagePrecision(plain) === averagePrecision(bent);
        }
      ),
      { seed: 19, numRuns: 500 }
    );
  });

  it('agree with counting all pairs', () => {
    const row = fc.record({ p: fc.integer({ min: 0, max: 9 }), y: fc.integer({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), rows => {
        const positives = rows.filter(r => r.y === 1);
        const negatives = rows.filter(r => r.y === 0);
        fc.pre(positives.length > 0 && negatives.length > 0);
        const won = positives.flatMap(r => negatives.map((s): number => (r.p > s.p ? 1 : r.p === s.p ? 0.5 : 0)));
        const expected = won.reduce((s, v) => s + v, 0) / won.length;
        return (
          auc(
            rank(
              Float64Array.from(rows, r => r.p / 10),
              rows.map(r => r.y)
            )
          ) === expected
        );
      }),
      { seed: 7, numRuns: 300 }
    );
  });
});

describe('interval of the AUC', () => {
  it.each(['hand_4_no_ties', 'hand_ties_8_arr', 'hand_12_weights', 'generated_1000'])(
    "is DeLong's when every row is its own cluster (%s)",
    name => {
      const { a, y, expected } = rankingCase(name);
      const parts = aucParts(rank(a, y), plainRows(y))!;
      expect(relativeError(aucCovariance(parts, parts)!, numberOf(expected.delong.variance))).toBeLessThan(1e-12);
      const [lo, hi] = aucInterval(parts)!;
      expect(relativeError(lo, Number(expected.delong.ci95_logit[0]))).toBeLessThan(1e-12);
      expect(relativeError(hi, Number(expected.delong.ci95_logit[1]))).toBeLessThan(1e-12);
    }
  );

  it('does not exist at 0 and 1, or with one cluster of a class', () => {
    for (const name of ['hand_perfect', 'hand_reversed']) {
      const { a, y } = rankingCase(name);
      expect(aucInterval(aucParts(rank(a, y), plainRows(y))!)).toBeNull();
    }
    const y = [1, 1, 0, 0, 0];
    const rows = { ...plainRows(y), clusters: Int32Array.of(0, 0, 1, 2, 3), clusterCount: 4 };
    expect(aucInterval(aucParts(rank(Float64Array.of(0.5, 0.2, 0.3, 0.1, 0.6), y), rows)!)).toBeNull();
  });

  it('with every row doubled inside its cluster is the one of single rows', () => {
    const { a, y } = rankingCase('hand_12_weights');
    const twice = <T extends number>(v: ArrayLike<T>) => [...Array.from(v), ...Array.from(v)];
    const rows = {
      ...plainRows(twice(y)),
      clusters: Int32Array.from(twice(Array.from(y, (_, i) => i))),
      clusterCount: 12
    };
    const doubled = aucParts(rank(Float64Array.from(twice(a)), twice(y)), rows)!;
    const single = aucParts(rank(a, y), plainRows(y))!;
    expect(relativeError(aucCovariance(doubled, doubled)!, aucCovariance(single, single)!)).toBeLessThan(1e-12);
  });

  it('covers the truth in about 95 of 100 worlds with 12 dependent rows per account', () => {
    const large = simulateRepeated(99, { accounts: 300_000, rowsEach: 1 });
    const truth = auc(rank(large.probability, large.y))!;
    let covered = 0;
    let naive = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const world = simulateRepeated(seed, { accounts: 150, rowsEach: 12 });
      const ranking = rank(world.probability, world.y);
      const clustered = { ...plainRows(world.y), clusters: world.clusters, clusterCount: 150 };
      const inside = ([lo, hi]: readonly [number, number]) => lo <= truth && truth <= hi;
      if (inside(aucInterval(aucParts(ranking, clustered)!)!)) covered++;
      if (inside(aucInterval(aucParts(ranking, plainRows(world.y))!)!)) naive++;
    }
    expect(covered).toBeGreaterThanOrEqual(180);
    expect(covered).toBeLessThanOrEqual(198);
    expect(naive).toBeLessThan(140);
  });
});
