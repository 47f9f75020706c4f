import { ModelError } from '../errors.js';

/** Plain data of a logistic fit; a `Dataset` fits too. Rows are contiguous; the intercept is added by the fit. */
export interface LogisticData {
  /** [n, p] row-major; NaN = missing. A column named in `levels` holds the index into its levels. */
  readonly X: Float64Array;
  /** Outcome in {0, 1}. */
  readonly y: ArrayLike<number>;
  readonly n: number;
  readonly p: number;
  readonly names: readonly string[];
  /** Frequency weights >= 0: weight 2 is the row twice, weight 0 the row left out. Default 1. */
  readonly weights?: ArrayLike<number>;
  /** Added to the log-odds of each row. Default 0. */
  readonly offset?: ArrayLike<number>;
  /** Cluster of each row, any integers. */
  readonly clusters?: ArrayLike<number>;
  readonly levels?: Readonly<Record<string, readonly string[]>>;
}

/** A column whose missing values were replaced by the mean of the others. */
export interface FilledColumn {
  readonly name: string;
  readonly missing: number;
  readonly mean: number;
}

/** Finite columns and rows of positive weight. */
export interface Design {
  readonly names: readonly string[];
  /** [n, p] row-major, finite. */
  readonly X: Float64Array;
  readonly y: Float64Array;
  readonly n: number;
  readonly p: number;
  readonly weights: Float64Array;
  readonly offset: Float64Array | undefined;
  readonly clusters: Int32Array | undefined;
  readonly filled: readonly FilledColumn[];
}

interface Column {
  readonly name: string;
  readonly values: Float64Array;
  readonly filled?: FilledColumn;
}

/**
 * Checks the data and expands them: a category to 0/1 columns `name=level` without its first level, a column with
 * missing values to its mean-filled form and a 0/1 column `name (missing)`.
 * @throws ModelError naming row and column of a value that cannot be used, or when a class or all weights are absent.
 */
export function buildDesign(data: LogisticData): Design {
  requireShape(data);
  const rows = weightedRows(data);
  const weights = Float64Array.from(rows, i => data.weights?.[i] ?? 1);
  const y = Float64Array.from(rows, i => data.y[i]!);
  requireBothClasses(y);
  const columns = data.names.flatMap((_, j) => expandColumn(data, j, { rows, weights }));
  const p = columns.length;
  const X = new Float64Array(rows.length * p);
  columns.forEach((column, j) => {
    column.values.forEach((v, i) => {
      X[i * p + j] = v;
    });
  });
  return {
    names: columns.map(c => c.name),
    X,
    y,
    n: rows.length,
    p,
    weights,
    offset: data.offset && Float64Array.from(rows, i => requireFinite(data.offset![i]!, `offset of row ${i}`)),
    clusters: data.clusters && Int32Array.from(rows, i => data.clusters![i]!),
    filled: columns.flatMap(c => (c.filled === undefined ? [] : [c.filled]))
  };
}

/** The given rows of a design. */
export function takeRows(design: Design, rows: Int32Array): Design {
  const { X, p } = design;
  const taken = new Float64Array(rows.length * p);
  rows.forEach((row, i) => {
    taken.set(X.subarray(row * p, (row + 1) * p), i * p);
  });
  const pick = (values: Float64Array) => Float64Array.from(rows, i => values[i]!);
  return {
    ...design,
    X: taken,
    n: rows.length,
    y: pick(design.y),
    weights: pick(design.weights),
    offset: design.offset && pick(design.offset),
    clusters: design.clusters && Int32Array.from(rows, i => design.clusters![i]!)
  };
}

function requireShape(data: LogisticData): void {
  const { n, p } = data;
  const lengths: [string, number | undefined, number][] = [
    ['X', data.X.length, n * p],
    ['y', data.y.length, n],
    ['names', data.names.length, p],
    ['weights', data.weights?.length, n],
    ['offset', data.offset?.length, n],
    ['clusters', data.clusters?.length, n]
  ];
  for (const [name, actual, expected] of lengths) {
    if (actual !== undefined && actual !== expected) {
      throw new ModelError(
        `expected ${expected} values in ${name} for n = ${n} rows and p = ${p} columns, got ${actual}`
      );
    }
  }
}

function weightedRows({ n, y, weights }: LogisticData): Int32Array {
  const rows: number[] = [];
  for (let i = 0; i < n; i++) {
    if (y[i] !== 0 && y[i] !== 1)
      throw new ModelError(`expected an outcome of 0 or 1, got ${y[i]} in row ${i}: recode y`);
    const w = weights === undefined ? 1 : weights[i]!;
    if (!(w >= 0 && w < Infinity)) throw new ModelError(`expected a finite weight of at least 0, got ${w} in row ${i}`);
    if (w > 0) rows.push(i);
  }
  if (rows.length === 0) throw new ModelError(`expected rows of positive weight, got none among ${n} rows`);
  return Int32Array.from(rows);
}

function requireBothClasses(y: Float64Array): void {
  const positives = y.reduce((sum, v) => sum + v, 0);
  if (positives > 0 && positives < y.length) return;
  const only = positives === 0 ? 0 : 1;
  throw new ModelError(
    `expected outcomes of both classes, got only ${only} in ${y.length} rows: extend the period or the outcome`
  );
}

function requireFinite(value: number, where: string): number {
  if (!Number.isFinite(value)) throw new ModelError(`expected a finite number, got ${value} as ${where}`);
  return value;
}

interface Rows {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

function expandColumn(data: LogisticData, j: number, { rows, weights }: Rows): Column[] {
  const name = data.names[j]!;
  const values = Float64Array.from(rows, i => data.X[i * data.p + j]!);
  const infinite = values.findIndex(v => Math.abs(v) === Infinity);
  if (infinite >= 0) requireFinite(values[infinite]!, `value of ${name} in row ${rows[infinite]}`);
  const absent = values.map(v => (Number.isNaN(v) ? 1 : 0));
  const missing = absent.reduce((sum, v) => sum + v, 0);
  const indicator = missing === 0 ? [] : [{ name: `${name} (missing)`, values: absent }];
  const levels = data.levels?.[name];
  if (levels !== undefined) return [...expandLevels(name, values, levels), ...indicator];
  if (missing === 0) return [{ name, values }];
  if (missing === values.length)
    throw new ModelError(`expected values of ${name}, got none in ${missing} rows: leave the column out`);
  const mean = presentMean(values, weights);
  return [
    { name, values: values.map(v => (Number.isNaN(v) ? mean : v)), filled: { name, missing, mean } },
    ...indicator
  ];
}

function expandLevels(name: string, codes: Float64Array, levels: readonly string[]): Column[] {
  const odd = codes.find(code => !Number.isNaN(code) && levels[code] === undefined);
  if (odd !== undefined) throw new ModelError(`expected an index of ${levels.length} levels in ${name}, got ${odd}`);
  return levels
    .slice(1)
    .map((level, k) => ({ name: `${name}=${level}`, values: codes.map(code => (code === k + 1 ? 1 : 0)) }));
}

function presentMean(values: Float64Array, weights: Float64Array): number {
  let sum = 0;
  let total = 0;
  values.forEach((v, i) => {
    if (Number.isNaN(v)) return;
    sum += weights[i]! * v;
    total += weights[i]!;
  });
  return sum / total;
}
