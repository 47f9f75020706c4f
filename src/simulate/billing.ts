import { type Account, anchorOf, type Bill } from './account.js';
import { DAY } from './time.js';

/**
 * Issues the bill at the anchor of a month: about 3 % of payments fail and are cured within nine days, some are late, and
 * one that fails at `failedForGood` (NaN otherwise) is never paid.
 */
export function bill(account: Account, month: number, failedForGood: number): void {
  const issued = anchorOf(account, month);
  const due = issued + (account.billMonths === 12 ? 30 : 14) * DAY;
  const cents = account.terms.reduce((sum, term) => sum + term.cents, 0) * account.billMonths;
  const payment = Number.isNaN(failedForGood)
    ? drawPayment(account, issued, due)
    : { failed: failedForGood, paid: Number.NaN };
  account.bills.push({ issued, due, cents, ...payment });
}

function drawPayment({ latent, random }: Account, issued: number, due: number): Pick<Bill, 'failed' | 'paid'> {
  const trouble = Math.min(3, latent.payment);
  if (random.uniform() < 0.02 * Math.exp(0.9 * trouble)) {
    const failed = issued + 60 * random.integer(60, 300);
    return { failed, paid: failed + DAY + 60 * random.integer(0, 8 * 24 * 60) };
  }
  const late = random.uniform() < 1 / (1 + Math.exp(2 - 1.8 * trouble));
  const paid = late ? due + 60 * random.integer(0, 20 * 24 * 60) : issued + 60 * random.integer(60, 12 * 24 * 60);
  return { failed: Number.NaN, paid };
}

/** Writes the bills. Nothing is paid at or after `until`: data end, or the payment that failed for good. */
export function recordBills({ bills, index, rows }: Account, until: number): void {
  bills.forEach(({ issued, due, paid, failed, cents }, i) => {
    rows.invoices.push(index, i + 1, issued, due, paid < until ? paid : Number.NaN, failed, cents);
  });
}
