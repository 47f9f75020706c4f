import type { Direction, FactorTransform, HealthCategory, TableName, Timing } from '../types.js';

/** When the value of a column became true: with its record, at another instant column of the row, or in a history table. */
export type ColumnTime = 'fixed' | { readonly at: string } | { readonly history: HistoryConfig };

/** A table of changes: one row per record and change. */
export interface HistoryConfig
  extends Pick<
    SourceConfig,
    | 'files'
    | 'format'
    | 'delimiter'
    | 'nullValues'
    | 'timezone'
    | 'timezoneDeclared'
    | 'knownAt'
    | 'completeUntil'
    | 'origin'
  > {
  /** File column with the key of the record that changed. */
  readonly key: string;
  /** File column with the instant from which the value is true. */
  readonly at: string;
  /** File column with the value; an empty cell is unknown from then on. */
  readonly value: string;
}

/** `jsonl`: one JSON object per line. */
export type FileFormat = 'csv' | 'parquet' | 'jsonl';

/** How one contract column is filled from a source. */
export interface ColumnMapping {
  /** Column name in the file; in JSON lines a field, nested ones by a dotted path such as `properties.plan`. */
  readonly from: string;
  /** Translation of the file's texts, for example { "0": "post" }; a text outside it is quarantined. */
  readonly values: Readonly<Record<string, string>> | null;
  /** Overrides the contract's own column time; null keeps it. */
  readonly time: ColumnTime | null;
  /** Decimals kept when the column is a measure; null keeps the contract's. */
  readonly decimals: number | null;
}

export interface SourceConfig {
  readonly table: TableName;
  /** Tells the sources of one table apart; null where it has only one and none was given. */
  readonly name: string | null;
  /** Paths or globs relative to the workspace. */
  readonly files: readonly string[];
  readonly format: FileFormat;
  /** CSV only; null = sniffed among , ; tab |. */
  readonly delimiter: string | null;
  /** Texts that mean NULL in CSV, besides the empty cell. */
  readonly nullValues: readonly string[];
  /** Zone of naive timestamps. */
  readonly timezone: string;
  readonly timezoneDeclared: boolean;
  /** File column with the instant when the record became knowable; null = the contract's event time. */
  readonly knownAt: string | null;
  /** ISO instant or date up to which the table is complete; null = assumed by the rule of watermarks. */
  readonly completeUntil: string | null;
  /** Accepts changing columns that are not declared as if they were fixed; reports repeat it. */
  readonly assumeFixed: boolean;
  /**
   * Parquet only: the files are read where they lie at every query and never copied into the database. Copies of records
   * are not looked for; `unique_key` says so for a table with a key.
   */
  readonly inPlace: boolean | 'unique_key';
  /** One SELECT over the relation `files`, whose output is mapped in place of the files' columns; null = the columns themselves. */
  readonly select: string | null;
  readonly columns: Readonly<Record<string, ColumnMapping>>;
  /** Where to get the file when it is absent (shown in the error, exit 3). */
  readonly origin: string | null;
}

export interface OutcomeConfig {
  readonly leadDays: number;
  readonly horizonDays: number;
  readonly graceDays: number;
}

/** Churn may also be read from silence, for businesses without contracts. */
export interface ChurnConfig extends OutcomeConfig {
  /** An account without an event for so many local days (at least 7) has churned; absent = silence is no churn. */
  readonly silenceDays?: number;
}

/** A block as explicit as-of dates, or a closed range of them. */
export interface BlockRange {
  readonly from: string;
  readonly to: string;
}

export interface BlocksConfig {
  readonly train: BlockRange;
  /** null: a fifth of the accounts (parents whole) cut out of the training dates. */
  readonly validation: BlockRange | null;
  readonly calibration: BlockRange;
  readonly test: BlockRange;
}

/** One ready feature table instead of raw tables. */
export interface SnapshotsConfig {
  readonly files: readonly string[];
  readonly format: FileFormat;
  readonly delimiter: string | null;
  readonly nullValues: readonly string[];
  readonly account: string;
  readonly parent: string | null;
  /** Column with the as-of date; null = not dated, k folds. */
  readonly asOf: string | null;
  readonly outcome: { readonly column: string; readonly positive: string };
  readonly target: 'churn';
  readonly horizonDays: number;
  /** Column with ARR, or null. */
  readonly value: string | null;
  /** Feature columns; `type: auto` = number when every non-null training cell is one, else category. */
  readonly features: Readonly<
    Record<
      string,
      {
        readonly type: 'number' | 'category' | 'auto';
        readonly unit: string;
        readonly about: string;
        readonly step: number | null;
        readonly direction: Direction;
        readonly actionable: boolean;
      }
    >
  >;
  readonly folds: number;
  readonly origin: string | null;
}

export type AggregateKind =
  | 'count'
  | 'sum'
  | 'distinct_users'
  | 'median'
  | 'last'
  | 'days_since'
  | 'share'
  | 'change'
  | 'slope';

/** What every feature says that `vitals.yaml` declares; null = the default of its kind. */
export interface CustomBase {
  readonly name: string;
  readonly about: string;
  readonly unit: string | null;
  readonly timing: Timing;
  readonly actionable: boolean;
  readonly direction: Direction;
  readonly minimum: number | null;
  readonly step: number | null;
}

