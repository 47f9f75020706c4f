import { describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors.js';
import { fitLogistic, type LogisticFit } from '../../src/models/logistic.js';
import { relativeError } from '../math/fixtures.js';
import { logisticCases, tableData } from './cases.js';

const errors = (fit: LogisticFit) => fit.coefficients.map(c => c.standardError as number);

function expectAll(actual: readonly (number | null)[], expected: readonly number[], tolerance: number) {
  expect(actual.length).toBe(expected.length);
  for (const [i, want] of expected.entries()) {
    expect(relativeError(actual[i] as number, want, 1e-5), `element ${i}: ${actual[i]} for ${want}`).toBeLessThan(
      tolerance
    );
  }
}

describe('promise 1: the maximum-likelihood estimate', () => {
  for (const { name, data, expected } of logisticCases()) {
    const tolerance = name.startsWith('illconditioned') ? 1e-8 : 1e-10;

    it(`${name}: coefficients, errors, z, p and likelihood`, async () => {
      const fit = await fitLogistic(data);
      expect(fit.status).toBe('converged');
      expect(fit.coefficients[0]?.name).toBe('(intercept)');
      expectAll(
        fit.coefficients.map(c => c.estimate),
        expected.coef,
        tolerance
      );
      expectAll(errors(fit), expected.se_model, tolerance);
      expectAll(
        fit.coefficients.map(c => c.z),
        expected.z,
        tolerance
      );
      for (const [i, c] of fit.coefficients.entries()) {
        const log10 = expected.log10_p[i] as number;
        if (log10 > -300) expect(relativeError(c.p as number, 10 ** log10)).toBeLessThan(1e-7);
        expect(relativeError(c.p as number, expected.p_two_sided[i] as number, 1e-300)).toBeLessThan(1e-8);
        expectAll(c.interval as [number, number], expected.wald95[i] as [number, number], 10 * tolerance);
        expect(c.oddsRatio).toBe(Math.exp(c.estimate as number));
      }
      expect(relativeError(fit.logLikelihood, expected.loglik)).toBeLessThan(1e-12);
      expect(relativeError(fit.nullLogLikelihood, expected.null_loglik)).toBeLessThan(1e-12);
      expectAll((fit.covariance as number[][]).flat(), expected.cov_model.flat(), 1e-7);
    });

    // The reference reads importance weights as rows of another variance; ours are frequencies.
    if (name.includes('importance')) continue;
    it(`${name}: robust errors`, async () => {
      expectAll(errors(await fitLogistic(data, { covariance: 'hc0' })), expected.robust.hc0_se, 10 * tolerance);
      expectAll(errors(await fitLogistic(data, { covariance: 'hc1' })), expected.robust.hc1_se, 10 * tolerance);
    });
  }

  it('clustered errors are CR0 times G / (G - 1), with weights and offset too', async () => {
    const cases = logisticCases().filter(c => c.expected.cluster !== undefined);
    expect(cases.length).toBeGreaterThanOrEqual(4);
    for (const { data, expected } of cases) {
      const { G, cr0_se } = expected.cluster!;
      const fit = await fitLogistic(data, { covariance: 'cluster' });
      expect(fit.clusters).toBe(G);
      expectAll(
        errors(fit),
        cr0_se.map(se => se * Math.sqrt(G / (G - 1))),
        1e-9
      );
    }
  });

  it('has the closed form of a 2x2 table', async () => {
    // y = 1 / 0 at x = 1: 10 / 20, at x = 0: 30 / 40.
    const data = tableData([[1], [1], [0], [0]], [1, 0, 1, 0]);
    const [intercept, slope] = (await fitLogistic({ ...data, weights: [10, 20, 30, 40] })).coefficients;
    expect(intercept?.estimate).toBeCloseTo(Math.log(30 / 40), 13);
    expect(slope?.estimate).toBeCloseTo(Math.log(10 / 20 / (30 / 40)), 13);
    expect(intercept?.standardError).toBeCloseTo(Math.sqrt(1 / 30 + 1 / 40), 13);
    expect(slope?.standardError).toBeCloseTo(Math.sqrt(1 / 10 + 1 / 20 + 1 / 30 + 1 / 40), 13);
  });

  it('promise 12: the ridge penalises standardised columns, not the intercept, and claims no errors', async () => {
    const cases = logisticCases().filter(c => c.expected.ridge !== undefined);
    expect(cases.length).toBeGreaterThanOrEqual(4);
    for (const { name, data, expected } of cases) {
      for (const solution of expected.ridge!.solutions) {
        const fit = await fitLogistic(data, { ridge: solution.lambda });
        expectAll(
          fit.coefficients.map(c => c.estimate),
          solution.coef_original,
          name.startsWith('ill') ? 1e-6 : 1e-9
        );
        expect(relativeError(fit.logLikelihood, solution.loglik)).toBeLessThan(1e-10);
        expect(fit.covariance).toBeNull();
        expect(errors(fit).every(e => e === null)).toBe(true);
      }
    }
  });
});

describe('columns', () => {
  it('promise 7: constant and aliased columns are named and left out, the rest is as without them', async () => {
    const { data } = logisticCases().find(c => c.name === 'gen200x4')!;
    const plain = await fitLogistic(data);
    for (const noise of [0, 1e-13]) {
      const rows = Array.from({ length: data.n }, (_, i) => {
        const x = [...data.X.subarray(i * 4, i * 4 + 4)];
        return [...x, 3.7, x[0]! + 2 * x[1]! - 1 + noise * (i % 7), x[2]! * (1 + noise * (i % 3))];
      });
      const fit = await fitLogistic(
        tableData(rows, [...(data.y as Float64Array)], ['a', 'b', 'c', 'd', 'constant', 'sum', 'copy'])
      );
      expect(fit.aliased).toEqual(['constant', 'sum', 'copy']);
      expect(fit.status).toBe('converged');
      expectAll(
        fit.coefficients.map(c => c.estimate),
        plain.coefficients.map(c => c.estimate as number),
        1e-9
      );
      expectAll(errors(fit), errors(plain), 1e-9);
    }
  });

  it('expands categories without their first level, and fills missing numbers with the mean beside an indicator', async () => {
    const nan = Number.NaN;
    const rows = [
      [1, 0],
      [nan, 1],
      [2, 2],
      [5, 0],
      [nan, 1],
      [3, 2],
      [4, nan],
      [2, 0],
      [nan, 1],
      [6, 2],
      [1, 1],
      [3, 0],
      [nan, 0],
      [2, 1],
      [7, 2],
      [1, nan],
      [2, nan],
      [nan, 2],
      [4, 1],
      [5, 0]
    ];
    const y = rows.map((_, i) => (i % 3 === 0 || i % 7 === 1 ? 1 : 0));
    const data = { ...tableData(rows, y, ['size', 'plan']), levels: { plan: ['free', 'team', 'firm'] } };
    const fit = await fitLogistic(data);
    expect(fit.coefficients.map(c => c.name)).toEqual([
      '(intercept)',
      'size',
      'size (missing)',
      'plan=team',
      'plan=firm',
      'plan (missing)'
    ]);
    const present = rows.map(r => r[0] as number).filter(v => !Number.isNaN(v));
    const mean = present.reduce((a, b) => a + b) / present.length;
    expect(fit.filled).toEqual([{ name: 'size', missing: 5, mean }]);
    const byHand = rows.map(([a, b]) => [
      Number.isNaN(a) ? mean : a!,
      Number.isNaN(a) ? 1 : 0,
      b === 1 ? 1 : 0,
      b === 2 ? 1 : 0,
      Number.isNaN(b) ? 1 : 0
    ]);
    const plain = await fitLogistic(tableData(byHand, y));
    expectAll(
      fit.coefficients.map(c => c.estimate),
      plain.coefficients.map(c => c.estimate as number),
      1e-12
    );
  });

  it('promise 8: too few iterations leave no errors behind', async () => {
    const { data } = logisticCases().find(c => c.name === 'gen200x4')!;
    const fit = await fitLogistic(data, { maxIterations: 2 });
    expect(fit.status).toBe('not_converged');
    expect(fit.covariance).toBeNull();
    expect(fit.coefficients.every(c => c.standardError === null && c.p === null)).toBe(true);
  });
});

describe('promise 9: data that cannot be fitted', () => {
  const good = tableData([[1], [2], [3], [4]], [0, 1, 0, 1]);

  it.each([
    ['one class', { ...good, y: [1, 1, 1, 1] }, 'got only 1 in 4 rows'],
    [
      'no more rows than columns',
      tableData(
        [
          [1, 2, 4],
          [3, 4, 9],
          [7, 5, 1]
        ],
        [0, 1, 0]
      ),
      'got 3 rows for'
    ],
    ['all weights zero', { ...good, weights: [0, 0, 0, 0] }, 'none among 4 rows'],
    ['negative weight', { ...good, weights: [1, -1, 1, 1] }, 'got -1 in row 1'],
    ['outcome 2', { ...good, y: [1, 2, 1, 2] }, 'got 2 in row 1'],
    ['outcome missing', { ...good, y: [1, Number.NaN, 1, 0] }, 'got NaN in row 1'],
    [
      'infinity',
      tableData([[1], [-Infinity], [3], [4]], [0, 1, 0, 1], ['size']),
      'got -Infinity as value of size in row 1'
    ],
    ['an overflowing column', tableData([[1e308], [-1e308], [3], [4]], [0, 1, 0, 1], ['size']), 'rescale'],
    ['all missing', tableData([[Number.NaN], [Number.NaN]], [0, 1], ['size']), 'values of size, got none in 2 rows'],
    ['a wrong length', { ...good, y: [1, 0] }, 'expected 4 values in y'],
    ['an unknown level', { ...good, levels: { x1: ['a', 'b'] } }, 'index of 2 levels in x1, got 2'],
    ['an infinite offset', { ...good, offset: [0, 0, Infinity, 0] }, 'offset of row 2']
  ])('%s', async (_, data, message) => {
    await expect(fitLogistic(data)).rejects.toThrow(message);
    await expect(fitLogistic(data)).rejects.toBeInstanceOf(ModelError);
  });

  it('clustered errors need clusters, more than one', async () => {
    await expect(fitLogistic(good, { covariance: 'cluster' })).rejects.toThrow('expected clusters');
    await expect(fitLogistic({ ...good, clusters: [5, 5, 5, 5] }, { covariance: 'cluster' })).rejects.toThrow('got 1');
    await expect(fitLogistic(good, { ridge: -1 })).rejects.toThrow('got -1');
  });
});
