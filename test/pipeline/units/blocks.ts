import type { BlockData } from '../../../src/pipeline/judge.js';
import type { BlockName, Dataset } from '../../../src/types.js';

/** Rows of one feature `z` with outcomes; every row is an account of its own, every positive row an episode. */
export function dataset(name: string, z: readonly number[], y: readonly number[]): Dataset {
  const n = z.length;
  return {
    names: ['z'],
    levels: {},
    ids: z.map((_, i) => `${name}-${i}@2024-01-01`),
    accounts: z.map((_, i) => `${name}-${i}`),
    asOf: new Int32Array(n).fill(19_723),
    X: Float64Array.from(z),
    y: Uint8Array.from(y),
    episode: Int32Array.from(y, (v, i) => (v === 1 ? i : -1)),
    value: new Float64Array(n).fill(100),
    clusters: Int32Array.from({ length: n }, (_, i) => i),
    n,
    p: 1
  };
}

/** Four blocks; those not given are empty. */
export function blocksOf(given: Partial<Record<BlockName, Dataset>>): BlockData {
  const none = (name: BlockName) => given[name] ?? dataset(name, [], []);
  return {
    train: none('train'),
    validation: none('validation'),
    calibration: none('calibration'),
    test: none('test')
  };
}
