import { weightedMean } from '../math/statistics.js';
import type { Rows } from './rows.js';

/** Probabilities are held within [1e-15, 1 - 1e-15] where a logarithm is taken: a certain one that is wrong costs 34.5 nats. */
export const CLIP = 1e-15;

type Forecast = Pick<Rows, 'y' | 'p'>;

/** Log loss of each row in nats: -ln p for a positive row, -ln(1 - p) for a negative one. */
export function logLosses({ y, p }: Forecast): Float64Array {
  return p.map((v, i) => (y[i] === 1 ? -Math.log(Math.max(v, CLIP)) : -Math.log1p(-Math.min(v, 1 - CLIP))));
}

/** Squared error of each row. */
export function squaredErrors({ y, p }: Forecast): Float64Array {
  return p.map((v, i) => (v - y[i]!) ** 2);
}

/** Mean log loss in nats. */
export function logLoss(rows: Rows): number {
  return weightedMean(logLosses(rows), rows.w);
}

/** Brier score: mean squared error of the probabilities. */
export function brier(rows: Rows): number {
  return weightedMean(squaredErrors(rows), rows.w);
}
