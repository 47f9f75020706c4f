import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';

export interface World {
  readonly logits: Float64Array;
  readonly y: Uint8Array;
  readonly asOf: Int32Array;
  readonly clusters: Int32Array;
}

export interface WorldOptions {
  readonly accounts: number;
  readonly dates: number;
  /** True log-odds of a row from its raw log-odds. */
  readonly truth: (z: number) => number;
  readonly spread?: number;
  readonly level?: number;
}

/** Accounts seen at several dates, with independent outcomes given the raw log-odds. */
export function simulateWorld(seed: number, { accounts, dates, truth, spread = 1.5, level = -2 }: WorldOptions): World {
  const random = seededRandom(seed);
  const n = accounts * dates;
  const logits = Float64Array.from({ length: n }, () => level + spread * random.normal());
  return {
    logits,
    y: Uint8Array.from(logits, z => (random.uniform() < sigmoid(truth(z)) ? 1 : 0)),
    asOf: Int32Array.from({ length: n }, (_, i) => 30 * Math.floor(i / accounts)),
    clusters: Int32Array.from({ length: n }, (_, i) => i % accounts)
  };
}
