import type { Random } from '../math/random.js';
import { quantileSorted } from '../math/statistics.js';
import type { Bins } from './bins.js';
import type { Rows } from './rows.js';

const DRAWS = 500;
/** Variance of a bin's count from which its normal limit stands for draws of every row. */
const NORMAL_LIMIT = 100;

/** Expected calibration error: mean over bins, by weight, of |predicted - observed rate|. */
export function expectedCalibrationError({ sums }: Bins): number {
  let gap = 0;
  let weight = 0;
  for (const bin of sums) {
    gap += Math.abs(bin.predicted - bin.observed);
    weight += bin.weight;
  }
  return gap / weight;
}

/**
 * Where the error lies (2.5 to 97.5 %) when every probability is true: 500 draws of the outcomes from the probabilities. An
 * error within the band cannot be told from calibrated. Where snapshots repeat an outcome the deviations grow together, so
 * the band is widened by the root of the positive rows per distinct outcome.
 */
export function eceNullBand(bins: Bins, rows: Rows, random: Random): readonly [number, number] {
  const weight = bins.sums.reduce((sum, bin) => sum + bin.weight, 0);
  const gaps = new Float64Array(DRAWS);
  for (let b = 0; b < bins.sums.length; b++) {
    const draw = deviation(rowsOf(bins, b), rows, random);
    for (let k = 0; k < DRAWS; k++) gaps[k] = gaps[k]! + Math.abs(draw());
  }
  const sorted = gaps.map(gap => (gap * Math.sqrt(rows.repeats)) / weight).sort();
  return [quantileSorted(sorted, 0.025), quantileSorted(sorted, 0.975)];
}

function rowsOf({ bin, sums }: Bins, b: number): Uint32Array {
  const at = new Uint32Array(sums[b]!.n);
  let next = 0;
  for (let i = 0; i < bin.length; i++) if (bin[i] === b) at[next++] = i;
  return at;
}

/** Draws observed minus expected weight of the given rows. */
function deviation(at: Uint32Array, { p, w }: Rows, random: Random): () => number {
  const chance = Float64Array.from(at, i => p[i]!);
  const weight = Float64Array.from(at, i => w[i]!);
  let mean = 0;
  let counts = 0;
  let variance = 0;
  chance.forEach((q, k) => {
    mean += weight[k]! * q;
    counts += q * (1 - q);
    variance += weight[k]! ** 2 * q * (1 - q);
  });
  if (counts >= NORMAL_LIMIT) return () => Math.sqrt(variance) * random.normal();
  return () => {
    let sum = -mean;
    for (let k = 0; k < chance.length; k++) if (random.uniform() < chance[k]!) sum += weight[k]!;
    return sum;
  };
}
