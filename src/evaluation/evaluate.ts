import { seededRandom } from '../math/random.js';
import type { Evaluation } from '../types.js';
import { aucInterval, aucParts } from './auc.js';
import { averagePrecision } from './average-precision.js';
import { equalMassBins } from './bins.js';
import { eceNullBand, expectedCalibrationError } from './ece.js';
import { expectedAndObserved } from './expected.js';
import { lift, liftInterval, topTenth } from './lift.js';
import { brier, logLoss } from './probability.js';
import { type Ranking, rankScores, total } from './ranking.js';
import { reliabilityBins } from './reliability.js';
import { type EvaluationData, evaluationRows, type Rows } from './rows.js';
import { calibrationIntercept, calibrationSlope, logits } from './slope.js';

/** Rows under which no interval, lift or slope is told. */
const FEWEST_ROWS = 10;
const LIFT_STREAM = 1;
const ECE_STREAM = 2;

/**
 * Held-out measures of probabilities against outcomes, as plain JSON. Intervals are 95 %, clustered by account and conditional on
 * the fit. What cannot be computed (one class, a single cluster, under 10 rows) is null. The same data and seed give the same bytes.
 * @throws ModelError naming the row of a value that cannot be used, or when there is no row.
 */
export function evaluate(data: EvaluationData): Evaluation {
  const rows = evaluationRows(data);
  const ranking = rankScores(rows.p, rows);
  const bins = equalMassBins(ranking, rows);
  return {
    n: rows.n,
    positives: rows.positives,
    ...rankingMeasures(ranking, rows),
    logLoss: logLoss(rows),
    brier: brier(rows),
    ...slopeMeasures(rows),
    ece: expectedCalibrationError(bins),
    eceNullBand: eceNullBand(bins, rows, seededRandom(rows.seed, ECE_STREAM)),
    ...expectedAndObserved(rows),
    reliability: reliabilityBins(bins)
  };
}

function rankingMeasures(ranking: Ranking, rows: Rows) {
  const parts = aucParts(ranking, rows);
  const enough = rows.n >= FEWEST_ROWS && parts !== null;
  return {
    auc: parts === null ? null : parts.auc,
    aucInterval: enough ? aucInterval(parts) : null,
    averagePrecision: parts === null ? null : averagePrecision(ranking),
    liftAt10: enough ? lift(ranking, topTenth(total(rows.w), rows.weighted)) : null,
    liftInterval: enough ? liftInterval(ranking, rows, seededRandom(rows.seed, LIFT_STREAM)) : null
  };
}

function slopeMeasures(rows: Rows) {
  const z = logits(rows);
  const slope = rows.n < FEWEST_ROWS ? null : calibrationSlope(rows, z);
  return {
    calibrationSlope: slope === null ? null : slope.slope,
    calibrationSlopeInterval: slope === null ? null : slope.interval,
    calibrationIntercept: rows.n < FEWEST_ROWS ? null : calibrationIntercept(rows, z)
  };
}
