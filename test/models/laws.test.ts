import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import { buildBasis } from '../../src/models/basis.js';
import { buildDesign, type LogisticData } from '../../src/models/design.js';
import { fitLogistic, type LogisticFit } from '../../src/models/logistic.js';
import { evaluatePoint, fitNewton, sampleStart } from '../../src/models/newton.js';
import { relativeError } from '../math/fixtures.js';
import { tableData } from './cases.js';

/** A random problem of moderate size; separated draws are skipped by the caller. */
function problem(seed: number): LogisticData & { clusters: number[] } {
  const random = seededRandom(seed, 77);
  const p = random.integer(1, 6);
  const n = random.integer(30 * p, 60 * p + 60);
  const beta = Array.from({ length: p }, () => 0.7 * random.normal());
  const x = Array.from({ length: n }, () => Array.from({ length: p }, () => random.normal()));
  const y = x.map(row =>
    random.uniform() < sigmoid(row.reduce((sum, v, j) => sum + v * beta[j]!, -0.5)) ? 1 : 0
  ) as number[];
  return { ...tableData(x, y), clusters: x.map((_, i) => i % 11) };
}

const numbers = (fit: LogisticFit) => fit.coefficients.map(c => [c.estimate as number, c.standardError as number]);

function expectSame(actual: number[][], expected: number[][], tolerance = 1e-10) {
  expect(actual.length).toBe(expected.length);
  for (const [i, [b, se]] of expected.entries()) {
    expect(Math.abs(actual[i]![0]! - b!) / se!).toBeLessThan(tolerance);
    expect(relativeError(actual[i]![1]!, se!)).toBeLessThan(tolerance);
  }
}

async function forSeeds(law: (data: ReturnType<typeof problem>, seed: number) => Promise<void>) {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async seed => {
      const data = problem(seed);
      if ((await fitLogistic(data)).status === 'converged') await law(data, seed);
    }),
    { seed: 42, numRuns: 25 }
  );
}

describe('promise 4: laws of the maximum-likelihood fit', () => {
  const options = { covariance: 'cluster' } as const;

  it('row and column order do not matter', () =>
    forSeeds(async (data, seed) => {
      const { n, p } = data;
      const rows = seededRandom(seed, 1).permutation(n);
      const columns = seededRandom(seed, 2).permutation(p);
      const X = new Float64Array(n * p);
      for (let i = 0; i < n; i++) for (let j = 0; j < p; j++) X[i * p + j] = data.X[rows[i]! * p + columns[j]!]!;
      const y = Float64Array.from(rows, i => data.y[i]!);
      const clusters = Array.from(rows, i => data.clusters[i]!);
      const moved = numbers(await fitLogistic({ ...data, X, y, clusters }, options));
      const plain = numbers(await fitLogistic(data, options));
      expectSame(moved, [plain[0]!, ...Array.from(columns, j => plain[j + 1]!)]);
    }));

  it('flipping the labels flips the signs', () =>
    forSeeds(async data => {
      const flipped = await fitLogistic({ ...data, y: Float64Array.from(data.y, v => 1 - v) }, options);
      const plain = numbers(await fitLogistic(data, options));
      expectSame(
        numbers(flipped).map(([b, se]) => [-b!, se!]),
        plain
      );
    }));

  it('scaling a column by c divides its coefficient by c, 1e-8 to 1e8', () =>
    forSeeds(async (data, seed) => {
      const scale = 10 ** seededRandom(seed, 3).integer(-8, 8);
      const X = data.X.map((v, at) => (at % data.p === 0 ? v * scale : v));
      const scaled = numbers(await fitLogistic({ ...data, X }, options));
      scaled[1] = scaled[1]!.map(v => v * scale);
      expectSame(scaled, numbers(await fitLogistic(data, options)));
    }));

  it('weight 2 is the row twice, weight 0 the row left out, for every kind of error', () =>
    forSeeds(async (data, seed) => {
      const random = seededRandom(seed, 4);
      const weights = Array.from({ length: data.n }, (_, i) => (i < 20 ? 1 : random.integer(0, 2)));
      const repeated = weights.flatMap((w, i) => new Array<number>(w).fill(i));
      const rows = repeated.map(i => [...data.X.subarray(i * data.p, (i + 1) * data.p)]);
      const expanded = {
        ...tableData(
          rows,
          repeated.map(i => data.y[i]!)
        ),
        clusters: repeated.map(i => data.clusters[i]!)
      };
      for (const covariance of ['model', 'hc0', 'hc1', 'cluster'] as const) {
        const grouped = await fitLogistic({ ...data, weights }, { covariance });
        if (grouped.status === 'converged')
          expectSame(numbers(grouped), numbers(await fitLogistic(expanded, { covariance })));
      }
    }));

  it('promise 2: the score is zero at the estimate, to rounding', () =>
    forSeeds(async data => {
      const design = buildDesign(data);
      const { D } = buildBasis(design);
      const fit = fitNewton({ D, y: design.y, weights: design.weights, offset: undefined, ridge: 0 });
      expect(fit.converged).toBe(true);
      expect(Math.max(...fit.score.map(Math.abs)) / data.n).toBeLessThan(1e-12);
    }));

  it('an offset moves the intercept by its constant', () =>
    forSeeds(async data => {
      const plain = numbers(await fitLogistic(data));
      const moved = numbers(await fitLogistic({ ...data, offset: new Float64Array(data.n).fill(0.75) }));
      expectSame(moved, [[plain[0]![0]! - 0.75, plain[0]![1]!], ...plain.slice(1)], 1e-9);
    }));
});

