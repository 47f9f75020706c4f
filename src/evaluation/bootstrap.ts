import type { Random } from '../math/random.js';

/** How often each of `count` clusters is drawn in one resample of `count` clusters with replacement. */
export function resampleClusters(count: number, random: Random): Uint32Array {
  const times = new Uint32Array(count);
  for (let k = 0; k < count; k++) times[Math.floor(random.uniform() * count)]!++;
  return times;
}
