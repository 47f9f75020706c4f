import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCalibrator } from '../../src/calibration/apply.js';
import { fitIsotonic } from '../../src/calibration/isotonic.js';
import { fixture } from '../math/fixtures.js';
import { type IsotonicBlock, oracle, PAIRS } from './fixtures.js';

interface Row {
  readonly z: number;
  readonly y: number;
  readonly w: number;
}

function pool(rows: readonly Row[]) {
  return fitIsotonic({
    z: Float64Array.from(rows, r => r.z),
    y: Float64Array.from(rows, r => r.y),
    w: Float64Array.from(rows, r => r.w)
  });
}

/** max over lower ends a <= z of min over upper ends b >= z of the mean of rows in [a, b]; sums of integers are exact. */
function minMax(rows: readonly Row[], z: number): number {
  const scores = [...new Set(rows.map(r => r.z))];
  const mean = (a: number, b: number) => {
    const inside = rows.filter(r => r.z >= a && r.z <= b);
    return inside.reduce((s, r) => s + r.w * r.y, 0) / inside.reduce((s, r) => s + r.w, 0);
  };
  const least = (a: number) => Math.min(...scores.filter(b => b >= z).map(b => mean(a, b)));
  return Math.max(...scores.filter(a => a <= z).map(least));
}

const row = fc.record({
  z: fc.integer({ min: 0, max: 12 }),
  y: fc.integer({ min: 0, max: 1 }),
  w: fc.integer({ min: 1, max: 5 })
});

const fraction = (text: string) => {
  const [above, below] = text.split('/').map(Number);
  return above! / (below ?? 1);
};

describe('isotonic regression', () => {
  it('promise 16: is bit-equal to the min-max formula, with ties and weights, in any order of rows', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), rows => {
        const calibrator = pool(rows);
        const fitted = applyCalibrator(
          calibrator,
          Float64Array.from(rows, r => r.z)
        );
        rows.forEach((r, i) => {
          expect(fitted[i]).toBe(minMax(rows, r.z));
        });
        expect(pool([...rows].reverse())).toEqual(calibrator);
      }),
      { seed: 16, numRuns: 1000 }
    );
  });

  it('promise 16: fitting its own values gives them back', () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ z: i % 11, y: (i * 7) % 3 === 0 ? 1 : 0, w: 1 + (i % 4) }));
    const once = pool(rows);
    const values = applyCalibrator(
      once,
      Float64Array.from(rows, r => r.z)
    );
    const again = applyCalibrator(
      pool(rows.map((r, i) => ({ ...r, y: values[i]! }))),
      Float64Array.from(rows, r => r.z)
    );
    values.forEach((v, i) => {
      expect(again[i]).toBeCloseTo(v, 14);
    });
  });

  it('pools by hand: (1/1), (1/3), (0/1) become 2/5', () => {
    const { input } = fixture<{ score: number[]; y: number[]; w: number[] }, unknown>(
      'calibration',
      'hand_pav_weighted_ties'
    );
    const rows = input.score.map((z, i) => ({ z, y: input.y[i]!, w: input.w[i]! }));
    expect(pool(rows)).toEqual({ kind: 'isotonic', z: [1, 2, 5], probability: [0, 2 / 5, 1] });
  });

  it.each(PAIRS)('promise 16: equals the exact rational blocks (%s)', name => {
    const { scores, y, weights, metrics } = oracle(name);
    const blocks: readonly IsotonicBlock[] = metrics.isotonic_blocks;
    const { z, probability } = fitIsotonic({
      z: scores,
      y: Float64Array.from(y),
      w: weights ?? new Float64Array(y.length).fill(1)
    });
    expect(z).toEqual(blocks.map(b => b.score_lo));
    expect(probability).toEqual(blocks.map(b => fraction(b.value.exact)));
  });

  it('steps hold from their log-odds upwards, and the first below', () => {
    const calibrator = { kind: 'isotonic', z: [-1, 0, 2], probability: [0.1, 0.3, 1] } as const;
    const p = applyCalibrator(calibrator, Float64Array.of(-9, -1, -0.5, 0, 1.99, 2, 50));
    expect([...p]).toEqual([0.1, 0.1, 0.1, 0.3, 0.3, 1, 1]);
  });
});
