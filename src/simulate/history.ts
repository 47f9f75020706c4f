import { seededRandom } from '../math/random.js';
import { type Account, anchorOf, drawAccount, recordAccount } from './account.js';
import { bill, recordBills } from './billing.js';
import { openTickets, recordCare, recordTouchpoints, sendRecommendation } from './care.js';
import {
  applyChurn,
  applyUpsell,
  billedIn,
  drawChurn,
  drawUpsell,
  type Fate,
  isChurn,
  NOTHING,
  openContract,
  recordTerms,
  renew,
  termEndsIn
} from './contract.js';
import { advanceLatent, churnProbability, upsellProbability } from './latent.js';
import { emptyRows, type Rows } from './tables.js';
import { FIRST_MONTH, monthStart } from './time.js';
import { changeUsers, recordUsage, recordUsers, wholeMonth } from './usage.js';

/** What decides a world, besides which of its accounts are generated. */
export interface WorldSeed {
  readonly seed: number;
  /** Observed months from January 2024. */
  readonly months: number;
  /** Strength of everything that drives outcomes; 0 = none, 1 = the default world. */
  readonly effects: number;
}

/** The records of one account and what happened to it. */
export interface AccountHistory {
  readonly rows: Rows;
  /** Churn instant in seconds; NaN when the account is there at data end. */
  readonly churnAt: number;
  readonly churnKind: string;
  /** Upsells of the observed months, in seconds. */
  readonly upsellsAt: readonly number[];
}

/**
 * Simulates one account of a world. Its generator is derived from seed, index and attempt, so its history depends on no
 * other account. An account that starts before the observed months and churns before them is drawn anew.
 */
export function simulateAccount(world: WorldSeed, index: number): AccountHistory {
  for (let attempt = 0; ; attempt++) {
    const account = drawAccount(index, seededRandom(world.seed, index, attempt), {
      rows: emptyRows(),
      months: world.months
    });
    const outcome = live(account, world);
    if (!(outcome.churnAt < monthStart(FIRST_MONTH))) return { rows: account.rows, ...outcome };
  }
}

function live(account: Account, world: WorldSeed): Omit<AccountHistory, 'rows'> {
  const dataEnd = monthStart(FIRST_MONTH + world.months);
  const created = openContract(account);
  recordAccount(account, created);
  const upsellsAt: number[] = [];
  let last: Fate = NOTHING;
  for (let month = account.startMonth; month < FIRST_MONTH + world.months && !isChurn(last); month++) {
    last = month > account.startMonth ? drawFate(account, month, world) : NOTHING;
    advanceLatent(account.latent, account.random);
    followContract(account, month, last);
    behave(account, month, isChurn(last) ? last.at : dataEnd);
    if (last.kind !== 'none' && !isChurn(last) && month >= FIRST_MONTH) upsellsAt.push(last.at);
  }
  const churned = isChurn(last);
  recordTerms(account, dataEnd);
  recordUsers(account);
  recordBills(account, last.kind === 'payment_failure' ? last.at : dataEnd);
  recordCare(account, { end: churned ? last.at : dataEnd, dataEnd });
  return { churnAt: churned ? last.at : Number.NaN, churnKind: churned ? last.kind : '', upsellsAt };
}

/** Draws what the coming month brings from the state at its start, and writes the probabilities into the truth. */
function drawFate(account: Account, month: number, { effects }: WorldSeed): Fate {
  const { index, latent, random, rows } = account;
  const standing = { tenureMonths: month - account.startMonth, plan: account.plan };
  const churn = churnProbability(latent, standing, effects);
  const upsell = upsellProbability(latent, standing, effects);
  if (month >= FIRST_MONTH) rows.truth.push(index, monthStart(month), churn, (1 - churn) * upsell);
  if (random.uniform() < churn) return drawChurn(account, month, effects);
  return random.uniform() < upsell ? drawUpsell(account, month) : NOTHING;
}

/** Carries the contract through a month: purchases, renewal and bill at the anchor, and the end, in order of time. */
function followContract(account: Account, month: number, fate: Fate): void {
  const anchor = anchorOf(account, month);
  const buys = fate.kind !== 'none' && !isChurn(fate);
  if (buys && fate.at < anchor) grow(account, fate);
  if (fate.kind !== 'non_renewal' && !(fate.kind === 'cancelled' && fate.at < anchor)) {
    if (termEndsIn(account, month)) renew(account, month);
    const failedForGood = fate.kind === 'payment_failure' ? fate.at : Number.NaN;
    if (billedIn(account, month)) bill(account, month, failedForGood);
  }
  if (buys && fate.at > anchor) grow(account, fate);
  if (isChurn(fate)) applyChurn(account, fate);
}

/** A purchase satisfies part of the appetite. */
function grow(account: Account, fate: Fate): void {
  applyUpsell(account, fate);
  account.latent.growth -= 0.8;
}

/** What people do in a month, from the start of the contract to its end. */
function behave(account: Account, month: number, end: number): void {
  const whole = wholeMonth(month);
  const span = { month, from: Math.max(whole.from, account.start), to: Math.min(whole.to, end) };
  changeUsers(account, span);
  recordUsage(account, span);
  openTickets(account, span);
  sendRecommendation(account, span);
  recordTouchpoints(account, span);
}
