import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors.js';
import { healthScoreAt, scoreHealth, undefinedReason } from '../../src/health/score.js';
import type { FactorTransform } from '../../src/types.js';
import { factor, model } from './profile.js';

const NA = Number.NaN;

/** Scores one row of s values of factors a, b, c, … with these weights. */
function one(
  values: readonly number[],
  weights: readonly number[],
  keys: Parameters<typeof model>[1] = {},
  required = -1
) {
  const names = values.map((_, i) => String.fromCharCode(97 + i));
  const built = model(
    names.map((feature, i) => factor({ feature, weight: weights[i] as number, required: i === required })),
    keys
  );
  const scores = scoreHealth(
    built,
    Object.fromEntries(names.map((name, i) => [name, Float64Array.of(values[i] as number)])),
    1
  );
  return healthScoreAt(built, scores, 0);
}

describe('scoreHealth', () => {
  it('R26: the weighted mean of what is there', () => {
    const score = one([0.47, 0.59, 0.21], [20, 15, 22]);
    expect(score.low).toBeCloseTo(2287 / 5700, 14);
    expect(score.alike).toBeCloseTo(2287 / 5700, 14);
    expect([score.high, score.coverage]).toEqual([score.low, 1]);
    expect(score.category).toBe('Moderate');
  });

  it('R9, R26: missing factors at their worst, at their best, and left out', () => {
    const score = one([0.9, 0.4, NA, 1, NA], [3, 2, 1, 2, 2]);
    expect(score.coverage).toBeCloseTo(7 / 10, 14);
    expect(score.low).toBeCloseTo(0.27 + 0.08 + 0.2, 14);
    expect(score.high).toBeCloseTo(0.27 + 0.08 + 0.2 + 0.1 + 0.2, 14);
    expect(score.alike).toBeCloseTo(11 / 14, 14);
    expect(score.score).toBe(1 + Math.floor(99 * 0.55 + 0.5));
    expect(score.reason).toBeNull();
  });

  it('R9: Undefined below the minimum coverage, not at it', () => {
    const values = [0.9, 0.4, NA, 1, NA];
    const weights = [3, 2, 1, 2, 2];
    expect(one(values, weights, { minCoverage: 0.7 }).category).not.toBe('Undefined');
    const under = one(values, weights, { minCoverage: 0.8 });
    expect(under).toMatchObject({ category: 'Undefined', score: null });
    expect(under.reason).toBe('only 70 % of the weight is measured, less than 80 %');
  });

  it('R9: Undefined when a required factor is missing, with its name', () => {
    const score = one([0.9, 0.4, NA, 1, NA], [3, 2, 1, 2, 2], {}, 2);
    expect(score).toMatchObject({ category: 'Undefined', score: null, reason: 'required factor c is missing' });
  });

  it('everything missing: 0 to 1, no mean, Undefined', () => {
    expect(one([NA, NA], [1, 3])).toMatchObject({ low: 0, high: 1, alike: null, coverage: 0, category: 'Undefined' });
  });

  it('R8: a score on a bound belongs to the upper category; all healthy is the best one', () => {
    expect([0, 0.25, 0.5, 0.75, 1].map(s => one([s], [1], { categories: QUARTERS }).category)).toEqual([
      'a',
      'b',
      'c',
      'd',
      'd'
    ]);
    const tenths = Array(10).fill(1) as number[];
    expect(one(tenths, tenths)).toMatchObject({ category: 'Strong', score: 100 });
  });

  it('complaint 7, fixture 1: too little data is never Strong', () => {
    const score = one([NA, NA, NA, 1, NA], [1, 1, 1, 1, 1]);
    expect(score.alike).toBe(1);
    expect(score.category).toBe('Undefined');
  });

  it('complaint 7, fixture 2: losing the weak component of three does not raise the score', () => {
    const all = one([0.9, 0.2, 0.8], [1, 1, 1]);
    const lost = one([0.9, NA, 0.8], [1, 1, 1]);
    expect(all.low).toBeCloseTo(19 / 30, 14);
    expect(lost.alike).toBeCloseTo(17 / 20, 14);
    expect(lost.low).toBeLessThan(all.low);
  });

  it('rows do not influence each other', () => {
    const built = model([factor({ feature: 'a', required: true }), factor({ feature: 'b' })]);
    const scores = scoreHealth(built, { a: Float64Array.of(1, NA, 0), b: Float64Array.of(1, 1, NA) }, 3);
    expect([...scores.category]).toEqual([2, -1, 0]);
    expect([0, 1, 2].map(i => undefinedReason(built, scores, i))).toEqual([null, 'required factor a is missing', null]);
    expect([...scores.low]).toEqual([1, 0.5, 0]);
  });

  it('refuses absent inputs and inputs of another length', () => {
    const built = model([factor({ feature: 'a' })]);
    expect(() => scoreHealth(built, {}, 1)).toThrow(ModelError);
    expect(() => scoreHealth(built, { a: new Float64Array(2) }, 1)).toThrow(
      'expected 1 values of a for the factor a, got 2'
    );
    expect(() => scoreHealth(model([factor({ feature: 'constructor' })]), {}, 1)).toThrow('got none');
  });
});

const QUARTERS = ['a', 'b', 'c', 'd'].map((label, i) => ({ label, color: '#000000', meaning: '', from: i / 4 }));

const share = fc.double({ min: 0, max: 1, noNaN: true });
const transform: fc.Arbitrary<FactorTransform> = fc.oneof(
  fc.record({
    kind: fc.constant('linear' as const),
    from: fc.integer({ min: -9, max: 0 }),
    to: fc.integer({ min: 1, max: 9 })
  }),
  fc.record({ kind: fc.constant('percentile' as const), lowerBetter: fc.boolean() }),
  fc.tuple(share, share, share).map(([below, s, t]) => ({
    kind: 'thresholds' as const,
    below,
    steps: [
      { at: -2, s },
      { at: 3, s: t }
    ]
  }))
);
const value = fc.oneof(fc.double({ min: -10, max: 110, noNaN: true }), fc.constant(NA));
const someFactors = fc.array(
  fc.record({ weight: fc.integer({ min: 0, max: 9 }), required: fc.boolean(), transform, value, lost: fc.boolean() }),
  { minLength: 1, maxLength: 7 }
);

describe('complaint 7: deleting or corrupting own factors', () => {
  it('never raises low, never improves the category, never lowers high', () => {
    fc.assert(
      fc.property(
        someFactors,
        share,
        fc.constantFrom(NA, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
        (rows, minCoverage, hole) => {
          fc.pre(rows.some(row => row.weight > 0));
          const built = model(
            rows.map(({ weight, required, transform: t }, i) =>
              factor({ feature: `f${i}`, weight, required, transform: t })
            ),
            { minCoverage, categories: QUARTERS }
          );
          const columns = rows.map(
            (row, i) => [`f${i}`, Float64Array.of(row.value, row.lost ? hole : row.value)] as const
          );
          const scores = scoreHealth(built, Object.fromEntries(columns), 2);
          expect(scores.low[1]).toBeLessThanOrEqual(scores.low[0] as number);
          expect(scores.category[1]).toBeLessThanOrEqual(scores.category[0] as number);
          expect(scores.high[1]).toBeGreaterThanOrEqual(scores.high[0] as number);
          expect(scores.coverage[1]).toBeLessThanOrEqual(scores.coverage[0] as number);
          expect(scores.low[0]).toBeLessThanOrEqual(scores.high[0] as number);
        }
      ),
      { seed: 3, numRuns: 2000 }
    );
  });
});
