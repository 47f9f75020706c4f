import { ModelError } from '../errors.js';
import { multiply } from '../math/linear-algebra.js';
import { logLoss } from '../math/links.js';
import type { ModelSpec, PreparedColumn } from '../types.js';
import type { FoldPlan } from './folds.js';
import { fitNewton } from './newton.js';
import { interceptOnly, type LogisticSpec, type ScoreDesign, scoreProblem, selectRows } from './ridge.js';

/** The rate of the outcome with half an event added to each class, so that it is never 0 or 1. Weights default to 1. */
export function fitConstant(
  y: ArrayLike<number>,
  weights?: ArrayLike<number>
): Extract<ModelSpec, { kind: 'constant' }> {
  if (y.length === 0) throw new ModelError('expected outcomes to fit a constant, got none');
  let positive = 0.5;
  let negative = 0.5;
  for (let i = 0; i < y.length; i++) {
    const w = weights === undefined ? 1 : weights[i]!;
    positive += w * y[i]!;
    negative += w * (1 - y[i]!);
  }
  return { kind: 'constant', intercept: Math.log(positive / negative) };
}

export interface SingleFit {
  /** A logistic model over the same preparation; columns of other features have coefficient 0. */
  readonly spec: LogisticSpec;
  readonly feature: string;
  /** Mean held-out log loss of the chosen feature. */
  readonly heldOutLoss: number;
  /** All features from best to worst. */
  readonly ranking: readonly { readonly feature: string; readonly heldOutLoss: number }[];
}

/** Prior variance 1 of standardised coefficients: keeps a separated feature finite. */
const RIDGE = 1;

/**
 * The best single feature by mean log loss over the held-out rows of the folds. A feature is all prepared columns that
 * read one input (value, missing indicator, levels). Of equal losses the first in the preparation wins.
 * @throws ModelError when there is no column or no fold.
 */
export function fitSingle(design: ScoreDesign, columns: readonly PreparedColumn[], plan: FoldPlan): SingleFit {
  if (columns.length !== design.q) throw new ModelError(`expected ${design.q} prepared columns, got ${columns.length}`);
  if (columns.length === 0 || plan.folds.length === 0) {
    throw new ModelError(
      `expected columns and folds to choose a feature from, got ${columns.length} and ${plan.folds.length}`
    );
  }
  const ranking = [...groupByInput(columns)]
    .map(([feature, members]) => ({ feature, members, heldOutLoss: heldOutLoss(subDesign(design, members), plan) }))
    .sort((a, b) => a.heldOutLoss - b.heldOutLoss || a.members[0]! - b.members[0]!);
  const best = ranking[0]!;
  const [intercept, ...own] = fitSmall(subDesign(design, best.members), null);
  const coefficients = new Array<number>(design.q).fill(0);
  best.members.forEach((column, k) => {
    coefficients[column] = own[k]!;
  });
  return {
    spec: { kind: 'logistic', intercept: intercept!, coefficients },
    feature: best.feature,
    heldOutLoss: best.heldOutLoss,
    ranking: ranking.map(({ feature, heldOutLoss }) => ({ feature, heldOutLoss }))
  };
}

function groupByInput(columns: readonly PreparedColumn[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  columns.forEach(({ input }, k) => {
    groups.set(input, [...(groups.get(input) ?? []), k]);
  });
  return groups;
}

function subDesign({ X, n, q, y }: ScoreDesign, members: readonly number[]): ScoreDesign {
  const m = members.length;
  const own = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < m; k++) own[i * m + k] = X[i * q + members[k]!]!;
  }
  return { X: own, n, q: m, y };
}

function fitSmall(design: ScoreDesign, rows: Int32Array | null): Float64Array {
  const problem = { ...scoreProblem(design, rows), ridge: RIDGE };
  const start = interceptOnly(problem);
  const fit = fitNewton(problem, { start, tolerance: rows === null ? 1e-10 : 1e-4, maxIterations: 100 });
  if (!fit.converged)
    throw new ModelError(
      `expected a single feature's fit to converge, got ${fit.decrement} after ${fit.iterations} iterations`
    );
  return fit.coefficients;
}

function heldOutLoss(design: ScoreDesign, plan: FoldPlan): number {
  let loss = 0;
  let rows = 0;
  for (const { train, test } of plan.folds) {
    const logits = multiply(selectRows(design, test), fitSmall(design, train));
    logits.forEach((z, i) => {
      loss += logLoss(z, design.y[test[i]!]!);
    });
    rows += test.length;
  }
  return loss / rows;
}
