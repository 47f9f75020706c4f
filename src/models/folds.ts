import { assignFolds } from '../datasets/blocks.js';

/** Row indexes of one fold, ascending. */
export interface Fold {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

export interface FoldPlan {
  /** `time`: trained on earlier dates than tested; `groups`: whole clusters held out. */
  readonly scheme: 'time' | 'groups';
  readonly folds: readonly Fold[];
  /** Why folds in time order were asked for and not used; null otherwise. */
  readonly reason: string | null;
}

/** What folds are made of; a `Dataset` fits. */
export interface FoldData {
  readonly y: ArrayLike<number>;
  readonly n: number;
  /** Local calendar day of each row. */
  readonly asOf: Int32Array;
  readonly clusters: Int32Array;
  /** Distinct outcome of a positive row, -1 for negatives; every positive row its own when absent. */
  readonly episode?: Int32Array;
}

export interface FoldOptions {
  readonly scheme: 'time' | 'groups';
  /** Days from an as-of date to the end of its outcome window (lead + horizon). */
  readonly windowDays: number;
  readonly seed: number;
  /** Folds at most, default 4. */
  readonly count?: number;
  /** Distinct episodes that a time fold needs to train on, default 10; it tests on at least half of that. */
  readonly minEpisodes?: number;
}

/**
 * Plans the folds that choose a setting. In time order the dates after the first third are cut into blocks; a fold
 * tests on one block and trains on the rows whose outcome window ends by the block's first date. Folds with too few
 * episodes are left out; when none remains, whole clusters are held out instead and the reason is given.
 */
export function planFolds(data: FoldData, options: FoldOptions): FoldPlan {
  const { scheme, seed, count = 4, minEpisodes = 10 } = options;
  if (scheme === 'groups') return { scheme, folds: groupFolds(data, count, seed), reason: null };
  const cuts = timeFolds(data, { windowDays: options.windowDays, count });
  const enough = cuts.filter(
    fold =>
      countEpisodes(data, fold.train) >= minEpisodes &&
      countEpisodes(data, fold.test) >= minEpisodes / 2 &&
      bothClasses(data, fold)
  );
  if (enough.length > 0) return { scheme, folds: enough, reason: null };
  const dates = new Set(data.asOf).size;
  return {
    scheme: 'groups',
    folds: groupFolds(data, count, seed),
    reason:
      `no fold in time order has ${minEpisodes} episodes to train on and ${minEpisodes / 2} to test on ` +
      `(${dates} as-of dates, outcome window ${options.windowDays} days): folds by account are used instead`
  };
}

function timeFolds({ asOf, n }: FoldData, { windowDays, count }: { windowDays: number; count: number }): Fold[] {
  const dates = [...new Set(asOf)].sort((a, b) => a - b);
  const late = dates.slice(Math.ceil(dates.length / 3));
  const blocks = Math.min(count, late.length);
  return Array.from({ length: blocks }, (_, k) => {
    const block = late.slice(Math.floor((k * late.length) / blocks), Math.floor(((k + 1) * late.length) / blocks));
    const first = block[0]!;
    const last = block[block.length - 1]!;
    return {
      train: rowsWhere(n, i => asOf[i]! + windowDays <= first),
      test: rowsWhere(n, i => asOf[i]! >= first && asOf[i]! <= last)
    };
  });
}

function groupFolds(data: FoldData, count: number, seed: number): Fold[] {
  const k = Math.min(count, new Set(data.clusters).size);
  const fold = assignFolds(data.clusters, k, seed);
  const all = Array.from({ length: k }, (_, f) => ({
    train: rowsWhere(data.n, i => fold[i] !== f),
    test: rowsWhere(data.n, i => fold[i] === f)
  }));
  return all.filter(({ train }) => train.some(i => data.y[i] === 1) && train.some(i => data.y[i] === 0));
}

function rowsWhere(n: number, keep: (i: number) => boolean): Int32Array {
  const rows: number[] = [];
  for (let i = 0; i < n; i++) if (keep(i)) rows.push(i);
  return Int32Array.from(rows);
}

function countEpisodes({ y, episode }: FoldData, rows: Int32Array): number {
  const positive = rows.filter(i => y[i] === 1);
  return episode === undefined ? positive.length : new Set(positive.map(i => episode[i]!)).size;
}

function bothClasses({ y }: FoldData, { train }: Fold): boolean {
  return train.some(i => y[i] === 0) && train.some(i => y[i] === 1);
}
