import { describe, expect, it } from 'vitest';
import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import { evaluatePoint, fitNewton, type LogisticProblem } from '../../src/models/newton.js';

/** One skewed column over many rows with a rare outcome. */
function manyRows(n: number): LogisticProblem {
  const random = seededRandom(11);
  const X = new Float64Array(2 * n);
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    X[2 * i] = 1;
    X[2 * i + 1] = random.uniform() < 0.6 ? -0.7 : Math.log1p(20 * random.uniform()) - 1;
    y[i] = random.uniform() < sigmoid(-3.6 + 0.1 * X[2 * i + 1]!) ? 1 : 0;
  }
  return { D: { X, n, k: 2 }, y, weights: new Float64Array(n).fill(1), offset: undefined, ridge: 1 };
}

describe("Newton's method over half a million rows", () => {
  const problem = manyRows(500_000);

  it('converges to full precision from any start', () => {
    for (const start of [Float64Array.of(0, 0), Float64Array.of(-3.6, 0), Float64Array.of(-3.59, 0.11)]) {
      const fit = fitNewton(problem, { start, tolerance: 1e-10, maxIterations: 30 });
      expect(fit.converged, `decrement ${fit.decrement} after ${fit.iterations}`).toBe(true);
    }
  });

  it('sums the loss as exactly as its terms allow', () => {
    const { loss, eta } = evaluatePoint(problem, Float64Array.of(-3.6, 0.1));
    const terms = eta.map((z, i) => Math.max(0, z) - z * problem.y[i]! + Math.log1p(Math.exp(-Math.abs(z))));
    const pairwise = (from: number, to: number): number =>
      to - from <= 8
        ? terms.subarray(from, to).reduce((sum, term) => sum + term, 0)
        : pairwise(from, (from + to) >> 1) + pairwise((from + to) >> 1, to);
    expect(Math.abs(loss / pairwise(0, terms.length) - 1)).toBeLessThan(1e-14);
  });
});
