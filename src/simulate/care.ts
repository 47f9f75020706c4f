import { type Account, pick, type Survey, type Ticket } from './account.js';
import { engagement } from './latent.js';
import { DAY } from './time.js';
import type { Span } from './usage.js';

const HOUR = 3600;

/** Opens the tickets of a span; each carries the satisfaction survey of its resolution. */
export function openTickets(account: Account, span: Span): void {
  const { latent, random, size } = account;
  const days = (span.to - span.from) / DAY;
  const count = random.poisson((days / 30) * (0.5 + 0.2 * size) * Math.exp(0.85 * Math.min(2.5, latent.service)));
  for (let i = 0; i < count; i++) account.tickets.push(drawTicket(account, span));
}

function drawTicket(account: Account, span: Span): Ticket {
  const { latent, random } = account;
  const trouble = Math.min(2.5, latent.service);
  const opened = instantIn(account, span);
  const priority = pick(random, [0.3, 0.5, 0.14 * Math.exp(0.6 * trouble), 0.06 * Math.exp(0.8 * trouble)]);
  const hours = Math.exp(3.7 + 0.45 * trouble - 0.3 * priority + 0.8 * random.normal());
  const resolved = opened + Math.ceil(hours * HOUR);
  const escalates = random.uniform() < (priority >= 2 ? 0.25 : 0.04) * Math.exp(0.5 * trouble);
  const escalated = escalates ? opened + Math.ceil(0.6 * hours * HOUR) : Number.NaN;
  return { opened, resolved, priority, escalated, survey: drawSatisfaction(account, resolved) };
}

/** Survey after a resolution: 45 % answer within two days, with 1 to 5. */
function drawSatisfaction(account: Account, sent: number): Survey {
  const { latent, random } = account;
  const delay = Math.ceil(random.uniform() * 2 * DAY);
  const score = Math.round(3.9 - 0.7 * latent.service + 0.8 * random.normal());
  const answer = answered(random.uniform() < 0.45, sent + delay, Math.min(5, Math.max(1, score)));
  return { user: respondent(account, sent), kind: 1, sent, ...answer };
}

function answered(answers: boolean, responded: number, score: number): Pick<Survey, 'responded' | 'score'> {
  return answers ? { responded, score } : { responded: Number.NaN, score: Number.NaN };
}

/** Sends the quarterly recommendation survey: champion and engagement decide who answers, both and service the score. */
export function sendRecommendation(account: Account, span: Span): void {
  const { index, latent, random } = account;
  if ((span.month + index) % 3 !== 0) return;
  const sent = instantIn(account, span);
  const spirit = engagement(latent);
  const answers = random.uniform() < 1 / (1 + Math.exp(0.5 - 0.6 * spirit - (latent.champion ? 1 : -0.4)));
  const delay = Math.ceil(random.uniform() * 5 * DAY);
  const score = Math.round(
    7.3 + 1.1 * spirit + (latent.champion ? 0.6 : -0.8) - 0.7 * latent.service + 1.3 * random.normal()
  );
  const answer = answered(answers, sent + delay, Math.min(10, Math.max(0, score)));
  account.surveys.push({ user: respondent(account, sent), kind: 0, sent, ...answer });
}

/**
 * Writes tickets and surveys. Nobody escalates, is asked or answers after `end`, the churn instant or data end; a ticket
 * is still resolved after churn, but nothing is known at or after data end.
 */
export function recordCare(account: Account, { end, dataEnd }: { end: number; dataEnd: number }): void {
  const { index, rows } = account;
  account.tickets.forEach(({ opened, resolved, priority, escalated, survey }, i) => {
    const rated = survey.responded < end;
    const rating = [rated ? survey.score : Number.NaN, rated ? survey.responded : Number.NaN] as const;
    const solved = resolved < dataEnd ? resolved : Number.NaN;
    const raised = escalated < end ? escalated : Number.NaN;
    rows.tickets.push(index, i + 1, opened, solved, priority, ...rating, raised);
  });
  const sent = [...account.surveys, ...account.tickets.map(ticket => ticket.survey)].filter(
    survey => survey.sent < end
  );
  sent.forEach((survey, i) => {
    const known = survey.responded < end;
    const answer = [known ? survey.responded : Number.NaN, known ? survey.score : Number.NaN] as const;
    rows.surveys.push(index, i + 1, survey.user, survey.kind, survey.sent, ...answer);
  });
}

/** Number of a user who was there; the first one when no other was. */
function respondent({ random, users }: Account, sent: number): number {
  const there = users.filter(user => user.created <= sent && !(user.deactivated <= sent));
  return there.length === 0 ? 1 : (there[random.integer(0, there.length - 1)]?.number ?? 1);
}

/** Writes the touchpoints of a span: more and two-way with a champion, cancelled by the customer more often without one. */
export function recordTouchpoints(account: Account, span: Span): void {
  const { index, latent, random, rows } = account;
  const days = (span.to - span.from) / DAY;
  const count = random.poisson((days / 30) * (latent.champion ? 2.2 : 1.2));
  for (let i = 0; i < count; i++) {
    const kind = pick(random, [0.25, 0.4, 0.15, 0.03, 0.07, 0.05, 0.05]);
    const twoWay = random.uniform() < (latent.champion ? 0.7 : 0.1);
    const meets = kind !== 1 && kind !== 4;
    const cancelled = meets && !twoWay && random.uniform() < 0.3 ? (random.uniform() < 0.85 ? 0 : 1) : Number.NaN;
    rows.touchpoints.push(index, ++account.touchpoints, instantIn(account, span), kind, twoWay ? 1 : 0, cancelled);
  }
}

function instantIn({ random }: Account, { from, to }: Span): number {
  return from + Math.floor(random.uniform() * (to - from));
}
