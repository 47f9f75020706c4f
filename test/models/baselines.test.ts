import { describe, expect, it } from 'vitest';
import { meanLogLoss } from '../../src/math/links.js';
import { fitConstant, fitSingle } from '../../src/models/baselines.js';
import { planFolds } from '../../src/models/folds.js';
import { predictLogits } from '../../src/models/predict.js';
import { makeWorld, preparedColumn } from './worlds.js';

describe('fitConstant', () => {
  it('adds a half to each class, with weights too', () => {
    expect(fitConstant([1, 0, 0, 0])).toEqual({ kind: 'constant', intercept: Math.log(1.5 / 3.5) });
    expect(fitConstant([0, 0])).toEqual({ kind: 'constant', intercept: Math.log(0.5 / 2.5) });
    expect(fitConstant([1, 0], [3, 2])).toEqual({ kind: 'constant', intercept: Math.log(3.5 / 2.5) });
    expect(() => fitConstant([])).toThrow('got none');
  });
});

describe('fitSingle', () => {
  const world = makeWorld({ accounts: 200, dates: 6, q: 5, strong: 1, intercept: -1.5, seed: 9 });
  const plan = planFolds(world, { scheme: 'time', windowDays: 30, seed: 1 });
  const columns = ['strong', 'b', 'c', 'd', 'd'].map((input, k) => preparedColumn(input, `${input}${k}`));

  it('finds the feature with the effect, and only its columns count', () => {
    const { spec, feature, ranking, heldOutLoss } = fitSingle(world, columns, plan);
    expect(feature).toBe('strong');
    expect(spec.coefficients[0]).toBeGreaterThan(0.4);
    expect(spec.coefficients.slice(1)).toEqual([0, 0, 0, 0]);
    expect(ranking.map(r => r.feature).sort()).toEqual(['b', 'c', 'd', 'strong']);
    expect(ranking[0]?.heldOutLoss).toBe(heldOutLoss);
    const constant = meanLogLoss(predictLogits(fitConstant(world.y), world), world.y);
    expect(meanLogLoss(predictLogits(spec, world), world.y)).toBeLessThan(constant);
  });

  it('takes all columns of a feature together', () => {
    const shared = columns.map(c => ({ ...c, input: c.input === 'b' ? 'strong' : c.input }));
    const { spec } = fitSingle(world, shared, plan);
    expect(spec.coefficients[1]).not.toBe(0);
    expect(spec.coefficients.slice(2)).toEqual([0, 0, 0]);
  });

  it('of equal features takes the first', () => {
    const twice = { ...world, X: world.X.map((_, at) => world.X[at - (at % 5)]!) };
    const names = ['one', 'two', 'three', 'four', 'five'];
    expect(
      fitSingle(
        twice,
        names.map(n => preparedColumn(n)),
        plan
      ).feature
    ).toBe('one');
  });

  it('refuses a wrong number of columns and an empty plan', () => {
    expect(() => fitSingle(world, columns.slice(1), plan)).toThrow('expected 5 prepared columns, got 4');
    expect(() => fitSingle(world, columns, { ...plan, folds: [] })).toThrow('got 5 and 0');
  });
});
