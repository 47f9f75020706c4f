/** Dense linear algebra on row-major Float64Array matrices of up to a few hundred columns. */

export interface Matrix {
  /** [n, k] row-major. */
  readonly X: Float64Array;
  readonly n: number;
  readonly k: number;
}

const TILE_ROWS = 64;

/**
 * X' diag(w) X as a full symmetric [k, k] matrix; w must be non-negative (default 1).
 * Rows are scaled by √w and transposed tile by tile, so that the inner loop runs over eight register accumulators.
 */
export function gram(matrix: Matrix, w?: Float64Array): Float64Array {
  const { n, k } = matrix;
  const G = new Float64Array(k * k);
  const tile = new Float64Array(TILE_ROWS * (k + 4));
  for (let start = 0; start < n; start += TILE_ROWS) {
    fillTile(tile, matrix, { start, w });
    addTile(G, tile, k);
  }
  for (let i = 0; i < k; i++) for (let j = i + 1; j < k; j++) G[i * k + j] = G[j * k + i]!;
  return G;
}

/** Columns of the tile lie one after the other; rows past the end and the padding columns are 0. */
function fillTile(
  tile: Float64Array,
  { X, n, k }: Matrix,
  { start, w }: { start: number; w: Float64Array | undefined }
): void {
  const rows = Math.min(TILE_ROWS, n - start);
  if (rows < TILE_ROWS) tile.fill(0);
  for (let r = 0; r < rows; r++) {
    const root = w === undefined ? 1 : Math.sqrt(w[start + r]!);
    const from = (start + r) * k;
    for (let j = 0; j < k; j++) tile[j * TILE_ROWS + r] = root * X[from + j]!;
  }
}

/** Adds the tile's products to the lower triangle, four columns by two at a time. */
function addTile(G: Float64Array, tile: Float64Array, k: number): void {
  for (let i = 0; i < k; i += 4) {
    for (let j = 0; j < Math.min(i + 4, k); j += 2) addBlock(G, tile, { k, i, j });
  }
}

function addBlock(G: Float64Array, tile: Float64Array, { k, i, j }: { k: number; i: number; j: number }): void {
  let s00 = 0,
    s01 = 0,
    s10 = 0,
    s11 = 0,
    s20 = 0,
    s21 = 0,
    s30 = 0,
    s31 = 0;
  let a = i * TILE_ROWS;
  let b = j * TILE_ROWS;
  for (const end = b + TILE_ROWS; b < end; a++, b++) {
    const b0 = tile[b]!;
    const b1 = tile[b + TILE_ROWS]!;
    const a0 = tile[a]!;
    const a1 = tile[a + TILE_ROWS]!;
    const a2 = tile[a + 2 * TILE_ROWS]!;
    const a3 = tile[a + 3 * TILE_ROWS]!;
    s00 += a0 * b0;
    s01 += a0 * b1;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s30 += a3 * b0;
    s31 += a3 * b1;
  }
  const left = [s00, s10, s20, s30];
  const right = [s01, s11, s21, s31];
  for (let r = 0; r < 4 && i + r < k; r++) {
    const at = (i + r) * k + j;
    G[at] = G[at]! + left[r]!;
    if (j + 1 < k) G[at + 1] = G[at + 1]! + right[r]!;
  }
}

/** X b, length n. */
export function multiply({ X, n, k }: Matrix, b: Float64Array): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0, at = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += X[at++]! * b[j]!;
    out[i] = sum;
  }
  return out;
}

/** X' r, length k. */
export function multiplyTransposed({ X, n, k }: Matrix, r: Float64Array): Float64Array {
  const out = new Float64Array(k);
  for (let i = 0, at = 0; i < n; i++) {
    const ri = r[i]!;
    for (let j = 0; j < k; j++) out[j] = out[j]! + X[at++]! * ri;
  }
  return out;
}

/** A lower factor L [k, k] with L L' = A on the kept indexes; rows and columns of dropped indexes are 0. */
export interface Cholesky {
  readonly L: Float64Array;
  readonly k: number;
  /** Indexes whose pivot fell to tolerance times their diagonal or below: linear combinations of earlier ones. */
  readonly dropped: readonly number[];
  /** Smallest kept pivot relative to its diagonal: 1 - R² of that column on the earlier ones. */
  readonly smallest: number;
}

