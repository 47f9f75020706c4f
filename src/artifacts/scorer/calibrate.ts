import type { Calibrator } from '../../types.js';
import { clipLogit, logit, sigmoid, softplus } from './math.js';

type Isotonic = Extract<Calibrator, { kind: 'isotonic' }>;

/** Calibrated log-odds, within ±700, of the raw log-odds `z` of a model; see `Calibrator` for the formulas. */
export function calibratedLogit(calibrator: Calibrator, z: number): number {
  const raw = clipLogit(z);
  switch (calibrator.kind) {
    case 'identity':
      return raw;
    case 'intercept':
      return clipLogit(raw + calibrator.intercept);
    case 'platt':
      return clipLogit(calibrator.slope * raw + calibrator.intercept);
    case 'beta':
      return clipLogit(calibrator.a * -softplus(-raw) + calibrator.b * softplus(raw) + calibrator.c);
    case 'isotonic':
      return logit(isotonicStep(calibrator, raw));
  }
}

/** Calibrated probability of the raw log-odds `z`. */
export function calibratedProbability(calibrator: Calibrator, z: number): number {
  if (calibrator.kind === 'isotonic') return isotonicStep(calibrator, clipLogit(z));
  return sigmoid(calibratedLogit(calibrator, z));
}

/**
 * Calibrated log-odds per raw log-odds between two values: the slope of Platt, the secant of beta (its derivative
 * a (1 - p) + b p where the two meet), 1 for the others. A step function has no useful slope: what it changes is residual.
 */
export function calibrationSlope(calibrator: Calibrator, from: number, to: number): number {
  if (calibrator.kind === 'platt') return calibrator.slope;
  if (calibrator.kind !== 'beta') return 1;
  const distance = clipLogit(to) - clipLogit(from);
  if (Math.abs(distance) < 1e-4) {
    const p = sigmoid((clipLogit(to) + clipLogit(from)) / 2);
    return calibrator.a * (1 - p) + calibrator.b * p;
  }
  return (calibratedLogit(calibrator, to) - calibratedLogit(calibrator, from)) / distance;
}

function isotonicStep(calibrator: Isotonic, z: number): number {
  let lo = 0;
  let hi = calibrator.z.length;
  while (hi - lo > 1) {
    const middle = (lo + hi) >>> 1;
    if ((calibrator.z[middle] as number) <= z) lo = middle;
    else hi = middle;
  }
  return calibrator.probability[lo] as number;
}