/** A declared aggregate over the records of one table in the `window` days before the date. */
export interface CustomAggregate extends CustomBase {
  readonly kind: 'aggregate';
  readonly aggregate: AggregateKind;
  readonly table: TableName;
  /** Measured column; null = records are counted. */
  readonly of: string | null;
  /** SQL condition over the table's columns, as written; null = every record. */
  readonly where: string | null;
  readonly window: number;
}

/** A SQL expression over other features, as written. */
export interface CustomExpression extends CustomBase {
  readonly kind: 'expression';
  readonly expression: string;
  readonly type: 'number' | 'flag' | 'category';
}

export type CustomFeature = CustomAggregate | CustomExpression;

export interface Config {
  readonly name: string;
  /** Absolute directory of the workspace. Never part of a hash. */
  readonly workspace: string;
  readonly shape: 'events' | 'snapshots';
  /** Midnight that starts this ISO date in `calendar.timezone`; records known at or after it are quarantined. null only for undated snapshots. */
  readonly dataEnd: string | null;
  readonly currency: string;
  readonly calendar: {
    readonly timezone: string;
    /** Explicit dates, or a rhythm between `first` and `last` (null = earliest and latest that the data allow). */
    readonly dates: readonly string[] | null;
    readonly every: 'month' | 'week' | 'renewal';
    /** Local days before a contract end at which its account is looked at, descending; only when `every` is `renewal`. */
    readonly daysBefore?: readonly number[];
    readonly first: string | null;
    readonly last: string | null;
  };
  readonly sources: readonly SourceConfig[];
  readonly snapshots: SnapshotsConfig | null;
  readonly outcomes: { readonly churn: ChurnConfig; readonly upsell: OutcomeConfig | null };
  readonly features: {
    /** Event types that get features of their own, in this order. */
    readonly eventTypes: readonly string[];
    /** Event types that count as core value. */
    readonly coreEvents: readonly string[];
    /** Event types that are a login; default `login` when it is one of the event types. */
    readonly loginEvents: readonly string[];
    /** Event types that are a key feature of the product; default every event type but logins. */
    readonly keyEvents: readonly string[];
    /** Days without a login after which a user counts as dropped out (R21), at least 28. */
    readonly loyaltyDays: number;
    /** Intervals of the retention index (R16), ascending by week: `days` (at least 7) from 7 x week days after the first activity. */
    readonly retention: readonly { readonly week: number; readonly days: number; readonly weight: number }[];
    /** Windows in days of the usage families. */
    readonly windows: readonly number[];
    /** Largest rating of support that counts as bad. */
    readonly badRating: number;
    /** Least number of answers behind an NPS or a CSAT; fewer give Undefined. */
    readonly npsMin: number;
    /** Smallest satisfaction score that counts as satisfied. */
    readonly csatSatisfied: number;
    /** Tags that get a feature of their own. */
    readonly tags: readonly string[];
    /** Days after which a noted score without an expiry of its own has no effect. */
    readonly sentimentDays: number;
    /** A main contact of fewer days is new. */
    readonly newContactDays: number;
    /** Features to compute, by name; `core` and `all` stand for sets. Declared features and those of the manual score and the drivers always count. */
    readonly use: readonly string[];
    readonly exclude: readonly string[];
    /** Features that the file declares itself, in its order. */
    readonly custom: readonly CustomFeature[];
  };
  /** File, line and column of the custom features and their keys, for messages. Never part of a hash. */
  readonly customPlaces: Readonly<Record<string, string>>;
  readonly models: {
    readonly seed: number;
    readonly neural: {
      readonly hidden: readonly number[];
      readonly learningRate: number;
      readonly weightDecay: number;
      readonly maxEpochs: number;
      readonly patience: number;
      readonly batch: number;
    } | null;
    /** Pre-declared factors of the drivers fit, in order of priority; null = the catalogue's own list. */
    readonly drivers: readonly string[] | null;
    readonly backend: 'auto' | 'cpu' | 'wasm' | 'tensorflow';
  };
  readonly health: { readonly profile: string } | null;
  readonly blocks: BlocksConfig | null;
  readonly gates: { readonly skill: boolean };
  /** SHA-256 of everything above that can change a result (no paths of the machine, threads or memory). */
  readonly hash: string;
}

/** A factor as written in a profile. */
export interface ProfileFactor {
  readonly name: string;
  readonly feature: string;
  readonly dimension: string;
  readonly weight: number;
  readonly required: boolean;
  readonly timing: Timing;
  readonly actionable: boolean;
  readonly transform: FactorTransform;
  readonly about: string;
  readonly evidence: string;
}

/** The manual health score of `models/manual/<name>.yaml`, resolved and validated. */
export interface ManualProfile {
  readonly name: string;
  readonly purpose: 'predictor' | 'actionable';
  readonly owner: string;
  readonly approver: string;
  readonly date: string;
  readonly minCoverage: number;
  readonly peers: { readonly by: readonly string[]; readonly minPeers: number };
  readonly factors: readonly ProfileFactor[];
  readonly categories: readonly HealthCategory[];
  readonly hash: string;
}
