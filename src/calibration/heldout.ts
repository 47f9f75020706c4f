import { assignFolds } from '../datasets/blocks.js';
import { logLoss } from '../math/links.js';
import { neumaierSum, weightedMean } from '../math/statistics.js';
import { denseClusters, estimateCovariance } from '../models/covariance.js';
import type { Calibrator } from '../types.js';
import { calibratedLogits } from './apply.js';
import { type CalibrationRows, hasBothClasses, pickRows } from './data.js';

/** A way to make a calibrator from rows. */
export interface Contender {
  readonly kind: Calibrator['kind'];
  readonly fit: (rows: CalibrationRows) => Calibrator;
}

/** Losses of contenders on rows that their fits did not see, in one order of rows. */
export interface HeldOut {
  /** How the rows were parted, for the reason. */
  readonly how: string;
  readonly losses: readonly Float64Array[];
  readonly weights: Float64Array;
  readonly clusters: Int32Array;
}

const PARTS = 5;
/** Log-odds of 1e-15: a certain probability that is wrong costs 34.5 nats, not infinity. */
const WORST = Math.log(1e15);

/**
 * Log losses on held-out rows: with several dates, up to five consecutive parts of about equal size, each judged by the fit
 * of all parts before it; with one date (or when no earlier part has both classes), five folds of whole clusters.
 */
export function judgeHeldOut(rows: CalibrationRows, contenders: readonly Contender[]): HeldOut {
  const parts = dateParts(rows);
  const count = parts.reduce((most, p) => Math.max(most, p), 0) + 1;
  const forward = Array.from({ length: count - 1 }, (_, k) =>
    split(
      rows,
      i => parts[i]! <= k,
      i => parts[i] === k + 1
    )
  );
  const usable = forward.filter(({ fit }) => hasBothClasses(fit));
  if (usable.length > 0) return judgeSplits(usable, contenders, `${usable.length} later parts in time order`);
  const folds = assignFolds(rows.clusters, PARTS, 1);
  const crossed = Array.from({ length: PARTS }, (_, k) =>
    split(
      rows,
      i => folds[i] !== k,
      i => folds[i] === k
    )
  );
  const whole = crossed.filter(({ fit, test }) => hasBothClasses(fit) && test.n > 0);
  return judgeSplits(whole, contenders, `${whole.length} folds of whole accounts`);
}

interface Split {
  readonly fit: CalibrationRows;
  readonly test: CalibrationRows;
}

function split(rows: CalibrationRows, fit: (i: number) => boolean, test: (i: number) => boolean): Split {
  return { fit: pickRows(rows, fit), test: pickRows(rows, test) };
}

/** Part of each row: consecutive dates, cut where the rows before a date reach the next fifth. */
function dateParts({ asOf, n }: CalibrationRows): Int32Array {
  const counts = new Map<number, number>();
  for (const day of asOf) counts.set(day, (counts.get(day) ?? 0) + 1);
  const dates = [...counts.keys()].sort((a, b) => a - b);
  const parts = new Map<number, number>();
  let before = 0;
  let part = -1;
  let fifth = -1;
  for (const day of dates) {
    const own = Math.floor((PARTS * before) / n);
    if (own > fifth) part++;
    fifth = own;
    parts.set(day, part);
    before += counts.get(day)!;
  }
  return Int32Array.from(asOf, day => parts.get(day)!);
}

function judgeSplits(splits: readonly Split[], contenders: readonly Contender[], how: string): HeldOut {
  return {
    how,
    losses: contenders.map(contender =>
      Float64Array.from(splits.flatMap(({ fit, test }) => lossesOf(contender.fit(fit), test)))
    ),
    weights: Float64Array.from(splits.flatMap(({ test }) => [...test.w])),
    clusters: Int32Array.from(splits.flatMap(({ test }) => [...test.clusters]))
  };
}

function lossesOf(calibrator: Calibrator, { z, y }: CalibrationRows): number[] {
  return Array.from(calibratedLogits(calibrator, z), (l, i) => logLoss(Math.min(WORST, Math.max(-WORST, l)), y[i]!));
}

/** Mean of paired differences of losses, and its standard error clustered by account (Liang and Zeger 1986). */
export interface PairedMean {
  readonly mean: number;
  /** Infinity for a single cluster: nothing can be told from it. */
  readonly standardError: number;
}

/** Mean of `a - b` over the held-out rows. */
export function pairedMean(a: Float64Array, b: Float64Array, { weights, clusters }: HeldOut): PairedMean {
  const difference = a.map((v, i) => v - b[i]!);
  const mean = weightedMean(difference, weights);
  if (denseClusters(clusters).size < 2) return { mean, standardError: Number.POSITIVE_INFINITY };
  const D = { X: new Float64Array(a.length).fill(1), n: a.length, k: 1 };
  const bread = Float64Array.of(1 / neumaierSum(weights));
  const residual = difference.map(v => v - mean);
  const variance = estimateCovariance({ kind: 'cluster', D, residual, weights, clusters, bread })[0]!;
  return { mean, standardError: Math.sqrt(variance) };
}
