import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';

export interface ClusteredOptions {
  readonly accounts: number;
  readonly rowsEach: number;
  /** Share of the score that an account keeps over its rows, 0 to 1. */
  readonly shared?: number;
  readonly level?: number;
  /** True log-odds from the log-odds of the published probability. */
  readonly truth?: (z: number) => number;
}

/** Accounts with several rows that share a part of their score and of their hidden risk; probabilities are the marginal ones of the score. */
export function simulateClustered(seed: number, options: ClusteredOptions) {
  const { accounts, rowsEach, shared = 0, level = -1, truth = (z: number) => z } = options;
  const random = seededRandom(seed);
  const n = accounts * rowsEach;
  const clusters = Int32Array.from({ length: n }, (_, i) => Math.floor(i / rowsEach));
  const own = Float64Array.from({ length: accounts }, () => random.normal());
  const z = Float64Array.from(
    clusters,
    c => level + Math.sqrt(shared) * own[c]! + Math.sqrt(1 - shared) * random.normal()
  );
  const probability = z.map(sigmoid);
  const y = Uint8Array.from(z, v => (random.uniform() < sigmoid(truth(v)) ? 1 : 0));
  return { y, probability, clusters };
}

/** Rows whose outcome is repeated within each account: the hardest kind of dependence. */
export function simulateRepeated(seed: number, { accounts, rowsEach }: { accounts: number; rowsEach: number }) {
  const random = seededRandom(seed);
  const risk = Float64Array.from({ length: accounts }, () => random.normal());
  const outcome = Uint8Array.from(risk, r => (random.uniform() < sigmoid(-1 + r) ? 1 : 0));
  const clusters = Int32Array.from({ length: accounts * rowsEach }, (_, i) => Math.floor(i / rowsEach));
  return {
    clusters,
    y: Uint8Array.from(clusters, c => outcome[c]!),
    probability: Float64Array.from(clusters, c => sigmoid(-1 + risk[c]! + 0.7 * random.normal()))
  };
}
