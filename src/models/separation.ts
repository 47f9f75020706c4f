import { findConeDirection, norm, removeProjection } from '../math/cone.js';
import { type Matrix, multiply } from '../math/linear-algebra.js';
import type { Basis } from './basis.js';
import type { Design } from './design.js';
import type { NewtonFit } from './newton.js';

/** A column whose maximum-likelihood coefficient is infinite. */
export interface SeparatingColumn {
  readonly name: string;
  /** Sign of the divergence along the certificate found. */
  readonly sign: '+' | '-';
}

/** Rows are separated when some direction of the coefficients never lowers the log-odds of any row's own class. */
export interface Separation {
  /** `complete`: every row gains along the direction; `quasi`: some rows stay where they are. */
  readonly kind: 'complete' | 'quasi';
  /** For `complete`, the columns that separate alone, or all that take part when none does. */
  readonly columns: readonly SeparatingColumn[];
  /** Whether the intercept diverges. */
  readonly intercept: boolean;
  /** Indexes of the rows that no direction separates. */
  readonly overlap: Int32Array;
  /** Indexes of design columns with an infinite coefficient. */
  readonly infinite: readonly number[];
}

const MARGIN = 1e-8;
const NONZERO = 1e-7;

/**
 * Whether a converged fit proves that the maximum exists: residuals are positive multipliers whose score is zero, which
 * by Stiemke's lemma excludes a separating direction. Holds when the smallest residual outweighs what is left of the score.
 */
export function provesOverlap(fit: NewtonFit, D: Matrix): boolean {
  if (!fit.converged) return false;
  const smallest = fit.residual.reduce((least, r) => Math.min(least, Math.abs(r)), 1);
  return smallest * Math.sqrt(D.n) * 1e-4 > norm(fit.score) + 1e-13 * D.n;
}

/**
 * Looks for a separating direction; null when there is none, `unknown` when the search did not settle.
 * The direction is a certificate: it is checked against every row (compare the linear program of Konis 2007).
 */
export function findSeparation(design: Design, basis: Basis): Separation | null | 'unknown' {
  const signed = signRows(basis.D, design.y);
  let rows = Int32Array.from({ length: signed.n }, (_, i) => i);
  let direction: Float64Array | null = null;
  while (rows.length > 0) {
    const found = findConeDirection(rowsOf(signed, rows));
    if (found === null) return 'unknown';
    if (found.every(v => v === 0)) break;
    direction = direction === null ? found : extend(signed, direction, found);
    const margins = multiply(signed, found);
    const scale = MARGIN * norm(found);
    const left = rows.filter(i => margins[i]! <= scale * norm(signed.X.subarray(i * signed.k, (i + 1) * signed.k)));
    if (left.length === rows.length) return 'unknown';
    rows = left;
  }
  return direction === null ? null : describe({ design, basis, direction, overlap: rows, signed });
}

function signRows({ X, n, k }: Matrix, y: Float64Array): Matrix {
  return { X: X.map((v, at) => (y[Math.floor(at / k)] === 1 ? v : -v)), n, k };
}

function rowsOf({ X, k }: Matrix, rows: Int32Array): Matrix {
  const taken = new Float64Array(rows.length * k);
  rows.forEach((row, i) => {
    taken.set(X.subarray(row * k, (row + 1) * k), i * k);
  });
  return { X: taken, n: rows.length, k };
}

/** Adds a direction that only rows without margin asked for, small enough that no other row loses its margin. */
function extend(signed: Matrix, direction: Float64Array, found: Float64Array): Float64Array {
  const now = multiply(signed, direction);
  const added = multiply(signed, found);
  let step = norm(direction) / norm(found);
  now.forEach((m, i) => {
    if (m > 0 && added[i]! < 0) step = Math.min(step, m / (-2 * added[i]!));
  });
  return direction.map((v, j) => v + step * found[j]!);
}

interface Found {
  readonly design: Design;
  readonly basis: Basis;
  readonly direction: Float64Array;
  readonly overlap: Int32Array;
  readonly signed: Matrix;
}

function describe({ design, basis, direction, overlap, signed }: Found): Separation {
  const { T, kept, D } = basis;
  const raw = multiply({ X: T, n: D.k, k: D.k }, direction);
  const free = freeRows(basis, rowsOf(signed, overlap));
  const infinite = kept.filter((_, c) => free[c + 1]);
  const kind = overlap.length === 0 ? 'complete' : 'quasi';
  const alone = kind === 'complete' ? infinite.filter(j => separatesAlone(design, j)) : [];
  const named = alone.length > 0 ? alone : infinite;
  const columns = named.map(j => ({
    name: design.names[j]!,
    sign: alone.length > 0 ? trend(design, j) : raw[kept.indexOf(j) + 1]! >= 0 ? ('+' as const) : ('-' as const)
  }));
  return { kind, columns, intercept: free[0]!, overlap, infinite };
}

/** For each raw coefficient: whether a direction that leaves the overlapping rows in place can move it. */
function freeRows({ T, D: { k } }: Basis, overlap: Matrix): boolean[] {
  const span: Float64Array[] = [];
  for (let i = 0; i < overlap.n && span.length < k; i++) {
    const row = overlap.X.slice(i * k, (i + 1) * k);
    const before = norm(row);
    removeProjection(row, span);
    const length = norm(row);
    if (length > NONZERO * before) span.push(row.map(v => v / length));
  }
  return Array.from({ length: k }, (_, r) => {
    const coefficient = T.slice(r * k, (r + 1) * k);
    const before = norm(coefficient);
    removeProjection(coefficient, span);
    return norm(coefficient) > NONZERO * before;
  });
}

function classRanges({ X, n, p, y }: Design, j: number): { zero: [number, number]; one: [number, number] } {
  const range = (): [number, number] => [Infinity, -Infinity];
  const ranges = { zero: range(), one: range() };
  for (let i = 0; i < n; i++) {
    const own = y[i] === 1 ? ranges.one : ranges.zero;
    own[0] = Math.min(own[0], X[i * p + j]!);
    own[1] = Math.max(own[1], X[i * p + j]!);
  }
  return ranges;
}

function separatesAlone(design: Design, j: number): boolean {
  const { zero, one } = classRanges(design, j);
  return zero[1] < one[0] || one[1] < zero[0];
}

function trend(design: Design, j: number): '+' | '-' {
  const { zero, one } = classRanges(design, j);
  return zero[1] < one[0] ? '+' : '-';
}
