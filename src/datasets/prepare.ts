import { ModelError } from '../errors.js';
import type { ArtifactInput, FeatureInfo, Preparation, PreparedColumn } from '../types.js';

export interface FittedPreparation {
  readonly preparation: Preparation;
  /** Inputs that at least one column reads, in catalogue order. */
  readonly inputs: readonly ArtifactInput[];
  readonly dropped: readonly { readonly name: string; readonly reason: string }[];
}

/** What preparation reads of a dataset: plain rows will do when there are no categories. */
export interface PreparationData {
  /** [n, p] row-major; NaN = missing; a column named in `levels` holds the index into its levels. */
  readonly X: Float64Array;
  readonly n: number;
  readonly p: number;
  readonly names: readonly string[];
  readonly levels?: Readonly<Record<string, readonly string[]>>;
  /** Cluster of each row; default every row by itself. */
  readonly clusters?: ArrayLike<number>;
}

export interface PreparationOptions {
  /** Accept null for every number, also where training saw none (raw tables can lose a source). Default false. */
  readonly alwaysNullable?: boolean;
}

const CLIP = 6;
/**
 * Flags (levels, missing) are centred and divided by 1/2, the deviation of an even split, whatever their own deviation: one
 * penalty then means one prior for the log-odds of a rare level and of a common one, and a rare level shrinks more.
 */
const FLAG = { scale: 0.5, clip: 2 };
const MIN_LEVEL_CLUSTERS = 10;
const MIN_MISSING = 10;
const OTHER = '(other)';

/**
 * Chooses columns of the design matrix from training rows alone: numbers (log1p where a non-negative feature is
 * strongly skewed to the right) with a missing indicator, and one column per category level that at least 10 clusters
 * have; rarer levels are pooled. Columns are centred at their training mean; numbers are divided by their standard deviation.
 * @throws ModelError when numbers are too large for a standard deviation in double precision.
 */
export function fitPreparation(
  train: PreparationData,
  infos: readonly FeatureInfo[],
  options: PreparationOptions = {}
): FittedPreparation {
  const columns: PreparedColumn[] = [];
  const inputs: ArtifactInput[] = [];
  const dropped: { name: string; reason: string }[] = [];
  const patterns = new Set<string>();
  infos.forEach((info, j) => {
    const x = column(train, j);
    const fitted = info.type === 'number' ? fitNumber(info, x, patterns) : fitCategory(info, x, train);
    if (fitted.length === 0) {
      dropped.push({ name: info.name, reason: 'the same for every training row' });
      return;
    }
    columns.push(...fitted);
    const missing = x.some(Number.isNaN);
    inputs.push(input(info, { columns: fitted, nullable: missing || (options.alwaysNullable ?? false) }));
  });
  return { preparation: { columns }, inputs, dropped };
}

/** The design matrix [n, q] of a dataset, row-major, finite everywhere; see `PreparedColumn` for the formula. */
export function applyPreparation(preparation: Preparation, data: PreparationData): Float64Array {
  const q = preparation.columns.length;
  const Z = new Float64Array(data.n * q);
  preparation.columns.forEach((prepared, k) => {
    const j = data.names.indexOf(prepared.input);
    const value = rawValue(prepared, preparation, data.levels?.[prepared.input] ?? []);
    const { center, scale, clip } = prepared;
    for (let i = 0; i < data.n; i++) {
      const r = value(data.X[i * data.p + j] as number);
      Z[i * q + k] = Number.isNaN(r) ? 0 : Math.min(clip, Math.max(-clip, (r - center) / scale));
    }
  });
  return Z;
}

/** The transform of a number column: `log1p` is ln(1 + x), `signed_log1p` keeps the sign. */
export function transformValue(transform: PreparedColumn['transform'], x: number): number {
  if (transform === 'log1p') return Math.log(1 + x);
  if (transform === 'signed_log1p') return Math.sign(x) * Math.log(1 + Math.abs(x));
  return x;
}

function rawValue(
  prepared: PreparedColumn,
  preparation: Preparation,
  levels: readonly string[]
): (x: number) => number {
  switch (prepared.kind) {
    case 'number':
      return x => transformValue(prepared.transform, x);
    case 'missing':
      return x => (Number.isNaN(x) ? 1 : 0);
    case 'level':
      return x => (levels[x] === prepared.level ? 1 : 0);
    case 'other': {
      const known = new Set(preparation.columns.flatMap(c => (c.input === prepared.input ? [c.level] : [])));
      return x => (Number.isNaN(x) || known.has(levels[x]) ? 0 : 1);
    }
  }
}

