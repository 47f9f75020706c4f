import { berlinDay, berlinMidnight, type Row, type World } from '../../features/world.js';

export interface Term {
  readonly start: number;
  readonly contract: number;
  readonly actual: number;
  readonly end: number;
  readonly notice: number | null;
  readonly rank: number | null;
  readonly seats: number | null;
  readonly mrr: number;
  readonly product: string | null;
  readonly known: number;
}

export const FOREVER = Number.POSITIVE_INFINITY;

/** The last instant that still makes `us` good: the midnight at or after it plus the days of grace. */
export function deadline(us: number, graceDays: number): number {
  if (graceDays === 0) return us;
  const day = berlinDay(us);
  return berlinMidnight((berlinMidnight(day) === us ? day : day + 1) + graceDays);
}

/** Paid terms of an account. */
export function termsOf(world: World, account: string): Term[] {
  return world.subscriptions
    .filter(row => row['account_id'] === account && row['is_trial'] !== true)
    .map(row => {
      const contract = (row['term_end'] as number | null) ?? FOREVER;
      const actual = (row['ended_at'] as number | null) ?? FOREVER;
      const plan = world.plans.find(p => p['plan'] === row['plan']);
      return {
        start: row['started_at'] as number,
        contract,
        actual,
        end: Math.min(contract, actual),
        notice: row['notice_at'] as number | null,
        rank: (plan?.['rank'] as number | undefined) ?? null,
        seats: row['seats'] as number | null,
        mrr: (row['mrr'] as number | null) ?? 0,
        product: row['product'] as string | null,
        known: row['known_at'] as number
      };
    });
}

/** Whether another paid term begins by the end plus grace and lasts beyond it. */
export const goesOn = (terms: readonly Term[], end: number, graceDays: number) =>
  terms.some(other => other.start <= deadline(end, graceDays) && other.end > end);

/** Monthly recurring revenue just after an instant; a gap that is closed within grace is bridged. */
export function mrrAt(terms: readonly Term[], at: number, graceDays: number): number {
  return terms
    .filter(({ start, end }) => start <= at && at < bridged(terms, end, graceDays))
    .reduce((sum, { mrr }) => sum + mrr, 0);
}

/** End of a term, or the start that continues it within grace after a gap. */
export function bridged(terms: readonly Term[], end: number, graceDays: number): number {
  if (end === FOREVER || terms.some(other => other.start <= end && other.end > end)) return end;
  const next = Math.min(...terms.map(other => other.start).filter(start => start > end), FOREVER);
  return next <= deadline(end, graceDays) ? next : end;
}

/** Rows of one account by hand, for tests that need few columns. */
export function term(row: Row): Row {
  return {
    account_id: 'a',
    subscription_id: 's',
    product: 'suite',
    plan: 'basic',
    seats: 10,
    mrr: 100_00,
    started_at: 0,
    term_end: null,
    ended_at: null,
    notice_at: null,
    is_trial: false,
    known_at: row['started_at'] ?? 0,
    ...row
  };
}
