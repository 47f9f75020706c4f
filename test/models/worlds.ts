import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import type { Dataset, FeatureInfo, PreparedColumn } from '../../src/types.js';

export interface World {
  readonly X: Float64Array;
  readonly y: Uint8Array;
  readonly n: number;
  readonly q: number;
  readonly asOf: Int32Array;
  readonly clusters: Int32Array;
  readonly episode: Int32Array;
}

/** Accounts seen on monthly dates; standard normal columns, the first `strong` of them with an effect. */
export function makeWorld(size: {
  accounts: number;
  dates: number;
  q: number;
  strong: number;
  intercept: number;
  seed: number;
}): World {
  const { accounts, dates, q, strong, intercept, seed } = size;
  const random = seededRandom(seed, 41);
  const n = accounts * dates;
  const X = new Float64Array(n * q).map(() => random.normal());
  const y = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    let z = intercept;
    for (let j = 0; j < strong; j++) z += (j % 2 === 0 ? 0.8 : -0.5) * X[i * q + j]!;
    y[i] = random.uniform() < sigmoid(z) ? 1 : 0;
  }
  return {
    X,
    y,
    n,
    q,
    asOf: Int32Array.from({ length: n }, (_, i) => 18_000 + 30 * Math.floor(i / accounts)),
    clusters: Int32Array.from({ length: n }, (_, i) => i % accounts),
    episode: Int32Array.from(y, (v, i) => (v === 1 ? i : -1))
  };
}

export function preparedColumn(input: string, name = input): PreparedColumn {
  return { name, input, kind: 'number', transform: 'identity', center: 0, scale: 1, clip: 6 };
}

export function featureInfo(name: string, extra: Partial<FeatureInfo> = {}): FeatureInfo {
  return {
    name,
    type: 'number',
    unit: 'events',
    about: `about ${name}`,
    family: 'usage',
    requires: ['events'],
    timing: 'leading',
    actionable: true,
    direction: 'higher_better',
    definitionHash: 'h',
    ...extra
  };
}

export function asDataset(world: World, names: readonly string[]): Dataset {
  return {
    ...world,
    p: world.q,
    names,
    levels: {},
    ids: Array.from({ length: world.n }, (_, i) => `a${world.clusters[i]}@${world.asOf[i]}`),
    accounts: Array.from(world.clusters, c => `a${c}`),
    value: new Float64Array(world.n)
  };
}
