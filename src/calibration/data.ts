import { ModelError } from '../errors.js';

/** Rows of a calibration block; none of them may have been used to fit the model. */
export interface CalibrationData {
  /** Raw log-odds of the model, [n], finite. */
  readonly logits: Float64Array;
  /** Outcome in {0, 1}, [n]. */
  readonly y: Uint8Array | Float64Array;
  /** Frequency weights >= 0, [n]; default 1. */
  readonly weights?: Float64Array | undefined;
  /** Day of the snapshot, [n]; default one date. */
  readonly asOf?: Int32Array | undefined;
  /** Account or top parent, [n]; default every row by itself. */
  readonly clusters?: Int32Array | undefined;
  /** Distinct outcome of each positive row, -1 for negative rows, [n]; default one per cluster with a positive. */
  readonly episode?: Int32Array | undefined;
  /** Names of the rows, [n]. */
  readonly ids?: readonly string[] | undefined;
  /** Names of every row that the fit or its choices have seen; none may be among `ids`. */
  readonly trainingIds?: readonly string[] | undefined;
  /**
   * Targets of Platt's map: `plain` = 0 and 1 (maximum likelihood), `smoothed` = 1 / (n0 + 2) and (n1 + 1) / (n1 + 2)
   * (Platt 1999). Default plain, except with fewer than 10 rows of a class or classes that the log-odds separate.
   */
  readonly targets?: 'plain' | 'smoothed' | undefined;
}

/** Checked rows of positive weight. */
export interface CalibrationRows {
  readonly z: Float64Array;
  readonly y: Float64Array;
  readonly w: Float64Array;
  readonly asOf: Int32Array;
  readonly clusters: Int32Array;
  /** Distinct outcome of each positive row, -1 for negative rows. */
  readonly episode: Int32Array;
  readonly n: number;
  readonly targets: 'plain' | 'smoothed' | undefined;
}

/**
 * Checks the data and keeps the rows of positive weight.
 * @throws ModelError naming the row of a value that cannot be used, or the first id that is also a training id.
 */
export function calibrationRows(data: CalibrationData): CalibrationRows {
  const { logits, y, weights, asOf, clusters, episode, targets } = data;
  const n = logits.length;
  requireLengths(data);
  for (let i = 0; i < n; i++) requireRow(data, i);
  requireUnseen(data);
  const all: CalibrationRows = {
    z: logits,
    y: Float64Array.from(y),
    w: weights ?? new Float64Array(n).fill(1),
    asOf: asOf ?? new Int32Array(n),
    clusters: clusters ?? Int32Array.from({ length: n }, (_, i) => i),
    episode: episode ?? defaultEpisodes(y, clusters),
    n,
    targets
  };
  return pickRows(all, i => all.w[i]! > 0);
}

/** The rows for which `keep` holds. */
export function pickRows(rows: CalibrationRows, keep: (row: number) => boolean): CalibrationRows {
  const at = Int32Array.from(Array.from({ length: rows.n }, (_, i) => i).filter(keep));
  return {
    z: Float64Array.from(at, i => rows.z[i]!),
    y: Float64Array.from(at, i => rows.y[i]!),
    w: Float64Array.from(at, i => rows.w[i]!),
    asOf: Int32Array.from(at, i => rows.asOf[i]!),
    clusters: Int32Array.from(at, i => rows.clusters[i]!),
    episode: Int32Array.from(at, i => rows.episode[i]!),
    n: at.length,
    targets: rows.targets
  };
}

/** Number of positive rows. */
export function countPositives({ y }: CalibrationRows): number {
  return y.reduce((sum, v) => sum + v, 0);
}

/** Distinct outcomes among the positive rows. */
export function countDistinctEpisodes({ y, episode }: CalibrationRows): number {
  return new Set(episode.filter((_, i) => y[i] === 1)).size;
}

/** Whether both classes are present. */
export function hasBothClasses(rows: CalibrationRows): boolean {
  const positives = countPositives(rows);
  return positives > 0 && positives < rows.n;
}

function defaultEpisodes(y: ArrayLike<number>, clusters: Int32Array | undefined): Int32Array {
  return Int32Array.from(y, (v, i) => (v === 1 ? (clusters?.[i] ?? i) : -1));
}

function requireLengths({ logits, ...others }: CalibrationData): void {
  for (const name of ['y', 'weights', 'asOf', 'clusters', 'episode', 'ids'] as const) {
    const length = others[name]?.length;
    if (length !== undefined && length !== logits.length) {
      throw new ModelError(`expected ${logits.length} values in ${name}, one per log-odds, got ${length}`);
    }
  }
}

function requireRow({ logits, y, weights }: CalibrationData, i: number): void {
  if (!Number.isFinite(logits[i])) throw new ModelError(`expected finite log-odds, got ${logits[i]} in row ${i}`);
  if (y[i] !== 0 && y[i] !== 1) throw new ModelError(`expected an outcome of 0 or 1, got ${y[i]} in row ${i}`);
  const w = weights === undefined ? 1 : weights[i]!;
  if (!(w >= 0 && w < Infinity)) throw new ModelError(`expected a finite weight of at least 0, got ${w} in row ${i}`);
}

function requireUnseen({ ids, trainingIds }: CalibrationData): void {
  const seen = new Set(trainingIds);
  const shared = ids?.find(id => seen.has(id));
  if (shared === undefined) return;
  throw new ModelError(
    `expected calibration rows that the model has not seen, got ${shared} in both training and calibration: ` +
      'separate the blocks'
  );
}
