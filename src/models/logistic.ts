import { ModelError } from '../errors.js';
import { normalQuantile, normalTwoSided } from '../math/distributions.js';
import { inverse, multiply, sandwich } from '../math/linear-algebra.js';
import { neumaierSum } from '../math/statistics.js';
import { type Basis, buildBasis } from './basis.js';
import { type CovarianceKind, denseClusters, estimateCovariance } from './covariance.js';
import { buildDesign, type Design, type FilledColumn, type LogisticData, takeRows } from './design.js';
import { fitNewton, type LogisticProblem, type NewtonFit, sampleStart } from './newton.js';
import { findSeparation, provesOverlap, type Separation } from './separation.js';

export interface LogisticOptions {
  /** Default `model`. `cluster` needs `clusters`. */
  readonly covariance?: CovarianceKind;
  /** lambda of the penalty lambda / 2 |b|² on standardised columns, none on the intercept; default 0 (maximum likelihood). */
  readonly ridge?: number;
  /** Newton steps, default 40. */
  readonly maxIterations?: number;
}

/** One coefficient on the log-odds scale, per unit of its column. null = does not exist or is not meaningful. */
export interface Coefficient {
  readonly name: string;
  readonly estimate: number | null;
  readonly standardError: number | null;
  readonly z: number | null;
  /** Two-sided p-value of Wald's z. */
  readonly p: number | null;
  readonly oddsRatio: number | null;
  /** 95 % Wald interval of the estimate. */
  readonly interval: readonly [number, number] | null;
  /** The same interval of the odds ratio. */
  readonly oddsRatioInterval: readonly [number, number] | null;
}

export type LogisticStatus = 'converged' | 'separated' | 'not_converged';

export interface LogisticFit {
  /** Errors, p-values and intervals are null unless `converged` without ridge. */
  readonly status: LogisticStatus;
  /** `(intercept)` first, then the columns that were kept. */
  readonly coefficients: readonly Coefficient[];
  /** Covariance of the coefficients in their order; null where errors are null. */
  readonly covariance: readonly (readonly number[])[] | null;
  readonly covarianceKind: CovarianceKind;
  /** At the coefficients (when separated: at the last step, below its supremum). */
  readonly logLikelihood: number;
  /** Of the intercept (and offset) alone. */
  readonly nullLogLikelihood: number;
  readonly iterations: number;
  /** Rows of positive weight, and distinct clusters among them (0 when none are given). */
  readonly rows: number;
  readonly clusters: number;
  /** Columns left out: constant, or a linear combination of earlier ones. */
  readonly aliased: readonly string[];
  readonly filled: readonly FilledColumn[];
  readonly separation: { readonly kind: 'complete' | 'quasi'; readonly columns: Separation['columns'] } | null;
}

export const INTERCEPT = '(intercept)';

/**
 * Logistic regression by maximum likelihood: Newton's method in double precision on centred, scaled columns (made
 * orthogonal when nearly collinear). Separation is decided by a certificate, never by the size of the numbers.
 * @throws ModelError when a class is absent, rows are not more than columns, or a value cannot be used.
 */
export async function fitLogistic(data: LogisticData, options: LogisticOptions = {}): Promise<LogisticFit> {
  return fitDesign(buildDesign(data), options);
}

/** `fitLogistic` of an expanded design, at once. */
export function fitDesign(design: Design, options: LogisticOptions = {}): LogisticFit {
  const { covariance = 'model', ridge = 0, maxIterations = 40 } = options;
  requireOptions(options);
  if (ridge === 0) requireRows(design);
  const basis = buildBasis(design, { standardised: ridge > 0 });
  const { y, weights, offset } = design;
  const problem = { D: basis.D, y, weights, offset, ridge };
  const start = sampleStart(problem);
  const fit = fitNewton(problem, start === null ? { maxIterations } : { maxIterations, start });
  const separation = ridge > 0 || provesOverlap(fit, basis.D) ? null : findSeparation(design, basis);
  const status = statusOf(fit, separation);
  const found = separation === 'unknown' ? null : separation;
  const estimates = found === null ? rawEstimates(basis, fit) : limits({ design, basis, separation: found, options });
  const matrix = status === 'converged' && ridge === 0 ? rawCovariance({ design, basis, fit, kind: covariance }) : null;
  return {
    status,
    coefficients: tellCoefficients([INTERCEPT, ...basis.kept.map(j => design.names[j]!)], estimates, matrix),
    covariance: matrix,
    covarianceKind: covariance,
    logLikelihood: -fit.loss,
    nullLogLikelihood: nullLogLikelihood(design),
    iterations: fit.iterations,
    rows: design.n,
    clusters: design.clusters === undefined ? 0 : denseClusters(design.clusters).size,
    aliased: basis.aliased.map(j => design.names[j]!),
    filled: design.filled,
    separation: found && { kind: found.kind, columns: found.columns }
  };
}

