import { ModelError } from '../errors.js';
import { gram, type Matrix, multiply, solve } from '../math/linear-algebra.js';
import { logit, logLoss } from '../math/links.js';
import type { ModelSpec } from '../types.js';
import type { Fold, FoldPlan } from './folds.js';
import { descend, dot, evaluatePoint, factorHessian, fitNewton, type LogisticProblem } from './newton.js';

/** Prepared columns with outcomes: X is [n, q] row-major, finite and standardised; y in {0, 1}. */
export interface ScoreDesign {
  readonly X: Float64Array;
  readonly n: number;
  readonly q: number;
  readonly y: ArrayLike<number>;
}

export type LogisticSpec = Extract<ModelSpec, { kind: 'logistic' }>;

export interface RidgeFit {
  readonly spec: LogisticSpec;
  readonly lambda: number;
  /** Mean log loss on the rows of the fit. */
  readonly logLoss: number;
  readonly iterations: number;
}

/** A penalty that was tried: strength = lambda x n is what stays the same when n changes between folds. */
export interface RidgeCandidate {
  readonly strength: number;
  readonly lambda: number;
  /** Mean log loss over all held-out rows. */
  readonly heldOutLoss: number;
}

export interface RidgeChoice {
  readonly lambda: number;
  readonly strength: number;
  readonly curve: readonly RidgeCandidate[];
  /** True when the best candidate is the strongest or the weakest tried. */
  readonly atEdge: boolean;
  readonly scheme: FoldPlan['scheme'];
  /** Why folds in time order were not used; null when they were, or were not asked for. */
  readonly reason: string | null;
  readonly folds: readonly { readonly train: number; readonly test: number }[];
  /** Log-odds of each row from the fold that held it out, at the chosen lambda; NaN for rows that no fold tests on. */
  readonly heldOutLogits: Float64Array;
}

/** 1, √10, 10, … 10⁴: prior variances of a standardised coefficient from 1 down to 0.0001. */
const STRENGTHS = [1, 10 ** 0.5, 10, 10 ** 1.5, 100, 10 ** 2.5, 1_000, 10 ** 3.5, 10_000];
/** Excess of the mean loss that a fold's fit may keep; differences between candidates are a thousand times larger. */
const FOLD_TOLERANCE = 1e-9;

/**
 * The score fit: minimises mean log loss + lambda / 2 |b|², the intercept free, by Newton's method.
 * @throws ModelError when a class is absent, lambda is not above 0, or the fit does not converge.
 */
export function fitRidge(
  design: ScoreDesign,
  options: { readonly lambda: number; readonly start?: LogisticSpec }
): RidgeFit {
  const { lambda, start } = options;
  if (!(lambda > 0 && lambda < Infinity)) throw new ModelError(`expected a lambda above 0, got ${lambda}`);
  const problem = scoreProblem(design, null);
  const initial =
    start === undefined ? interceptOnly(problem) : Float64Array.of(start.intercept, ...start.coefficients);
  const fit = fitNewton(
    { ...problem, ridge: lambda * design.n },
    { start: initial, tolerance: 1e-10, maxIterations: 100 }
  );
  if (!fit.converged) {
    throw new ModelError(
      `expected the score fit to converge, got a step of ${fit.decrement} standard errors after ${fit.iterations} iterations ` +
        `(${design.n} rows, ${design.q} columns, lambda ${lambda}): raise lambda`
    );
  }
  const [intercept, ...coefficients] = fit.coefficients;
  return {
    spec: { kind: 'logistic', intercept: intercept!, coefficients },
    lambda,
    logLoss: fit.loss / design.n,
    iterations: fit.iterations
  };
}

/**
 * Chooses lambda by the mean log loss over the held-out rows of all folds: the smallest wins, and of equal ones the
 * stronger. The strength (lambda x rows) is held fixed between folds of different size.
 * @throws ModelError when there is no fold.
 */
