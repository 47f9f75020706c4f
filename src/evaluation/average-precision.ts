import { type Ranking, total } from './ranking.js';

/** Σ (recall step x precision) over distinct scores from the highest, tied rows as one step; null without a positive row. */
export function averagePrecision({ positive, negative }: Ranking): number | null {
  const all = total(positive);
  if (all === 0) return null;
  let hits = 0;
  let taken = 0;
  let sum = 0;
  for (let g = positive.length - 1; g >= 0; g--) {
    hits += positive[g]!;
    taken += positive[g]! + negative[g]!;
    if (positive[g]! > 0) sum += positive[g]! * (hits / taken);
  }
  return sum / all;
}