describe('large and small problems', () => {
  it('a start from a sample of many rows leads to the same maximum', () => {
    const random = seededRandom(3);
    const rows = Array.from({ length: 24_000 }, () => [
      random.normal(),
      random.normal(),
      random.uniform() < 0.1 ? 1 : 0
    ]);
    const y = rows.map(([a, b, c]) => (random.uniform() < sigmoid(a! - b! / 2 + c! - 2) ? 1 : 0)) as number[];
    const design = buildDesign(tableData(rows, y));
    const { D } = buildBasis(design);
    const likelihood = { D, y: design.y, weights: design.weights, offset: undefined, ridge: 0 };
    const start = sampleStart(likelihood)!;
    const [cold, warm] = [fitNewton(likelihood), fitNewton(likelihood, { start })];
    expect(warm.iterations).toBeLessThan(cold.iterations);
    cold.coefficients.forEach((b, j) => {
      expect(Math.abs(b - warm.coefficients[j]!)).toBeLessThan(1e-12);
    });
    expect(sampleStart({ ...likelihood, D: { ...D, n: 10_000 } })).toBeNull();
  });

  it('no column at all is the base rate', async () => {
    const fit = await fitLogistic({ X: new Float64Array(0), y: [1, 0, 0, 0], n: 4, p: 0, names: [] });
    expect(fit.coefficients[0]?.estimate).toBeCloseTo(Math.log(1 / 3), 12);
    expect(fit.logLikelihood).toBeCloseTo(Math.log(1 / 4) + 3 * Math.log(3 / 4), 12);
    expect(fit.logLikelihood).toBeCloseTo(fit.nullLogLikelihood, 12);
  });
});

describe('the gradient', () => {
  it('agrees with finite differences, offset, weights and ridge included', () => {
    const data = problem(5);
    const design = buildDesign({
      ...data,
      weights: data.clusters.map(c => 1 + (c % 3)),
      offset: data.clusters.map(c => c / 20)
    });
    const { D } = buildBasis(design);
    const likelihood = { D, y: design.y, weights: design.weights, offset: design.offset, ridge: 3 };
    const at = Float64Array.from({ length: D.k }, (_, j) => 0.3 - 0.2 * j);
    const { score } = evaluatePoint(likelihood, at);
    score.forEach((g, j) => {
      const moved = (h: number) =>
        evaluatePoint(
          likelihood,
          at.map((v, k) => (k === j ? v + h : v))
        ).objective;
      expect(Math.abs(-g - (moved(1e-5) - moved(-1e-5)) / 2e-5)).toBeLessThan(1e-6 * Math.max(1, Math.abs(g)));
    });
  });
});
