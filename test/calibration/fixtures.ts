import { logit } from '../../src/math/links.js';
import { fixture } from '../math/fixtures.js';

export interface Maps {
  readonly platt_on_logit_mle: { readonly a: number; readonly b: number };
  readonly platt_on_logit_prior_targets: { readonly a: number; readonly b: number };
  readonly beta_abm_unconstrained: { readonly a: number; readonly b: number; readonly c: number };
  readonly 'beta_constrained_a_b>=0'?: { readonly a: number; readonly b: number; readonly c: number };
  readonly mapped_grid: Readonly<Record<'s' | 'platt_mle' | 'platt_prior' | 'beta', readonly number[]>>;
}

export interface IsotonicBlock {
  readonly score_lo: number;
  readonly score_hi: number;
  /** A rational n/d. */
  readonly value: { readonly exact: string };
}

interface Metrics {
  readonly brier: number;
  readonly log_loss: number;
  readonly isotonic_blocks: readonly IsotonicBlock[];
  readonly recalibration: {
    readonly slope: number;
    readonly slope_se: number;
    readonly citl_slope_fixed_1: number;
  };
  readonly equal_mass_quantile_edges_10?: { readonly ECE: number; readonly counts: readonly number[] };
}

interface Input {
  readonly same_as?: string;
  readonly score_denominator: number;
  readonly score_numerator: readonly number[];
  readonly y: readonly number[];
  readonly weight: readonly number[];
}

/** Scores, outcomes, weights (when the case uses them) and expected values of a case in calibration.json. */
export function oracle(name: string) {
  const { input, expected } = fixture<Input, { readonly metrics: Metrics; readonly maps: Maps }>('calibration', name);
  const base = input.same_as === undefined ? input : fixture<Input, unknown>('calibration', input.same_as).input;
  const scores = Float64Array.from(base.score_numerator, s => s / base.score_denominator);
  return {
    ...expected,
    scores,
    logits: scores.map(logit),
    y: Uint8Array.from(base.y),
    weights: input.same_as === undefined ? undefined : Float64Array.from(base.weight)
  };
}

export const PAIRS = [
  'n400_coarse_ties_64',
  'n400_coarse_ties_64_weighted',
  'n2000_fine_4096',
  'n2000_fine_4096_weighted'
] as const;
