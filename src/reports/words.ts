import type { Evaluation, ModelKind, ModelResult, Target } from '../types.js';

const KINDS: Readonly<Record<ModelKind, string>> = {
  logistic: 'Logistic regression',
  neural: 'Neural network',
  manual: 'Manual health score',
  constant: 'Constant (base rate)',
  single: 'Best single feature'
};

/** What an outcome does in a sentence: accounts `churn`, they `buy more`. */
export const OUTCOMES: Readonly<Record<Target, { readonly title: string; readonly noun: string }>> = {
  churn: { title: 'Churn', noun: 'churn' },
  upsell: { title: 'Upsell', noun: 'upsell' }
};

/** The name of a kind of model as readers know it. */
export function kindTitle(kind: ModelKind): string {
  return KINDS[kind];
}

/** `too_few_episodes` -> `too few episodes`. */
export function statusWords(status: string): string {
  return status.replaceAll('_', ' ');
}

export type CalibrationVerdict = 'calibrated' | 'too extreme' | 'too cautious' | 'reversed' | 'unknown';

/**
 * What the calibration slope says: its 95 % interval contains 1 = `calibrated`; wholly under 1 = `too extreme` (high predictions
 * come true too rarely); wholly above 1 = `too cautious`; wholly at or under 0 = `reversed`; no interval = `unknown`.
 */
export function calibrationVerdict(evaluation: Evaluation): CalibrationVerdict {
  const interval = evaluation.calibrationSlopeInterval;
  if (evaluation.calibrationSlope === null || interval === null) return 'unknown';
  if (interval[1] <= 0) return 'reversed';
  if (interval[1] < 1) return 'too extreme';
  return interval[0] > 1 ? 'too cautious' : 'calibrated';
}

/** The same as a clause that ends a sentence. */
export const VERDICT_WORDS: Readonly<Record<CalibrationVerdict, string>> = {
  calibrated: 'its probabilities can be read at face value',
  'too extreme': 'its probabilities are too extreme: the high ones come true less often than they say',
  'too cautious': 'its probabilities are too cautious: the accounts it ranks high leave more often than they say',
  reversed: 'its probabilities point the wrong way and must not be used',
  unknown: 'how far its probabilities can be taken at face value could not be measured'
};

/** The models of one target that have held-out measures, in the order of the run. */
export function evaluated(models: readonly ModelResult[], target: Target): readonly Evaluated[] {
  return models.flatMap(model =>
    model.target === target && model.test !== null ? [{ ...model, test: model.test }] : []
  );
}

export type Evaluated = ModelResult & { readonly test: Evaluation };