/** Cholesky factorisation in the given order of a symmetric positive semi-definite A; the first of aliased columns stays. */
export function cholesky(A: Float64Array, k: number, tolerance = 0): Cholesky {
  const L = new Float64Array(k * k);
  const dropped: number[] = [];
  let smallest = 1;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      const pivot = L[j * k + j]!;
      if (pivot !== 0) L[i * k + j] = (A[i * k + j]! - rowProduct(L, { k, i, j, upTo: j })) / pivot;
    }
    const diagonal = A[i * k + i]!;
    const rest = diagonal - rowProduct(L, { k, i, j: i, upTo: i });
    if (!(rest > tolerance * diagonal && rest > 0)) {
      L.fill(0, i * k, (i + 1) * k);
      dropped.push(i);
      continue;
    }
    smallest = Math.min(smallest, rest / diagonal);
    L[i * k + i] = Math.sqrt(rest);
  }
  return { L, k, dropped, smallest };
}

function rowProduct(L: Float64Array, { k, i, j, upTo }: { k: number; i: number; j: number; upTo: number }): number {
  let sum = 0;
  for (let m = 0, a = i * k, b = j * k; m < upTo; m++) sum += L[a++]! * L[b++]!;
  return sum;
}

/** Solves L v = b; 0 at dropped indexes. */
export function solveLower({ L, k }: Cholesky, b: Float64Array): Float64Array {
  const v = new Float64Array(k);
  for (let i = 0; i < k; i++) {
    const pivot = L[i * k + i]!;
    if (pivot === 0) continue;
    let sum = b[i]!;
    for (let j = 0, at = i * k; j < i; j++) sum -= L[at++]! * v[j]!;
    v[i] = sum / pivot;
  }
  return v;
}

/** Solves A x = b from its factor; 0 at dropped indexes. */
export function solve(factor: Cholesky, b: Float64Array): Float64Array {
  const { L, k } = factor;
  const x = solveLower(factor, b);
  for (let i = k - 1; i >= 0; i--) {
    const pivot = L[i * k + i]!;
    if (pivot === 0) continue;
    const value = x[i]! / pivot;
    x[i] = value;
    for (let j = 0, at = i * k; j < i; j++) x[j] = x[j]! - L[at++]! * value;
  }
  return x;
}

/** Inverse of A from its factor, symmetric [k, k]; 0 in rows and columns of dropped indexes. */
export function inverse(factor: Cholesky): Float64Array {
  const { k } = factor;
  const out = new Float64Array(k * k);
  for (let j = 0; j < k; j++) {
    if (factor.L[j * k + j] === 0) continue;
    const unit = new Float64Array(k);
    unit[j] = 1;
    const column = solve(factor, unit);
    for (let i = 0; i < k; i++) out[i * k + j] = column[i]!;
  }
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < i; j++) {
      const mean = (out[i * k + j]! + out[j * k + i]!) / 2;
      out[i * k + j] = mean;
      out[j * k + i] = mean;
    }
  }
  return out;
}

/** ln det A of the kept block. */
export function logDeterminant({ L, k }: Cholesky): number {
  let sum = 0;
  for (let i = 0; i < k; i++) if (L[i * k + i] !== 0) sum += 2 * Math.log(L[i * k + i]!);
  return sum;
}

/** T C T' for T [m, k] and symmetric C [k, k], both row-major; the result is [m, m]. */
export function sandwich(T: Float64Array, C: Float64Array, k: number): Float64Array {
  const m = T.length / k;
  const TC = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const t = T[i * k + l]!;
      if (t !== 0) for (let j = 0; j < k; j++) TC[i * k + j] = TC[i * k + j]! + t * C[l * k + j]!;
    }
  }
  const out = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let l = 0; l < k; l++) sum += TC[i * k + l]! * T[j * k + l]!;
      out[i * m + j] = sum;
      out[j * m + i] = sum;
    }
  }
  return out;
}
