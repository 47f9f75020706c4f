import { DataError } from '../errors.js';

/** A share, or null where its denominator is 0 (Undefined). */
export type Share = number | null;

/**
 * Movements of monthly recurring revenue (MRR) over a period, in one unit of money, and of paying accounts:
 * start + new + expansion + reactivation - contraction - churn = end, for money and (without expansion and contraction)
 * for accounts. An account is judged by its MRR just before the period and just before its end.
 */
export interface Waterfall {
  readonly start: number;
  /** MRR at the end of accounts that paid nothing at the start and never before. */
  readonly new: number;
  /** Rise of accounts that paid at the start. */
  readonly expansion: number;
  /** Fall of accounts that paid at the start and still pay. */
  readonly contraction: number;
  /** MRR at the start of accounts that pay nothing at the end. */
  readonly churn: number;
  /** MRR at the end of accounts that paid nothing at the start, but once before. */
  readonly reactivation: number;
  readonly end: number;
  readonly startAccounts: number;
  readonly newAccounts: number;
  readonly churnedAccounts: number;
  readonly reactivatedAccounts: number;
  readonly endAccounts: number;
}

/** An account's MRR at both ends of a period, as whole units (cents), and whether it ever paid before. */
export interface AccountMrr {
  readonly start: number;
  readonly end: number;
  readonly paidBefore: boolean;
}

/** The waterfall of some accounts. @throws DataError when an amount is no whole number of at least 0 */
export function mrrWaterfall(accounts: readonly AccountMrr[]): Waterfall {
  const wrong = accounts.find(({ start, end }) => !isWhole(start) || !isWhole(end));
  if (wrong !== undefined) {
    throw new DataError(
      `expected MRR in whole units of at least 0, got ${wrong.start} and ${wrong.end}; scale it to cents`
    );
  }
  const rising = accounts.filter(({ start, end }) => start === 0 && end > 0);
  const [fresh, back] = [rising.filter(a => !a.paidBefore), rising.filter(a => a.paidBefore)];
  const paying = accounts.filter(({ start }) => start > 0);
  const lost = paying.filter(({ end }) => end === 0);
  const kept = paying.filter(({ end }) => end > 0);
  const sum = (rows: readonly AccountMrr[], of: (row: AccountMrr) => number) =>
    rows.reduce((all, row) => all + of(row), 0);
  return {
    start: sum(paying, a => a.start),
    new: sum(fresh, a => a.end),
    expansion: sum(kept, a => Math.max(0, a.end - a.start)),
    contraction: sum(kept, a => Math.max(0, a.start - a.end)),
    churn: sum(lost, a => a.start),
    reactivation: sum(back, a => a.end),
    end: sum(accounts, a => a.end),
    startAccounts: paying.length,
    newAccounts: fresh.length,
    churnedAccounts: lost.length,
    reactivatedAccounts: back.length,
    endAccounts: kept.length + rising.length
  };
}

function isWhole(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Shares of one period's start. New and reactivated accounts are in no denominator and no numerator but the quick ratio's. */
export interface RetentionRates {
  /** (start - contraction - churn) / start, in [0, 1]. */
  readonly grossRevenueRetention: Share;
  /** Gross revenue retention + expansion / start; may exceed 1. Reactivation is not part of it. */
  readonly netRevenueRetention: Share;
  /** (contraction + churn) / start. */
  readonly grossRevenueChurn: Share;
  /** Accounts that paid at the start and pay nothing at the end, of those that paid at the start. */
  readonly logoChurn: Share;
  readonly logoRetention: Share;
  readonly quickRatio: Share;
  readonly quickRatioStatus: QuickRatio['status'];
}

export interface QuickRatio {
  /** (new + expansion + reactivation) / (contraction + churn). */
  readonly value: Share;
  /** `no_losses`: gains over nothing lost, beyond every number; `no_movement`: neither gains nor losses. */
  readonly status: 'ok' | 'no_losses' | 'no_movement';
}

/** Rates of one period. */
export function retentionRates(w: Waterfall): RetentionRates {
  const quick = quickRatio(w);
  return {
    grossRevenueRetention: share(w.start - w.contraction - w.churn, w.start),
    netRevenueRetention: share(w.start + w.expansion - w.contraction - w.churn, w.start),
    grossRevenueChurn: share(w.contraction + w.churn, w.start),
    logoChurn: share(w.churnedAccounts, w.startAccounts),
    logoRetention: share(w.startAccounts - w.churnedAccounts, w.startAccounts),
    quickRatio: quick.value,
    quickRatioStatus: quick.status
  };
}

/** Gains over losses of MRR. */
export function quickRatio(
  moves: Pick<Waterfall, 'new' | 'expansion' | 'reactivation' | 'contraction' | 'churn'>
): QuickRatio {
  const gains = moves.new + moves.expansion + moves.reactivation;
  const losses = moves.contraction + moves.churn;
  if (losses === 0) return { value: null, status: gains === 0 ? 'no_movement' : 'no_losses' };
  return { value: gains / losses, status: 'ok' };
}

/** One division of whole numbers; null when the denominator is 0. */
export function share(part: number, whole: number): Share {
  return whole === 0 ? null : part / whole;
}

/**
 * A rate in [0, 1] of one period turned into that of `periods` such periods, when it stays the same: 1 - (1 - rate)^periods.
 * Monthly to annual: 12; annual to monthly: 1 / 12; 90 days to 30 days: 30 / 90. Never rate x periods.
 */
export function rateOver(rate: number, periods: number): number {
  return rate === 0 ? 0 : -Math.expm1(periods * Math.log1p(-rate));
}

/** What became of the accounts that began in one month. */
export interface CohortChurn {
  /** Share of the cohort that does not pay, by month end. */
  readonly cumulative: readonly Share[];
  /** Share of those that paid at the month end before (the first: of the cohort) that does not any more; negative when more came back. */
  readonly hazard: readonly Share[];
}

/** Churn of a cohort whose size stays its denominator; later joiners never enter it. */
export function cohortChurn(size: number, activeAtMonthEnds: readonly number[]): CohortChurn {
  return {
    cumulative: activeAtMonthEnds.map(active => share(size - active, size)),
    hazard: activeAtMonthEnds.map((active, i) => {
      const before = i === 0 ? size : (activeAtMonthEnds[i - 1] as number);
      return share(before - active, before);
    })
  };
}
