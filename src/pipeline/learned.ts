import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import { applyPreparation, type FittedPreparation, fitPreparation } from '../datasets/prepare.js';
import type { Backend } from '../models/backend.js';
import { fitConstant, fitSingle } from '../models/baselines.js';
import { planFolds } from '../models/folds.js';
import { networkLogits, trainNetwork } from '../models/neural.js';
import { predictLogits } from '../models/predict.js';
import { chooseRidge, fitRidge, type RidgeChoice } from '../models/ridge.js';
import type { Dataset, ModelSpec, Preparation, PreparedColumn, Target } from '../types.js';
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
  readonly ridge: RidgeChoice;
}

/** Constant, best single feature and ridge logistic on one training set. */
export function fitLearned(input: LearnedInput): LearnedModels {
  const { train, frame, config, horizonDays } = input;
  const fitted = fitPreparation(train, frame.infos, { alwaysNullable: config.shape === 'events' });
  const { columns } = fitted.preparation;
  const q = columns.length;
  const design = { X: applyPreparation(fitted.preparation, train), n: train.n, q, y: train.y };
  const plan = planFolds(train, { scheme: input.folds, windowDays: horizonDays, seed: config.models.seed });
  const ridge = chooseRidge(design, plan);
  const single = fitSingle(design, columns, plan);
  const candidate = (kind: Candidate['kind'], spec: ModelSpec, how: string): Candidate => {
    const preparation = usedColumns(spec, fitted.preparation);
    const own = trimSpec(spec, fitted.preparation);
    const used = new Set(preparation.columns.map(column => column.input));
    return {
      kind,
      spec: own,
      preparation,
      inputs: fitted.inputs.filter(({ name }) => used.has(name)),
      frame,
      predict: preparedPredict(preparation, (X, n) => predictLogits(own, { X, n, q: preparation.columns.length })),
      how
    };
  };
  return {
    fitted,
    ridge,
    constant: candidate('constant', fitConstant(train.y), 'the training rate'),
    single: candidate('single', single.spec, `${single.feature} alone`),
    logistic: candidate('logistic', fitRidge(design, { lambda: ridge.lambda }).spec, ridgeWords(ridge))
  };
}

/** Columns that a model reads: all, those of the best single feature, or none. */
function usedColumns(spec: ModelSpec, { columns }: Preparation): Preparation {
  if (spec.kind !== 'logistic') return { columns: [] };
  const inputs = new Set(columns.filter((_, k) => spec.coefficients[k] !== 0).map(column => column.input));
  return { columns: columns.filter(column => inputs.has(column.input)) };
}

function trimSpec(spec: ModelSpec, preparation: Preparation): ModelSpec {
  if (spec.kind !== 'logistic') return spec;
  const kept = new Set(usedColumns(spec, preparation).columns);
  return {
    ...spec,
    coefficients: spec.coefficients.filter((_, k) => kept.has(preparation.columns[k] as PreparedColumn))
  };
}

function ridgeWords({ strength, scheme, curve, reason, atEdge }: RidgeChoice): string {
  const order = scheme === 'time' ? 'folds in time order' : 'folds by account';
  const edge = atEdge ? ', at the edge of those tried' : '';
  return `ridge strength ${Number(strength.toPrecision(3))} of ${curve.length} tried in ${order}${edge}${reason === null ? '' : ` (${reason})`}`;
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
