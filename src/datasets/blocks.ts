import type { BlockRange, BlocksConfig, OutcomeConfig } from '../config/types.js';
import { ConfigError } from '../errors.js';
import { seededRandom } from '../math/random.js';
import { dateOfDay, dayOfDate } from '../sources/calendar.js';
import type { BlockName, BlockSummary, Dataset } from '../types.js';

/** Row indexes of the four blocks, in the order of the rows given, and what the reader must know about them. */
export interface Blocks {
  readonly rows: Readonly<Record<BlockName, Int32Array>>;
  /** True when validation shares the training dates (accounts and parents whole). */
  readonly sharedValidation: boolean;
  readonly notes: readonly string[];
}

export interface BlockInput {
  /** Local day of each row with a matured outcome, ascending. */
  readonly day: Int32Array;
  /** Days of all as-of dates, and of those that have rows whose outcome is not matured. */
  readonly planned: readonly number[];
  readonly immature: ReadonlySet<number>;
  readonly clusters: Int32Array;
  readonly outcome: OutcomeConfig;
  readonly config: BlocksConfig | null;
  readonly seed: number;
}

const ORDER: readonly BlockName[] = ['train', 'validation', 'calibration', 'test'];
const VALIDATION_SHARE = 0.2;

/**
 * Splits matured rows into train, validation, calibration and test in time order. A date whose outcome window, grace
 * included, would reach into the next block is left out. When `config.validation` is null, or the history is too short for four blocks,
 * validation is a fifth of the clusters cut out of the training dates.
 */
export function assignBlocks(input: BlockInput): Blocks {
  const dates = [...new Set(input.day)].sort((a, b) => a - b);
  const planned = input.config === null ? automaticDates(dates, input.outcome) : configuredDates(dates, input);
  const { kept, notes } = purge(planned, input.outcome);
  const shared = kept.validation.length === 0 && kept.train.length > 0;
  const rows = Object.fromEntries(ORDER.map(name => [name, rowsOf(input.day, kept[name])])) as Record<
    BlockName,
    Int32Array
  >;
  if (shared) {
    const validation = validationClusters(input.clusters, rows.train, input.seed);
    const isValidation = (i: number) => validation.has(input.clusters[i] as number);
    rows.validation = rows.train.filter(isValidation);
    rows.train = rows.train.filter(i => !isValidation(i));
    notes.push(
      'The history is too short for four blocks in time order: validation is a fifth of the accounts (parents whole) cut out of the training dates.'
    );
  }
  return { rows, sharedValidation: shared, notes };
}

type Dates = Readonly<Record<BlockName, readonly number[]>>;

function configuredDates(dates: readonly number[], input: BlockInput): Dates {
  const config = input.config as BlocksConfig;
  const within = (days: readonly number[], { from, to }: BlockRange) =>
    days.filter(d => dayOfDate(from) <= d && d <= dayOfDate(to));
  for (const name of ORDER) {
    const range = config[name];
    if (range !== null) requireDates(name, { range, planned: within(input.planned, range), input, dates });
  }
  return {
    train: within(dates, config.train),
    validation: config.validation === null ? [] : within(dates, config.validation),
    calibration: within(dates, config.calibration),
    test: within(dates, config.test)
  };
}

/** A block without an as-of date, or whose outcomes are all still open, is a mistake in the configuration. */
function requireDates(
  name: BlockName,
  {
    range,
    planned,
    input,
    dates
  }: { range: BlockRange; planned: readonly number[]; input: BlockInput; dates: readonly number[] }
): void {
  const open = planned.length > 0 && planned.every(d => input.immature.has(d));
  if (planned.length > 0 && !open) return;
  const got = open ? 'only outcomes that have not matured' : 'no as-of date';
  throw new ConfigError(
    `expected as-of dates with matured outcomes in blocks.${name} (${range.from} to ${range.to}), got ${got}; ` +
      `matured dates run from ${first(dates)} to ${last(dates)}: move the block, shorten the horizon, or extend the data`
  );
}