export function chooseRidge(
  design: ScoreDesign,
  plan: FoldPlan,
  options: { readonly strengths?: readonly number[] } = {}
): RidgeChoice {
  const strengths = [...(options.strengths ?? STRENGTHS)].sort((a, b) => b - a);
  if (plan.folds.length === 0)
    throw new ModelError('expected at least one fold with both classes to choose the ridge, got none');
  const totals = strengths.map(() => 0);
  const logits = strengths.map(() => new Float64Array(design.n).fill(Number.NaN));
  let rows = 0;
  for (const fold of plan.folds) {
    const held = selectRows(design, fold.test);
    rows += held.n;
    followPath(scoreProblem(design, fold.train), strengths).forEach((coefficients, s) => {
      multiply(held, coefficients).forEach((z, i) => {
        const row = fold.test[i]!;
        logits[s]![row] = z;
        totals[s] = totals[s]! + logLoss(z, design.y[row]!);
      });
    });
  }
  const best = totals.reduce((least, total, s) => (total < totals[least]! ? s : least), 0);
  return {
    lambda: strengths[best]! / design.n,
    strength: strengths[best]!,
    curve: strengths.map((strength, s) => ({ strength, lambda: strength / design.n, heldOutLoss: totals[s]! / rows })),
    atEdge: best === 0 || best === strengths.length - 1,
    scheme: plan.scheme,
    reason: plan.reason,
    folds: plan.folds.map(({ train, test }: Fold) => ({ train: train.length, test: test.length })),
    heldOutLogits: logits[best]!
  };
}

/** Rows of a design (all when null) with an intercept column in front. */
export function selectRows({ X, n, q }: ScoreDesign, rows: Int32Array | null): Matrix {
  const k = q + 1;
  const m = rows === null ? n : rows.length;
  const D = new Float64Array(m * k);
  for (let i = 0; i < m; i++) {
    const row = rows === null ? i : rows[i]!;
    D[i * k] = 1;
    D.set(X.subarray(row * q, (row + 1) * q), i * k + 1);
  }
  return { X: D, n: m, k };
}

/** The unweighted likelihood of the given rows. */
export function scoreProblem(design: ScoreDesign, rows: Int32Array | null): LogisticProblem {
  const D = selectRows(design, rows);
  const y = Float64Array.from({ length: D.n }, (_, i) => design.y[rows === null ? i : rows[i]!]!);
  const positives = y.reduce((sum, v) => sum + v, 0);
  if (positives === 0 || positives === D.n) {
    throw new ModelError(`expected outcomes of both classes, got ${positives} positive among ${D.n} rows`);
  }
  return { D, y, weights: new Float64Array(D.n).fill(1), offset: undefined, ridge: 0 };
}

/** Coefficients of a model that knows the rate alone; a start that saves several steps when outcomes are rare. */
export function interceptOnly({ D, y }: LogisticProblem): Float64Array {
  const start = new Float64Array(D.k);
  start[0] = logit(y.reduce((sum, v) => sum + v, 0) / D.n);
  return start;
}

/** Fits of falling strength, each started at the one before. */
function followPath(problem: LogisticProblem, strengths: readonly number[]): Float64Array[] {
  let coefficients = interceptOnly(problem);
  let G = gram(problem.D, evaluatePoint(problem, coefficients).curvature);
  return strengths.map(ridge => {
    ({ coefficients, G } = minimiseLagged({ ...problem, ridge }, coefficients, G));
    return coefficients;
  });
}

/** Newton's method that keeps an old curvature G as long as the squared decrement falls sixteenfold a step. */
function minimiseLagged(
  problem: LogisticProblem,
  start: Float64Array,
  lagged: Float64Array
): { coefficients: Float64Array; G: Float64Array } {
  let G = lagged;
  let factor = factorHessian(G, problem);
  let point = evaluatePoint(problem, start);
  let previous = Number.POSITIVE_INFINITY;
  for (let iteration = 0; iteration < 200; iteration++) {
    let step = solve(factor, point.score);
    let squared = dot(step, point.score);
    if (squared / 2 <= FOLD_TOLERANCE * problem.D.n) return { coefficients: point.coefficients, G };
    if (squared > previous / 16) {
      G = gram(problem.D, point.curvature);
      factor = factorHessian(G, problem);
      step = solve(factor, point.score);
      squared = dot(step, point.score);
    }
    const next = descend(problem, point, step);
    if (next === null) break;
    point = next;
    previous = squared;
  }
  throw new ModelError(`expected a fold of ${problem.D.n} rows to converge at ridge ${problem.ridge}, got no descent`);
}
