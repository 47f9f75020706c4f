import { ModelError } from '../errors.js';
import type { HealthScore, ManualFactor } from '../types.js';
import { categoryIndex, displayHundred, UNDEFINED_LABEL } from './categories.js';
import type { ManualModel } from './manual.js';
import { transformValue } from './transform.js';

/** Sums of weights may fall short of the minimum coverage by their rounding; a coverage at the limit is enough. */
const ROUNDING = 1e-9;

/** Manual scores of n rows. Every array is [n]. */
export interface HealthScores {
  readonly n: number;
  /** Published score in [0, 1]: every missing factor counts at its worst. */
  readonly low: Float64Array;
  /** Every missing factor at its best. */
  readonly high: Float64Array;
  /** Weighted mean over the factors that are there; NaN when there is none. */
  readonly alike: Float64Array;
  /** Weight that is there, of the whole, in [0, 1]. */
  readonly coverage: Float64Array;
  /** Index into the model's categories, from the unrounded `low`; -1 = Undefined. */
  readonly category: Int32Array;
  /** 1..100 display of `low` (R5); NaN when undefined. */
  readonly score: Float64Array;
  /** Index of the first required factor that is missing, -1 when none is. */
  readonly requiredMissing: Int32Array;
}

/**
 * Scores n rows with a manual model, factors in order, plain double arithmetic.
 * u = low = sum w s over the factors that are there (weights sum to 1); because a missing factor counts 0, losing a
 * value never raises u. Undefined (R9) when coverage < minCoverage or a required factor is missing.
 * @param values each input of the model as [n]; NaN or infinite = missing
 * @throws ModelError when an input is absent or of another length
 */
export function scoreHealth(
  model: ManualModel,
  values: Readonly<Record<string, Float64Array>>,
  n: number
): HealthScores {
  const columns = model.factors.map(factor => columnOf(values, factor, n));
  const scores = emptyScores(n);
  const total = model.factors.reduce((sum, factor) => sum + factor.weight, 0);
  for (let i = 0; i < n; i++) scoreRow(model, { columns, total, scores }, i);
  return scores;
}

interface Work {
  readonly columns: readonly Float64Array[];
  readonly total: number;
  readonly scores: HealthScores;
}

function scoreRow(model: ManualModel, { columns, total, scores }: Work, i: number): void {
  let low = 0;
  let high = 0;
  let there = 0;
  let required = -1;
  for (let k = 0; k < model.factors.length; k++) {
    const factor = model.factors[k] as ManualFactor;
    const s = transformValue(factor.transform, (columns[k] as Float64Array)[i] as number);
    if (Number.isNaN(s)) {
      high += factor.weight;
      if (factor.required && required < 0) required = k;
    } else {
      low += factor.weight * s;
      high += factor.weight * s;
      there += factor.weight;
    }
  }
  const coverage = Math.min(1, there / total);
  const u = Math.min(1, low);
  const defined = required < 0 && coverage >= model.minCoverage - ROUNDING;
  scores.low[i] = u;
  scores.high[i] = Math.min(1, high);
  scores.alike[i] = there > 0 ? Math.min(1, low / there) : Number.NaN;
  scores.coverage[i] = coverage;
  scores.category[i] = defined ? categoryIndex(model.categories, u) : -1;
  scores.score[i] = defined ? displayHundred(u) : Number.NaN;
  scores.requiredMissing[i] = required;
}

/** Why row i is Undefined, in words; null when it is defined. */
export function undefinedReason(model: ManualModel, scores: HealthScores, i: number): string | null {
  if (scores.category[i] !== -1) return null;
  const required = model.factors[scores.requiredMissing[i] as number];
  if (required !== undefined) return `required factor ${required.name} is missing`;
  const coverage = scores.coverage[i] as number;
  return `only ${percent(coverage)} of the weight is measured, less than ${percent(model.minCoverage)}`;
}

/** Row i as plain values. */
export function healthScoreAt(model: ManualModel, scores: HealthScores, i: number): HealthScore {
  const alike = scores.alike[i] as number;
  const score = scores.score[i] as number;
  return {
    low: scores.low[i] as number,
    high: scores.high[i] as number,
    alike: Number.isNaN(alike) ? null : alike,
    coverage: scores.coverage[i] as number,
    score: Number.isNaN(score) ? null : score,
    category: model.categories[scores.category[i] as number]?.label ?? UNDEFINED_LABEL,
    reason: undefinedReason(model, scores, i)
  };
}

function columnOf(values: Readonly<Record<string, Float64Array>>, factor: ManualFactor, n: number): Float64Array {
  const column = Object.hasOwn(values, factor.input) ? values[factor.input] : undefined;
  if (column?.length === n) return column;
  const got = column === undefined ? 'none' : `${column.length}`;
  throw new ModelError(`expected ${n} values of ${factor.input} for the factor ${factor.name}, got ${got}`);
}

function emptyScores(n: number): HealthScores {
  return {
    n,
    low: new Float64Array(n),
    high: new Float64Array(n),
    alike: new Float64Array(n),
    coverage: new Float64Array(n),
    category: new Int32Array(n),
    score: new Float64Array(n),
    requiredMissing: new Int32Array(n)
  };
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
