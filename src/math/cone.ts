import type { Matrix } from './linear-algebra.js';
import { multiply, multiplyTransposed } from './linear-algebra.js';

/**
 * The direction d = A'(1 + u), u >= 0, of least length. By Stiemke's lemma d = 0 exactly when no direction has A d >= 0
 * with some row positive; otherwise d itself is such a direction. Found by non-negative least squares (Lawson and
 * Hanson 1974, chapter 23). null when the active set did not settle.
 */
export function findConeDirection(A: Matrix): Float64Array | null {
  const { n, k } = A;
  const total = multiplyTransposed(A, new Float64Array(n).fill(1));
  const tolerance = 1e-9 * norm(total) * Math.max(1e-300, longestRow(A));
  const active: number[] = [];
  const u = new Map<number, number>();
  let d: Float64Array = total;
  for (let round = 0; round < 20 * k + 200; round++) {
    if (norm(d) <= 1e-9 * norm(total)) return new Float64Array(k);
    const entering = mostNegative(multiply(A, d), u, tolerance);
    if (entering < 0) return d;
    active.push(entering);
    u.set(entering, 0);
    d = settle(A, total, u, active);
  }
  return null;
}

function mostNegative(margins: Float64Array, u: ReadonlyMap<number, number>, tolerance: number): number {
  let index = -1;
  let lowest = -tolerance;
  margins.forEach((m, i) => {
    if (m < lowest && !u.has(i)) {
      lowest = m;
      index = i;
    }
  });
  return index;
}

/** Moves u to the least-squares solution of the active rows, dropping rows whose multiplier would turn negative. */
function settle(A: Matrix, total: Float64Array, u: Map<number, number>, active: number[]): Float64Array {
  for (;;) {
    const rows = active.map(i => A.X.subarray(i * A.k, (i + 1) * A.k));
    const { solution, residual } = leastSquares(rows, total);
    if (solution.every(s => s > 0)) {
      active.forEach((i, a) => {
        u.set(i, solution[a]!);
      });
      return residual;
    }
    let step = 1;
    active.forEach((i, a) => {
      const now = u.get(i)!;
      if (solution[a]! <= 0) step = Math.min(step, now / (now - solution[a]!));
    });
    active.forEach((i, a) => {
      u.set(i, u.get(i)! + step * (solution[a]! - u.get(i)!));
    });
    const kept = active.filter((i, a) => solution[a]! > 0 || u.get(i)! > 1e-12 * Math.abs(solution[a]!));
    if (kept.length === active.length) kept.pop();
    for (const i of active) if (!kept.includes(i)) u.delete(i);
    active.splice(0, active.length, ...kept);
  }
}

/** Minimises |total + Σ s_a rows_a| by twice-applied modified Gram-Schmidt. */
function leastSquares(
  rows: readonly Float64Array[],
  total: Float64Array
): { solution: Float64Array; residual: Float64Array } {
  const basis: Float64Array[] = [];
  const R = rows.map(row => {
    const v = Float64Array.from(row);
    const coefficients = removeProjection(v, basis);
    const length = norm(v);
    coefficients.push(length);
    basis.push(length > 1e-12 * norm(row) ? v.map(x => x / length) : new Float64Array(v.length));
    return coefficients;
  });
  const residual = Float64Array.from(total);
  const target = removeProjection(residual, basis);
  const solution = new Float64Array(rows.length);
  for (let a = rows.length - 1; a >= 0; a--) {
    let sum = -target[a]!;
    for (let b = a + 1; b < rows.length; b++) sum -= R[b]![a]! * solution[b]!;
    solution[a] = sum / R[a]![a]!;
  }
  return { solution, residual };
}

/** Makes v orthogonal to an orthonormal basis in place; gives the coefficients that were removed. */
export function removeProjection(v: Float64Array, basis: readonly Float64Array[]): number[] {
  const removed = basis.map(() => 0);
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((q, b) => {
      let c = 0;
      for (let i = 0; i < v.length; i++) c += q[i]! * v[i]!;
      for (let i = 0; i < v.length; i++) v[i] = v[i]! - c * q[i]!;
      removed[b] = removed[b]! + c;
    });
  }
  return removed;
}

/** Euclidean length. */
export function norm(v: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += v[i]! * v[i]!;
  return Math.sqrt(sum);
}

function longestRow({ X, n, k }: Matrix): number {
  let longest = 0;
  for (let i = 0; i < n; i++) longest = Math.max(longest, norm(X.subarray(i * k, (i + 1) * k)));
  return longest;
}
