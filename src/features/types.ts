import type { FeatureInfo, Sql, TableName, Tables } from '../types.js';
import type { EventLayout } from './event-layout.js';

/** A feature with its compiled definition: `sql` is an expression over the spine row `s` and columns of passes. */
export interface FeatureDef extends FeatureInfo {
  /** Contract columns it reads, as `table.column`. */
  readonly reads: readonly string[];
  /** Longest window in days; 0 when it has none. */
  readonly windowDays: number;
  /** Smallest tenure in days at which it is measured; below it the state is 2 (too young). */
  readonly minAgeDays: number;
  readonly aggregates: readonly Aggregate[];
  /** DOUBLE, or VARCHAR for categories; NULL = undefined, reported as state 1. */
  readonly sql: Sql;
}

/** A feature as a family declares it. `define` runs only when every column of `reads` is mapped. */
export interface FeatureSpec extends Omit<FeatureInfo, 'requires' | 'definitionHash' | 'type'> {
  readonly type?: 'number' | 'category';
  readonly reads: readonly string[];
  readonly windowDays?: number;
  readonly minAgeDays?: number;
  /** Why the configuration alone rules it out; absent when it does not. */
  readonly unavailable?: string;
  /** The expression; `use` gives the column of an aggregate and notes that it is needed. */
  readonly define: (use: (aggregate: Aggregate) => Sql) => Sql;
}

/** One column of a pass: an aggregate over the rows `r` that the pass gives per (account_id, as_of_day). */
export interface Aggregate {
  readonly pass: Pass;
  /** Unique within its pass. */
  readonly name: string;
  readonly sql: Sql;
  /** Oldest age in days that it counts, for passes that read no further back. */
  readonly reach?: number;
  /** What the intermediate tables of events must hold for it. */
  readonly events?: EventNeeds;
}

/** Needs of an aggregate over events. */
export interface EventNeeds {
  /** Window edges in days before the as-of date; time is cut at each of them, so that a window is whole intervals. */
  readonly edges?: readonly number[];
  /** Sums per account and interval. */
  readonly parts?: readonly Part[];
  /** Whether the days with events are told apart. */
  readonly days?: boolean;
  /** Whether it reads the account's whole history. */
  readonly life?: boolean;
  /** Which ends of the history it needs, as instants. */
  readonly ends?: readonly ('first' | 'last')[];
  /** Spans of ages over which users are told apart. */
  readonly spans?: readonly UserSpan[];
}

/** Ages in days (after, upTo] before the as-of date; `upTo` null is the whole history before. */
export interface UserSpan {
  readonly after: number;
  readonly upTo: number | null;
}

/** A column of the events' intermediate table: an aggregate over the event rows `e` of one account and interval. */
export interface Part {
  readonly name: string;
  readonly sql: Sql;
  /** The event type whose events it counts, when it is such a count. */
  readonly eventType?: string;
  /** How the values of several intervals are put together; default `sum`. */
  readonly over?: 'sum' | 'min';
}

export type PartialName =
  | 'feature_dates'
  | 'feature_buckets'
  | 'feature_bands'
  | 'feature_event_buckets'
  | 'feature_user_buckets'
  | 'feature_user_spans'
  | 'feature_user_masks'
  | 'feature_user_days';

/** A set-based query over one source: `from` gives rows with account_id, as_of_day and what the aggregates read. */
export interface Pass {
  readonly name: string;
  /** Intermediate tables that it reads, in the order in which they are built. */
  readonly partials: readonly PartialName[];
  /** Counts over the events `e` of a user's day that it reads from `feature_user_days`. */
  readonly userParts?: readonly Part[];
  readonly from: (input: PassInput) => Sql;
}

export interface PassInput {
  readonly tables: Tables;
  /** `table.column` names that the chosen features read. */
  readonly reads: ReadonlySet<string>;
  readonly aggregates: readonly Aggregate[];
  readonly events: EventLayout;
  readonly timezone: string;
  /** Local calendar day of an instant. */
  readonly day: (us: Sql) => Sql;
}

/** What a family may look at: the declared configuration and which columns are mapped, never rows. */
export interface FamilyInput {
  readonly windows: readonly number[];
  readonly eventTypes: readonly { readonly type: string; readonly slug: string }[];
  readonly coreEvents: readonly string[];
  readonly loginEvents: readonly string[];
  readonly keyEvents: readonly { readonly type: string; readonly slug: string }[];
  readonly loyaltyDays: number;
  /** Intervals of the retention index: `days` from 7 x week days after the first activity. */
  readonly retention: readonly { readonly week: number; readonly days: number; readonly weight: number }[];
  /** Largest rating of support that counts as bad, in points. */
  readonly badRating: number;
  readonly npsMin: number;
  readonly csatSatisfied: number;
  readonly tags: readonly { readonly tag: string; readonly slug: string }[];
  readonly sentimentDays: number;
  readonly newContactDays: number;
  /** Whether `table.column` is mapped. */
  readonly has: (read: string) => boolean;
  /** Decimals of the measure `table.column`; 0 when it is not mapped. */
  readonly decimals: (read: string) => number;
  /** Local calendar day of an instant. */
  readonly day: (us: Sql) => Sql;
}

export type Family = (input: FamilyInput) => readonly FeatureSpec[];

/** Table of a `table.column` name. */
export function tableOf(read: string): TableName {
  return read.slice(0, read.indexOf('.')) as TableName;
}

/** Column of a `table.column` name. */
export function columnOf(read: string): string {
  return read.slice(read.indexOf('.') + 1);
}
