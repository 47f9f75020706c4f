import { normalQuantile } from '../math/distributions.js';
import { multiply } from '../math/linear-algebra.js';
import { logit } from '../math/links.js';
import { type Basis, buildBasis } from '../models/basis.js';
import type { Design } from '../models/design.js';
import { rawCovariance } from '../models/logistic.js';
import { fitNewton } from '../models/newton.js';
import { CLIP } from './probability.js';
import { hasBothClasses, type Rows } from './rows.js';

export interface CalibrationSlope {
  readonly slope: number;
  /** 95 % Wald interval, clustered by account (Liang and Zeger 1986); null for a single cluster. */
  readonly interval: readonly [number, number] | null;
}

/** logit of the probabilities, held finite. */
export function logits({ p }: Rows): Float64Array {
  return p.map(v => logit(Math.min(1 - CLIP, Math.max(CLIP, v))));
}

/**
 * Slope of the logistic regression of the outcome on logit(p) (Cox 1958): 1 when calibrated, below 1 when too extreme.
 * null when a class is absent, all probabilities are equal, or they separate the classes.
 */
export function calibrationSlope(rows: Rows, z: Float64Array): CalibrationSlope | null {
  if (!hasBothClasses(rows) || isSeparated(rows)) return null;
  const { y, w, n, clusters, clusterCount } = rows;
  const design: Design = { names: ['logit'], X: z, y, n, p: 1, weights: w, offset: undefined, clusters, filled: [] };
  const basis = buildBasis(design);
  if (basis.aliased.length > 0) return null;
  const fit = fitNewton(
    { D: basis.D, y, weights: w, offset: undefined, ridge: 0 },
    { start: identityStart(basis), maxIterations: 200 }
  );
  if (!fit.converged) return null;
  const slope = multiply({ X: basis.T, n: 2, k: 2 }, fit.coefficients)[1]!;
  if (clusterCount < 2) return { slope, interval: null };
  const half = normalQuantile(0.975) * Math.sqrt(rawCovariance({ design, basis, fit, kind: 'cluster' })[1]![1]!);
  return { slope, interval: [slope - half, slope + half] };
}

/** Coefficients in the basis of intercept 0 and slope 1. */
function identityStart({ T }: Basis): Float64Array {
  const slope = 1 / T[3]!;
  return Float64Array.of(-T[1]! * slope, slope);
}

/**
 * Calibration in the large: the intercept of the same regression with the slope held at 1; 0 when expected and observed counts
 * agree, above 0 when predictions are too low. null when a class is absent.
 */
export function calibrationIntercept(rows: Rows, z: Float64Array): number | null {
  if (!hasBothClasses(rows)) return null;
  const D = { X: new Float64Array(rows.n).fill(1), n: rows.n, k: 1 };
  const fit = fitNewton({ D, y: rows.y, weights: rows.w, offset: z, ridge: 0 }, { maxIterations: 200 });
  return fit.converged ? fit.coefficients[0]! : null;
}

/** Whether a threshold divides the classes up to ties at it, so that the slope has no finite optimum. */
function isSeparated({ y, p }: Rows): boolean {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (let i = 0; i < p.length; i++) {
    const side = y[i]!;
    if (p[i]! < low[side]!) low[side] = p[i]!;
    if (p[i]! > high[side]!) high[side] = p[i]!;
  }
  return high[0]! <= low[1]! || high[1]! <= low[0]!;
}
