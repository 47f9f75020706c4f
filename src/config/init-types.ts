import type { ColumnType, TableName } from '../types.js';

/** What sniffing found in one column. */
export interface SniffedColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Distinct texts of the column, when they are few. */
  readonly values?: readonly string[];
  readonly distinct?: number;
  /** Smallest and largest value; instants as ISO text. */
  readonly min?: string | number;
  readonly max?: string | number;
  readonly nullShare?: number;
  /** What its owner must know, as the end of a sentence that begins with the column. */
  readonly note?: string;
}

export interface SniffedFile {
  /** As it shall stand in the configuration, relative to the workspace. */
  readonly path: string;
  readonly columns: readonly SniffedColumn[];
  readonly rows: number;
}

export interface FileColumn {
  readonly file: string;
  readonly column: string;
}

/** Mapping of one contract table; several files are parts of one table with the same columns. */
export interface TableProposal {
  readonly table: TableName;
  readonly files: readonly string[];
  /** Contract column to file column, in contract order. */
  readonly columns: Readonly<Record<string, string>>;
  /** Mapped columns that may have changed since. */
  readonly changing: readonly string[];
  /** File columns that nothing is mapped to. */
  readonly unmapped: readonly string[];
}

interface CommonProposal {
  readonly name: string;
  /** Sentences for the reader, also written as comments. */
  readonly notes: readonly string[];
}

export interface EventsProposal extends CommonProposal {
  readonly shape: 'events';
  readonly dataEnd: string;
  readonly currency: string;
  /** Whether a currency was found, or assumed. */
  readonly currencyFound: boolean;
  readonly tables: readonly TableProposal[];
  readonly eventTypes: readonly string[];
}

export interface SnapshotsProposal extends CommonProposal {
  readonly shape: 'snapshots';
  readonly dataEnd: string | null;
  readonly file: string;
  readonly account: string;
  readonly asOf: string | null;
  readonly outcome: { readonly column: string; readonly positive: string };
  readonly value: string | null;
  readonly features: readonly string[];
  readonly unmapped: readonly string[];
}

/** A workspace as proposed to its owner. */
export type Proposal = EventsProposal | SnapshotsProposal;
