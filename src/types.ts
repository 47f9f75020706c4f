/** Nouns shared by every room. Plain data only: no classes, no functions with a body. */

/** A fragment of SQL text. Values inside it are already rendered as literals. Built only by `src/sql`. */
export interface Sql {
  readonly text: string;
}

export type ColumnType = 'text' | 'number' | 'boolean' | 'instant';

/** Columns of a query result in typed arrays; NULL is NaN in numbers and null in texts. */
export interface Columns {
  readonly n: number;
  readonly names: readonly string[];
  readonly numbers: Readonly<Record<string, Float64Array>>;
  readonly texts: Readonly<Record<string, readonly (string | null)[]>>;
}

/** The SQL engine behind the pipeline. */
export interface Engine {
  readonly kind: 'duckdb';
  /** Runs one or more statements and discards their results. */
  run(statement: Sql): Promise<void>;
  /** Runs one query. VARCHAR and BOOLEAN columns come as texts, numeric columns as numbers (BIGINT must be below 2^53). */
  columns(query: Sql): Promise<Columns>;
  /** The same as row objects, for small results. */
  rows(query: Sql): Promise<Record<string, string | number | null>[]>;
  /** Appends equal-length columns to an existing table, in its column order. */
  append(table: string, columns: readonly (Float64Array | readonly (string | null)[])[]): Promise<void>;
  close(): void;
}

export type TableName =
  | 'accounts'
  | 'users'
  | 'contacts'
  | 'subscriptions'
  | 'plans'
  | 'notices'
  | 'fx_rates'
  | 'events'
  | 'sessions'
  | 'page_loads'
  | 'tickets'
  | 'invoices'
  | 'payments'
  | 'surveys'
  | 'touchpoints'
  | 'trainings'
  | 'campaigns'
  | 'tags'
  | 'sentiments'
  | 'reviews'
  | 'programmes'
  | 'contexts'
  | 'overrides'
  | 'interventions'
  | 'actions'
  | 'labels';

export type Timing = 'leading' | 'lagging';
export type Direction = 'higher_better' | 'lower_better' | 'target_band' | 'none';
export type Target = 'churn' | 'upsell';
export type ModelKind = 'logistic' | 'neural' | 'manual' | 'constant' | 'single';
export type BlockName = 'train' | 'validation' | 'calibration' | 'test';

/** A midnight in the workspace's time zone. */
export interface AsOf {
  /** ISO date, for example 2025-04-01. */
  readonly date: string;
  /** The instant, in microseconds since 1970-01-01T00:00Z. */
  readonly us: number;
  /** Days of the local calendar since 1970-01-01. */
  readonly day: number;
  /** Only accounts with a contract end so many local days later, as known then; absent: every account. */
  readonly daysBefore?: readonly number[];
}

/** What is known about a feature wherever it appears (catalogue, artifact, report, notebook). */
export interface FeatureInfo {
  readonly name: string;
  readonly type: 'number' | 'category';
  readonly unit: string;
  readonly about: string;
  readonly family: string;
  readonly requires: readonly TableName[];
  readonly timing: Timing;
  readonly actionable: boolean;
  readonly direction: Direction;
  /** True for a mere count that says little about health on its own (R57); absent otherwise. */
  readonly vanity?: boolean;
  /** Smallest value that can occur, for example 0 of counts; absent when unbounded. */
  readonly minimum?: number;
  /** Size of one step when an effect is told in words, for example 10 events; default 1. */
  readonly step?: number;
  /** SHA-256 of the SQL and of the contract it reads; scoring refuses when it differs. Empty for ready snapshots. */
  readonly definitionHash: string;
}

/**
 * Snapshots of one target and block, with outcomes. Rows are ordered by as-of date, then account id.
 * `X` is [n, p] row-major; NaN = missing. A category feature holds the index into `levels[name]`.
 */
export interface Dataset {
  readonly names: readonly string[];
  readonly levels: Readonly<Record<string, readonly string[]>>;
  /** `account@YYYY-MM-DD`, or the account id when snapshots carry no date. */
  readonly ids: readonly string[];
  readonly accounts: readonly string[];
  /** Local calendar day of each row (days since 1970-01-01); all 0 when snapshots carry no date. */
  readonly asOf: Int32Array;
  readonly X: Float64Array;
  /** Outcome in {0, 1}. */
  readonly y: Uint8Array;
  /** Distinct outcome that a positive row saw coming (dense index), -1 for negative rows. */
  readonly episode: Int32Array;
  /** ARR in the reporting currency; 0 when unknown. */
  readonly value: Float64Array;
  /** Dense index of the top parent (of the account when it has none), the cluster of every interval. */
  readonly clusters: Int32Array;
  readonly n: number;
  readonly p: number;
}

