import { type Account, anchorOf } from './account.js';
import { DAY } from './time.js';

/**
 * Issues the bill at the anchor of a month: 2 to 3 % of payments fail and are cured within nine days, some are late, and
 * one that fails at `failedForGood` (NaN otherwise) is never paid. Payments at or after data end are not known yet.
 */
export function bill(account: Account, month: number, known: { failedForGood: number; dataEnd: number }): void {
  const issued = anchorOf(account, month);
  const due = issued + (account.billMonths === 12 ? 30 : 14) * DAY;
  const cents = account.terms.reduce((sum, term) => sum + term.cents, 0) * account.billMonths;
  const { failed, paid } = Number.isNaN(known.failedForGood)
    ? drawPayment(account, issued, due)
    : { failed: known.failedForGood, paid: Number.NaN };
  const visible = (instant: number) => (instant < known.dataEnd ? instant : Number.NaN);
  account.rows.invoices.push(account.index, ++account.invoices, issued, due, visible(paid), visible(failed), cents);
}

function drawPayment({ latent, random }: Account, issued: number, due: number): { failed: number; paid: number } {
  const trouble = Math.min(3, latent.payment);
  if (random.uniform() < 0.02 * Math.exp(0.9 * trouble)) {
    const failed = issued + 60 * random.integer(60, 300);
    return { failed, paid: failed + DAY + 60 * random.integer(0, 8 * 24 * 60) };
  }
  const late = random.uniform() < 1 / (1 + Math.exp(2 - 1.8 * trouble));
  const paid = late ? due + 60 * random.integer(0, 20 * 24 * 60) : issued + 60 * random.integer(60, 12 * 24 * 60);
  return { failed: Number.NaN, paid };
}
