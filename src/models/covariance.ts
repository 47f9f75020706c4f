import { ModelError } from '../errors.js';
import { gram, type Matrix, sandwich } from '../math/linear-algebra.js';

/**
 * - `model`: V, the inverse of the observed information.
 * - `hc0`: V (Σ w r² x x') V (White 1980); `hc1`: the same times n / (n - k), n = Σ w and k the coefficients.
 * - `cluster`: V (Σ_g s_g s_g') V times G / (G - 1), s_g the score of cluster g (Liang and Zeger 1986).
 */
export type CovarianceKind = 'model' | 'hc0' | 'hc1' | 'cluster';

export interface CovarianceInput {
  readonly kind: CovarianceKind;
  readonly D: Matrix;
  /** Residual of each row as it enters the score, y - p. */
  readonly residual: Float64Array;
  /** Frequency weights: weight 2 counts as the row twice. */
  readonly weights: Float64Array;
  readonly clusters: Int32Array | undefined;
  /** Inverse information, [k, k]. */
  readonly bread: Float64Array;
}

/** Covariance [k, k] of coefficients in the basis of D. */
export function estimateCovariance(input: CovarianceInput): Float64Array {
  const { kind, D, residual, weights, bread } = input;
  if (kind === 'model') return bread;
  if (kind === 'cluster') return clusterCovariance(input);
  const robust = sandwich(
    bread,
    gram(
      D,
      residual.map((r, i) => weights[i]! * r * r)
    ),
    D.k
  );
  const total = weights.reduce((sum, w) => sum + w, 0);
  return kind === 'hc0' ? robust : robust.map(v => (v * total) / (total - D.k));
}

function clusterCovariance({ D, residual, weights, clusters, bread }: CovarianceInput): Float64Array {
  if (clusters === undefined)
    throw new ModelError("expected clusters for covariance 'cluster', got none: give one per row");
  const index = denseClusters(clusters);
  const G = index.size;
  if (G < 2) throw new ModelError(`expected at least 2 clusters for clustered errors, got ${G}`);
  const S = new Float64Array(G * D.k);
  for (let i = 0; i < D.n; i++) {
    const at = index.get(clusters[i]!)! * D.k;
    const pull = weights[i]! * residual[i]!;
    for (let j = 0; j < D.k; j++) S[at + j] = S[at + j]! + pull * D.X[i * D.k + j]!;
  }
  const meat = gram({ X: S, n: G, k: D.k });
  return sandwich(bread, meat, D.k).map(v => (v * G) / (G - 1));
}

/** Positions of the distinct clusters in order of appearance. */
export function denseClusters(clusters: Int32Array): Map<number, number> {
  const index = new Map<number, number>();
  for (const c of clusters) if (!index.has(c)) index.set(c, index.size);
  return index;
}
