import { applyPreparation, type FittedPreparation, fitPreparation, type PreparationData } from '../datasets/prepare.js';
import type { FeatureInfo } from '../types.js';
import { type BackendName, openBackend } from './backend.js';
import { type NetworkFit, type NetworkOptions, networkLogits, trainNetwork } from './neural.js';

/** Plain rows with outcomes in {0, 1}; a `Dataset` fits. */
export interface NeuralData extends PreparationData {
  readonly y: ArrayLike<number>;
}

export interface NeuralOptions extends Partial<NetworkOptions> {
  /** Rows that stop the training; never rows of the test block. */
  readonly validation: NeuralData;
  /** Default: native when it is installed, else WASM, else plain. */
  readonly backend?: 'auto' | BackendName;
}

/** A network with the preparation that was fitted on its training rows. */
export interface NeuralFit extends NetworkFit, FittedPreparation {
  /** The back end that was asked for; predictions ask for the same. */
  readonly wanted: 'auto' | BackendName;
  readonly backend: string;
}

/** Options that are not given. */
export const NEURAL_DEFAULTS: NetworkOptions = {
  hidden: [32, 16],
  learningRate: 0.003,
  weightDecay: 0.003,
  maxEpochs: 60,
  patience: 8,
  batch: 512,
  seed: 1
};

/** Prepares raw rows (missing values and categories included) on `train` alone and trains a small network on log-odds. */
export async function fitNeural(train: NeuralData, options: NeuralOptions): Promise<NeuralFit> {
  const { validation, backend: wanted = 'auto', ...own } = options;
  const backend = await openBackend(wanted);
  const fitted = fitPreparation(
    train,
    train.names.map(name => plainInfo(name, train))
  );
  const rows = (data: NeuralData) => ({
    Z: applyPreparation(fitted.preparation, data),
    y: data.y,
    n: data.n,
    q: fitted.preparation.columns.length
  });
  const fit = trainNetwork(rows(train), rows(validation), { backend, options: { ...NEURAL_DEFAULTS, ...own } });
  return { ...fit, ...fitted, wanted, backend: backend.description };
}

/** Log-odds [n] of raw rows. */
export async function predictNeural(fit: NeuralFit, data: PreparationData): Promise<Float64Array> {
  const { tf } = await openBackend(fit.wanted);
  const { preparation } = fit;
  return networkLogits(tf, fit.spec, {
    Z: applyPreparation(preparation, data),
    n: data.n,
    q: preparation.columns.length
  });
}

function plainInfo(name: string, data: PreparationData): FeatureInfo {
  return {
    name,
    type: data.levels?.[name] === undefined ? 'number' : 'category',
    unit: '',
    about: name,
    family: '',
    requires: [],
    timing: 'leading',
    actionable: true,
    direction: 'none',
    definitionHash: ''
  };
}
