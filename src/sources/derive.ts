import { ConfigError } from '../errors.js';
import { id, literal, raw, sql } from '../sql/sql.js';
import type { IngestedColumn, Sql, TableName } from '../types.js';
import { type Fault, MOST } from './cast.js';
import { contractColumn, type TableContract } from './contracts.js';
import type { MappedColumn } from './mapping.js';
import type { Derived } from './stage.js';

/** Columns that a table gets besides the mapped ones, and the faults of their rows. */
export interface Derivation {
  readonly derived: readonly Derived[];
  readonly faults: readonly Fault[];
  readonly columns: Readonly<Record<string, IngestedColumn>>;
}

const NOTHING: Derivation = { derived: [], faults: [], columns: {} };

/**
 * Currency codes in capitals, and the monthly recurring revenue of subscriptions: the mapped `mrr`; where it is empty `amount / term_months` rounded half up
 * to the decimals of `mrr`, in integers; where that is empty too, 0 for a trial.
 * @throws ConfigError when neither mrr nor amount with term_months is mapped.
 */
export function deriveColumns(table: TableName, mapped: readonly MappedColumn[]): Derivation {
  const currency = mapped.some(entry => entry.column.name === 'currency')
    ? [{ name: 'currency', value: sql`upper(currency)` }]
    : [];
  if (table !== 'subscriptions') return { ...NOTHING, derived: currency };
  const find = (name: string) => mapped.find(entry => entry.column.name === name);
  const [mrr, amount, months, trial] = ['mrr', 'amount', 'term_months', 'is_trial'].map(find);
  const terms = amount !== undefined && months !== undefined;
  if (mrr === undefined && !terms) {
    throw new ConfigError(
      'sources.subscriptions.columns: expected mrr, or amount with term_months, got neither; add mrr: <column of the file>'
    );
  }
  const decimals = mrr?.cell.decimals ?? contractColumn('subscriptions', 'mrr').decimals;
  const parts = [
    ...(mrr === undefined ? [] : [sql`mrr`]),
    ...(terms ? [monthly(amount.cell.decimals, decimals)] : []),
    ...(trial === undefined ? [] : [sql`case when is_trial then 0 end`])
  ];
  const value = sql`cast(coalesce(${parts.reduce((list, part) => sql`${list}, ${part}`)}) as bigint)`;
  return {
    derived: [{ name: 'mrr', value }, ...currency],
    faults: [
      { when: sql`mrr is null`, reason: 'mrr: expected a monthly amount, or an amount and its months, got empty cells' }
    ],
    columns: { mrr: { type: 'measure', decimals, time: 'fixed' } }
  };
}

/** round(amount / months) with both scaled, or NULL when out of range: floor((2 a + m) / (2 m)) for a >= 0, m > 0. */
function monthly(from: number, to: number): Sql {
  const amount = sql`cast(amount as hugeint) * ${literal(2 * 10 ** to)}`;
  const months = sql`cast(term_months as hugeint) * ${literal(10 ** from)}`;
  const quotient = sql`(${amount} + ${months}) // (2 * ${months})`;
  const usable = sql`term_months > 0 and amount between 0 and ${raw(String(MOST))}`;
  return sql`case when ${usable} then ${quotient} end`;
}

/** Faults of pairs of instants in reverse order. */
export interface SpanFaults {
  /** Faults of the whole row. */
  readonly rows: readonly Fault[];
  /** Faults of the end alone, by its name: the end is a later cell and the start is not. Every later column has a list. */
  readonly later: ReadonlyMap<string, readonly Fault[]>;
}

/** Judges the pairs of which both columns are mapped (`names`); `later` are the columns whose faults empty only the cell. */
export function spanFaults(
  spans: TableContract['spans'],
  { names, later }: { readonly names: ReadonlySet<string>; readonly later: ReadonlySet<string> }
): SpanFaults {
  const mapped = spans.filter(span => names.has(span.start) && names.has(span.end));
  const endAlone = (span: { start: string; end: string }) => later.has(span.end) && !later.has(span.start);
  return {
    rows: mapped.filter(span => !endAlone(span)).map(reversed),
    later: new Map(
      [...later].map(name => [name, mapped.filter(span => span.end === name && endAlone(span)).map(reversed)])
    )
  };
}

function reversed({ start, end }: { start: string; end: string }): Fault {
  return {
    when: sql`${id(end)} < ${id(start)}`,
    reason: `${end}: expected an instant from ${start} on, got an earlier one`
  };
}
