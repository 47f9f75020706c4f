import type { IngestedColumn, TableName } from '../../types.js';

/**
 * When a column's value became true: `fixed` with its record, from the instant in another column of the row on, or
 * `changing` at a moment that no column tells (must be declared in the mapping, or assumed fixed).
 */
export type ContractTime = 'fixed' | { readonly at: string } | 'changing';

/** One column of the contract. */
export interface ContractColumn {
  readonly name: string;
  readonly type: IngestedColumn['type'];
  /** Unit of the value, `''` when it has none. */
  readonly unit: string;
  /** Whether a cell may be empty. */
  readonly nullable: boolean;
  /** Whether a source of this table must map it. */
  readonly required: boolean;
  /** Decimals kept of a measure; 0 for every other type. */
  readonly decimals: number;
  readonly time: ContractTime;
  /** Smallest accepted value, in its unit. */
  readonly minimum?: number;
  /** The accepted texts, in lower case. */
  readonly allowed?: readonly string[];
}

/** One table of the contract. */
export interface TableContract {
  readonly name: TableName;
  readonly about: string;
  /** Columns that name a record; when a source does not map them all, only exact duplicates are found. */
  readonly key: readonly string[];
  /** Instant at which the record happened; null when it was known from the beginning of time. */
  readonly eventTime: string | null;
  /** Pairs of instants that may not be in reverse order. */
  readonly spans: readonly { readonly start: string; readonly end: string }[];
  readonly columns: readonly ContractColumn[];
}

type Options = Partial<Omit<ContractColumn, 'name' | 'type'>>;

const DEFAULTS = { unit: '', nullable: true, required: false, decimals: 0, time: 'fixed' } as const;

/** An optional text column; blank cells are NULL. */
export function text(name: string, options: Options = {}): ContractColumn {
  return { name, type: 'text', ...DEFAULTS, ...options };
}

/** An optional text whose changes are not dated. */
export function changing(name: string): ContractColumn {
  return text(name, { time: 'changing' });
}

/** An optional whole number, at least 0. */
export function integer(name: string, options: Options = {}): ContractColumn {
  return { name, type: 'integer', ...DEFAULTS, minimum: 0, ...options };
}

/** An optional decimal number, kept as an integer scaled by 10^decimals. */
export function measure(name: string, options: Options = {}): ContractColumn {
  return { name, type: 'measure', ...DEFAULTS, ...options };
}

/** An optional yes or no. */
export function flag(name: string): ContractColumn {
  return { name, type: 'boolean', ...DEFAULTS };
}

/** An instant that is known with its record, such as the end of a contract. */
export function instant(name: string, options: Options = {}): ContractColumn {
  return { name, type: 'instant', ...DEFAULTS, unit: 'us', ...options };
}

/** An instant of something that happens later: reads as NULL until it has happened. */
export function later(name: string): ContractColumn {
  return instant(name, { time: { at: name } });
}

/** What a column needs to be mandatory in its table and in every row. */
export const REQUIRED = { required: true, nullable: false } as const;
