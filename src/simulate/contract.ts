import { type Account, anchorOf, type Term, workingInstant } from './account.js';
import { DAY } from './time.js';

export type ChurnKind = 'cancelled' | 'non_renewal' | 'payment_failure';
export type UpsellKind = 'seats_up' | 'plan_up' | 'add_on';

/** What the coming month brings to an account, and when. */
export interface Fate {
  readonly kind: 'none' | ChurnKind | UpsellKind;
  /** NaN when nothing happens. */
  readonly at: number;
}

export const NOTHING: Fate = { kind: 'none', at: Number.NaN };

/** Price of a seat and month in cents: starter, growth, scale, add-on. */
const SEAT_CENTS = [2_000, 3_500, 5_500, 800] as const;
const TRIAL_DAYS = 14;

export function isChurn(fate: Fate): boolean {
  return fate.kind === 'cancelled' || fate.kind === 'non_renewal' || fate.kind === 'payment_failure';
}

/** Opens the first paid term, before it a free trial for three accounts in ten; returns the account's first instant. */
export function openContract(account: Account): number {
  const created = account.random.uniform() < 0.3 ? account.start - TRIAL_DAYS * DAY : account.start;
  if (created < account.start) {
    recordTerm(account, { ...mainTerm(account, created, account.start), plan: 0, seats: 5, cents: 0 }, true);
  }
  account.terms = [mainTerm(account, account.start, anchorOf(account, account.startMonth + account.termMonths))];
  return created;
}

function mainTerm(account: Account, started: number, termEnd: number): Term {
  const cents = account.seats * (SEAT_CENTS[account.plan] as number);
  const open = { started, termEnd, ended: Number.NaN, notice: Number.NaN };
  return { addOn: false, plan: account.plan, seats: account.seats, cents, ...open };
}

function addOnTerm(account: Account, started: number, termEnd: number): Term {
  return {
    ...mainTerm(account, started, termEnd),
    addOn: true,
    plan: 3,
    seats: 0,
    cents: account.seats * SEAT_CENTS[3]
  };
}

/** True when the terms end at the anchor of this month. */
export function termEndsIn(account: Account, month: number): boolean {
  return month > account.startMonth && (month - account.startMonth) % account.termMonths === 0;
}

/** True when a bill is issued at the anchor of this month. */
export function billedIn(account: Account, month: number): boolean {
  return (month - account.startMonth) % account.billMonths === 0;
}

/**
 * How an account that churns in this month does it: a late end needs a term that ends; a failure needs a bill up to day
 * 13, so that 14 days of grace are over on the first of the next month.
 */
export function drawChurn(account: Account, month: number, effects: number): Fate {
  const { random } = account;
  const late = termEndsIn(account, month) ? 0.8 : 0;
  const early = account.anchor < 13 * DAY;
  const failing = early && billedIn(account, month) ? 0.6 * Math.exp(0.8 * effects * account.latent.payment) : 0;
  const draw = random.uniform() * (1 + late + failing);
  if (draw < late) return { kind: 'non_renewal', at: anchorOf(account, month) };
  if (draw < late + failing) {
    return { kind: 'payment_failure', at: anchorOf(account, month) + 60 * random.integer(60, 300) };
  }
  return { kind: 'cancelled', at: workingInstant(random, month, 41) };
}

/** What an account that buys more in this month buys: seats, a higher plan (not above scale), or the add-on (once). */
export function drawUpsell(account: Account, month: number): Fate {
  const draw = account.random.uniform();
  const at = workingInstant(account.random, month, 17);
  if (draw < 0.3 && account.plan < 2) return { kind: 'plan_up', at };
  if (draw >= 0.3 && draw < 0.5 && !account.addOn) return { kind: 'add_on', at };
  return { kind: 'seats_up', at };
}

/** Closes the terms that end at the anchor of this month and opens the next ones with the same seats and plan. */
export function renew(account: Account, month: number): void {
  const at = anchorOf(account, month);
  const next = anchorOf(account, month + account.termMonths);
  account.closed.push(...account.terms);
  account.terms = account.terms.map(term => (term.addOn ? addOnTerm : mainTerm)(account, at, next));
}

/** Buys more at an instant inside the current terms: the changed term is closed there and a new one goes on to its end. */
export function applyUpsell(account: Account, fate: Fate): void {
  const main = account.terms[0] as Term;
  if (fate.kind === 'add_on') {
    account.addOn = true;
    account.terms.push(addOnTerm(account, fate.at, main.termEnd));
    return;
  }
  if (fate.kind === 'plan_up') account.plan++;
  else account.seats += Math.max(2, Math.round(account.seats * 0.25));
  main.ended = fate.at;
  account.closed.push(main);
  account.terms[0] = mainTerm(account, fate.at, main.termEnd);
}

/** Ends the contract: notice now and an end within two weeks; no renewal; or an end twenty days after a failed payment. */
export function applyChurn(account: Account, fate: Fate): void {
  for (const term of account.terms) {
    if (fate.kind === 'cancelled') {
      term.notice = fate.at;
      term.ended = Math.min(term.termEnd, fate.at + 14 * DAY);
    }
    if (fate.kind === 'payment_failure') term.ended = fate.at + 20 * DAY;
  }
  account.closed.push(...account.terms);
  account.terms = [];
}

/** Writes all terms; instants at or after data end are not known yet. */
export function recordTerms(account: Account, dataEnd: number): void {
  for (const term of [...account.closed, ...account.terms]) {
    recordTerm(account, { ...term, ended: term.ended < dataEnd ? term.ended : Number.NaN }, false);
  }
}

function recordTerm(account: Account, term: Term, trial: boolean): void {
  const { plan, seats, cents, started, termEnd, ended, notice } = term;
  const name = [account.index, ++account.termCount, term.addOn ? 1 : 0] as const;
  account.rows.subscriptions.push(...name, plan, seats, cents, started, termEnd, ended, notice, trial ? 1 : 0);
}
