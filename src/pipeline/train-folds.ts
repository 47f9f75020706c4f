import { skillGate } from '../backtest/gates.js';
import { applyCalibrator } from '../calibration/apply.js';
import { type CalibratorFit, fitCalibrator } from '../calibration/fit.js';
import { assignFolds, countEpisodes, summariseBlock } from '../datasets/blocks.js';
import { type Frame, labelledRows, selectDataset } from '../datasets/frame.js';
import { fitPreparation } from '../datasets/prepare.js';
import type { BlockName, BlockSummary, Dataset, ModelKind } from '../types.js';
import type { Candidate, JudgedModel } from './candidate.js';
import { REQUIRED_EPISODES, requireSurvivors } from './enough.js';
import { judgePooled, labels } from './judge.js';
import { fitLearned, fitNetwork } from './learned.js';
import { type Trained, type TrainingInput, wantedKinds } from './train.js';

/** A candidate with the map fitted on rows that did not train it. */
interface Calibrated {
  readonly candidate: Candidate;
  readonly calibration: CalibratorFit;
}

/**
 * Judges every model on pooled out-of-fold predictions (whole accounts and parents per fold), then fits it once more on
 * all rows in the same way. Used when snapshots carry no date; nothing is time-ordered then.
 */
export function trainInFolds(
  input: TrainingInput,
  { folds, horizonDays }: { folds: number; horizonDays: number }
): Trained {
  const { frame, config } = input;
  const rows = labelledRows(frame, 'churn');
  const all = selectDataset(frame, rows, 'churn');
  requireSurvivors(all, config);
  const kinds = wantedKinds('churn', config);
  const needed = Math.max(
    0,
    REQUIRED_EPISODES.train + REQUIRED_EPISODES.calibration + REQUIRED_EPISODES.test - countEpisodes(all)
  );
  const models = needed === 0 ? judgeAll(input, { rows, all, folds, horizonDays }) : [];
  const chosen = models.find(model => model.kind === 'logistic') ?? null;
  const constant = models.find(model => model.kind === 'constant');
  const gates =
    chosen === null || constant === undefined || !config.gates.skill
      ? []
      : [
          skillGate({
            y: all.y,
            probability: chosen.testProbability,
            constant: constant.testProbability,
            clusters: all.clusters
          })
        ];
  return {
    target: 'churn',
    horizonDays,
    models,
    absent: needed === 0 ? [] : kinds.map((kind: ModelKind) => ({ kind, status: 'too_few_episodes' })),
    blocks: foldBlocks(summariseBlock(all)),
    blockRows: { train: rows, validation: new Int32Array(0), calibration: new Int32Array(0), test: rows },
    episodesNeeded: needed,
    chosen,
    chosenReason: 'without dates no block is set aside for choosing: the logistic model is put in force',
    gates: gates.map(gate => ({ ...gate, name: `churn ${gate.name}` })),
    notes: [`Not time-ordered: the snapshots carry no date, so results are pooled over ${folds} folds by account.`]
  };
}

interface Folded {
  readonly rows: Int32Array;
  readonly all: Dataset;
  readonly folds: number;
  readonly horizonDays: number;
}

function judgeAll(input: TrainingInput, { rows, all, folds, horizonDays }: Folded): JudgedModel[] {
  const { frame, config } = input;
  const fold = assignFolds(all.clusters, folds, config.models.seed);
  const pooled = new Map<ModelKind, Float64Array>();
  for (let f = 0; f < folds; f++) {
    const held = selectDataset(
      frame,
      rows.filter((_, i) => fold[i] === f),
      'churn'
    );
    const models = fitCalibrated(
      input,
      rows.filter((_, i) => fold[i] !== f),
      horizonDays
    );
    const places = [...fold.keys()].filter(i => fold[i] === f);
    for (const { candidate, calibration } of models) {
      const probability = applyCalibrator(calibration.calibrator, candidate.predict(held));
      const target = pooled.get(candidate.kind) ?? new Float64Array(all.n);
      places.forEach((place, i) => {
        target[place] = probability[i] as number;
      });
      pooled.set(candidate.kind, target);
    }
  }
  return fitCalibrated(input, rows, horizonDays).map(({ candidate, calibration }) =>
    judgePooled(candidate, all, {
      probability: pooled.get(candidate.kind) as Float64Array,
      calibration,
      target: 'churn',
      seed: config.models.seed
    })
  );
}

/** All kinds on one set of rows, each with a map fitted on predictions for rows that did not train it. */
function fitCalibrated({ frame, config, backend }: TrainingInput, rows: Int32Array, horizonDays: number): Calibrated[] {
  const train = selectDataset(frame, rows, 'churn');
  const learned = fitLearned({ target: 'churn', frame, train, folds: 'groups', horizonDays, config });
  const outOfFold = fitCalibrator('auto', { ...labels(train), logits: learned.ridge.heldOutLogits });
  const exact: CalibratorFit = {
    ...outOfFold,
    calibrator: { kind: 'identity' },
    method: 'identity',
    reason: 'a maximum-likelihood fit of at most one feature'
  };
  const models: Calibrated[] = [
    {
      candidate: learned.logistic,
      calibration: { ...outOfFold, reason: `on out-of-fold log-odds: ${outOfFold.reason}` }
    },
    { candidate: learned.constant, calibration: exact },
    { candidate: learned.single, calibration: exact }
  ];
  if (backend === null) return models;
  const parts = splitForNetwork(frame, rows, config.models.seed);
  const fitted = fitPreparation(parts.train, frame.infos, { alwaysNullable: false });
  const network = fitNetwork({ frame, fitted, ...parts, backend, config });
  if (network === null) return models;
  const calibration = fitCalibrator('auto', {
    ...labels(parts.calibration),
    logits: network.predict(parts.calibration),
    trainingIds: parts.train.ids
  });
  return [...models, { candidate: network, calibration }];
}

/** Fourteen twentieths of the accounts train the network, three stop it, three calibrate it. */
function splitForNetwork(
  frame: Frame,
  rows: Int32Array,
  seed: number
): Readonly<Record<'train' | 'validation' | 'calibration', Dataset>> {
  const part20 = assignFolds(
    rows.map(i => frame.clusters[i] as number),
    20,
    seed + 1
  );
  const part = (from: number, to: number) =>
    selectDataset(
      frame,
      rows.filter((_, i) => from <= (part20[i] as number) && (part20[i] as number) < to),
      'churn'
    );
  return { train: part(6, 20), validation: part(0, 3), calibration: part(3, 6) };
}

function foldBlocks(summary: BlockSummary): Readonly<Record<BlockName, BlockSummary>> {
  const none: BlockSummary = { rows: 0, accounts: 0, positives: 0, episodes: 0, from: '', to: '' };
  return { train: summary, validation: none, calibration: none, test: summary };
}
