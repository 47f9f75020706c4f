import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors.js';
import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import type { LogisticData } from '../../src/models/design.js';
import { type Coefficient, fitLogistic, INTERCEPT, type LogisticFit } from '../../src/models/logistic.js';
import { predictLogistic } from '../../src/models/predict-logistic.js';
import { tableData } from './cases.js';

function coefficient(name: string, estimate: number | null): Coefficient {
  const none = { standardError: null, z: null, p: null, oddsRatio: null, interval: null, oddsRatioInterval: null };
  return { name, estimate, ...none };
}

/** A fit by hand: coefficients by name, and the means that fill missing values. */
function fitOf(
  estimates: Readonly<Record<string, number | null>>,
  means: Readonly<Record<string, number>> = {}
): LogisticFit {
  return {
    status: 'converged',
    coefficients: Object.entries(estimates).map(([name, estimate]) => coefficient(name, estimate)),
    covariance: null,
    covarianceKind: 'model',
    logLikelihood: 0,
    nullLogLikelihood: 0,
    iterations: 1,
    rows: 10,
    clusters: 0,
    aliased: [],
    filled: Object.entries(means).map(([name, mean]) => ({ name, missing: 1, mean })),
    separation: null
  };
}

function rows(names: readonly string[], x: readonly (readonly number[])[], levels: Record<string, string[]> = {}) {
  return { X: Float64Array.from(x.flat()), n: x.length, p: names.length, names, levels };
}

describe('predictLogistic', () => {
  it('is the intercept plus slope times value, column by column', () => {
    const fit = fitOf({ [INTERCEPT]: -1, seats: 0.5, logins: -2 });
    const data = rows(
      ['seats', 'logins'],
      [
        [4, 1],
        [0, -0.25]
      ]
    );
    expect([...predictLogistic(fit, data)]).toEqual([-1 + 0.5 * 4 - 2 * 1, -1 + 2 * 0.25]);
  });

  it('a missing value is the training mean and the coefficient of its absence', () => {
    const fit = fitOf({ [INTERCEPT]: 1, seats: 0.5, 'seats (missing)': 3 }, { seats: 10 });
    expect([...predictLogistic(fit, rows(['seats'], [[Number.NaN], [10]]))]).toEqual([1 + 0.5 * 10 + 3, 1 + 0.5 * 10]);
  });

  it('a missing value without a coefficient of its absence is the mean alone', () => {
    const fit = fitOf({ [INTERCEPT]: 1, seats: 0.5 }, { seats: 10 });
    expect([...predictLogistic(fit, rows(['seats'], [[Number.NaN]]))]).toEqual([1 + 0.5 * 10]);
  });

  it('a level has its own coefficient; the first one and one never seen have none', () => {
    const fit = fitOf({ [INTERCEPT]: 1, 'plan=plus': 0.5, 'plan (missing)': -4 });
    const data = rows(['plan'], [[0], [1], [2], [Number.NaN]], { plan: ['basic', 'plus', 'new'] });
    expect([...predictLogistic(fit, data)]).toEqual([1, 1.5, 1, 1 - 4]);
  });

  it('levels are read by name: another order of the same levels gives the same', () => {
    const fit = fitOf({ [INTERCEPT]: 1, 'plan=plus': 0.5 });
    const data = rows(['plan'], [[1], [0]], { plan: ['plus', 'basic'] });
    expect([...predictLogistic(fit, data)]).toEqual([1, 1.5]);
  });

  it('a column that the fit left out counts 0, also where it is missing', () => {
    const fit = fitOf({ [INTERCEPT]: 1, seats: 2 });
    const data = rows(
      ['constant', 'seats'],
      [
        [7, 3],
        [Number.NaN, 3]
      ]
    );
    expect([...predictLogistic(fit, data)]).toEqual([7, 7]);
  });

  it('refuses a value that is missing where training had none', () => {
    const fit = fitOf({ [INTERCEPT]: 1, seats: 2 });
    expect(() => predictLogistic(fit, rows(['seats'], [[1], [Number.NaN]]))).toThrow(ModelError);
    expect(() => predictLogistic(fit, rows(['seats'], [[Number.NaN]]))).toThrow(
      'expected no missing value of seats, which had none at training, got one'
    );
  });

  it('refuses a missing category where training had none, unless its column was left out', () => {
    const fit = fitOf({ [INTERCEPT]: 1, 'plan=plus': 0.5 });
    const data = rows(['plan'], [[1], [Number.NaN]], { plan: ['basic', 'plus'] });
    expect(() => predictLogistic(fit, data)).toThrow('expected no missing value of plan, which had none at training');
    expect([...predictLogistic({ ...fit, aliased: ['plan (missing)'] }, data)]).toEqual([1.5, 1]);
    expect([...predictLogistic(fitOf({ [INTERCEPT]: 1 }), data)]).toEqual([1, 1]);
  });

  it.each([null, Number.POSITIVE_INFINITY])('refuses a coefficient of %s', estimate => {
    const fit = fitOf({ [INTERCEPT]: 1, seats: estimate });
    expect(() => predictLogistic(fit, rows(['seats'], [[1]]))).toThrow(
      `expected a finite coefficient of seats, got ${estimate}; leave the separated column out or use a ridge`
    );
  });

  it('refuses a fit whose rows are separated', async () => {
    const data = tableData([[1], [2], [3], [4], [5], [6]], [0, 0, 0, 1, 1, 1]);
    const fit = await fitLogistic(data);
    expect(fit.status).toBe('separated');
    expect(() => predictLogistic(fit, data)).toThrow(ModelError);
    expect(predictLogistic(await fitLogistic(data, { ridge: 1 }), data)).toHaveLength(6);
  });

  it('gives the fitted log-odds of the training rows: their probabilities sum to the outcomes', async () => {
    const random = seededRandom(5, 2);
    const x = Array.from({ length: 300 }, () => {
      const seats = random.uniform() < 0.2 ? Number.NaN : random.normal();
      return [seats, random.uniform() < 0.1 ? Number.NaN : random.integer(0, 2), random.normal()];
    });
    const y = x.map(([seats = 0, plan = 0]) => (random.uniform() < sigmoid((seats || 0) + (plan || 0) - 1) ? 1 : 0));
    const names = ['seats', 'plan', 'noise'];
    const data: LogisticData = { ...tableData(x, y, names), levels: { plan: ['a', 'b', 'c'] } };
    const fit = await fitLogistic(data);
    const probability = predictLogistic(fit, data).map(sigmoid);
    const sums = (of: (row: readonly number[]) => boolean) => {
      const picked = x.flatMap((row, i) => (of(row) ? [i] : []));
      const total = (values: ArrayLike<number>) => picked.reduce((sum, i) => sum + (values[i] as number), 0);
      return [total(probability), total(y)] as const;
    };
    // The score of every 0/1 column is zero at the maximum: all rows, missing seats, level b, missing plan.
    const groups: ((row: readonly number[]) => boolean)[] = [
      () => true,
      row => Number.isNaN(row[0]),
      row => row[1] === 1,
      row => Number.isNaN(row[1])
    ];
    for (const group of groups) {
      const [expected, observed] = sums(group);
      expect(observed).toBeGreaterThan(0);
      expect(expected).toBeCloseTo(observed, 8);
    }
  });
});
