import { ModelError } from '../errors.js';
import { denseClusters } from '../models/covariance.js';

/** Held-out outcomes and probabilities. */
export interface EvaluationData {
  /** Outcome in {0, 1}, [n]. */
  readonly y: Uint8Array | Float64Array;
  /** Predicted probability in [0, 1], [n]. */
  readonly probability: Float64Array;
  /** Frequency weights >= 0, [n]; default 1. */
  readonly weights?: Float64Array | undefined;
  /** ARR of each row, [n]; default 0. */
  readonly value?: Float64Array | undefined;
  /** Day of the snapshot, [n]. */
  readonly asOf?: Int32Array | undefined;
  /** Account or top parent, [n]; default every row by itself. */
  readonly clusters?: Int32Array | undefined;
  /** Distinct outcome of each positive row, -1 for negative rows, [n]; default every positive row by itself. */
  readonly episode?: Int32Array | undefined;
  /** Seed of the resamples and simulated outcomes, default 1. */
  readonly seed?: number | undefined;
}

/** Checked rows of positive weight. */
export interface Rows {
  readonly n: number;
  readonly y: Float64Array;
  readonly p: Float64Array;
  readonly w: Float64Array;
  /** Whether weights were given; without, shares are whole rows. */
  readonly weighted: boolean;
  readonly value: Float64Array;
  /** Dense cluster of each row, 0 … clusterCount - 1. */
  readonly clusters: Int32Array;
  readonly clusterCount: number;
  readonly positives: number;
  /** Positive rows per distinct outcome, at least 1: how often snapshots repeat what happened. */
  readonly repeats: number;
  readonly seed: number;
}

/**
 * Checks the data and keeps the rows of positive weight.
 * @throws ModelError naming the row of a value that cannot be used, or when no row is left.
 */
export function evaluationRows(data: EvaluationData): Rows {
  requireLengths(data);
  const { y, probability, weights, value, clusters, episode, seed = 1 } = data;
  for (let i = 0; i < y.length; i++) requireRow(data, i);
  const kept = keptRows(y.length, weights);
  const n = kept.length;
  if (n === 0) throw new ModelError(`expected rows of positive weight to evaluate, got none among ${y.length}`);
  const outcome = take(y, kept);
  const positives = outcome.reduce((sum, v) => sum + v, 0);
  const episodes = episode === undefined ? 0 : new Set(take(episode, kept).filter((_, i) => outcome[i] === 1)).size;
  return {
    n,
    y: outcome,
    p: take(probability, kept),
    w: weights === undefined ? new Float64Array(n).fill(1) : take(weights, kept),
    weighted: weights !== undefined,
    value: value === undefined ? new Float64Array(n) : take(value, kept),
    ...dense(clusters && Int32Array.from(take(clusters, kept)), n),
    positives,
    repeats: episodes === 0 ? 1 : positives / episodes,
    seed
  };
}

function keptRows(n: number, weights: Float64Array | undefined): Uint32Array {
  const kept = new Uint32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) if (weights === undefined || weights[i]! > 0) kept[count++] = i;
  return kept.slice(0, count);
}

function take(values: ArrayLike<number>, kept: Uint32Array): Float64Array {
  const taken = new Float64Array(kept.length);
  for (let k = 0; k < kept.length; k++) taken[k] = values[kept[k]!]!;
  return taken;
}

function dense(clusters: Int32Array | undefined, n: number): Pick<Rows, 'clusters' | 'clusterCount'> {
  if (clusters === undefined) return { clusters: Int32Array.from({ length: n }, (_, i) => i), clusterCount: n };
  const index = denseClusters(clusters);
  return { clusters: clusters.map(c => index.get(c)!), clusterCount: index.size };
}

/** Whether both outcomes occur. */
export function hasBothClasses({ positives, n }: Rows): boolean {
  return positives > 0 && positives < n;
}

function requireLengths({ y, ...others }: EvaluationData): void {
  for (const name of ['probability', 'weights', 'value', 'asOf', 'clusters', 'episode'] as const) {
    const length = others[name]?.length;
    if (length !== undefined && length !== y.length) {
      throw new ModelError(`expected ${y.length} values in ${name}, one per outcome, got ${length}`);
    }
  }
}

function requireRow({ y, probability, weights, value }: EvaluationData, i: number): void {
  if (y[i] !== 0 && y[i] !== 1) throw new ModelError(`expected an outcome of 0 or 1, got ${y[i]} in row ${i}`);
  const p = probability[i]!;
  if (!(p >= 0 && p <= 1)) throw new ModelError(`expected a probability in [0, 1], got ${p} in row ${i}`);
  const w = weights === undefined ? 1 : weights[i]!;
  if (!(w >= 0 && w < Infinity)) throw new ModelError(`expected a finite weight of at least 0, got ${w} in row ${i}`);
  if (value !== undefined && !Number.isFinite(value[i]))
    throw new ModelError(`expected a finite value, got ${value[i]} in row ${i}: use 0 where it is unknown`);
}
