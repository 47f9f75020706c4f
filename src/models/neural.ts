import type * as Tfjs from '@tensorflow/tfjs';
import { ModelError } from '../errors.js';
import { logit, softplus } from '../math/links.js';
import { type Random, seededRandom } from '../math/random.js';
import type { DenseLayer, ModelSpec } from '../types.js';
import type { Backend } from './backend.js';

/** Prepared rows: `Z` is [n, q] row-major and finite, `y` in {0, 1}. */
export interface PreparedRows {
  readonly Z: Float64Array;
  readonly y: ArrayLike<number>;
  readonly n: number;
  readonly q: number;
}

export interface NetworkOptions {
  /** Units of the hidden ReLU layers, for example [32, 16]. */
  readonly hidden: readonly number[];
  /** Step size of Adam, > 0. */
  readonly learningRate: number;
  /** Penalty on squared weights (not biases), >= 0. */
  readonly weightDecay: number;
  readonly maxEpochs: number;
  /** Epochs without a better validation loss before training stops. */
  readonly patience: number;
  /** Rows per step. */
  readonly batch: number;
  readonly seed: number;
}

export interface NetworkFit {
  readonly spec: Extract<ModelSpec, { kind: 'neural' }>;
  /** Mean log loss on the validation rows before training and after each epoch. */
  readonly validationLoss: readonly number[];
  /** Epoch whose weights are kept (0 = the start). */
  readonly bestEpoch: number;
}

/**
 * Trains a multilayer perceptron on log-odds with the sigmoid cross-entropy of the logits,
 * `max(z, 0) - z y + log(1 + exp(-|z|))`, and keeps the weights of the epoch with the smallest validation loss.
 * Weights start from N(0, 2 / inputs), the output bias from the training log-odds; one seed decides all.
 * @throws ModelError when a class is absent or the loss stops being finite.
 */
export function trainNetwork(
  train: PreparedRows,
  validation: PreparedRows,
  setup: { backend: Backend; options: NetworkOptions }
): NetworkFit {
  const { tf } = setup.backend;
  const { options } = setup;
  requireBothClasses(train, 'training');
  requireBothClasses(validation, 'validation');
  const random = seededRandom(options.seed, 17);
  tf.engine().startScope();
  const network = createNetwork(tf, { widths: [train.q, ...options.hidden, 1], bias: logit(mean(train.y)), random });
  const optimizer = tf.train.adam(options.learningRate);
  try {
    return runEpochs({ tf, network, optimizer, train, validation, options, random });
  } finally {
    optimizer.dispose();
    for (const variable of network.flat()) variable.dispose();
    tf.engine().endScope();
  }
}

type Layer = readonly [weights: Tfjs.Variable, bias: Tfjs.Variable];
type Network = readonly Layer[];

interface Training {
  readonly tf: typeof Tfjs;
  readonly network: Network;
  readonly optimizer: Tfjs.Optimizer;
  readonly train: PreparedRows;
  readonly validation: PreparedRows;
  readonly options: NetworkOptions;
  readonly random: Random;
}

function runEpochs(training: Training): NetworkFit {
  const { tf, network, train, validation, options, random } = training;
  const rows = tf.tensor2d(Float32Array.from(validation.Z), [validation.n, validation.q]);
  const held = () => heldOutLoss(tf, network, rows, validation.y);
  const losses = [held()];
  let best = { epoch: 0, layers: snapshot(network) };
  for (let epoch = 1; epoch <= options.maxEpochs && epoch - best.epoch <= options.patience; epoch++) {
    trainEpoch(training, random.permutation(train.n));
    const loss = held();
    if (!Number.isFinite(loss))
      throw new ModelError(
        `expected a finite validation loss, got ${loss} in epoch ${epoch}; lower models.neural.learning_rate`
      );
    if (loss < losses[best.epoch]!) best = { epoch, layers: snapshot(network) };
    losses.push(loss);
  }
  rows.dispose();
  return { spec: { kind: 'neural', layers: best.layers }, validationLoss: losses, bestEpoch: best.epoch };
}

