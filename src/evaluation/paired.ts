import { normalQuantile } from '../math/distributions.js';
import { neumaierSum, weightedMean } from '../math/statistics.js';
import { estimateCovariance } from '../models/covariance.js';
import { aucCovariance, aucParts } from './auc.js';
import { logLosses, squaredErrors } from './probability.js';
import { rankScores } from './ranking.js';
import { evaluationRows, type Rows } from './rows.js';

/** Two probabilities of the same rows. */
export interface PairedData {
  /** Outcome in {0, 1}, [n]. */
  readonly y: Uint8Array | Float64Array;
  /** Probabilities of the two models in [0, 1], [n] each. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Account or top parent, [n]; default every row by itself. */
  readonly clusters?: Int32Array | undefined;
  /** Frequency weights >= 0, [n]; default 1. */
  readonly weights?: Float64Array | undefined;
  readonly measure: 'logLoss' | 'brier' | 'auc';
}

/** Measure of a minus measure of b: below 0 speaks for a in a loss, above 0 in the AUC. */
export interface PairedDifference {
  readonly difference: number;
  /** Clustered by account. */
  readonly standardError: number;
  /** 95 %, normal limits. */
  readonly interval: readonly [number, number];
}

/**
 * Difference of a measure between two models on the same rows, with its clustered standard error: of the mean of row-wise
 * differences for losses (Liang and Zeger 1986), of structural components for the AUC (DeLong 1988, Obuchowski 1997).
 * null when it cannot be computed: a single cluster, or for the AUC under two clusters of a class.
 * @throws ModelError naming the row of a value that cannot be used.
 */
export function pairedDifference(data: PairedData): PairedDifference | null {
  const { y, weights, clusters, measure } = data;
  const a = evaluationRows({ y, weights, clusters, probability: data.a });
  const b = evaluationRows({ y, weights, clusters, probability: data.b });
  if (measure === 'auc') return aucDifference(a, b);
  return lossDifference(a, measure === 'logLoss' ? [logLosses(a), logLosses(b)] : [squaredErrors(a), squaredErrors(b)]);
}

function lossDifference(rows: Rows, [a, b]: readonly [Float64Array, Float64Array]): PairedDifference | null {
  if (rows.clusterCount < 2) return null;
  const rowWise = a.map((v, i) => v - b[i]!);
  const difference = weightedMean(rowWise, rows.w);
  const variance = estimateCovariance({
    kind: 'cluster',
    D: { X: new Float64Array(rows.n).fill(1), n: rows.n, k: 1 },
    residual: rowWise.map(v => v - difference),
    weights: rows.w,
    clusters: rows.clusters,
    bread: Float64Array.of(1 / neumaierSum(rows.w))
  })[0]!;
  return withInterval(difference, variance);
}

function aucDifference(a: Rows, b: Rows): PairedDifference | null {
  const first = aucParts(rankScores(a.p, a), a);
  const second = aucParts(rankScores(b.p, b), b);
  if (first === null || second === null) return null;
  const own = aucCovariance(first, first);
  const other = aucCovariance(second, second);
  const shared = aucCovariance(first, second);
  if (own === null || other === null || shared === null) return null;
  return withInterval(first.auc - second.auc, own + other - 2 * shared);
}

function withInterval(difference: number, variance: number): PairedDifference {
  const standardError = Math.sqrt(Math.max(0, variance));
  const half = normalQuantile(0.975) * standardError;
  return { difference, standardError, interval: [difference - half, difference + half] };
}