/** An input of an artifact: a feature by name, with the domain in which a value is accepted. */
export interface ArtifactInput {
  readonly name: string;
  readonly type: 'number' | 'category';
  readonly unit: string;
  readonly about: string;
  /** Whether null (missing) is accepted. False: null is refused. */
  readonly nullable: boolean;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Levels of a category that the model knows. A level outside them is pooled when the preparation has an `other` column of this input, else refused. */
  readonly levels?: readonly string[];
  readonly definitionHash: string;
}

/**
 * One column of the design matrix: raw value r of the input, then `(r - center) / scale`, then clamped to [-clip, clip].
 * - `number`: r = transform(value); a missing value gives 0 after scaling (the mean).
 * - `missing`: r = 1 when the value is missing, else 0.
 * - `level`: r = 1 when the category equals `level`, else 0 (missing gives 0).
 * - `other`: r = 1 when the category is present and none of the input's levels, else 0.
 * transforms: `log1p` is ln(1 + x) for x >= 0; `signed_log1p` is sign(x) ln(1 + |x|).
 */
export interface PreparedColumn {
  readonly name: string;
  readonly input: string;
  readonly kind: 'number' | 'missing' | 'level' | 'other';
  readonly transform?: 'identity' | 'log1p' | 'signed_log1p';
  readonly level?: string;
  readonly center: number;
  readonly scale: number;
  readonly clip: number;
}

export interface Preparation {
  readonly columns: readonly PreparedColumn[];
}

/** A layer `a = activation(x W + b)`; `weights` is [inputs, units] row-major, every number a float32. */
export interface DenseLayer {
  readonly inputs: number;
  readonly units: number;
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  readonly activation: 'relu' | 'identity';
}

/** How a factor's raw value becomes s in [0, 1] (1 = healthy). Points are ascending in `at`. */
export type FactorTransform =
  /** Steps: s of the last threshold with at <= value; `below` under the first. */
  | {
      readonly kind: 'thresholds';
      readonly below: number;
      readonly steps: readonly { readonly at: number; readonly s: number }[];
    }
  /** Linear between two anchors, clamped outside. `from` maps to 0 and `to` to 1; from > to for lower-is-better. */
  | { readonly kind: 'linear'; readonly from: number; readonly to: number }
  /** The input is a mid-rank percentile in [0, 100] among peers; s = value / 100, or its complement when lower is better. */
  | { readonly kind: 'percentile'; readonly lowerBetter: boolean };

export interface ManualFactor {
  readonly name: string;
  /** Artifact input it reads: the feature, or `<feature>__percentile` for percentile factors. */
  readonly input: string;
  readonly dimension: string;
  /** Normalised weight; all factors sum to 1. */
  readonly weight: number;
  readonly required: boolean;
  readonly timing: Timing;
  readonly actionable: boolean;
  readonly transform: FactorTransform;
  readonly about: string;
  readonly evidence: string;
}

/** A category of the health scale: [from, next.from), the last closed at 1; `from` is in [0, 1]. */
export interface HealthCategory {
  readonly label: string;
  readonly color: string;
  readonly meaning: string;
  readonly from: number;
}

/** Every model is plain JSON. `logistic` and `neural` read prepared columns; `manual` reads the inputs directly. */
export type ModelSpec =
  | { readonly kind: 'constant'; readonly intercept: number }
  | { readonly kind: 'logistic'; readonly intercept: number; readonly coefficients: readonly number[] }
  | { readonly kind: 'neural'; readonly layers: readonly DenseLayer[] }
  | {
      readonly kind: 'manual';
      readonly profile: string;
      readonly profileHash: string;
      readonly minCoverage: number;
      readonly factors: readonly ManualFactor[];
      readonly categories: readonly HealthCategory[];
    };

/**
 * Maps the raw log-odds z of a model to calibrated log-odds (identity, intercept, platt) or to a probability.
 * - `identity`: z · `intercept`: z + intercept · `platt`: slope z + intercept (slope > 0)
 * - `beta`: a ln(p) - b ln(1 - p) + c with p = sigmoid(z), a, b >= 0
 * - `isotonic`: step function of z: probability[i] of the last z[i] <= z (the first below them)
 */