function trainEpoch({ tf, network, optimizer, train, options }: Training, order: Int32Array): void {
  const { Z, y, n, q } = train;
  for (let from = 0; from < n; from += options.batch) {
    const batch = order.subarray(from, Math.min(n, from + options.batch));
    const features = new Float32Array(batch.length * q);
    batch.forEach((row, i) => {
      features.set(Z.subarray(row * q, (row + 1) * q), i * q);
    });
    const labels = Float32Array.from(batch, row => y[row] as number);
    tf.tidy(() => {
      const X = tf.tensor2d(features, [batch.length, q]);
      const Y = tf.tensor1d(labels);
      optimizer.minimize(() => penalisedLoss(tf, network, { X, Y, decay: options.weightDecay }));
    });
  }
}

function penalisedLoss(
  tf: typeof Tfjs,
  network: Network,
  batch: { X: Tfjs.Tensor2D; Y: Tfjs.Tensor1D; decay: number }
): Tfjs.Scalar {
  const z = forward(tf, network, batch.X);
  const crossEntropy = tf.sub(tf.add(tf.relu(z), tf.softplus(tf.neg(tf.abs(z)))), tf.mul(z, batch.Y));
  const squares = network.map(([weights]) => tf.sum(tf.square(weights)));
  return tf.add(tf.mean(crossEntropy), tf.mul(tf.addN(squares), batch.decay)) as Tfjs.Scalar;
}

function forward(tf: typeof Tfjs, network: Network, X: Tfjs.Tensor2D): Tfjs.Tensor1D {
  let a = X;
  network.forEach(([weights, bias], k) => {
    const z = tf.add(tf.matMul(a, weights as Tfjs.Tensor2D), bias) as Tfjs.Tensor2D;
    a = k < network.length - 1 ? tf.relu(z) : z;
  });
  return a.flatten() as Tfjs.Tensor1D;
}

function heldOutLoss(tf: typeof Tfjs, network: Network, rows: Tfjs.Tensor2D, y: ArrayLike<number>): number {
  const z = tf.tidy(() => forward(tf, network, rows).dataSync());
  let sum = 0;
  for (let i = 0; i < z.length; i++) sum += softplus(z[i] as number) - (z[i] as number) * (y[i] as number);
  return sum / z.length;
}

function createNetwork(tf: typeof Tfjs, start: { widths: readonly number[]; bias: number; random: Random }): Network {
  const { widths, bias, random } = start;
  return widths.slice(1).map((units, k): Layer => {
    const inputs = widths[k] as number;
    const scale = Math.sqrt(2 / inputs);
    const weights = Float32Array.from({ length: inputs * units }, () => scale * random.normal());
    const isOutput = k === widths.length - 2;
    return [
      tf.variable(tf.tensor2d(weights, [inputs, units])),
      tf.variable(tf.tensor1d(new Float32Array(units).fill(isOutput ? bias : 0)))
    ];
  });
}

function snapshot(network: Network): DenseLayer[] {
  return network.map(([weights, bias], k) => ({
    inputs: weights.shape[0] as number,
    units: weights.shape[1] as number,
    weights: [...weights.dataSync()],
    bias: [...bias.dataSync()],
    activation: k < network.length - 1 ? 'relu' : 'identity'
  }));
}

/** Log-odds of prepared rows [n, q] through the tensor engine (float32), the route that trained the weights. */
export function networkLogits(
  tf: typeof Tfjs,
  spec: Extract<ModelSpec, { kind: 'neural' }>,
  rows: Omit<PreparedRows, 'y'>
): Float64Array {
  const z = tf.tidy(() => {
    const network = spec.layers.map(
      layer =>
        [tf.tensor2d([...layer.weights], [layer.inputs, layer.units]), tf.tensor1d([...layer.bias])] as unknown as Layer
    );
    return forward(tf, network, tf.tensor2d(Float32Array.from(rows.Z), [rows.n, rows.q])).dataSync();
  });
  return Float64Array.from(z);
}

function requireBothClasses({ y, n }: PreparedRows, block: string): void {
  const positives = mean(y) * n;
  if (!(positives > 0 && positives < n)) {
    throw new ModelError(
      `expected both outcomes among the ${block} rows of the network, got ${Math.round(positives)} positives in ${n} rows`
    );
  }
}

function mean(y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < y.length; i++) sum += y[i] as number;
  return sum / y.length;
}
