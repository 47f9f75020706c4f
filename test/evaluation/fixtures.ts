import { rankScores } from '../../src/evaluation/ranking.js';
import { fixture } from '../math/fixtures.js';

interface Exact {
  readonly value: number;
}

export interface RankingExpected {
  readonly auc: Exact;
  readonly delong: { readonly variance: Exact | number; readonly ci95_logit: readonly (number | string)[] };
  readonly average_precision_step_tied_block: Exact | number;
  readonly at_k: readonly { readonly k: number; readonly lift: Exact }[];
  readonly gains_tie_neutral: readonly { readonly fraction: string; readonly recall: Exact }[];
  readonly paired_delong?: {
    readonly difference_a_minus_b: Exact;
    readonly se_difference: number;
    readonly covariance: number | Exact;
    readonly ci95_difference: readonly [number, number];
  };
  readonly auc_arr_weighted_both?: Exact | number;
  readonly average_precision_arr_weighted?: number;
}

interface Input {
  readonly score: readonly number[];
  readonly score_b?: readonly number[];
  readonly y: readonly number[];
  readonly arr?: readonly number[];
}

export const RANKING = [
  'hand_4_no_ties',
  'hand_perfect',
  'hand_reversed',
  'hand_all_tied',
  'hand_ties_8_arr',
  'hand_12_weights',
  'generated_1000'
] as const;

export const numberOf = (x: Exact | number) => (typeof x === 'number' ? x : x.value);

/** Scores as probabilities (an order-keeping map), outcomes and expectations of a case in ranking.json. */
export function rankingCase(name: string) {
  const { input, expected } = fixture<Input, RankingExpected>('ranking', name);
  const y = Uint8Array.from(input.y);
  return {
    y,
    a: asProbability(input.score),
    b: asProbability(input.score_b ?? input.score),
    arr: input.arr === undefined ? undefined : Float64Array.from(input.arr),
    expected
  };
}

function asProbability(scores: readonly number[]): Float64Array {
  return Float64Array.from(scores, s => (s + 1024) / 4096);
}

/** Every row of weight 1 (or as given) and its own cluster. */
export function plainRows(y: ArrayLike<number>, weights?: Float64Array) {
  const n = y.length;
  return {
    y: Float64Array.from(y),
    w: weights ?? new Float64Array(n).fill(1),
    clusters: Int32Array.from({ length: n }, (_, i) => i),
    clusterCount: n
  };
}

export function rank(scores: Float64Array, y: ArrayLike<number>, weights?: Float64Array) {
  return rankScores(scores, plainRows(y, weights));
}
