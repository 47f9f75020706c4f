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

/** How one design column is read from its source column. */
interface ColumnPlan {
  readonly name: string;
  readonly source: number;
  /** `value`: the number, or `mean` when missing; `missing`: 1 when missing; `level`: 1 when the code equals `code`. */
  readonly kind: 'value' | 'missing' | 'level';
  readonly mean: number;
  readonly code: number;
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
  const { plans, filled } = planColumns(data, rows, weights);
  return {
    names: plans.map(plan => plan.name),
    X: fillColumns(data, rows, plans),
    y,
    n: rows.length,
    p: plans.length,
    weights,
    offset: data.offset && Float64Array.from(rows, i => requireFinite(data.offset![i]!, `offset of row ${i}`)),
    clusters: data.clusters && Int32Array.from(rows, i => data.clusters![i]!),
    filled
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

/** Of one source column: rows without a value, and the weighted mean of the others. */
interface Presence {
  readonly missing: Int32Array;
  readonly mean: Float64Array;
}

function planColumns(
  data: LogisticData,
  rows: Int32Array,
  weights: Float64Array
): { plans: ColumnPlan[]; filled: FilledColumn[] } {
  const { missing, mean } = measurePresence(data, rows, weights);
  const filled: FilledColumn[] = [];
  const plans = data.names.flatMap((name, source): ColumnPlan[] => {
    const absent = missing[source]!;
    const common = { source, mean: mean[source]!, code: 0 };
    const indicator = absent === 0 ? [] : [{ ...common, name: `${name} (missing)`, kind: 'missing' as const }];
    const levels = data.levels?.[name];
    if (levels !== undefined) {
      requireCodes(data, { rows, source, count: levels.length });
      const columns = levels
        .slice(1)
        .map((level, k) => ({ ...common, name: `${name}=${level}`, kind: 'level' as const, code: k + 1 }));
      return [...columns, ...indicator];
    }
    if (absent === rows.length)
      throw new ModelError(`expected values of ${name}, got none in ${absent} rows: leave the column out`);
    if (absent > 0) filled.push({ name, missing: absent, mean: common.mean });
    return [{ ...common, name, kind: 'value' as const }, ...indicator];
  });
  return { plans, filled };
}

function measurePresence({ X, p, names }: LogisticData, rows: Int32Array, weights: Float64Array): Presence {
  const missing = new Int32Array(p);
  const sums = new Float64Array(p);
  const totals = new Float64Array(p);
  rows.forEach((row, i) => {
    const w = weights[i]!;
    for (let j = 0; j < p; j++) {
      const v = X[row * p + j]!;
      if (Number.isNaN(v)) missing[j] = missing[j]! + 1;
      else if (Math.abs(v) === Infinity) requireFinite(v, `value of ${names[j]} in row ${row}`);
      else {
        sums[j] = sums[j]! + w * v;
        totals[j] = totals[j]! + w;
      }
    }
  });
  return { missing, mean: sums.map((sum, j) => sum / totals[j]!) };
}

function requireCodes(
  { X, p, names }: LogisticData,
  { rows, source, count }: { rows: Int32Array; source: number; count: number }
): void {
  for (const row of rows) {
    const code = X[row * p + source]!;
    const known = Number.isNaN(code) || (Number.isInteger(code) && code >= 0 && code < count);
    if (!known)
      throw new ModelError(`expected an index of ${count} levels in ${names[source]}, got ${code} in row ${row}`);
  }
}

function fillColumns({ X, n, p }: LogisticData, rows: Int32Array, plans: readonly ColumnPlan[]): Float64Array {
  if (rows.length === n && plans.length === p && plans.every(plan => plan.kind === 'value')) return X;
  const q = plans.length;
  const out = new Float64Array(rows.length * q);
  rows.forEach((row, i) => {
    for (let c = 0; c < q; c++) out[i * q + c] = columnValue(plans[c]!, X[row * p + plans[c]!.source]!);
  });
  return out;
}

function columnValue({ kind, mean, code }: ColumnPlan, v: number): number {
  if (kind === 'level') return v === code ? 1 : 0;
  if (kind === 'missing') return Number.isNaN(v) ? 1 : 0;
  return Number.isNaN(v) ? mean : v;
}
