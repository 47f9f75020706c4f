import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { seededRandom } from '../../src/math/random.js';
import { simulateClustered } from './worlds.js';

const SMALL = { y: Uint8Array.of(1, 0, 1, 0), probability: Float64Array.of(0.4, 0.3, 0.2, 0.1) };

describe('evaluate', () => {
  it('is plain JSON without NaN, and the same bytes again', () => {
    const world = simulateClustered(1, { accounts: 100, rowsEach: 4 });
    const e = evaluate(world);
    expect(JSON.parse(JSON.stringify(e))).toEqual(e);
    expect(JSON.stringify(evaluate(world))).toBe(JSON.stringify(e));
    const numbers = JSON.stringify(e).match(/null|NaN/g);
    expect(numbers).toBeNull();
  });

  it('does not depend on the order of rows or the numbers of clusters, but for the random parts', () => {
    const world = simulateClustered(2, { accounts: 80, rowsEach: 3 });
    const order = seededRandom(2).permutation(240);
    const moved = evaluate({
      y: Uint8Array.from(order, i => world.y[i]!),
      probability: Float64Array.from(order, i => world.probability[i]!),
      clusters: Int32Array.from(order, i => 1_000_000 - 7 * world.clusters[i]!)
    });
    const { aucInterval, auc, averagePrecision, liftAt10, calibrationSlopeInterval, logLoss } = evaluate(world);
    expect(moved.auc).toBe(auc);
    expect(moved.averagePrecision).toBe(averagePrecision);
    expect(moved.liftAt10).toBe(liftAt10);
    expect(moved.aucInterval![0]).toBeCloseTo(aucInterval![0], 12);
    expect(moved.calibrationSlopeInterval![1]).toBeCloseTo(calibrationSlopeInterval![1], 10);
    expect(moved.logLoss).toBeCloseTo(logLoss, 13);
  });

  it('weight 2 is the row twice, weight 0 no row', () => {
    const world = simulateClustered(3, { accounts: 60, rowsEach: 3 });
    const weights = Float64Array.from(world.y, (_, i) => i % 3);
    const rows = [...weights].flatMap((count, i) => Array.from({ length: count }, () => i));
    const weighted = evaluate({ ...world, weights });
    const repeated = evaluate({
      y: Uint8Array.from(rows, i => world.y[i]!),
      probability: Float64Array.from(rows, i => world.probability[i]!),
      clusters: Int32Array.from(rows, i => world.clusters[i]!)
    });
    expect(weighted.auc!).toBeCloseTo(repeated.auc!, 13);
    expect(weighted.averagePrecision!).toBeCloseTo(repeated.averagePrecision!, 13);
    expect(weighted.aucInterval![0]).toBeCloseTo(repeated.aucInterval![0], 12);
    expect(weighted.calibrationSlope!).toBeCloseTo(repeated.calibrationSlope!, 10);
    expect(weighted.calibrationSlopeInterval![0]).toBeCloseTo(repeated.calibrationSlopeInterval![0], 10);
    expect(weighted.observed).toBe(repeated.observed);
    expect(weighted.n).toBe(120);
  });

  it('gives null, never NaN, where a measure does not exist', () => {
    const none = evaluate({ y: new Uint8Array(30), probability: Float64Array.from({ length: 30 }, (_, i) => i / 40) });
    expect(none).toMatchObject({
      positives: 0,
      auc: null,
      aucInterval: null,
      averagePrecision: null,
      liftAt10: null,
      liftInterval: null,
      calibrationSlope: null,
      calibrationSlopeInterval: null,
      calibrationIntercept: null
    });
    const few = evaluate(SMALL);
    expect(few.auc).toBe(3 / 4);
    expect([few.aucInterval, few.liftAt10, few.liftInterval, few.calibrationSlope]).toEqual([null, null, null, null]);
    const world = simulateClustered(4, { accounts: 1, rowsEach: 200 });
    const single = evaluate(world);
    expect(single.auc).not.toBeNull();
    expect([single.aucInterval, single.liftInterval, single.calibrationSlopeInterval]).toEqual([null, null, null]);
    for (const e of [none, few, single]) expect(JSON.stringify(Object.values(e)).includes('NaN')).toBe(false);
    for (const e of [none, few, single]) for (const v of Object.values(e)) expect(v).not.toBeNaN();
  });

  it('takes probabilities of exactly 0 and 1', () => {
    const y = Uint8Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? 1 : 0));
    const e = evaluate({ y, probability: Float64Array.from(y, (_, i) => [0, 1, 0.5, -0][i % 4]!) });
    for (const v of Object.values(e)) if (typeof v === 'number') expect(Number.isFinite(v)).toBe(true);
    expect(e.reliability.reduce((s, b) => s + b.n, 0)).toBe(40);
  });

  it.each([
    [
      'a probability above 1',
      { ...SMALL, probability: Float64Array.of(0.1, 1.5, 0, 0) },
      /in \[0, 1\], got 1.5 in row 1/
    ],
    ['NaN', { ...SMALL, probability: Float64Array.of(0.1, 0, 0, Number.NaN) }, /got NaN in row 3/],
    ['an outcome of 2', { ...SMALL, y: Uint8Array.of(1, 0, 2, 0) }, /0 or 1, got 2 in row 2/],
    ['an unknown value', { ...SMALL, value: Float64Array.of(1, Number.NaN, 1, 1) }, /finite value, got NaN in row 1/],
    ['a negative weight', { ...SMALL, weights: Float64Array.of(1, 1, 1, -2) }, /weight of at least 0, got -2 in row 3/],
    ['another length', { ...SMALL, clusters: Int32Array.of(1, 2) }, /expected 4 values in clusters.*got 2/],
    ['no row', { y: new Uint8Array(0), probability: new Float64Array(0) }, /got none among 0/],
    ['no weight', { ...SMALL, weights: new Float64Array(4) }, /got none among 4/]
  ])('refuses %s', (_, data, message) => {
    expect(() => evaluate(data)).toThrow(ModelError);
    expect(() => evaluate(data)).toThrow(message);
  });
});
