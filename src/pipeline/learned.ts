import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import { applyPreparation, type FittedPreparation, fitPreparation } from '../datasets/prepare.js';
import type { Backend } from '../models/backend.js';
import { fitConstant, fitSingle } from '../models/baselines.js';
import { networkLogits, trainNetwork } from '../models/neural.js';
import { predictLogits } from '../models/predict.js';
import { type ChosenRidge, chooseRidge, fitRidge } from '../models/ridge.js';
import type { Dataset, ModelSpec, Target } from '../types.js';
import { type Candidate, preparedPredict } from './candidate.js';

/** What the learned models of one target are fitted on. */
export interface LearnedInput {
  readonly target: Target;
  readonly frame: Frame;
  readonly train: Dataset;
  /** How the strength of the penalty is chosen: in time order within train, or in folds by account. */
  readonly folds: 'time' | 'groups';
  readonly horizonDays: number;
  readonly config: Config;
}

export interface LearnedModels {
  readonly fitted: FittedPreparation;
  readonly constant: Candidate;
  readonly single: Candidate;
  readonly logistic: Candidate;
  readonly ridge: ChosenRidge;
}

/** Constant, best single feature and ridge logistic on one training set. */
export function fitLearned(input: LearnedInput): LearnedModels {
  const { train, frame, config, horizonDays } = input;
  const fitted = fitPreparation(train, frame.infos, { alwaysNullable: config.shape === 'events' });
  const Z = applyPreparation(fitted.preparation, train);
  const q = fitted.preparation.columns.length;
  const design = { X: Z, n: train.n, q };
  const grouping = { asOf: train.asOf, clusters: train.clusters, horizonDays, seed: config.models.seed };
  const ridge = chooseRidge({ ...design, y: train.y, scheme: input.folds, ...grouping });
  const candidate = (kind: Candidate['kind'], spec: ModelSpec, how: string): Candidate => ({
    kind,
    spec,
    preparation: spec.kind === 'constant' ? { columns: [] } : fitted.preparation,
    inputs: spec.kind === 'constant' ? [] : fitted.inputs,
    frame,
    predict: preparedPredict(fitted.preparation, (rows, n) => predictLogits(spec, rows, n, q)),
    how
  });
  const single = fitSingle(design, train.y, { folds: ridge.folds, names: fitted.preparation.columns.map(c => c.name) });
  return {
    fitted,
    ridge,
    constant: candidate('constant', fitConstant(train.y), 'the training rate'),
    single: candidate('single', single.spec, `${single.name} alone`),
    logistic: candidate('logistic', fitRidge(design, train.y, { lambda: ridge.lambda }).spec, ridge.reason)
  };
}

export interface NeuralInput {
  readonly frame: Frame;
  readonly fitted: FittedPreparation;
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly backend: Backend;
  readonly config: Config;
}

/** The small network on the same prepared columns; null when the configuration switches it off. */
export function fitNetwork({ frame, fitted, train, validation, backend, config }: NeuralInput): Candidate | null {
  const { neural, seed } = config.models;
  if (neural === null) return null;
  const { preparation, inputs } = fitted;
  const q = preparation.columns.length;
  const rows = (data: Dataset) => ({ Z: applyPreparation(preparation, data), y: data.y, n: data.n, q });
  const fit = trainNetwork(rows(train), rows(validation), { backend, options: { ...neural, seed } });
  return {
    kind: 'neural',
    spec: fit.spec,
    preparation,
    inputs,
    frame,
    predict: preparedPredict(preparation, (Z, n) => networkLogits(backend.tf, fit.spec, { Z, n, q })),
    how: `${neural.hidden.join('-')} hidden units, epoch ${fit.bestEpoch} of ${fit.validationLoss.length - 1}, ${backend.description}`
  };
}

