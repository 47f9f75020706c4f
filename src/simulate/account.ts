import type { Random } from '../math/random.js';
import { drawLatent, type Latent } from './latent.js';
import { COUNTRIES, INDUSTRIES, type Rows } from './tables.js';
import { DAY, EARLIEST_MONTH, FIRST_MONTH, monthStart } from './time.js';

/** A term of the main subscription or of the add-on; NaN where nothing happened. */
export interface Term {
  readonly addOn: boolean;
  readonly plan: number;
  readonly seats: number;
  readonly cents: number;
  readonly started: number;
  readonly termEnd: number;
  ended: number;
  notice: number;
}

export interface User {
  readonly number: number;
  readonly created: number;
  deactivated: number;
  readonly role: number;
  /** Multiplies the user's usage; mean 1. */
  readonly weight: number;
}

/** A bill as it would go when the account stays; NaN when its payment does not fail, or is never made. */
export interface Bill {
  readonly issued: number;
  readonly due: number;
  readonly cents: number;
  readonly failed: number;
  readonly paid: number;
}

/** A survey as it would go when the account stays; NaN without an answer. */
export interface Survey {
  readonly user: number;
  /** Index in SURVEYS. */
  readonly kind: number;
  readonly sent: number;
  readonly responded: number;
  readonly score: number;
}

/** A ticket as it would go when the account stays. */
export interface Ticket {
  readonly opened: number;
  readonly resolved: number;
  /** Index in PRIORITIES. */
  readonly priority: number;
  /** NaN when it is not escalated. */
  readonly escalated: number;
  readonly survey: Survey;
}

/** One simulated account: what it is, how it stands, and the records that it has left so far. */
export interface Account {
  readonly index: number;
  readonly random: Random;
  readonly latent: Latent;
  readonly rows: Rows;
  /** Index in SIZES. */
  readonly size: number;
  readonly startMonth: number;
  /** Start of the first paid term. */
  readonly start: number;
  /** Offset of the anchor from the start of a month, in seconds: day 3 to 28, within working hours, a whole minute. */
  readonly anchor: number;
  /** Months of a term and of a bill: 1 or 12. */
  readonly termMonths: number;
  readonly billMonths: number;
  /** Usage of the account against accounts with as many users; mean 1. */
  readonly intensity: number;
  plan: number;
  seats: number;
  addOn: boolean;
  /** Current terms: the main subscription first, then the add-on. */
  terms: Term[];
  readonly closed: Term[];
  readonly users: User[];
  readonly bills: Bill[];
  readonly tickets: Ticket[];
  readonly surveys: Survey[];
  /** Counters of numbered records. */
  termCount: number;
  touchpoints: number;
}

/** Instant in a month at which terms end and bills are issued. */
export function anchorOf(account: Account, month: number): number {
  return monthStart(month) + account.anchor;
}

/** A working-hours instant on day 3 to 28 of a month, at second `second` of its minute (anchors use 0). */
export function workingInstant(random: Random, month: number, second: number): number {
  const day = random.integer(3, 28);
  return monthStart(month) + (day - 1) * DAY + random.integer(9 * 60, 17 * 60) * 60 + second;
}

/** Seats that new accounts of a size buy, inclusive. */
const SEATS: readonly (readonly [number, number])[] = [
  [5, 12],
  [12, 24],
  [24, 48]
];

/**
 * Draws an account at its start. Accounts with index divisible by ten, and five in nine of the others, start before the
 * observed months; the rest start evenly within them.
 */
export function drawAccount(index: number, random: Random, options: { rows: Rows; months: number }): Account {
  const early = index % 10 === 0 || random.uniform() < 5 / 9;
  const startMonth = early
    ? random.integer(EARLIEST_MONTH, FIRST_MONTH - 1)
    : random.integer(FIRST_MONTH, FIRST_MONTH + options.months - 1);
  const anchor = (random.integer(3, 28) - 1) * DAY + random.integer(8 * 60, 18 * 60) * 60;
  const size = pick(random, [0.55, 0.3, 0.15]);
  const termMonths = random.uniform() < 0.6 ? 1 : 12;
  return {
    index,
    random,
    latent: drawLatent(random),
    rows: options.rows,
    size,
    startMonth,
    start: monthStart(startMonth) + anchor,
    anchor,
    termMonths,
    billMonths: termMonths === 12 && random.uniform() < 0.6 ? 12 : 1,
    intensity: Math.exp(0.1 * random.normal() - 0.005),
    plan: pick(random, [0.5, 0.35, 0.15]),
    seats: random.integer(...(SEATS[size] as readonly [number, number])),
    addOn: false,
    terms: [],
    closed: [],
    users: [],
    bills: [],
    tickets: [],
    surveys: [],
    termCount: 0,
    touchpoints: 0
  };
}

/** Writes the record of the account itself; about 3 % of accounts belong to the first of their ten. */
export function recordAccount(account: Account, created: number): void {
  const { index, random, rows } = account;
  const parent = index % 10 !== 0 && random.uniform() < 1 / 30 ? index - (index % 10) : Number.NaN;
  const industry = random.integer(0, INDUSTRIES.length - 1);
  rows.accounts.push(index, created, parent, industry, random.integer(0, COUNTRIES.length - 1), account.size);
}

/** Index drawn with the given weights. */
export function pick(random: Random, weights: readonly number[]): number {
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
  const last = weights.length - 1;
  for (let i = 0; i < last; i++) {
    left -= weights[i] as number;
    if (left < 0) return i;
  }
  return last;
}
