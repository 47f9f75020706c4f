import { logit, sigmoid, softplus } from '../math/links.js';
import type { Calibrator } from '../types.js';

/** Calibrated log-odds are held within ±700, so that exp() stays finite in every form of a scorer. */
const LOGIT_LIMIT = 700;

/**
 * Calibrated log-odds of raw log-odds, [n]; the formulas are those of `Calibrator`. Within ±700, so also where an
 * isotonic probability is 0 or 1. NaN stays NaN.
 */
export function calibratedLogits(calibrator: Calibrator, logits: Float64Array): Float64Array {
  return logits.map(z => clip(mapLogit(calibrator, z)));
}

/** Calibrated probabilities in [0, 1] of raw log-odds, [n]. NaN stays NaN. */
export function applyCalibrator(calibrator: Calibrator, logits: Float64Array): Float64Array {
  if (calibrator.kind === 'isotonic') return logits.map(z => stepValue(calibrator, z));
  return logits.map(z => sigmoid(clip(mapLogit(calibrator, z))));
}

function mapLogit(calibrator: Calibrator, z: number): number {
  switch (calibrator.kind) {
    case 'identity':
      return z;
    case 'intercept':
      return z + calibrator.intercept;
    case 'platt':
      return calibrator.slope * z + calibrator.intercept;
    case 'beta':
      return calibrator.a * -softplus(-z) + calibrator.b * softplus(z) + calibrator.c;
    case 'isotonic':
      return logit(stepValue(calibrator, z));
  }
}

function clip(z: number): number {
  return Math.min(LOGIT_LIMIT, Math.max(-LOGIT_LIMIT, z));
}

/** probability[i] of the last z[i] <= z, the first below them. */
function stepValue(calibrator: Extract<Calibrator, { kind: 'isotonic' }>, z: number): number {
  if (Number.isNaN(z)) return z;
  let lo = 0;
  let hi = calibrator.z.length;
  while (hi - lo > 1) {
    const middle = (lo + hi) >>> 1;
    if (calibrator.z[middle]! <= z) lo = middle;
    else hi = middle;
  }
  return calibrator.probability[lo]!;
}
