import {
  type Cholesky,
  cholesky,
  gram,
  type Matrix,
  multiply,
  multiplyTransposed,
  solve
} from '../math/linear-algebra.js';

/** A logistic likelihood in a basis, with an optional ridge. */
export interface LogisticProblem {
  /** [n, k] with the intercept as column 0. */
  readonly D: Matrix;
  readonly y: Float64Array;
  readonly weights: Float64Array;
  readonly offset: Float64Array | undefined;
  /** Ridge: adds ridge / 2 times the squared coefficients without the intercept to the summed loss. */
  readonly ridge: number;
}

/** Loss and derivatives at one point. */
export interface LogisticPoint {
  readonly coefficients: Float64Array;
  /** Log-odds of each row, offset included. */
  readonly eta: Float64Array;
  /** y - sigmoid(eta). */
  readonly residual: Float64Array;
  /** weight x p (1 - p) of each row: the rows' share in the Hessian. */
  readonly curvature: Float64Array;
  /** Σ weight x log loss, without the ridge. */
  readonly loss: number;
  /** loss + ridge / 2 |b|². */
  readonly objective: number;
  /** Gradient of minus the objective. */
  readonly score: Float64Array;
}

export interface NewtonFit extends LogisticPoint {
  /** Factor of the Hessian at the returned coefficients. */
  readonly factor: Cholesky;
  readonly iterations: number;
  readonly converged: boolean;
  /** Length of the Newton step in units of standard errors, √(score' H⁻¹ score). */
  readonly decrement: number;
}

export interface NewtonOptions {
  readonly start?: Float64Array;
  /** Default 40. */
  readonly maxIterations?: number;
  /** Largest decrement that counts as converged, default 1e-12 (or the floor that rounding allows). */
  readonly tolerance?: number;
}

/**
 * Evaluates the loss, its gradient and the curvature of each row, with one exponential a row. The loss is summed with
 * Kahan's compensation: over many rows plain rounding would exceed what a Newton step near the optimum gains.
 */
export function evaluatePoint(problem: LogisticProblem, coefficients: Float64Array): LogisticPoint {
  const { D, y, weights, offset, ridge } = problem;
  const eta = multiply(D, coefficients);
  const residual = new Float64Array(D.n);
  const curvature = new Float64Array(D.n);
  const pull = new Float64Array(D.n);
  let loss = 0;
  let excess = 0;
  for (let i = 0; i < D.n; i++) {
    const z = eta[i]! + (offset === undefined ? 0 : offset[i]!);
    const e = Math.exp(-Math.abs(z));
    const near = 1 / (1 + e);
    const far = e * near;
    const w = weights[i]!;
    const towards = y[i] === 1 ? z : -z;
    const r = towards >= 0 ? far : near;
    eta[i] = z;
    residual[i] = y[i] === 1 ? r : -r;
    pull[i] = y[i] === 1 ? w * r : -w * r;
    curvature[i] = w * near * far;
    const term = w * (Math.max(-towards, 0) + Math.log1p(e)) - excess;
    const total = loss + term;
    excess = total - loss - term;
    loss = total;
  }
  const score = multiplyTransposed(D, pull);
  let squares = 0;
  for (let j = 1; j < D.k; j++) {
    squares += coefficients[j]! ** 2;
    score[j] = score[j]! - ridge * coefficients[j]!;
  }
  return { coefficients, eta, residual, curvature, loss, objective: loss + (ridge / 2) * squares, score };
}

/** Factor of the Hessian of the objective from the Gram matrix of its rows. */
export function factorHessian(G: Float64Array, { D, ridge }: LogisticProblem): Cholesky {
  const H = Float64Array.from(G);
  for (let j = 1; j < D.k; j++) H[j * D.k + j] = H[j * D.k + j]! + ridge;
  return cholesky(H, D.k, 1e-14);
}

/**
 * Newton's method with step halving. Converged when the decrement is at most the tolerance, or below 1e-7 and no longer
 * shrinking, which is the floor of rounding. The factor and the score are evaluated at the returned coefficients.
 */
export function fitNewton(problem: LogisticProblem, options: NewtonOptions = {}): NewtonFit {
  const { start = new Float64Array(problem.D.k), maxIterations = 40, tolerance = 1e-12 } = options;
  let point = evaluatePoint(problem, start);
  let previous = Number.POSITIVE_INFINITY;
  for (let iterations = 0; ; iterations++) {
    const factor = factorHessian(gram(problem.D, point.curvature), problem);
    const step = solve(factor, point.score);
    const decrement = Math.sqrt(Math.max(0, dot(step, point.score)));
    const settled = decrement <= tolerance || (decrement < 1e-7 && decrement > previous / 2);
    const converged = settled && factor.dropped.length === 0 && Number.isFinite(point.objective);
    const next = converged || iterations >= maxIterations ? null : descend(problem, point, step);
    if (next === null) return { ...point, factor, iterations, converged, decrement };
    point = next;
    previous = decrement;
  }
}

/** The longest of the steps 1, 1/2, 1/4, … that does not raise the objective; null when none does. */
export function descend(problem: LogisticProblem, from: LogisticPoint, step: Float64Array): LogisticPoint | null {
  const slack = 1e-12 * Math.abs(from.objective);
  for (let size = 1; size > 1e-10; size /= 2) {
    const next = evaluatePoint(
      problem,
      from.coefficients.map((b, j) => b + size * step[j]!)
    );
    if (next.objective <= from.objective + slack) return next;
  }
  return null;
}

const SAMPLE_STRIDE = 10;
const SAMPLE_FROM = 20_000;

/** A start from every tenth row, so that large problems need few steps over all rows; null for small ones. */
export function sampleStart({ D, y, weights, offset, ridge }: LogisticProblem): Float64Array | null {
  if (D.n < SAMPLE_FROM || D.n / SAMPLE_STRIDE < 20 * D.k) return null;
  const n = Math.ceil(D.n / SAMPLE_STRIDE);
  const X = new Float64Array(n * D.k);
  for (let i = 0; i < n; i++) X.set(D.X.subarray(i * SAMPLE_STRIDE * D.k, (i * SAMPLE_STRIDE + 1) * D.k), i * D.k);
  const every = (values: Float64Array) => Float64Array.from({ length: n }, (_, i) => values[i * SAMPLE_STRIDE]!);
  const sample = { D: { X, n, k: D.k }, y: every(y), weights: every(weights), offset: offset && every(offset), ridge };
  const fit = fitNewton(sample, { maxIterations: 12, tolerance: 0.01 });
  return fit.converged ? fit.coefficients : null;
}

/** Inner product of two vectors of one length. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
