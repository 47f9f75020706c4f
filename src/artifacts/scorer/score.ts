import type { Band, Calibrator, Contribution, Refused, Scored, ScoringArtifact } from '../../types.js';
import { calibratedLogit, calibratedProbability, calibrationSlope } from './calibrate.js';
import type { Explained } from './explained.js';
import { type Cell, inputRules, readCells, refuse } from './input.js';
import { modelExplainer } from './model.js';
import { reasonsOf } from './words.js';

/** Scores one row: a probability with its explanation, or a typed refusal. */
export type Scorer = (row: unknown) => Scored | Refused;

/**
 * Prepares an artifact for scoring many rows. The function never throws for a bad row; it reads only own enumerable
 * data properties and ignores further keys.
 */
export function buildScorer(artifact: ScoringArtifact): Scorer {
  const rules = inputRules(artifact.inputs, artifact.preparation);
  const explain = modelExplainer(artifact);
  return row => {
    const cells = readCells(rules, row);
    if (!Array.isArray(cells)) return cells;
    const explained = explain(cells);
    if (Number.isNaN(explained.z)) return refuse('not_finite', '', 'expected finite log-odds, the model gave NaN');
    return scored(artifact, cells, explained);
  };
}

/** Scores one row with an artifact; see `buildScorer`. */
export function scoreRow(artifact: ScoringArtifact, row: unknown): Scored | Refused {
  return buildScorer(artifact)(row);
}

function scored(artifact: ScoringArtifact, cells: readonly Cell[], explained: Explained): Scored {
  const { calibrator, inputs } = artifact;
  const probability = calibratedProbability(calibrator, explained.z);
  const baseline = calibratedLogit(calibrator, explained.reference);
  const contributions = calibratedParts(artifact, cells, explained);
  const result: Scored = {
    ok: true,
    probability,
    band: bandOf(artifact.bands, probability),
    baseline,
    contributions,
    residual: unexplained(calibrator, explained, contributions),
    reasons: reasonsOf(contributions, inputs)
  };
  return explained.health === undefined ? result : { ...result, health: explained.health };
}

function calibratedParts(artifact: ScoringArtifact, cells: readonly Cell[], explained: Explained): Contribution[] {
  const slope = calibrationSlope(artifact.calibrator, explained.reference, explained.z);
  return explained.parts.map(part => ({
    input: (artifact.inputs[part.input] as { name: string }).name,
    value: cells[part.input] as Cell,
    logOdds: slope * part.z + 0
  }));
}

/** What baseline and contributions leave over; exactly 0 where only the rounding of the sum is left. */
function unexplained(calibrator: Calibrator, explained: Explained, contributions: readonly Contribution[]): number {
  const baseline = calibratedLogit(calibrator, explained.reference);
  const sum = contributions.reduce((total, part) => total + part.logOdds, baseline);
  const size = contributions.reduce((total, part) => total + Math.abs(part.logOdds), 1 + Math.abs(baseline));
  const rest = calibratedLogit(calibrator, explained.z) - sum;
  return Math.abs(rest) <= 1e-12 * size ? 0 : rest;
}

function bandOf(bands: readonly Band[], probability: number): string {
  return bands.reduce((label, band) => (probability >= band.from ? band.label : label), '');
}
