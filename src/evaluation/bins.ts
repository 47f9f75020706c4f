import { quantileSorted } from '../math/statistics.js';
import { type Ranking, sortedScores } from './ranking.js';
import type { Rows } from './rows.js';

/** Rows of one bin, summed. */
export interface BinSums {
  readonly n: number;
  /** Σ weight, Σ weight x probability, Σ weight x outcome, Σ (weight)². */
  readonly weight: number;
  readonly predicted: number;
  readonly observed: number;
  readonly squares: number;
}

export interface Bins {
  /** Smallest probability of each bin, ascending. */
  readonly lowest: readonly number[];
  /** Bin of each row. */
  readonly bin: Uint8Array;
  readonly sums: readonly BinSums[];
}

const BINS = 10;

/**
 * Ten bins of equal mass: cut at the type-7 deciles of the probabilities, a value on a cut belongs below it, equal cuts count
 * once. Tied rows stay together, so there may be fewer bins, of unequal mass.
 */
export function equalMassBins(ranking: Ranking, rows: Rows): Bins {
  const sorted = sortedScores(ranking);
  const cuts = Array.from({ length: BINS - 1 }, (_, k) => quantileSorted(sorted, (k + 1) / BINS));
  const lowest: number[] = [];
  const ofGroup = new Uint8Array(ranking.values.length);
  let cut = 0;
  ranking.values.forEach((value, g) => {
    const before = cut;
    while (cut < cuts.length && value > cuts[cut]!) cut++;
    if (g === 0 || cut > before) lowest.push(value);
    ofGroup[g] = lowest.length - 1;
  });
  const bin = Uint8Array.from(ranking.group, g => ofGroup[g]!);
  return { lowest, bin, sums: sumBins(bin, lowest.length, rows) };
}

function sumBins(bin: Uint8Array, count: number, { p, y, w, n }: Rows): BinSums[] {
  const sums = Array.from({ length: count }, () => ({ n: 0, weight: 0, predicted: 0, observed: 0, squares: 0 }));
  for (let i = 0; i < n; i++) {
    const own = sums[bin[i]!]!;
    own.n++;
    own.weight += w[i]!;
    own.predicted += w[i]! * p[i]!;
    own.observed += w[i]! * y[i]!;
    own.squares += w[i]! ** 2;
  }
  return sums;
}
