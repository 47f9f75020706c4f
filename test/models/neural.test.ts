import { beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../src/errors.js';
import { logLoss, sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import { type Backend, openBackend } from '../../src/models/backend.js';
import { type NetworkOptions, networkLogits, type PreparedRows, trainNetwork } from '../../src/models/neural.js';
import { predictLogits } from '../../src/models/predict.js';
import type { DenseLayer } from '../../src/types.js';

const OPTIONS: NetworkOptions = {
  hidden: [5, 3],
  learningRate: 0.01,
  weightDecay: 0.01,
  maxEpochs: 3,
  patience: 3,
  batch: 16,
  seed: 7
};

/** Standard normal columns; `probability` of the outcome by the columns of a row. */
function makeRows(n: number, seed: number, probability: (z: Float64Array) => number, q = 4): PreparedRows {
  const random = seededRandom(seed, 5);
  const Z = new Float64Array(n * q).map(() => random.normal());
  const y = Uint8Array.from({ length: n }, (_, i) =>
    random.uniform() < probability(Z.subarray(i * q, (i + 1) * q)) ? 1 : 0
  );
  return { Z, y, n, q };
}

const linear = (z: Float64Array) => sigmoid(1.5 * (z[0] as number) - (z[1] as number));
const TRAIN = makeRows(60, 1, linear);
const VALIDATION = makeRows(40, 2, linear);

/** Mean log loss of the logits that the scorer's own double-precision route gives. */
function lossOf(layers: readonly DenseLayer[], { Z, y, n, q }: PreparedRows): number {
  const logits = predictLogits({ kind: 'neural', layers }, { X: Z, n, q });
  return logits.reduce((sum, z, i) => sum + logLoss(z, y[i] as number), 0) / n;
}

/** Weights and biases of all layers in one list, in the order weights, bias, weights, … */
function parameters(layers: readonly DenseLayer[]): number[] {
  return layers.flatMap(layer => [...layer.weights, ...layer.bias]);
}

function withParameters(layers: readonly DenseLayer[], values: readonly number[]): DenseLayer[] {
  const left = [...values];
  const take = ({ length }: readonly number[]) => left.splice(0, length);
  return layers.map(layer => ({ ...layer, weights: take(layer.weights), bias: take(layer.bias) }));
}

describe('trainNetwork', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await openBackend('cpu');
  });
  const train = (options: Partial<NetworkOptions> = {}, rows: PreparedRows = TRAIN, validation = VALIDATION) =>
    trainNetwork(rows, validation, { backend, options: { ...OPTIONS, ...options } });

  it('promise 14: one seed gives the same weights, bit for bit, twenty times', () => {
    const first = train();
    expect(parameters(first.spec.layers)).not.toEqual(parameters(train({ maxEpochs: 0 }).spec.layers));
    for (let repeat = 1; repeat < 20; repeat++) expect(train()).toEqual(first);
  });

  it('promise 14: a seed bites, and so does the size of a batch', () => {
    const start = (seed: number) => train({ seed, maxEpochs: 0 }).spec.layers;
    expect(start(7)).not.toEqual(start(8));
    expect(parameters(start(7)).length).toBe(4 * 5 + 5 + 5 * 3 + 3 + 3 + 1);
    // The same start, batches of another size: another path.
    expect(train({ batch: 60 }).validationLoss[0]).toBe(train().validationLoss[0]);
    expect(train({ batch: 60 }).validationLoss[1]).not.toBe(train().validationLoss[1]);
  });

  it('starts from weights of variance 2 / inputs, biases 0 and the log-odds of training', () => {
    const wide = makeRows(50, 3, () => 0.2, 40);
    const { layers } = train({ hidden: [60], maxEpochs: 0 }, wide, wide).spec;
    const [hidden, output] = layers as [DenseLayer, DenseLayer];
    const rate = Array.from(wide.y).reduce((a, b) => a + b, 0) / wide.n;
    expect(output.bias[0]).toBeCloseTo(Math.log(rate / (1 - rate)), 6);
    expect(new Set(hidden.bias)).toEqual(new Set([0]));
    const square = hidden.weights.reduce((sum, w) => sum + w * w, 0) / hidden.weights.length;
    // 2,400 squares of N(0, 1/20): their mean is within 4 standard errors, 4 √(2 / 2400) = 0.115 of itself.
    expect(square * 20).toBeGreaterThan(1 - 0.115);
    expect(square * 20).toBeLessThan(1 + 0.115);
    expect([hidden.activation, output.activation]).toEqual(['relu', 'identity']);
  });

  it('promise 14: the gradient that trains is that of the mean log loss plus decay times the squared weights', () => {
    for (const seed of [1, 2, 3, 4]) {
      const weightDecay = seed % 2 === 0 ? 0 : 0.05;
      // Wide enough that no row switches off the whole first layer: the second would stand on the kink of ReLU.
      const { value, gradient, layers } = firstGradient(backend, { ...OPTIONS, hidden: [12, 3], seed, weightDecay });
      const objective = (values: readonly number[]) => {
        const moved = withParameters(layers, values);
        const squares = moved.flatMap(layer => layer.weights).reduce((sum, w) => sum + w * w, 0);
        return lossOf(moved, TRAIN) + weightDecay * squares;
      };
      const at = parameters(layers);
      expect(value).toBeCloseTo(objective(at), 5);
      const largest = Math.max(...gradient.map(Math.abs));
      expect(gradient).toHaveLength(at.length);
      at.forEach((parameter, k) => {
        const step = 1e-5;
        const moved = (by: number) => objective(at.map((v, j) => (j === k ? parameter + by : v)));
        const difference = (moved(step) - moved(-step)) / (2 * step);
        expect(Math.abs((gradient[k] as number) - difference) / largest).toBeLessThan(1e-4);
      });
    }
  });

  it('gives the same log-odds through the engine and in double precision', () => {
    const { spec } = train();
    const rows = makeRows(200, 9, () => 0.5);
    const engine = networkLogits(backend.tf, spec, rows);
    const double = predictLogits(spec, { X: rows.Z, n: rows.n, q: rows.q });
    expect(engine).toHaveLength(200);
    expect(Math.max(...double.map((z, i) => Math.abs(z - (engine[i] as number))))).toBeLessThan(1e-5);
    expect(Math.max(...double) - Math.min(...double)).toBeGreaterThan(0.5);
  });

  it('says the losses of the weights that it keeps', () => {
    const fit = train({ maxEpochs: 12, patience: 12 });
    expect(fit.validationLoss).toHaveLength(13);
    expect(fit.bestEpoch).toBeGreaterThan(0);
    expect(lossOf(fit.spec.layers, VALIDATION)).toBeCloseTo(fit.validationLoss[fit.bestEpoch] as number, 5);
  });

  it('keeps the best epoch and stops when no better one follows within the patience', () => {
    const opposite = { ...VALIDATION, y: Array.from(VALIDATION.y, v => 1 - v) };
    for (const validation of [VALIDATION, opposite]) {
      const { validationLoss, bestEpoch } = train(
        { learningRate: 0.05, maxEpochs: 80, patience: 4 },
        TRAIN,
        validation
      );
      expect(validationLoss[bestEpoch]).toBe(Math.min(...validationLoss));
      // The epochs after the best one are those of the patience.
      expect(validationLoss).toHaveLength(bestEpoch + 4 + 1);
      expect(validationLoss.length).toBeLessThan(80);
    }
  });

  it('keeps the start when nothing is better', () => {
    // Steps of 20 throw the weights far away.
    const fit = train({ learningRate: 20, maxEpochs: 9, patience: 2 });
    expect(fit.bestEpoch).toBe(0);
    expect(fit.validationLoss).toHaveLength(1 + 2);
    expect(fit.spec).toEqual(train({ maxEpochs: 0 }).spec);
  });

  it('every number is a float32', () => {
    expect(parameters(train().spec.layers).every(v => Object.is(Math.fround(v), v))).toBe(true);
  });

  it('learns a rule that no line can follow', () => {
    // Equal signs of two columns: 95 in 100. The rule itself has a loss of 0.199, a constant or a line 0.693.
    const same = (z: Float64Array) => ((z[0] as number) * (z[1] as number) > 0 ? 0.95 : 0.05);
    const fit = train(
      { hidden: [12], learningRate: 0.03, weightDecay: 1e-5, maxEpochs: 30, patience: 30, batch: 128 },
      makeRows(1200, 21, same, 2),
      makeRows(600, 22, same, 2)
    );
    const test = makeRows(2000, 23, same, 2);
    expect(lossOf(fit.spec.layers, test)).toBeLessThan(0.35);
    expect(lossOf(fit.spec.layers, test)).toBeGreaterThan(0.15);
  });

  it('leaves no tensor behind, also when it fails', () => {
    const { tf } = backend;
    const before = tf.memory().numTensors;
    const { spec } = train();
    networkLogits(tf, spec, VALIDATION);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => train({ learningRate: 1e30 })).toThrow(ModelError);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses a loss that stops being finite, and says what to change', () => {
    expect(() => train({ learningRate: 1e30 })).toThrow(/expected a finite validation loss, got .* in epoch 1; lower/);
  });

  it('refuses blocks of one class or without rows', () => {
    const only = (rows: PreparedRows, value: number) => ({ ...rows, y: new Uint8Array(rows.n).fill(value) });
    expect(() => train({}, only(TRAIN, 1))).toThrow(ModelError);
    expect(() => train({}, only(TRAIN, 0))).toThrow('among the training rows of the network, got 0 positives in 60');
    expect(() => train({}, TRAIN, only(VALIDATION, 1))).toThrow(
      'validation rows of the network, got 40 positives in 40'
    );
    const none = { Z: new Float64Array(0), y: [], n: 0, q: 4 };
    expect(() => train({}, TRAIN, none)).toThrow(ModelError);
  });
});

/** Loss and gradient of the first step over all rows, read by an optimiser that changes nothing. */
function firstGradient(backend: Backend, options: NetworkOptions) {
  const { tf } = backend;
  let value = Number.NaN;
  const gradient: number[] = [];
  const optimizer = {
    minimize: (loss: () => ReturnType<typeof tf.scalar>) => {
      const found = tf.variableGrads(loss);
      value = found.value.dataSync()[0] as number;
      for (const grad of Object.values(found.grads)) gradient.push(...grad.dataSync());
    },
    dispose: () => {}
  };
  const spied = { ...tf, train: { adam: () => optimizer } } as unknown as Backend['tf'];
  const { spec } = trainNetwork(TRAIN, VALIDATION, {
    backend: { ...backend, tf: spied },
    options: { ...options, maxEpochs: 1, batch: TRAIN.n }
  });
  return { value, gradient, layers: spec.layers };
}
