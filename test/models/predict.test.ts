import { describe, expect, it } from 'vitest';
import { predictLogits } from '../../src/models/predict.js';

const X = Float64Array.of(1, -2, 0.5, 4);
const prepared = { X, n: 2, q: 2 };

describe('predictLogits', () => {
  it('constant and logistic', () => {
    expect([...predictLogits({ kind: 'constant', intercept: -3 }, prepared)]).toEqual([-3, -3]);
    const spec = { kind: 'logistic', intercept: 0.25, coefficients: [2, -1] } as const;
    expect([...predictLogits(spec, prepared)]).toEqual([0.25 + 2 * 1 - -2, 0.25 + 2 * 0.5 - 4]);
  });

  it('neural: a hidden layer with relu, then the log-odds', () => {
    const hidden = {
      inputs: 2,
      units: 3,
      weights: [1, 0, -1, 0.5, 2, 1],
      bias: [0, 0.5, 1],
      activation: 'relu'
    } as const;
    const output = { inputs: 3, units: 1, weights: [1, -1, 2], bias: [0.125], activation: 'identity' } as const;
    // Row 1: [1 - 1, -4 + 0.5, -1 - 2 + 1] -> [0, 0, 0]; row 2: [0.5 + 2, 8 + 0.5, -0.5 + 4 + 1].
    const logits = predictLogits({ kind: 'neural', layers: [hidden, output] }, prepared);
    expect([...logits]).toEqual([0.125, 0.125 + 2.5 - 8.5 + 2 * 4.5]);
  });

  it('refuses another number of columns and a manual score', () => {
    expect(() => predictLogits({ kind: 'logistic', intercept: 0, coefficients: [1] }, prepared)).toThrow(
      'expected 1 prepared columns, got 2'
    );
    expect(() => predictLogits({ kind: 'constant', intercept: 0 }, { ...prepared, n: 3 })).toThrow(
      'expected 6 prepared values'
    );
    const manual = {
      kind: 'manual',
      profile: 'p',
      profileHash: 'h',
      minCoverage: 0.5,
      factors: [],
      categories: []
    } as const;
    expect(() => predictLogits(manual, prepared)).toThrow('manual score');
  });
});
