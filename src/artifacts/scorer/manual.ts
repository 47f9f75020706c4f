import type {
  ArtifactInput,
  FactorTransform,
  HealthCategory,
  HealthScore,
  ManualFactor,
  ModelSpec
} from '../../types.js';
import type { Explained } from './explained.js';
import type { Cell } from './input.js';

type ManualModel = Extract<ModelSpec, { kind: 'manual' }>;

/** Raw log-odds of a manual score u: 4 (0.5 - u), so that a healthy account has low odds. */
const STEEPNESS = 4;

/** Coverage may fall short of its minimum by the rounding of a sum of weights. */
const COVERAGE_TOLERANCE = 1e-9;

/** A manual profile as a function of validated cells, given in input order. */
export function manualExplainer(
  model: ManualModel,
  inputs: readonly ArtifactInput[]
): (cells: readonly Cell[]) => Explained {
  const positions = model.factors.map(factor => inputs.findIndex(input => input.name === factor.input));
  return cells => {
    const scores = model.factors.map((factor, f) => {
      const cell = cells[positions[f] as number] as Cell;
      return cell === null ? null : factorScore(factor.transform, cell as number);
    });
    const health = healthScore(model, scores);
    const parts = model.factors.map((factor, f) => {
      const score = scores[f] ?? 0;
      return { input: positions[f] as number, z: -STEEPNESS * factor.weight * (score - 1) };
    });
    return { z: STEEPNESS * (0.5 - health.low), reference: STEEPNESS * (0.5 - 1), parts, health };
  };
}

/** Score s in [0, 1] of a raw value (1 = healthy); see `FactorTransform`. */
export function factorScore(transform: FactorTransform, value: number): number {
  switch (transform.kind) {
    case 'thresholds':
      return transform.steps.reduce((s, step) => (value >= step.at ? step.s : s), transform.below);
    case 'linear':
      return unit((value - transform.from) / (transform.to - transform.from));
    case 'percentile':
      return unit(transform.lowerBetter ? 1 - value / 100 : value / 100);
  }
}

/** The published score and its interval from the factor scores (null = missing), summed in factor order. */
export function healthScore(model: ManualModel, scores: readonly (number | null)[]): HealthScore {
  let low = 0;
  let high = 0;
  let known = 0;
  model.factors.forEach(({ weight }, f) => {
    const score = scores[f] ?? null;
    low += score === null ? 0 : weight * score;
    high += score === null ? weight : weight * score;
    known += score === null ? 0 : weight;
  });
  const coverage = scores.includes(null) ? unit(known) : 1;
  const alike = known > 0 ? unit(low / known) : null;
  const u = unit(low);
  const reason = undefinedReason(model, scores, coverage);
  const score = reason === null ? 1 + Math.floor(99 * u + 0.5) : null;
  const category = reason === null ? categoryOf(model.categories, u) : 'Undefined';
  return { low: u, high: unit(high), alike, coverage, score, category, reason };
}

function categoryOf(categories: readonly HealthCategory[], u: number): string {
  return categories.reduce((label, category) => (u >= category.from ? category.label : label), '');
}

function undefinedReason(model: ManualModel, scores: readonly (number | null)[], coverage: number): string | null {
  const missing = model.factors.filter((_, f) => (scores[f] ?? null) === null);
  const required = missing.filter(factor => factor.required);
  const tooLittle = coverage < model.minCoverage - COVERAGE_TOLERANCE;
  if (required.length === 0 && !tooLittle) return null;
  const { factors, minCoverage } = model;
  const counted = `${missing.length} of ${factors.length} factors missing (${factorNames(missing)})`;
  const share = `${percent(coverage)} of the weight is known, ${percent(minCoverage)} is needed`;
  const needed = required.length > 0 ? [`required: ${factorNames(required)}`] : [];
  return [counted, ...(tooLittle ? [share] : []), ...needed].join('; ');
}

function factorNames(factors: readonly ManualFactor[]): string {
  return factors.map(factor => factor.name).join(', ');
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