/** Test and calibration take a fifth of the matured dates each (at least one), validation a sixth, train the rest. */
function automaticDates(dates: readonly number[], outcome: OutcomeConfig): Dates {
  const fifth = Math.max(1, Math.round(dates.length / 5));
  const before = (all: readonly number[], next: readonly number[]) =>
    next.length === 0 ? [] : all.filter(d => windowEnd(d, outcome) <= (next[0] as number));
  const test = dates.slice(-fifth);
  const calibration = before(dates, test).slice(-fifth);
  const early = before(dates, calibration);
  const validation = early.slice(-Math.max(1, Math.round(dates.length / 6)));
  const train = before(dates, validation);
  return train.length >= 3
    ? { train, validation, calibration, test }
    : { train: early, validation: [], calibration, test };
}

/** Drops dates whose outcome window ends after the first date of the next non-empty block. */
function purge(planned: Dates, outcome: OutcomeConfig): { kept: Dates; notes: string[] } {
  const notes: string[] = [];
  const kept: Record<BlockName, readonly number[]> = { ...planned };
  ORDER.forEach((name, k) => {
    const next = ORDER.slice(k + 1)
      .map(later => planned[later][0])
      .find(d => d !== undefined);
    if (next === undefined) return;
    const late = planned[name].filter(d => windowEnd(d, outcome) > next);
    if (late.length === 0) return;
    kept[name] = planned[name].filter(d => windowEnd(d, outcome) <= next);
    notes.push(
      `${late.map(dateOfDay).join(', ')}: left out of ${name}, because the outcome window reaches into the next block (${dateOfDay(next)}).`
    );
  });
  return { kept, notes };
}

/** Day on which the outcome of a snapshot is known: grace included. */
function windowEnd(day: number, outcome: OutcomeConfig): number {
  return day + outcome.leadDays + outcome.horizonDays + outcome.graceDays;
}

function rowsOf(day: Int32Array, dates: readonly number[]): Int32Array {
  const wanted = new Set(dates);
  const rows: number[] = [];
  day.forEach((d, i) => {
    if (wanted.has(d)) rows.push(i);
  });
  return Int32Array.from(rows);
}

function validationClusters(clusters: Int32Array, rows: Int32Array, seed: number): ReadonlySet<number> {
  const distinct = [...new Set(rows.map(i => clusters[i] as number))].sort((a, b) => a - b);
  const order = seededRandom(seed, 11).permutation(distinct.length);
  const count = Math.round(distinct.length * VALIDATION_SHARE);
  return new Set(Array.from(order.slice(0, count), k => distinct[k] as number));
}

/** Fold of each row in 0..k-1: whole clusters, sizes as equal as clusters allow, drawn from the seed. */
export function assignFolds(clusters: Int32Array, k: number, seed: number): Int32Array {
  const distinct = [...new Set(clusters)].sort((a, b) => a - b);
  const order = seededRandom(seed, 13).permutation(distinct.length);
  const fold = new Map(Array.from(order, (c, position) => [distinct[c] as number, position % k]));
  return Int32Array.from(clusters, c => fold.get(c) as number);
}

/** Counts of one block: rows, accounts, positive rows and distinct episodes, first and last date. */
export function summariseBlock(data: Dataset): BlockSummary {
  const days = data.asOf.length === 0 || data.asOf[0] === 0 ? null : data.asOf;
  return {
    rows: data.n,
    accounts: new Set(data.accounts).size,
    positives: data.y.reduce((sum, v) => sum + v, 0),
    episodes: countEpisodes(data),
    from: days === null ? '' : dateOfDay(days.reduce((a, b) => Math.min(a, b))),
    to: days === null ? '' : dateOfDay(days.reduce((a, b) => Math.max(a, b)))
  };
}

/** Distinct episodes among the positive rows. */
export function countEpisodes(data: Pick<Dataset, 'episode'>): number {
  const seen = new Set(data.episode);
  seen.delete(-1);
  return seen.size;
}

function first(dates: readonly number[]): string {
  return dates.length === 0 ? '(none)' : dateOfDay(dates[0] as number);
}

function last(dates: readonly number[]): string {
  return dates.length === 0 ? '(none)' : dateOfDay(dates[dates.length - 1] as number);
}
