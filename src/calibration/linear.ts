import { ModelError } from '../errors.js';
import { multiply } from '../math/linear-algebra.js';
import { buildBasis } from '../models/basis.js';
import type { Design } from '../models/design.js';
import { fitNewton } from '../models/newton.js';
import type { CalibrationRows } from './data.js';

/** Newton steps; log-odds that span many orders of magnitude need more than the usual few. */
export const MAX_ITERATIONS = 200;

/** A maximum-likelihood fit of log-odds that are linear in the columns. */
export interface LinearFit {
  /** Intercept first. */
  readonly coefficients: readonly number[];
  readonly loss: number;
  /** Outcome minus probability of each row. */
  readonly residual: Float64Array;
}

/** Maximum likelihood on one or two columns; null when a column is constant or a copy of another. */
export function fitLinear({ y, w, n }: CalibrationRows, columns: readonly Float64Array[]): LinearFit | null {
  const p = columns.length;
  const X = new Float64Array(n * p);
  columns.forEach((column, j) => {
    for (let i = 0; i < n; i++) X[i * p + j] = column[i]!;
  });
  const names = columns.map((_, j) => `column ${j + 1}`);
  const design: Design = { names, X, y, n, p, weights: w, offset: undefined, clusters: undefined, filled: [] };
  const basis = buildBasis(design);
  if (basis.aliased.length > 0) return null;
  const problem = { D: basis.D, y, weights: w, offset: undefined, ridge: 0 };
  const fit = fitNewton(problem, { maxIterations: MAX_ITERATIONS });
  if (!fit.converged) throw notConverged('a map');
  const coefficients = multiply({ X: basis.T, n: p + 1, k: p + 1 }, fit.coefficients);
  return { coefficients: [...coefficients], loss: fit.loss, residual: fit.residual };
}

/** Newton's method stopped before an optimum. */
export function notConverged(what: string): ModelError {
  return new ModelError(`expected ${what} to converge, but Newton's method stopped early: check the log-odds`);
}

/** Whether a threshold divides the classes, up to ties at it, so that the best slope is infinite in size. */
export function isSeparated({ z, y }: CalibrationRows): boolean {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < z.length; i++) {
    low[y[i]!] = Math.min(low[y[i]!]!, z[i]!);
    high[y[i]!] = Math.max(high[y[i]!]!, z[i]!);
  }
  return high[0]! <= low[1]! || high[1]! <= low[0]!;
}

/**
 * Rows whose outcomes are Platt's targets t: each becomes a positive one of weight w t and a negative one of weight
 * w (1 - t), which has the same likelihood.
 */
export function smoothTargets(rows: CalibrationRows): CalibrationRows {
  const { z, y, w, n } = rows;
  const mass = [0, 0];
  for (let i = 0; i < n; i++) mass[y[i]!] = mass[y[i]!]! + w[i]!;
  const target = y.map(v => (v === 1 ? (mass[1]! + 1) / (mass[1]! + 2) : 1 / (mass[0]! + 2)));
  const rest = y.map(v => (v === 1 ? 1 / (mass[1]! + 2) : (mass[0]! + 1) / (mass[0]! + 2)));
  const twice = (of: (i: number, positive: boolean) => number) =>
    Float64Array.from({ length: 2 * n }, (_, k) => of(k % n, k < n));
  return {
    ...rows,
    n: 2 * n,
    z: twice(i => z[i]!),
    y: twice((_, positive) => (positive ? 1 : 0)),
    w: twice((i, positive) => w[i]! * (positive ? target[i]! : rest[i]!))
  };
}
