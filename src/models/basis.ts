import { ModelError } from '../errors.js';
import { norm, removeProjection } from '../math/cone.js';
import { cholesky, gram, type Matrix } from '../math/linear-algebra.js';
import type { Design } from './design.js';

/**
 * A well-conditioned basis of the columns of a design, intercept first. Coefficients g of the basis are coefficients
 * T g of the raw columns (intercept, then `kept`), and a covariance C is T C T'.
 */
export interface Basis {
  /** [n, k] with k = 1 + kept.length; column 0 is 1. */
  readonly D: Matrix;
  /** Indexes of design columns, ascending. */
  readonly kept: readonly number[];
  /** Indexes of design columns that are constant or a linear combination of earlier ones. */
  readonly aliased: readonly number[];
  /** [k, k] row-major. */
  readonly T: Float64Array;
  /** ln |det T|. */
  readonly logDetT: number;
}

interface Scale {
  readonly mean: number;
  /** Population standard deviation under the weights; 0 when constant. */
  readonly deviation: number;
  readonly largest: number;
}

/** 1 - R² of a column on the earlier ones below which the columns are made orthogonal before the fit. */
const CONDITION = 1e-6;
const ALIAS = 1e-9;
const CONSTANT = 1e-13;

/**
 * Centres and scales the columns; near-collinear ones are also made orthogonal, and aliased ones are left out (the
 * first of them stays). `standardised: true` only leaves out constant columns and keeps the rest as they are scaled.
 */
export function buildBasis(design: Design, options: { readonly standardised?: boolean } = {}): Basis {
  const scales = columnScales(design);
  const varying = scales.flatMap((s, j) => (s.deviation > 0 ? [j] : []));
  const D = standardise(design, { scales, kept: varying });
  const T = rawTransform(varying.map(j => scales[j]!));
  const aliased = scales.flatMap((s, j) => (s.deviation > 0 ? [] : [j]));
  if (options.standardised || cholesky(gram(D), D.k, CONDITION).dropped.length === 0) {
    return { D, kept: varying, aliased, T, logDetT: logDiagonal(T, D.k) };
  }
  return orthogonalise({ D, kept: varying, aliased, T, logDetT: 0 }, scales);
}

/** Means are taken relative to the first row and squares relative to the largest deviation, so that no scale overflows. */
function columnScales({ X, n, p, weights, names }: Design): Scale[] {
  const first = X.slice(0, p);
  const largest = new Float64Array(p);
  const shift = columnSums({ X, n, p }, (v, i, j) => {
    largest[j] = Math.max(largest[j]!, Math.abs(v));
    return weights[i]! * (v - first[j]!);
  });
  const total = weights.reduce((sum, w) => sum + w, 0);
  const mean = shift.map((sum, j) => first[j]! + sum / total);
  const spread = new Float64Array(p);
  columnSums({ X, n, p }, (v, _, j) => {
    spread[j] = Math.max(spread[j]!, Math.abs(v - mean[j]!));
    return 0;
  });
  const overflowing = spread.findIndex(s => !Number.isFinite(s));
  if (overflowing >= 0) {
    throw new ModelError(
      `expected values of ${names[overflowing]} below 1e300, got up to ${largest[overflowing]}: rescale it`
    );
  }
  const squares = columnSums({ X, n, p }, (v, i, j) => weights[i]! * ((v - mean[j]!) / spread[j]!) ** 2);
  return Array.from({ length: p }, (_, j) => {
    const constant = spread[j]! <= CONSTANT * Math.abs(mean[j]!);
    return {
      mean: mean[j]!,
      deviation: constant ? 0 : spread[j]! * Math.sqrt(squares[j]! / total),
      largest: largest[j]!
    };
  });
}

function columnSums(
  { X, n, p }: Pick<Design, 'X' | 'n' | 'p'>,
  term: (v: number, i: number, j: number) => number
): Float64Array {
  const sums = new Float64Array(p);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < p; j++) sums[j] = sums[j]! + term(X[at++]!, i, j);
  }
  return sums;
}

function standardise(
  { X, n, p }: Design,
  { scales, kept }: { scales: readonly Scale[]; kept: readonly number[] }
): Matrix {
  const k = kept.length + 1;
  const D = new Float64Array(n * k);
  for (let i = 0; i < n; i++) {
    D[i * k] = 1;
    for (let c = 1; c < k; c++) {
      const j = kept[c - 1]!;
      const { mean, deviation } = scales[j]!;
      D[i * k + c] = (X[i * p + j]! - mean) / deviation;
    }
  }
  return { X: D, n, k };
}

function rawTransform(scales: readonly Scale[]): Float64Array {
  const k = scales.length + 1;
  const T = new Float64Array(k * k);
  T[0] = 1;
  scales.forEach(({ mean, deviation }, c) => {
    T[c + 1] = -mean / deviation;
    T[(c + 1) * k + c + 1] = 1 / deviation;
  });
  return T;
}

function logDiagonal(T: Float64Array, k: number): number {
  let sum = 0;
  for (let c = 0; c < k; c++) sum += Math.log(Math.abs(T[c * k + c]!));
  return sum;
}

/** Gram-Schmidt, twice, in the order of the columns; basis columns have mean square 1. */
function orthogonalise({ D, kept, aliased, T }: Basis, scales: readonly Scale[]): Basis {
  const { n, k } = D;
  const unit: Float64Array[] = [];
  const chosen: number[] = [];
  const R: number[][] = [];
  for (let c = 0; c < k; c++) {
    const v = Float64Array.from({ length: n }, (_, i) => D.X[i * k + c]!);
    const before = norm(v);
    const removed = removeProjection(v, unit);
    const length = norm(v);
    if (length <= before * aliasTolerance(c === 0 ? undefined : scales[kept[c - 1]!])) continue;
    R.push([...removed, length]);
    unit.push(v.map(x => x / length));
    chosen.push(c);
  }
  const m = chosen.length;
  const Q = new Float64Array(n * m);
  const root = Math.sqrt(n);
  unit.forEach((q, c) => {
    for (let i = 0; i < n; i++) Q[i * m + c] = q[i]! * root;
  });
  const dropped = kept.filter((_, c) => !chosen.includes(c + 1));
  const mixed = mixColumns({ T, k, chosen, R, root });
  return {
    D: { X: Q, n, k: m },
    kept: kept.filter((_, c) => chosen.includes(c + 1)),
    aliased: [...aliased, ...dropped].sort((a, b) => a - b),
    T: mixed,
    logDetT: logDiagonal(mixed, m)
  };
}

/** Rounding of values far from zero leaves a residue; what is smaller than it cannot count as a difference. */
function aliasTolerance(scale: Scale | undefined): number {
  return scale === undefined ? 0 : Math.max(ALIAS, (8 * Number.EPSILON * scale.largest) / scale.deviation);
}

/** T of the chosen columns times the inverse of the upper triangular R (columns in R[c], scaled by the root of n). */
function mixColumns(parts: {
  T: Float64Array;
  k: number;
  chosen: readonly number[];
  R: readonly number[][];
  root: number;
}): Float64Array {
  const { T, k, chosen, R, root } = parts;
  const m = chosen.length;
  const out = new Float64Array(m * m);
  chosen.forEach((rawRow, r) => {
    for (let c = 0; c < m; c++) {
      let sum = T[rawRow * k + chosen[c]!]! * root;
      for (let b = 0; b < c; b++) sum -= out[r * m + b]! * R[c]![b]!;
      out[r * m + c] = sum / R[c]![c]!;
    }
  });
  return out;
}
