import { normalQuantile } from '../math/distributions.js';
import { logit, sigmoid } from '../math/links.js';
import { type Ranking, total } from './ranking.js';

/** The AUC and what each cluster adds to its error. */
export interface AucParts {
  /** P(score of a positive row > score of a negative row) + 1/2 P(tie). */
  readonly auc: number;
  /** Σ over the positive (negative) rows of a cluster of weight x (structural component - auc) / class weight. */
  readonly positive: Float64Array;
  readonly negative: Float64Array;
  /** Clusters with a positive row, with a negative row, and all. */
  readonly counts: readonly [number, number, number];
}

interface Clustered {
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly clusters: Int32Array;
  readonly clusterCount: number;
}

/** Area under the ROC curve by mid-ranks, from weights of the classes; null when one is absent. */
export function auc({ positive, negative }: Ranking): number | null {
  let below = 0;
  let pairs = 0;
  for (let g = 0; g < positive.length; g++) {
    pairs += positive[g]! * (below + negative[g]! / 2);
    below += negative[g]!;
  }
  const all = total(positive) * below;
  return all > 0 ? pairs / all : null;
}

/** Structural components (DeLong, DeLong and Clarke-Pearson 1988) summed by cluster; null when a class is absent. */
export function aucParts(ranking: Ranking, rows: Clustered): AucParts | null {
  const area = auc(ranking);
  if (area === null) return null;
  const { y, w, clusters, clusterCount } = rows;
  const { above, below, positiveMass, negativeMass } = placements(ranking);
  const positive = new Float64Array(clusterCount);
  const negative = new Float64Array(clusterCount);
  const has = [new Uint8Array(clusterCount), new Uint8Array(clusterCount)] as const;
  for (let i = 0; i < y.length; i++) {
    const c = clusters[i]!;
    const g = ranking.group[i]!;
    const own = y[i] === 1 ? positive : negative;
    const component = y[i] === 1 ? below[g]! : above[g]!;
    own[c] = own[c]! + (w[i]! * (component - area)) / (y[i] === 1 ? positiveMass : negativeMass);
    has[y[i] === 1 ? 1 : 0][c] = 1;
  }
  const count = (flags: Uint8Array) => flags.reduce((sum, v) => sum + v, 0);
  return { auc: area, positive, negative, counts: [count(has[1]), count(has[0]), clusterCount] };
}

/** Per group, the share of negative weight below it and of positive weight above it, ties by half. */
function placements({ positive, negative }: Ranking) {
  const positiveMass = total(positive);
  const negativeMass = total(negative);
  const below = new Float64Array(positive.length);
  const above = new Float64Array(positive.length);
  let negativeBelow = 0;
  let positiveBelow = 0;
  for (let g = 0; g < positive.length; g++) {
    below[g] = (negativeBelow + negative[g]! / 2) / negativeMass;
    above[g] = (positiveMass - positiveBelow - positive[g]! / 2) / positiveMass;
    negativeBelow += negative[g]!;
    positiveBelow += positive[g]!;
  }
  return { above, below, positiveMass, negativeMass };
}

/**
 * Covariance of two AUCs on the same rows (the variance when both are one), clustered (Obuchowski 1997): products of the
 * cluster sums of the components of positive rows, of negative rows and between them. With every row its own cluster it is
 * DeLong's. null with under two clusters of a class.
 */
export function aucCovariance(a: AucParts, b: AucParts): number | null {
  const [withPositive, withNegative, clusters] = a.counts;
  if (withPositive < 2 || withNegative < 2) return null;
  let positives = 0;
  let negatives = 0;
  let between = 0;
  for (let c = 0; c < clusters; c++) {
    positives += a.positive[c]! * b.positive[c]!;
    negatives += a.negative[c]! * b.negative[c]!;
    between += a.positive[c]! * b.negative[c]! + a.negative[c]! * b.positive[c]!;
  }
  const unbiased = (sum: number, count: number) => (sum * count) / (count - 1);
  return unbiased(positives, withPositive) + unbiased(negatives, withNegative) + unbiased(between, clusters);
}

/**
 * 95 % interval of an AUC on the logit scale, so that it stays in (0, 1): sigmoid(logit(auc) ± 1.96 se / (auc (1 - auc))).
 * null when the variance is null or the AUC is 0 or 1, where the components have no spread to learn from.
 */
export function aucInterval(parts: AucParts): readonly [number, number] | null {
  const variance = aucCovariance(parts, parts);
  if (variance === null || parts.auc <= 0 || parts.auc >= 1) return null;
  const half = (normalQuantile(0.975) * Math.sqrt(Math.max(0, variance))) / (parts.auc * (1 - parts.auc));
  const middle = logit(parts.auc);
  return [sigmoid(middle - half), sigmoid(middle + half)];
}
