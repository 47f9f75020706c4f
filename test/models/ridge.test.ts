import { describe, expect, it } from 'vitest';
import { meanLogLoss } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import { planFolds } from '../../src/models/folds.js';
import { predictLogits } from '../../src/models/predict.js';
import { chooseRidge, fitRidge, type ScoreDesign } from '../../src/models/ridge.js';
import { relativeError } from '../math/fixtures.js';
import { logisticCases } from './cases.js';
import { makeWorld } from './worlds.js';

function objective({ X, n, q, y }: ScoreDesign, b: readonly number[], lambda: number): number {
  const logits = predictLogits({ kind: 'logistic', intercept: b[0]!, coefficients: b.slice(1) }, { X, n, q });
  return meanLogLoss(logits, y) + (lambda / 2) * b.slice(1).reduce((sum, v) => sum + v * v, 0);
}

function takeDesign(design: ScoreDesign, rows: Int32Array): ScoreDesign {
  const X = Float64Array.from([...rows].flatMap(i => [...design.X.subarray(i * design.q, (i + 1) * design.q)]));
  return { X, n: rows.length, q: design.q, y: Uint8Array.from(rows, i => design.y[i]!) };
}

describe('fitRidge', () => {
  it('promise 12: agrees with the reference solutions on standardised columns', () => {
    const { data, expected } = logisticCases().find(c => c.name === 'gen200x4')!;
    const Z = Float64Array.from(data.X);
    for (let j = 0; j < 4; j++) {
      const column = Array.from({ length: 200 }, (_, i) => data.X[i * 4 + j]!);
      const mean = column.reduce((a, b) => a + b) / 200;
      const deviation = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 200);
      for (let i = 0; i < 200; i++) Z[i * 4 + j] = (column[i]! - mean) / deviation;
    }
    for (const { lambda, coef_standardised } of expected.ridge!.solutions) {
      const { spec } = fitRidge({ X: Z, n: 200, q: 4, y: data.y }, { lambda: lambda / 200 });
      [spec.intercept, ...spec.coefficients].forEach((b, j) => {
        expect(relativeError(b, coef_standardised[j]!)).toBeLessThan(1e-9);
      });
    }
  });

  it('is a minimum: the gradient by finite differences is zero, and a warm start leads to the same place', () => {
    const world = makeWorld({ accounts: 150, dates: 4, q: 5, strong: 3, intercept: -1, seed: 1 });
    const lambda = 0.02;
    const fit = fitRidge(world, { lambda });
    const b = [fit.spec.intercept, ...fit.spec.coefficients];
    b.forEach((_, j) => {
      const moved = (h: number) =>
        objective(
          world,
          b.map((v, k) => (k === j ? v + h : v)),
          lambda
        );
      expect(Math.abs(moved(1e-5) - moved(-1e-5)) / 2e-5).toBeLessThan(1e-8);
      expect(moved(0.01)).toBeGreaterThan(moved(0));
    });
    const warm = fitRidge(world, { lambda, start: fitRidge(world, { lambda: 0.1 }).spec });
    warm.spec.coefficients.forEach((v, j) => {
      expect(Math.abs(v - fit.spec.coefficients[j]!)).toBeLessThan(1e-9);
    });
    expect(fit.logLoss).toBeCloseTo(meanLogLoss(predictLogits(fit.spec, world), world.y), 12);
  });

  it('shrinks to the base rate under a huge penalty, and stays finite when the columns separate', () => {
    const world = makeWorld({ accounts: 100, dates: 3, q: 3, strong: 2, intercept: -1, seed: 2 });
    const rate = world.y.reduce((a, b) => a + b, 0) / world.n;
    const flat = fitRidge(world, { lambda: 1e6 });
    expect(flat.spec.intercept).toBeCloseTo(Math.log(rate / (1 - rate)), 4);
    expect(Math.max(...flat.spec.coefficients.map(Math.abs))).toBeLessThan(1e-5);
    const separable = { X: Float64Array.of(-2, -1, 1, 2), n: 4, q: 1, y: [0, 0, 1, 1] };
    expect(fitRidge(separable, { lambda: 0.01 }).spec.coefficients[0]).toBeGreaterThan(0);
    expect(() => fitRidge({ ...separable, y: [1, 1, 1, 1] }, { lambda: 1 })).toThrow('4 positive among 4 rows');
    expect(() => fitRidge(separable, { lambda: Number.NaN })).toThrow('got NaN');
    expect(() => fitRidge(separable, { lambda: 0 })).toThrow('above 0, got 0');
  });
});