export type Calibrator =
  | { readonly kind: 'identity' }
  | { readonly kind: 'intercept'; readonly intercept: number }
  | { readonly kind: 'platt'; readonly slope: number; readonly intercept: number }
  | { readonly kind: 'beta'; readonly a: number; readonly b: number; readonly c: number }
  | { readonly kind: 'isotonic'; readonly z: readonly number[]; readonly probability: readonly number[] };

/** Bands of a probability: [from, next.from). */
export interface Band {
  readonly label: string;
  readonly from: number;
}

export interface Provenance {
  readonly product: string;
  readonly runId: string;
  readonly dataHash: string;
  readonly configHash: string;
  readonly trainedOn: {
    readonly rows: number;
    readonly accounts: number;
    readonly episodes: number;
    readonly from: string;
    readonly to: string;
  };
  readonly calibratedOn: {
    readonly rows: number;
    readonly episodes: number;
    readonly from: string;
    readonly to: string;
  };
  readonly backend: string;
  readonly seed: number;
}

/** A row of named values, as a scorer receives it. */
export type ScoringRow = Readonly<Record<string, number | string | null>>;

export interface GoldenRow {
  readonly row: ScoringRow;
  /** Expected probability, or the reason of the refusal. */
  readonly probability?: number;
  readonly refusal?: string;
  /** Manual models: published score u in [0, 1] and category. */
  readonly u?: number;
  readonly category?: string;
}

export interface ScoringArtifact {
  readonly formatVersion: 1;
  readonly name: string;
  readonly target: Target | 'renewal' | 'health';
  readonly horizonDays: number;
  readonly inputs: readonly ArtifactInput[];
  readonly preparation: Preparation;
  readonly model: ModelSpec;
  readonly calibrator: Calibrator;
  readonly bands: readonly Band[];
  readonly provenance: Provenance;
  /** Synthetic rows (never a customer's) with the probability that the trainer gave. */
  readonly golden: readonly GoldenRow[];
}

export interface Contribution {
  readonly input: string;
  readonly value: number | string | null;
  /** Change of the calibrated log-odds against the training average (manual: against a fully healthy account). */
  readonly logOdds: number;
}

export interface Scored {
  readonly ok: true;
  readonly probability: number;
  readonly band: string;
  /** Log-odds of the reference (every input at its training average); baseline + contributions (+ residual) = calibrated log-odds. */
  readonly baseline: number;
  readonly contributions: readonly Contribution[];
  /** Part of the log-odds that the contributions do not explain; 0 for linear models. */
  readonly residual: number;
  /** The inputs that raise the risk (or opportunity) most, in words, at most three. */
  readonly reasons: readonly string[];
  readonly health?: HealthScore;
}

export interface Refused {
  readonly ok: false;
  readonly code:
    | 'missing_key'
    | 'wrong_type'
    | 'not_finite'
    | 'null_refused'
    | 'unknown_level'
    | 'out_of_range'
    | 'not_a_row';
  readonly input: string;
  readonly message: string;
}

/** A manual score. `low` counts every missing factor at its worst, `high` at its best, `alike` renormalises. All in [0, 1]. */
export interface HealthScore {
  readonly low: number;
  readonly high: number;
  readonly alike: number | null;
  readonly coverage: number;
  /** 1..100 display of `low`; null when undefined. */
  readonly score: number | null;
  readonly category: string;
  readonly reason: string | null;
}

/** Held-out measures of one model. Intervals are 95 %, clustered by account, conditional on the fit. Not computable = null. */
export interface Evaluation {
  readonly n: number;
  readonly positives: number;
  readonly auc: number | null;
  readonly aucInterval: readonly [number, number] | null;
  readonly averagePrecision: number | null;
  readonly logLoss: number;
  readonly brier: number;
  readonly liftAt10: number | null;
  readonly liftInterval: readonly [number, number] | null;
  readonly calibrationSlope: number | null;
  readonly calibrationSlopeInterval: readonly [number, number] | null;
  readonly calibrationIntercept: number | null;
  readonly ece: number;
  readonly eceNullBand: readonly [number, number];
  readonly expected: number;
  readonly observed: number;
  readonly expectedInterval: readonly [number, number];
  /** Sum of probability x value, and of outcome x value. */
  readonly expectedValue: number;
  readonly observedValue: number;
  readonly reliability: readonly ReliabilityBin[];
}

