import { ModelError } from '../errors.js';
import { logit, meanLogLoss, sigmoid, softplus } from '../math/links.js';
import { neumaierSum } from '../math/statistics.js';
import { fitNewton } from '../models/newton.js';
import type { Calibrator } from '../types.js';
import { calibratedLogits } from './apply.js';
import { type CalibrationRows, countPositives } from './data.js';
import { fitLinear, isSeparated, type LinearFit, MAX_ITERATIONS, notConverged, smoothTargets } from './linear.js';

/** A fitted map; `note` tells why it is not of the kind that was asked for, or how its targets were made (else empty). */
export interface FittedMap {
  readonly calibrator: Calibrator;
  readonly note: string;
}

/** Rows of a class under which the targets of Platt's map are smoothed. */
const TINY_CLASS = 10;
const SMOOTHED = 'targets are smoothed, as for a tiny class or classes that a threshold separates';

/** The shift of the log-odds that makes expected and observed counts equal: maximum likelihood with the slope held at 1. */
export function fitIntercept(rows: CalibrationRows, note = ''): FittedMap {
  return { calibrator: { kind: 'intercept', intercept: levelOf(rows) }, note };
}

function levelOf(rows: CalibrationRows): number {
  const { y, w, z, n } = rows;
  const D = { X: new Float64Array(n).fill(1), n, k: 1 };
  const start = Float64Array.of(startOf(rows));
  const fit = fitNewton({ D, y, weights: w, offset: z, ridge: 0 }, { start, maxIterations: MAX_ITERATIONS });
  if (!fit.converged) throw notConverged('an intercept');
  return fit.coefficients[0]!;
}

/** Difference of observed and expected log-odds, so that Newton's method starts close. */
function startOf({ y, w, z }: CalibrationRows): number {
  let total = 0;
  let positive = 0;
  let expected = 0;
  for (let i = 0; i < z.length; i++) {
    total += w[i]!;
    positive += w[i]! * y[i]!;
    expected += w[i]! * sigmoid(z[i]!);
  }
  const shift = logit(positive / total) - logit(expected / total);
  return Number.isFinite(shift) ? shift : 0;
}

/**
 * Platt's map `slope z + intercept` (Platt 1999) with slope > 0, by Newton's method to full precision; for the targets
 * see `CalibrationData.targets`. When the best slope is not positive, or all log-odds are equal, the intercept map.
 * @throws ModelError when plain targets are asked for and the log-odds separate the classes.
 */
export function fitPlatt(rows: CalibrationRows): FittedMap {
  const smooth = rows.targets === undefined ? needsSmoothing(rows) : rows.targets === 'smoothed';
  if (!smooth && isSeparated(rows)) {
    throw new ModelError('expected classes that the log-odds do not separate for plain targets: use smoothed targets');
  }
  const used = smooth ? smoothTargets(rows) : rows;
  const fit = fitLinear(used, [used.z]);
  const [intercept = 0, slope] = fit?.coefficients ?? [];
  if (slope === undefined) return fitIntercept(rows, 'all log-odds are equal, so only their level is mapped');
  if (!(slope > 0)) {
    const found = slope.toFixed(4);
    return fitIntercept(
      rows,
      `the slope ${found} is not positive (the ranking is reversed), so only the level is mapped`
    );
  }
  return { calibrator: { kind: 'platt', slope, intercept }, note: smooth ? SMOOTHED : '' };
}

/**
 * Platt's map with its slope drawn towards 1, for few episodes: 1 + f (slope - 1) with f = max(0, 1 - 1 / χ²), where χ² is the
 * likelihood ratio of the free slope against slope 1 (1 degree of freedom), divided by the positive rows per episode (the
 * shrinkage factor of van Houwelingen and le Cessie 1990). A slope that the rows do not tell from 1 stays 1; a clear one
 * stays what it is. The intercept makes expected and observed counts equal.
 */
export function fitShrunkPlatt(rows: CalibrationRows, positivesPerEpisode: number): FittedMap {
  const free = fitPlatt(rows);
  if (free.calibrator.kind !== 'platt' || free.note !== '') return free;
  const { z, y, w } = rows;
  const loss = (map: Calibrator) => meanLogLoss(calibratedLogits(map, z), y, w) * neumaierSum(w);
  const ratio = (2 * (loss(fitIntercept(rows).calibrator) - loss(free.calibrator))) / positivesPerEpisode;
  const factor = ratio > 1 ? 1 - 1 / ratio : 0;
  const slope = 1 + factor * (free.calibrator.slope - 1);
  const intercept = levelOf({ ...rows, z: z.map(v => slope * v) });
  const note = `slope ${free.calibrator.slope.toFixed(3)} drawn to ${slope.toFixed(3)} (likelihood ratio ${ratio.toFixed(2)} against slope 1)`;
  return { calibrator: { kind: 'platt', slope, intercept }, note };
}

function needsSmoothing(rows: CalibrationRows): boolean {
  const positives = countPositives(rows);
  return Math.min(positives, rows.n - positives) < TINY_CLASS || isSeparated(rows);
}

/**
 * Beta calibration `a ln p - b ln(1 - p) + c` with a, b >= 0 (Kull, Silva Filho and Flach 2017), the exact optimum: the loss
 * is convex, so a fit with b = 0 (or a = 0) is the optimum when the score of the other part is not positive there (Karush,
 * Kuhn and Tucker); else the free fit is. Targets are smoothed when the log-odds separate the classes. The intercept map
 * when neither part is positive.
 */
export function fitBeta(rows: CalibrationRows): FittedMap {
  const smooth = isSeparated(rows);
  const used = smooth ? smoothTargets(rows) : rows;
  const lnP = used.z.map(z => -softplus(-z));
  const minusLnQ = used.z.map(softplus);
  const onA = positiveSlope(fitLinear(used, [lnP]));
  const onB = positiveSlope(fitLinear(used, [minusLnQ]));
  const note = smooth ? SMOOTHED : '';
  if (onA === null && onB === null) {
    return fitIntercept(rows, 'neither part of the beta map is positive, so only the level is mapped');
  }
  if (onA !== null && score(used, minusLnQ, onA) <= 0) return betaMap({ a: onA.slope, b: 0, c: onA.intercept, note });
  if (onB !== null && score(used, lnP, onB) <= 0) return betaMap({ a: 0, b: onB.slope, c: onB.intercept, note });
  const free = fitLinear(used, [lnP, minusLnQ]);
  const [c = 0, a = -1, b = -1] = free?.coefficients ?? [];
  if (a >= 0 && b >= 0) return betaMap({ a, b, c, note });
  return onB === null || (onA !== null && onA.loss <= onB.loss)
    ? betaMap({ a: onA!.slope, b: 0, c: onA!.intercept, note })
    : betaMap({ a: 0, b: onB.slope, c: onB.intercept, note });
}

interface SlopeFit extends LinearFit {
  readonly intercept: number;
  readonly slope: number;
}

function positiveSlope(fit: LinearFit | null): SlopeFit | null {
  const [intercept = 0, slope = 0] = fit?.coefficients ?? [];
  return fit !== null && slope > 0 ? { ...fit, intercept, slope } : null;
}

/** Slope of the log-likelihood along a column that the fit does not have. */
function score({ w }: CalibrationRows, column: Float64Array, { residual }: LinearFit): number {
  const middle = column[0]!;
  return residual.reduce((sum, r, i) => sum + w[i]! * r * (column[i]! - middle), 0);
}

function betaMap({ a, b, c, note }: { a: number; b: number; c: number; note: string }): FittedMap {
  return { calibrator: { kind: 'beta', a, b, c }, note };
}