describe('chooseRidge', () => {
  const world = makeWorld({ accounts: 200, dates: 9, q: 30, strong: 3, intercept: -2, seed: 3 });
  const plan = planFolds(world, { scheme: 'groups', windowDays: 30, seed: 7 });

  it('reports held-out losses that refitting each fold from scratch gives', () => {
    const choice = chooseRidge(world, plan, { strengths: [1, 100, 10_000] });
    for (const { strength, heldOutLoss } of choice.curve) {
      let loss = 0;
      for (const { train, test } of plan.folds) {
        const part = takeDesign(world, train);
        const { spec } = fitRidge(part, { lambda: strength / part.n });
        const held = takeDesign(world, test);
        loss += test.length * meanLogLoss(predictLogits(spec, held), held.y);
      }
      expect(Math.abs(heldOutLoss - loss / world.n)).toBeLessThan(1e-5);
    }
    const best = choice.curve.reduce((a, b) => (b.heldOutLoss < a.heldOutLoss ? b : a));
    expect([choice.strength, choice.lambda]).toEqual([best.strength, best.strength / world.n]);
    expect(choice.heldOutLogits.some(Number.isNaN)).toBe(false);
    expect(meanLogLoss(choice.heldOutLogits, world.y)).toBeCloseTo(best.heldOutLoss, 10);
  });

  it('prefers a strong penalty for noise and a weak one for strong effects', () => {
    const noise = makeWorld({ accounts: 150, dates: 4, q: 40, strong: 0, intercept: -1, seed: 4 });
    const signal = makeWorld({ accounts: 500, dates: 8, q: 4, strong: 4, intercept: -1, seed: 4 });
    const groups = { scheme: 'groups', windowDays: 30, seed: 1 } as const;
    const weak = chooseRidge(signal, planFolds(signal, groups)).strength;
    const strong = chooseRidge(noise, planFolds(noise, groups)).strength;
    expect(strong).toBeGreaterThanOrEqual(1_000);
    expect(weak).toBeLessThanOrEqual(32);
  });

  it('leaves NaN where no time fold tests, and refuses a plan without folds', () => {
    const time = planFolds(world, { scheme: 'time', windowDays: 60, seed: 7 });
    const choice = chooseRidge(world, time);
    expect(choice.scheme).toBe('time');
    const tested = new Set(time.folds.flatMap(f => [...f.test]));
    choice.heldOutLogits.forEach((z, i) => {
      expect(Number.isNaN(z)).toBe(!tested.has(i));
    });
    expect(() => chooseRidge(world, { ...plan, folds: [] })).toThrow('at least one fold');
  });

  it('gives the same bytes twice', () => {
    const choose = () =>
      JSON.stringify({ ...chooseRidge(world, plan), heldOutLogits: [...chooseRidge(world, plan).heldOutLogits] });
    expect(choose()).toBe(choose());
  });
});

describe('planFolds', () => {
  const world = makeWorld({ accounts: 100, dates: 12, q: 1, strong: 1, intercept: -1.5, seed: 6 });

  it('promise 34: a time fold trains only on rows whose outcome window ends before its first tested date', () => {
    for (const windowDays of [1, 30, 45, 91]) {
      const plan = planFolds(world, { scheme: 'time', windowDays, seed: 1 });
      expect([plan.scheme, plan.reason]).toEqual(['time', null]);
      expect(plan.folds.length).toBeGreaterThanOrEqual(3);
      for (const { train, test } of plan.folds) {
        const first = Math.min(...Array.from(test, i => world.asOf[i]!));
        expect(Math.max(...Array.from(train, i => world.asOf[i]! + windowDays))).toBeLessThanOrEqual(first);
      }
      const tested = plan.folds.flatMap(f => [...f.test]);
      expect(new Set(tested).size).toBe(tested.length);
    }
  });

  it('promise 34: a group fold holds out whole clusters, every row once', () => {
    const plan = planFolds(world, { scheme: 'groups', windowDays: 30, seed: 2 });
    const tested = plan.folds.flatMap(f => [...f.test]).sort((a, b) => a - b);
    expect(tested).toEqual(Array.from({ length: world.n }, (_, i) => i));
    for (const { train, test } of plan.folds) {
      const held = new Set(Array.from(test, i => world.clusters[i]));
      expect([...train].some(i => held.has(world.clusters[i]))).toBe(false);
      expect(train.length + test.length).toBe(world.n);
    }
  });

  it('counts episodes, not rows, and says why it held out accounts instead', () => {
    const one = { ...world, episode: Int32Array.from(world.y, v => (v === 1 ? 0 : -1)) };
    const plan = planFolds(one, { scheme: 'time', windowDays: 30, seed: 1 });
    expect(plan.scheme).toBe('groups');
    expect(plan.reason).toContain('no fold in time order has 10 episodes');
    const short = { ...world, asOf: new Int32Array(world.n) };
    expect(planFolds(short, { scheme: 'time', windowDays: 30, seed: 1 }).reason).toContain('1 as-of dates');
  });

  it('depends on the seed alone', () => {
    const plan = (seed: number) =>
      JSON.stringify(planFolds(world, { scheme: 'groups', windowDays: 30, seed }).folds.map(f => [...f.test]));
    expect(plan(1)).toBe(plan(1));
    expect(plan(1)).not.toBe(plan(2));
  });

  it('shuffled rows give the same folds of the same clusters', () => {
    const order = seededRandom(8).permutation(world.n);
    const moved = {
      n: world.n,
      y: order.map(i => world.y[i]!),
      asOf: order.map(i => world.asOf[i]!),
      clusters: order.map(i => world.clusters[i]!)
    };
    const whole = {
      n: world.n,
      y: Int32Array.from(world.y),
      asOf: world.asOf.slice(),
      clusters: world.clusters.slice()
    };
    const held = (data: typeof moved) =>
      planFolds(data, { scheme: 'groups', windowDays: 30, seed: 3 }).folds.map(f =>
        [...new Set(Array.from(f.test, i => data.clusters[i]!))].sort((a, b) => a - b)
      );
    expect(held(moved)).toEqual(held(whole));
  });
});
