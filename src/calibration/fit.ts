import { ModelError } from '../errors.js';
import type { Calibrator } from '../types.js';
import { type CalibratorCandidate, chooseCalibrator, EPISODES, fitKind, ISOTONIC_ROWS } from './choose.js';
import {
  type CalibrationData,
  type CalibrationRows,
  calibrationRows,
  countDistinctEpisodes,
  countPositives,
  hasBothClasses
} from './data.js';

export type CalibrationMethod = 'auto' | Calibrator['kind'];

export interface CalibratorFit {
  readonly calibrator: Calibrator;
  /** Kind of the calibrator that was fitted; differs from what was asked for after a fallback. */
  readonly method: Calibrator['kind'];
  /** Why this one, in words with numbers. */
  readonly reason: string;
  /** Distinct outcomes among the rows. */
  readonly episodes: number;
  /** Held-out comparison, simplest first; empty when there was none. */
  readonly candidates: readonly CalibratorCandidate[];
}

/** Isotonic needs this many rows and positive rows. */
const ISOTONIC_POSITIVES = 100;

/**
 * Maps the raw log-odds of a model to calibrated ones, on rows that the model has not seen. `auto` chooses the kind by the
 * number of distinct episodes (see `chooseCalibrator`); any other method fits that kind, where Platt and beta fall back to an
 * intercept when their slope is not positive.
 * @throws ModelError when a value cannot be used, an id is also a training id, a class is absent (except for identity), or
 * isotonic is asked for with under 1,000 rows or 100 positive rows.
 */
export function fitCalibrator(method: CalibrationMethod, data: CalibrationData): CalibratorFit {
  const rows = calibrationRows(data);
  if (method !== 'identity') requireBothClasses(rows);
  if (method === 'isotonic') requireIsotonic(rows);
  const episodes = countDistinctEpisodes(rows);
  if (method === 'auto') {
    const choice = chooseCalibrator(rows);
    return { ...choice, method: choice.calibrator.kind, episodes };
  }
  const { calibrator, note } = fitKind(method, rows);
  const asked = `${calibrator.kind}: ${method} was asked for (${episodes} episodes)`;
  const reason = note === '' ? asked : `${asked}; ${note}`;
  return { calibrator, method: calibrator.kind, reason, episodes, candidates: [] };
}

function requireBothClasses(rows: CalibrationRows): void {
  if (hasBothClasses(rows)) return;
  const positives = countPositives(rows);
  throw new ModelError(
    `expected calibration rows of both outcomes, got ${positives} positive among ${rows.n}: ` +
      'extend the calibration block, or use the raw probabilities (identity)'
  );
}

function requireIsotonic(rows: CalibrationRows): void {
  const positives = countPositives(rows);
  if (rows.n >= ISOTONIC_ROWS && positives >= ISOTONIC_POSITIVES) return;
  throw new ModelError(
    `expected at least ${ISOTONIC_ROWS} rows and ${ISOTONIC_POSITIVES} positive ones for isotonic, got ${rows.n} and ` +
      `${positives}: use platt (auto takes isotonic from ${EPISODES.contest} episodes)`
  );
}
