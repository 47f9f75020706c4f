import { wilsonInterval } from '../math/statistics.js';
import type { ReliabilityBin } from '../types.js';
import type { Bins } from './bins.js';

/**
 * Predicted and observed rate of each bin, with Wilson's 95 % interval of the observed one (of the effective number of rows
 * (Σ w)² / Σ w² when weighted). Bins [lo, hi) cover [0, 1], the last one closed. The intervals take rows as independent.
 */
export function reliabilityBins({ lowest, sums }: Bins): ReliabilityBin[] {
  return sums.map(({ n, weight, predicted, observed, squares }, b) => {
    const perWeight = weight / squares;
    const effective = weight * perWeight;
    return {
      lo: b === 0 ? 0 : lowest[b]!,
      hi: b + 1 < lowest.length ? lowest[b + 1]! : 1,
      n,
      predicted: predicted / weight,
      observed: observed / weight,
      interval: wilsonInterval(Math.min(effective, observed * perWeight), effective)
    };
  });
}
