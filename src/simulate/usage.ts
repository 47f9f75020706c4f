import type { Account, User } from './account.js';
import { engagement } from './latent.js';
import { DAY, FIRST_MONTH, monthStart, weekday } from './time.js';

/** The part of a month in which an account behaves: from its first instant to churn. */
export interface Span {
  readonly month: number;
  readonly from: number;
  readonly to: number;
}

/** Usage of a day against a usual working day, Sunday first. */
const WEEKDAY = [0.12, 1, 1.08, 1.1, 1.05, 0.85, 0.15] as const;
const WORKING_DAYS_OF_WEEK = 5.35;
/** Events of a usual user on a usual working day. */
const DAILY_EVENTS = 0.135;

/** Lets people come and go: the number of users follows seats and growth appetite; some leave when engagement falls. */
export function changeUsers(account: Account, span: Span): void {
  const { latent, random, seats, users } = account;
  const share = Math.min(1, Math.max(0.25, 0.6 + 0.2 * latent.growth));
  const active = users.filter(user => Number.isNaN(user.deactivated));
  const leaving = 0.012 + 0.03 * Math.max(0, -engagement(latent));
  for (const user of active.slice(1)) {
    if (random.uniform() < leaving) user.deactivated = within(account, span);
  }
  const missing = Math.max(0, Math.round(seats * share) - active.length);
  const joining = users.length === 0 ? Math.max(2, missing) : random.poisson(0.6 * missing);
  for (let i = 0; i < joining; i++)
    users.push(drawUser(account, i === 0 && users.length === 0 ? span.from : within(account, span)));
}

function drawUser({ random, users }: Account, created: number): User {
  const number = users.length + 1;
  const role = number === 1 ? 0 : random.uniform() < 0.75 ? 1 : 2;
  return { number, created, deactivated: Number.NaN, role, weight: Math.exp(0.5 * random.normal() - 0.125) };
}

function within({ random }: Account, { from, to }: Span): number {
  return from + Math.floor(random.uniform() * (to - from));
}

/** Writes the users of the account. */
export function recordUsers({ index, rows, users }: Account): void {
  for (const user of users) rows.users.push(index, user.number, user.created, user.deactivated, user.role);
}

/** Writes the usage of every user in a span; nothing before the first observed month. */
export function recordUsage(account: Account, span: Span): void {
  if (span.month < FIRST_MONTH) return;
  const { intensity, latent } = account;
  const level = Math.min(2, engagement(latent));
  const daily = ((DAILY_EVENTS * WORKING_DAYS_OF_WEEK) / 7) * intensity * Math.exp(0.95 * level);
  const types = typeWeights(level, latent.growth);
  for (const user of account.users) {
    const from = Math.max(span.from, user.created);
    const to = Number.isNaN(user.deactivated) ? span.to : Math.min(span.to, user.deactivated);
    if (from >= to) continue;
    const count = account.random.poisson((daily * user.weight * (to - from)) / DAY);
    for (let i = 0; i < count; i++) recordEvent(account, user, { from, to, types });
  }
}

/** Cumulative weights of event types: engaged accounts report and share more, growing ones invite more. */
function typeWeights(level: number, growth: number): readonly number[] {
  const weights = [
    0.45,
    0.2 * Math.exp(0.25 * level),
    0.12 * Math.exp(0.4 * level),
    0.1,
    0.06 * Math.exp(0.6 * growth),
    0.05
  ];
  let sum = 0;
  return weights.map(weight => (sum += weight));
}

function recordEvent(account: Account, user: User, span: { from: number; to: number; types: readonly number[] }): void {
  const second = eventInstant(account, span);
  if (second < span.from || second >= span.to) return;
  const { random } = account;
  const draw = random.uniform() * (span.types[span.types.length - 1] as number);
  const type = span.types.findIndex(bound => draw < bound);
  const value = type === 3 ? Math.ceil(Math.exp(5 + 1.2 * random.normal())) : Number.NaN;
  const duration =
    type === 0 ? Math.ceil(Math.exp(6.1 + 0.6 * random.normal())) : type === 1 ? random.integer(20, 600) : Number.NaN;
  account.rows.events.push(account.index, user.number, second, type, value, duration);
}

/** A day of the span drawn with the weights of weekdays, and a second between 06:00 and 20:00. */
function eventInstant({ random }: Account, span: { from: number; to: number }): number {
  const first = Math.floor(span.from / DAY);
  const days = Math.ceil(span.to / DAY) - first;
  let day = first;
  do day = first + Math.floor(random.uniform() * days);
  while (random.uniform() * 1.1 >= (WEEKDAY[weekday(day * DAY)] as number));
  return day * DAY + 6 * 3600 + Math.floor((random.uniform() + random.uniform()) * 7 * 3600);
}

/** First instant of a month and of the next one. */
export function wholeMonth(month: number): Span {
  return { month, from: monthStart(month), to: monthStart(month + 1) };
}
