import type { Row } from '../world.js';
import { num, sum, type View } from './view.js';

const FOREVER = Number.POSITIVE_INFINITY;

/** The earlier of the contract's end and the actual end, as known at the date. */
export function endOf(row: Row): number {
  return Math.min(num(row['term_end']) ?? FOREVER, num(row['ended_at']) ?? FOREVER);
}

/** Terms that ran just before an instant, and just after it. */
export const runningBefore = (v: View, us: number) =>
  v.terms.filter(row => num(row['started_at']) < us && endOf(row) >= us);
const runningAfter = (v: View, us: number) => v.terms.filter(row => num(row['started_at']) <= us && endOf(row) > us);
export const running = (v: View) => runningBefore(v, v.t);

/** Largest of the known values. */
export function top(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

export const planOf = (v: View, row: Row) => v.plans.find(plan => plan['plan'] === row['plan']);
export const rankOf = (v: View, rows: readonly Row[]) =>
  top(rows.map(row => (planOf(v, row)?.['rank'] as number | undefined) ?? null));

/** Sum of the cells that are there; null when none is. */
export function totalOf(rows: readonly Row[], column: string): number | null {
  const stated = rows.filter(row => row[column] !== null);
  return stated.length === 0 ? null : sum(stated, column);
}

/** A measure of the running terms, as it was just before and just after every instant at which a term began or ended. */
export interface Step {
  readonly us: number;
  readonly age: number;
  readonly was: number | null;
  readonly is: number | null;
}

export function stepsOf(v: View, measure: (rows: readonly Row[]) => number | null): Step[] {
  const instants = v.terms.flatMap(row => [num(row['started_at']), endOf(row)]).filter(us => us < v.t);
  return [...new Set(instants)].map(us => ({
    us,
    age: v.spine.asOfDay - v.dayOf(us),
    was: measure(runningBefore(v, us)),
    is: measure(runningAfter(v, us))
  }));
}

export const rose = ({ was, is }: Step) => was !== null && is !== null && is > was;
export const fell = ({ was, is }: Step) => was !== null && is !== null && is < was;

/** The running term that pays most; then the smallest plan, the newest, the earliest end, the smallest amount and length. */
export function mainTerm(v: View): Row | null {
  const order = (a: Row, b: Row) =>
    num(b['mrr']) - num(a['mrr']) ||
    compare(a['plan'] as string | null, b['plan'] as string | null) ||
    num(b['started_at']) - num(a['started_at']) ||
    compare(a['term_end'] as number | null, b['term_end'] as number | null) ||
    compare(a['amount'] as number | null, b['amount'] as number | null) ||
    compare(a['term_months'] as number | null, b['term_months'] as number | null);
  return [...running(v)].sort(order)[0] ?? null;
}

/** Ascending, empty cells last. */
function compare<T extends string | number>(a: T | null, b: T | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

/** Terms that reached their contract's end before the date, and whether others ran on there. */
export function renewals(v: View): boolean[] {
  return v.terms
    .filter(row => row['term_end'] !== null && num(row['term_end']) < v.t && endOf(row) === row['term_end'])
    .map(row => runningAfter(v, num(row['term_end'])).length > 0);
}

/** For every day from the first paid start up to the date, whether a paid term covers it. */
export function coveredDays(v: View): boolean[] {
  const spans = v.terms.map(row => [v.dayOf(num(row['started_at'])), v.dayOf(Math.min(endOf(row), v.t))] as const);
  const first = Math.min(v.spine.asOfDay, ...spans.map(([from]) => from));
  return Array.from({ length: v.spine.asOfDay - first }, (_, i) =>
    spans.some(([from, to]) => from <= first + i && first + i < to)
  );
}

/** Lengths of the runs of uncovered days between covered ones. */
export function gaps(v: View): number[] {
  const days = coveredDays(v)
    .map(day => (day ? 'x' : '.'))
    .join('');
  return [...days.matchAll(/(?<=x)\.+(?=x)/g)].map(match => match[0].length);
}
