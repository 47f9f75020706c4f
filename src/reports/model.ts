import type { EpisodeCounts, Retention, RetentionCohort, RetentionPeriod, Waterfall } from '../outcomes/index.js';
import type { BlockName, BlockSummary, DriversFit, ModelKind, ModelResult, RowCounts, Target } from '../types.js';

/** Everything a report shows, as plain JSON; every printed number is one of these, rounded. */
export interface ReportModel {
  readonly runId: string;
  readonly product: string;
  readonly name: string;
  readonly currency: string;
  /** Date of the newest snapshot that was scored (data end), or empty when not dated. */
  readonly asOf: string;
  readonly dataEnd: string;
  readonly timeOrdered: boolean;
  /** k of k folds when not time-ordered. */
  readonly folds: number;
  readonly backend: string;
  readonly seed: number;
  readonly dataHash: string;
  readonly configHash: string;
  readonly horizonDays: number;
  readonly headline: Headline | null;
  readonly models: readonly ModelResult[];
  readonly inForce: Readonly<Partial<Record<Target, string>>>;
  readonly blocks: Readonly<Partial<Record<Target, Readonly<Record<BlockName, BlockSummary>>>>>;
  /** AUC of the learned model in force minus that of the manual score on the same test rows, 95 %, clustered by account. */
  readonly comparison: { readonly aucDifference: number; readonly interval: readonly [number, number] } | null;
  readonly drivers: DriversFit | null;
  readonly health: HealthReport | null;
  /** Retention arithmetic of the paid terms; null without subscriptions. */
  readonly retention: RetentionReport | null;
  /** Guard against the calendar trick: models beside the days to the end of a term. */
  readonly termEnds: TermEnds;
  readonly quality: QualityReport;
  readonly gates: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  /** How many more churn episodes the learned models need; 0 when enough. */
  readonly episodesNeeded: number;
  /** Sentences that the reader must know (validation shares training dates, known-at assumed, ...). */
  readonly notes: readonly string[];
}

export interface Headline {
  readonly accounts: number;
  readonly arr: number;
  readonly expectedChurned: number;
  readonly expectedChurnedInterval: readonly [number, number];
  readonly expectedLostArr: number;
  readonly expectedLostArrInterval: readonly [number, number];
  readonly model: string;
}

export interface HealthReport {
  readonly profile: string;
  readonly accountMean: number | null;
  readonly arrMean: number | null;
  readonly accountCategory: string;
  readonly arrCategory: string;
  readonly actionableShare: number;
  readonly laggingShare: number;
  /** Counts at data end, in the order of the scale, `Undefined` last. */
  readonly categories: readonly {
    readonly label: string;
    readonly color: string;
    readonly meaning: string;
    readonly accounts: number;
    readonly arr: number;
  }[];
  /** Held-out test block: what happened to each category, and what the calibrated manual score said. */
  readonly outcomes: readonly {
    readonly label: string;
    readonly n: number;
    readonly churned: number;
    readonly observed: number;
    readonly interval: readonly [number, number];
    readonly predicted: number;
  }[];
  readonly factors: readonly {
    readonly name: string;
    readonly about: string;
    readonly weight: number;
    readonly dimension: string;
  }[];
}

/** Retention in money of the reporting currency; every amount is a whole number of cents divided once. */
export interface RetentionReport extends Pick<Retention, 'average'> {
  /** How a monthly rate becomes an annual one. */
  readonly annualisation: string;
  readonly months: readonly RetentionPeriod[];
  readonly total: Waterfall | null;
  readonly year: RetentionPeriod | null;
  readonly cohorts: readonly RetentionCohort[];
  /** Accounts by months since their first payment: of all cohorts observed that long, those that do not pay any more. */
  readonly byAge: readonly {
    readonly months: number;
    readonly accounts: number;
    readonly churned: number;
    readonly share: number | null;
  }[];
  readonly episodes: EpisodeCounts;
}

/** AUC of one model over some rows; null when a class is absent. */
export interface TermEndsAuc {
  readonly auc: number | null;
  readonly interval: readonly [number, number] | null;
}

export interface TermEnds {
  /** `no_term_ends`: no contract ends are mapped; `none_in_window`: none lies in an outcome window; `too_few_episodes`: no model was judged; `not_dated`: snapshots carry no date. */
  readonly status: 'ok' | 'no_term_ends' | 'none_in_window' | 'too_few_episodes' | 'not_dated';
  /** Test rows and distinct churn episodes: all, and those with a contract end known at t inside the outcome window. */
  readonly all: { readonly rows: number; readonly episodes: number };
  readonly ending: { readonly rows: number; readonly episodes: number };
  /** Churn models judged on the test block, and `days_to_term_end`: a logistic model that reads nothing else (absent when the feature is left out). */
  readonly models: readonly {
    readonly kind: ModelKind | 'days_to_term_end';
    readonly all: TermEndsAuc;
    readonly ending: TermEndsAuc;
  }[];
}

export interface QualityReport {
  readonly rows: Readonly<Record<string, RowCounts>>;
  readonly reasons: readonly { readonly table: string; readonly reason: string; readonly rows: number }[];
  readonly watermarks: readonly { readonly table: string; readonly until: string; readonly assumed: boolean }[];
  readonly skippedFeatures: readonly { readonly name: string; readonly reason: string }[];
  readonly snapshots: number;
  readonly features: number;
}
