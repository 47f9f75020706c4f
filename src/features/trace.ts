import type { Engine, TableName } from '../types.js';
import { type LabInput, openLab } from './trace-lab.js';
import { type Search, search } from './trace-search.js';

/**
 * How records make a value.
 * - `count`, `sum`: one aggregate, to which each record adds 1 (and the value is their number) or its part
 * - `parts`: counts and sums put together, such as a share, whose denominator counts too
 * - `extreme`: the records that hold what is looked for, such as the last one
 * - `together`: records that give the value only together, such as distinct values, a middle one, or gaps
 * - `all`: nothing less than everything that could be read gives the value
 * - `none`: no record counts
 * - `spine`: no record is read beside those that say since when the account pays, and what
 */
export type Rule = 'count' | 'sum' | 'parts' | 'extreme' | 'together' | 'all' | 'none' | 'spine';

export interface TableTrace {
  readonly table: TableName;
  /** Numbers (trace_seen_row) of the records that made the value, ascending. */
  readonly made: readonly number[];
  /** Records that were tried together, 1 unless the account has very many: a mark then holds for the group. */
  readonly width: number;
}

export interface Trace {
  readonly value: number | string | null;
  readonly state: 0 | 1 | 2;
  readonly rule: Rule;
  readonly tables: readonly TableTrace[];
}

/**
 * Finds the records of one account that made a feature's value, by trying: the feature is computed by the ordinary compiler
 * for the account with all of its records, with none, and with each alone. Records that alone change an aggregate make it;
 * of a largest or smallest value, those that hold it. What is found is tried in its turn: without every other record,
 * value, state and aggregates are the same. When they are not, records join whose absence changes something, and at last all.
 *
 * Reads the account's records from the contract tables (a temporary stand-in of a table goes before it) and leaves
 * temporary tables and `snapshots` behind: run it in a transaction that is rolled back.
 */
export async function traceFeature(engine: Engine, input: LabInput): Promise<Trace> {
  const lab = await openLab(engine, input);
  const found = await search(lab);
  const tables = lab.read.map(({ table, width }, t) => ({ table, made: found.rows[t] ?? [], width }));
  return { ...found.first, rule: ruleOf(found), tables };
}

function ruleOf({ found, level, rows, first }: Search): Rule {
  const used = found.flat().filter(({ how }) => how !== 'none');
  const made = rows.flat().length;
  const [one] = found.flat();
  if (found.length === 0) return 'spine';
  if (made === 0) return 'none';
  if (level > 1) return level === 2 ? 'together' : 'all';
  if (level === 0 && used.every(({ how }) => how === 'adds')) {
    if (found.flat().length > 1 || one === undefined) return 'parts';
    return !one.ones ? 'sum' : first.value === made ? 'count' : 'parts';
  }
  return level === 0 && used.every(({ how }) => how !== 'together') ? 'extreme' : 'together';
}
