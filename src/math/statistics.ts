import { normalQuantile } from './distributions.js';

/** Sum with Neumaier's compensation: the error does not grow with the number of terms. */
export function neumaierSum(values: ArrayLike<number>): number {
  let sum = 0;
  let lost = 0;
  for (let i = 0; i < values.length; i++) {
    const v = values[i]!;
    const next = sum + v;
    lost += Math.abs(sum) >= Math.abs(v) ? sum - next + v : v - next + sum;
    sum = next;
  }
  return Number.isFinite(lost) ? sum + lost : sum;
}

/** Quantile of type 7 (Hyndman and Fan 1996) of ascending values: linear between order statistics. NaN for none. */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`expected a probability in [0, 1], got ${p}`);
  if (sorted.length === 0) return Number.NaN;
  const h = (sorted.length - 1) * p;
  const below = Math.floor(h);
  const lo = sorted[below]!;
  const hi = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return lo === hi ? lo : lo + (h - below) * (hi - lo);
}

/** `quantileSorted` of values in any order. */
export function quantile(values: ArrayLike<number>, p: number): number {
  return quantileSorted(Float64Array.from(values).sort(), p);
}

/** Σ w x / Σ w; equal weights by default. NaN for no weight. */
export function weightedMean(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  if (weights === undefined) return neumaierSum(values) / values.length;
  return neumaierSum(Float64Array.from(values, (v, i) => v * weights[i]!)) / neumaierSum(weights);
}

/** Population variance Σ w (x - mean)² / Σ w; multiply by n / (n - 1) for the sample variance. */
export function weightedVariance(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  const mean = weightedMean(values, weights);
  return weightedMean(
    Float64Array.from(values, v => (v - mean) ** 2),
    weights
  );
}

/** Ranks 1 … n; tied values share the mean of their ranks. */
export function midRanks(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]! || a - b
  );
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end]!]! === values[order[start]!]!) end++;
    for (let k = start; k < end; k++) ranks[order[k]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Holm's step-down adjustment of p-values (family-wise error), in the order given and at most 1. */
export function adjustHolm(p: ArrayLike<number>): Float64Array {
  const m = p.length;
  const order = Int32Array.from({ length: m }, (_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b);
  const adjusted = new Float64Array(m);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (m - rank) * p[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}

/** Wilson's score interval of a rate k / n (Wilson 1927), in [0, 1]; [0, 1] when n is 0. Default level 0.95. */
export function wilsonInterval(k: number, n: number, level = 0.95): [number, number] {
  if (!(k >= 0 && k <= n)) throw new RangeError(`expected a count in [0, ${n}], got ${k}`);
  if (n === 0) return [0, 1];
  const z = -normalQuantile((1 - level) / 2);
  const center = k + (z * z) / 2;
  const half = z * Math.sqrt((k * (n - k)) / n + (z * z) / 4);
  const total = n + z * z;
  return [k === 0 ? 0 : (center - half) / total, k === n ? 1 : (center + half) / total];
}
