import {
  type Cholesky,
  cholesky,
  gram,
  logDeterminant,
  type Matrix,
  solve,
  solveLower
} from '../math/linear-algebra.js';
import { buildBasis } from './basis.js';
import type { CovarianceKind } from './covariance.js';
import { denseClusters } from './covariance.js';
import { buildDesign, type Design, type FilledColumn, type LogisticData } from './design.js';
import { type Coefficient, INTERCEPT, rawCovariance, rawEstimates, requireRows, tellCoefficients } from './logistic.js';
import { dot, evaluatePoint, type LogisticPoint, type LogisticProblem } from './newton.js';

export interface FirthOptions {
  /** `model` (default) is the inverse Fisher information at the estimate; the others use the modified scores. */
  readonly covariance?: CovarianceKind;
  /** Default 200. */
  readonly maxIterations?: number;
}

export interface FirthFit {
  readonly status: 'converged' | 'not_converged';
  /** `(intercept)` first; Wald errors and intervals, null when not converged. */
  readonly coefficients: readonly Coefficient[];
  readonly covariance: readonly (readonly number[])[] | null;
  readonly covarianceKind: CovarianceKind;
  readonly logLikelihood: number;
  /** logLikelihood + ln det(X' W X) / 2 in the units of the columns. */
  readonly penalizedLogLikelihood: number;
  readonly iterations: number;
  readonly rows: number;
  readonly clusters: number;
  readonly aliased: readonly string[];
  readonly filled: readonly FilledColumn[];
}

/**
 * Logistic regression with Jeffreys' prior as penalty (Firth 1993; Heinze and Schemper 2002): finite under separation.
 * Solves Σ (w (y - p) + h (1/2 - p)) x = 0 with leverages h = w p (1 - p) x' I⁻¹ x.
 * @throws ModelError as `fitLogistic` does.
 */
export async function fitFirth(data: LogisticData, options: FirthOptions = {}): Promise<FirthFit> {
  return fitFirthDesign(buildDesign(data), options);
}

/** `fitFirth` of an expanded design, at once. */
export function fitFirthDesign(design: Design, options: FirthOptions = {}): FirthFit {
  const { covariance = 'model', maxIterations = 200 } = options;
  requireRows(design);
  const basis = buildBasis(design);
  const { D } = basis;
  const { y, weights, offset } = design;
  const { state, iterations, converged } = maximise({ D, y, weights, offset, ridge: 0 }, maxIterations);
  const residual = state.residual.map((r, i) => r + (state.leverage[i]! / weights[i]!) * (0.5 - (y[i]! - r)));
  const fit = { factor: state.information, residual };
  const matrix = converged ? rawCovariance({ design, basis, fit, kind: covariance }) : null;
  return {
    status: converged ? 'converged' : 'not_converged',
    coefficients: tellCoefficients(
      [INTERCEPT, ...basis.kept.map(j => design.names[j]!)],
      rawEstimates(basis, state),
      matrix
    ),
    covariance: matrix,
    covarianceKind: covariance,
    logLikelihood: -state.loss,
    penalizedLogLikelihood: state.penalized - basis.logDetT,
    iterations,
    rows: design.n,
    clusters: design.clusters === undefined ? 0 : denseClusters(design.clusters).size,
    aliased: basis.aliased.map(j => design.names[j]!),
    filled: design.filled
  };
}

interface FirthState extends LogisticPoint {
  /** Factor of the Fisher information. */
  readonly information: Cholesky;
  readonly leverage: Float64Array;
  readonly penalized: number;
}

interface Maximum {
  readonly state: FirthState;
  readonly iterations: number;
  readonly converged: boolean;
}

function maximise(problem: LogisticProblem, maxIterations: number): Maximum {
  let state = firthState(problem, new Float64Array(problem.D.k));
  let previous = Number.POSITIVE_INFINITY;
  for (let iterations = 0; ; iterations++) {
    const { score, augmented } = firthScore(problem, state);
    const step = solve(augmented, score);
    const decrement = Math.sqrt(Math.max(0, dot(step, score)));
    const converged = decrement < 1e-12 || (decrement < 1e-10 && decrement >= previous);
    const next = converged || iterations >= maxIterations ? null : climb(problem, state, step);
    if (next === null) return { state, iterations, converged };
    state = next;
    previous = decrement;
  }
}

function firthState(problem: LogisticProblem, coefficients: Float64Array): FirthState {
  const { D } = problem;
  const point = evaluatePoint(problem, coefficients);
  const information = cholesky(gram(D, point.curvature), D.k, 1e-14);
  const leverage = leverages(D, point.curvature, information);
  const singular = information.dropped.length > 0;
  const penalized = singular ? Number.NEGATIVE_INFINITY : logDeterminant(information) / 2 - point.loss;
  return { ...point, information, leverage, penalized };
}

function leverages({ X, n, k }: Matrix, weights: Float64Array, information: Cholesky): Float64Array {
  const h = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const v = solveLower(information, X.subarray(i * k, (i + 1) * k));
    h[i] = weights[i]! * dot(v, v);
  }
  return h;
}

/** The modified score, and the information of the rows augmented by their leverages (the step it gives converges fast). */
function firthScore(problem: LogisticProblem, state: FirthState): { score: Float64Array; augmented: Cholesky } {
  const { D, y } = problem;
  const score = Float64Array.from(state.score);
  const boosted = Float64Array.from(state.curvature);
  for (let i = 0; i < D.n; i++) {
    const h = state.leverage[i]!;
    const pull = h * (0.5 - (y[i]! - state.residual[i]!));
    for (let j = 0; j < D.k; j++) score[j] = score[j]! + pull * D.X[i * D.k + j]!;
    boosted[i] = boosted[i]! * (1 + h / problem.weights[i]!);
  }
  return { score, augmented: cholesky(gram(D, boosted), D.k, 1e-14) };
}

const LONGEST = 5;

/** The step, at most LONGEST in any coordinate, halved until the penalised likelihood does not fall. */
function climb(problem: LogisticProblem, from: FirthState, step: Float64Array): FirthState | null {
  const longest = step.reduce((max, s) => Math.max(max, Math.abs(s)), 0);
  const slack = 1e-12 * Math.abs(from.penalized);
  for (let size = Math.min(1, LONGEST / longest); size > 1e-12; size /= 2) {
    const next = firthState(
      problem,
      from.coefficients.map((b, j) => b + size * step[j]!)
    );
    if (next.penalized >= from.penalized - slack) return next;
  }
  return null;
}
