import { applyCalibrator } from '../calibration/apply.js';
import { type CalibratorFit, fitCalibrator } from '../calibration/fit.js';
import { countEpisodes, summariseBlock } from '../datasets/blocks.js';
import { evaluate } from '../evaluation/evaluate.js';
import { logit, sigmoid } from '../math/links.js';
import type { BlockName, BlockSummary, Dataset, Target } from '../types.js';
import type { Candidate, JudgedModel } from './candidate.js';

/** The four blocks as one candidate sees them. */
export type BlockData = Readonly<Record<BlockName, Dataset>>;

export interface Judging {
  readonly target: Target;
  readonly seed: number;
}

/** Calibrates a candidate on the calibration block and judges it on the test block. */
export function judge(candidate: Candidate, blocks: BlockData, { target, seed }: Judging): JudgedModel {
  const fit = fitCalibrator('auto', {
    ...labels(blocks.calibration),
    logits: candidate.predict(blocks.calibration),
    trainingIds: [...blocks.train.ids, ...blocks.validation.ids]
  });
  const testProbability = applyCalibrator(fit.calibrator, candidate.predict(blocks.test));
  return {
    ...candidate,
    ...factsOf(blocks),
    target,
    status: 'ok',
    calibrator: fit.calibrator,
    calibratorReason: fit.reason,
    test: evaluate({ ...labels(blocks.test), value: blocks.test.value, probability: testProbability, seed }),
    testProbability
  };
}

/**
 * A manual score under too few episodes: its level is set to the rate of all matured rows (half an episode added to
 * each class), its slope stays the stated one, and nothing is judged.
 */
export function judgeLevelOnly(candidate: Candidate, blocks: BlockData, target: Target): JudgedModel {
  const all = Object.values(blocks);
  const n = all.reduce((sum, data) => sum + data.n, 0);
  const positives = all.reduce((sum, data) => sum + data.y.reduce((count, v) => count + v, 0), 0);
  const rate = (positives + 0.5) / (n + 1);
  const logits = all.flatMap(data => [...candidate.predict(data)]);
  const intercept = n === 0 ? logit(rate) : levelShift(logits, rate);
  return {
    ...candidate,
    ...factsOf(blocks),
    target,
    status: 'uncalibrated',
    calibrator: { kind: 'intercept', intercept },
    calibratorReason: `too few episodes to calibrate: only the level is set, to ${positives} of ${n} matured rows`,
    test: null,
    testProbability: new Float64Array(0)
  };
}

/** Shift of all log-odds after which their mean probability is the rate, by bisection to the last bit. */
function levelShift(logits: readonly number[], rate: number): number {
  let lo = -50;
  let hi = 50;
  while (true) {
    const middle = (lo + hi) / 2;
    if (middle === lo || middle === hi) return middle;
    const mean = logits.reduce((sum, z) => sum + sigmoid(z + middle), 0) / logits.length;
    if (mean < rate) lo = middle;
    else hi = middle;
  }
}

/** Judges pooled out-of-fold probabilities; used when snapshots carry no date. */
export function judgePooled(
  candidate: Candidate,
  all: Dataset,
  pooled: { probability: Float64Array; calibration: CalibratorFit; target: Target; seed: number }
): JudgedModel {
  const none: BlockSummary = { rows: 0, accounts: 0, positives: 0, episodes: 0, from: '', to: '' };
  const summary = summariseBlock(all);
  const counts = (value: number): Readonly<Record<BlockName, number>> => ({
    train: value,
    validation: 0,
    calibration: 0,
    test: value
  });
  return {
    ...candidate,
    target: pooled.target,
    status: 'ok',
    calibrator: pooled.calibration.calibrator,
    calibratorReason: pooled.calibration.reason,
    rows: counts(all.n),
    episodes: counts(countEpisodes(all)),
    trainedOn: summary,
    calibratedOn: { ...none, rows: all.n, episodes: summary.episodes },
    test: evaluate({ ...labels(all), value: all.value, probability: pooled.probability, seed: pooled.seed }),
    testProbability: pooled.probability
  };
}

/** Outcome, grouping and identity columns of a dataset, without its features. */
export function labels(data: Dataset): Pick<Dataset, 'y' | 'asOf' | 'clusters' | 'episode' | 'ids'> {
  const { y, asOf, clusters, episode, ids } = data;
  return { y, asOf, clusters, episode, ids };
}

function factsOf(blocks: BlockData) {
  const count = (of: (data: Dataset) => number) =>
    Object.fromEntries(Object.entries(blocks).map(([name, data]) => [name, of(data)])) as Record<BlockName, number>;
  return {
    rows: count(data => data.n),
    episodes: count(countEpisodes),
    trainedOn: summariseBlock(blocks.train),
    calibratedOn: summariseBlock(blocks.calibration)
  };
}