/** A bin of equal mass [lo, hi); interval is Wilson's of the observed rate. */
export interface ReliabilityBin {
  readonly lo: number;
  readonly hi: number;
  readonly n: number;
  readonly predicted: number;
  readonly observed: number;
  readonly interval: readonly [number, number];
}

/** One coefficient of the drivers fit, told per stated step of the factor. */
export interface DriverEffect {
  readonly name: string;
  readonly about: string;
  readonly unit: string;
  readonly step: number;
  readonly estimate: number;
  readonly standardError: number;
  readonly z: number;
  readonly p: number;
  /** Holm-adjusted over the list. */
  readonly pAdjusted: number;
  /** Odds ratio per step, with its 95 % interval. */
  readonly oddsRatio: number;
  readonly interval: readonly [number, number];
  readonly actionable: boolean;
  readonly missingShare: number;
}

export interface DriversFit {
  readonly status: string;
  readonly method: 'maximum likelihood' | 'firth';
  readonly rows: number;
  readonly episodes: number;
  readonly clusters: number;
  readonly effects: readonly DriverEffect[];
  readonly dropped: readonly { readonly name: string; readonly reason: string }[];
}

/** What ingest knows about one column of a contract table in the database. Measures are BIGINT scaled by 10^decimals. */
export interface IngestedColumn {
  readonly type: 'text' | 'boolean' | 'integer' | 'measure' | 'instant';
  readonly decimals: number;
  /**
   * `fixed`: true with its record. `at`: reads as NULL while that instant column >= t. `history`: read from that table of
   * the database, `(key, since, us, known_at, value)`; the value at t is that of the last `since` < t of the record's key.
   */
  readonly time: 'fixed' | { readonly at: string } | { readonly history: string };
}

export interface RowCounts {
  readonly in: number;
  readonly used: number;
  readonly quarantined: number;
  readonly dropped: number;
}

/** What ingest knows about the history of a versioned column. */
export interface HistoryInfo {
  /** Table and column, for example `accounts.industry`: the name of its rows in `quarantine`. */
  readonly name: string;
  readonly watermarkUs: number;
  readonly watermarkAssumed: boolean;
  readonly rows: RowCounts;
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
}

/** One ingested table: in the database it has the contract's column names and always `known_at` BIGINT. */
export interface TableInfo {
  readonly name: TableName;
  readonly columns: Readonly<Record<string, IngestedColumn>>;
  /** Instant (microseconds) up to which the table is complete. */
  readonly watermarkUs: number;
  readonly watermarkAssumed: boolean;
  /** Whether known-at is the event time of every row, because the source maps none. */
  readonly knownAtAssumed: boolean;
  /** Whether the table is a view over its files, whose rows are not copied into the database. */
  readonly inPlace: boolean;
  /**
   * Columns that hold the file's own ids of a table in place, cheaper to group by than the contract's: `id` is the SQL of
   * the contract's id with `{key}` for the native one.
   */
  readonly nativeKeys?: Readonly<
    Partial<Record<'account_id' | 'user_id', { readonly column: string; readonly id: string }>>
  >;
  /** View with the same rows that has the native keys; absent: the table itself has them. */
  readonly nativeTable?: string;
  readonly rows: RowCounts;
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
  /** Of accounts: whether table `account_merges` tells which accounts went into others; absent: none did. */
  readonly merges?: boolean;
  /** Histories of the versioned columns, by column; absent when there is none. */
  readonly histories?: Readonly<Record<string, HistoryInfo>>;
}

export type Tables = Readonly<Partial<Record<TableName, TableInfo>>>;

/** Rows and distinct episodes of one block. */
export interface BlockSummary {
  readonly rows: number;
  readonly accounts: number;
  readonly positives: number;
  readonly episodes: number;
  /** First and last as-of date, empty when not dated. */
  readonly from: string;
  readonly to: string;
}

/** One (target, kind) of a run, as in `vitals run --json`. */
export interface ModelResult {
  readonly name: string;
  readonly target: Target;
  readonly kind: ModelKind;
  /** `ok`, or why there is no learned result, for example `too_few_episodes`. */
  readonly status: string;
  readonly horizonDays: number;
  readonly rows: Readonly<Record<BlockName, number>>;
  readonly episodes: Readonly<Record<BlockName, number>>;
  readonly calibrator: Calibrator;
  /** Why this calibrator. */
  readonly calibratorReason: string;
  readonly test: Evaluation | null;
}