function requireOptions({ ridge = 0, maxIterations = 40 }: LogisticOptions): void {
  if (!(ridge >= 0 && ridge < Infinity)) throw new ModelError(`expected a ridge of at least 0, got ${ridge}`);
  if (!(maxIterations >= 1)) throw new ModelError(`expected maxIterations of at least 1, got ${maxIterations}`);
}

/** @throws ModelError unless rows outnumber the columns given. */
export function requireRows({ n, p }: Design): void {
  if (n <= p)
    throw new ModelError(
      `expected more rows than columns, got ${n} rows for ${p} columns: use fewer columns or a ridge`
    );
}

function statusOf(fit: NewtonFit, separation: Separation | null | 'unknown'): LogisticStatus {
  if (separation !== null && separation !== 'unknown') return 'separated';
  return fit.converged && separation === null ? 'converged' : 'not_converged';
}

/** Coefficients of the raw columns, intercept first. */
export function rawEstimates({ T, D }: Basis, fit: { readonly coefficients: Float64Array }): (number | null)[] {
  return [...multiply({ X: T, n: D.k, k: D.k }, fit.coefficients)];
}

/** Finite coefficients tend to the fit of the rows that overlap; infinite ones are null. */
function limits(parts: {
  design: Design;
  basis: Basis;
  separation: Separation;
  options: LogisticOptions;
}): (number | null)[] {
  const { design, basis, separation, options } = parts;
  const sub = takeRows(design, separation.overlap);
  const positives = sub.y.reduce((sum, v) => sum + v, 0);
  const names = [INTERCEPT, ...basis.kept.map(j => design.names[j]!)];
  const free = new Set([
    ...(separation.intercept ? [INTERCEPT] : []),
    ...separation.infinite.map(j => design.names[j]!)
  ]);
  if (positives === 0 || positives === sub.n || free.size === names.length) return names.map(() => null);
  const subBasis = buildBasis(sub);
  if (sub.n < subBasis.D.k) return names.map(() => null);
  const { y, weights, offset } = sub;
  const fit = fitNewton({ D: subBasis.D, y, weights, offset, ridge: 0 }, options);
  const raw = fit.converged ? rawEstimates(subBasis, fit) : [];
  const byName = new Map(
    [INTERCEPT, ...subBasis.kept.map(j => sub.names[j]!)].map((name, c) => [name, raw[c] ?? null])
  );
  return names.map(name => (free.has(name) ? null : (byName.get(name) ?? null)));
}

interface CovarianceParts {
  readonly design: Design;
  readonly basis: Basis;
  readonly fit: Pick<NewtonFit, 'factor' | 'residual'>;
  readonly kind: CovarianceKind;
}

/** Covariance of the raw coefficients, intercept first. */
export function rawCovariance({ design, basis, fit, kind }: CovarianceParts): number[][] {
  const { D, T } = basis;
  const { weights, clusters } = design;
  const own = estimateCovariance({ kind, D, residual: fit.residual, weights, clusters, bread: inverse(fit.factor) });
  const raw = sandwich(T, own, D.k);
  return Array.from({ length: D.k }, (_, r) => [...raw.slice(r * D.k, (r + 1) * D.k)]);
}

/** Coefficients with Wald errors where a covariance is given. */
export function tellCoefficients(
  names: readonly string[],
  estimates: readonly (number | null)[],
  covariance: readonly (readonly number[])[] | null
): Coefficient[] {
  const quantile = normalQuantile(0.975);
  return names.map((name, c) => {
    const estimate = estimates[c] ?? null;
    const oddsRatio = estimate === null ? null : Math.exp(estimate);
    if (estimate === null || covariance === null) {
      return {
        name,
        estimate,
        standardError: null,
        z: null,
        p: null,
        oddsRatio,
        interval: null,
        oddsRatioInterval: null
      };
    }
    const standardError = Math.sqrt(covariance[c]![c]!);
    const z = estimate / standardError;
    const interval = [estimate - quantile * standardError, estimate + quantile * standardError] as const;
    const oddsRatioInterval = [Math.exp(interval[0]), Math.exp(interval[1])] as const;
    return { name, estimate, standardError, z, p: normalTwoSided(z), oddsRatio, interval, oddsRatioInterval };
  });
}

function nullLogLikelihood({ y, weights, offset, n }: Design): number {
  const problem: LogisticProblem = { D: { X: new Float64Array(n).fill(1), n, k: 1 }, y, weights, offset, ridge: 0 };
  if (offset !== undefined) return -fitNewton(problem).loss;
  const total = neumaierSum(weights);
  const positive = neumaierSum(weights.map((w, i) => w * y[i]!));
  return positive * Math.log(positive / total) + (total - positive) * Math.log((total - positive) / total);
}