function fitNumber(info: FeatureInfo, x: Float64Array, patterns: Set<string>): PreparedColumn[] {
  const measured = x.filter(v => !Number.isNaN(v)).sort();
  const columns: PreparedColumn[] = [];
  if (measured.length > 0 && measured[0] !== measured[measured.length - 1]) {
    const transform = chooseTransform(info, measured);
    const { mean, deviation } = moments(measured.map(v => transformValue(transform, v)));
    requireFinite(info, { deviation, measured });
    // Differences whose squares vanish in double precision are no differences.
    if (deviation > 0) {
      columns.push({
        name: info.name,
        input: info.name,
        kind: 'number',
        transform,
        center: mean,
        scale: deviation,
        clip: CLIP
      });
    }
  }
  const missing = x.map(v => (Number.isNaN(v) ? 1 : 0));
  const count = x.length - measured.length;
  const pattern = missing.join('');
  // Features of one window are missing together: one indicator says it for all.
  if (columns.length > 0 && count >= MIN_MISSING && measured.length >= MIN_MISSING && !patterns.has(pattern)) {
    patterns.add(pattern);
    columns.push({
      name: `${info.name} (missing)`,
      input: info.name,
      kind: 'missing',
      center: moments(missing).mean,
      ...FLAG
    });
  }
  return columns;
}

function requireFinite(
  { name }: FeatureInfo,
  { deviation, measured }: { deviation: number; measured: Float64Array }
): void {
  if (Number.isFinite(deviation)) return;
  const [low, high] = [measured[0], measured[measured.length - 1]];
  throw new ModelError(
    `expected training values of ${name} whose squares are finite, got ${low} to ${high}: rescale it, or leave it out`
  );
}

/** log1p when the upper half of the values reaches over three times as far from the median as the lower half. */
function chooseTransform(info: FeatureInfo, sorted: Float64Array): 'identity' | 'log1p' | 'signed_log1p' {
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] as number;
  const upper = at(0.99) - at(0.5);
  const lower = at(0.5) - at(0.01);
  if ((info.minimum ?? Number.NEGATIVE_INFINITY) >= 0) return upper > 3 * lower ? 'log1p' : 'identity';
  return Math.max(upper, lower) > 8 * Math.max(at(0.75) - at(0.25), Number.MIN_VALUE) ? 'signed_log1p' : 'identity';
}

function fitCategory(info: FeatureInfo, codes: Float64Array, train: PreparationData): PreparedColumn[] {
  const levels = train.levels?.[info.name] ?? [];
  const clusters = levels.map(() => new Set<number>());
  codes.forEach((code, i) => {
    if (!Number.isNaN(code)) clusters[code]?.add(train.clusters?.[i] ?? i);
  });
  const kept = levels.filter((_, k) => (clusters[k] as Set<number>).size >= MIN_LEVEL_CLUSTERS);
  const isKept = levels.map(level => kept.includes(level));
  const columns: PreparedColumn[] = [];
  const add = (name: string, kind: 'level' | 'other', flag: (code: number) => boolean) => {
    const { mean, deviation } = moments(codes.map(code => (!Number.isNaN(code) && flag(code) ? 1 : 0)));
    if (deviation === 0) return;
    const own = kind === 'level' ? { level: name } : {};
    columns.push({ name: `${info.name}=${name}`, input: info.name, kind, ...own, center: mean, ...FLAG });
  };
  for (const level of kept) add(level, 'level', code => levels[code] === level);
  add(OTHER, 'other', code => isKept[code] === false);
  return columns;
}

function input(info: FeatureInfo, fitted: { columns: readonly PreparedColumn[]; nullable: boolean }): ArtifactInput {
  const { name, type, unit, about, definitionHash } = info;
  const common = { name, type, unit, about, nullable: fitted.nullable, definitionHash };
  if (type === 'category')
    return { ...common, levels: fitted.columns.flatMap(c => (c.level === undefined ? [] : [c.level])) };
  return info.minimum === undefined ? common : { ...common, minimum: info.minimum };
}

function column(data: PreparationData, j: number): Float64Array {
  return Float64Array.from({ length: data.n }, (_, i) => data.X[i * data.p + j] as number);
}

function moments(x: Float64Array): { mean: number; deviation: number } {
  const mean = x.reduce((sum, v) => sum + v, 0) / x.length;
  const variance = x.reduce((sum, v) => sum + (v - mean) ** 2, 0) / x.length;
  return { mean, deviation: Math.sqrt(variance) };
}
