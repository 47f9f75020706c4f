import { commercialRows, withMoney, withPromise } from './history/commercial.js';
import { DATES, Draw, FIRST, TYPES } from './history/draw.js';
import { later, relationshipRows } from './history/relationship.js';
import { usageRows } from './history/usage.js';
import { berlinMidnight, DAY, dayOf, EMPTY, type Row, type SpineRow, type World } from './world.js';

export { DATES, mulberry } from './history/draw.js';

/** Makes up to `max` rows for every account. */
export type Many = (max: number, make: (account: string, key: string) => Row) => Row[];

const PLANS = [
  { plan: 'free', features: 'login; export' },
  { plan: 'basic', features: ' Create Report ;login;other' },
  { plan: 'pro', features: null }
];

/** A random history of `accounts` independent accounts. */
export function randomWorld(seed: number, accounts: number): World {
  const draw = new Draw(seed);
  const more = new Draw(seed + 5000);
  const names = Array.from({ length: accounts }, (_, i) => `a${i}`);
  const many: Many = (max, make) =>
    names.flatMap(account => Array.from({ length: draw.below(max + 1) }, (_, k) => make(account, `${account}-${k}`)));
  return {
    ...EMPTY,
    accounts: names.map(account => accountRow(draw, account)),
    users: many(5, (account, key) => userRow(draw, account, key)),
    subscriptions: many(5, (account, key) => termRow(draw, account, key)).map(row => withMoney(more, row)),
    plans: PLANS.map((plan, rank) => ({ ...plan, rank, known_at: 0 })),
    events: many(60, account => eventRow(draw, account)),
    tickets: many(8, (account, key) => ticketRow(draw, account, key)).map(row => withPromise(more, row)),
    invoices: many(8, (account, key) => invoiceRow(draw, account, key)),
    surveys: many(40, (account, key) => surveyRow(draw, account, key)),
    touchpoints: many(50, (account, key) => touchRow(draw, account, key)),
    ...usageRows(draw, many),
    ...commercialRows(draw, many),
    ...relationshipRows(draw, many)
  };
}

function accountRow(draw: Draw, account_id: string): Row {
  const created_at = draw.maybe(0.9, draw.instant(FIRST, FIRST + 200));
  return {
    account_id,
    created_at,
    parent_id: null,
    industry: draw.maybe(0.8, draw.of(['retail', 'health'])),
    country: 'DE',
    region: draw.of(['north', 'south']),
    size_band: draw.of(['1-10', '11-50']),
    channel: 'web',
    segment: 'smb',
    app_type: draw.of(['web', 'mobile', 'both', null]),
    cadence: draw.of(['7', '14', 'month', 'quarter', null]),
    known_at: draw.known(created_at ?? draw.when())
  };
}

function userRow(draw: Draw, account_id: string, user_id: string): Row {
  const created_at = draw.when();
  const deactivated_at = draw.maybe(
    0.3,
    draw.chance(0.5) ? draw.after(created_at, 200) : Math.max(created_at, draw.edge())
  );
  return { user_id, account_id, created_at, deactivated_at, role: 'user', known_at: draw.known(created_at) };
}

function termRow(draw: Draw, account_id: string, subscription_id: string): Row {
  const started_at = draw.when();
  const term_end = draw.maybe(
    0.8,
    draw.chance(0.5) ? draw.after(started_at, 300) + 1 : Math.max(started_at + 1, draw.edge())
  );
  return {
    account_id,
    subscription_id,
    product: draw.maybe(0.9, draw.of(['suite', 'insights'])),
    plan: draw.of(['free', 'basic', 'pro', 'legacy']),
    seats: draw.maybe(0.9, draw.below(40)),
    mrr: draw.below(5) * 10_050,
    started_at,
    term_end,
    ended_at: draw.maybe(0.3, draw.chance(0.5) ? draw.after(started_at, 300) : Math.max(started_at, draw.edge())),
    notice_at: draw.maybe(0.15, draw.after(started_at, 200)),
    is_trial: draw.of([false, false, false, null, true]),
    known_at: draw.known(started_at)
  };
}

function eventRow(draw: Draw, account_id: string): Row {
  const occurred_at = draw.when();
  return {
    account_id,
    user_id: draw.maybe(0.9, `${account_id}-${draw.below(6)}`),
    occurred_at,
    event_type: draw.of(TYPES),
    value: draw.maybe(0.5, draw.below(100_000) - 20_000),
    duration_seconds: draw.maybe(0.5, draw.below(4000)),
    known_at: draw.known(occurred_at)
  };
}

function ticketRow(draw: Draw, account_id: string, ticket_id: string): Row {
  const opened_at = draw.when();
  const after = (p: number) => later(draw, opened_at, { p, days: 60 });
  return {
    ticket_id,
    account_id,
    opened_at,
    resolved_at: after(0.7),
    priority: draw.of(['low', 'normal', 'high', 'urgent', null]),
    rating: draw.maybe(0.6, 1 + draw.below(5)),
    rated_at: after(0.6),
    escalated_at: after(0.3),
    channel: draw.of(['mail', 'chat', null]),
    known_at: draw.known(opened_at)
  };
}

function invoiceRow(draw: Draw, account_id: string, invoice_id: string): Row {
  const issued_at = draw.when();
  const due_at = draw.maybe(0.95, issued_at + draw.below(30 * DAY));
  return {
    invoice_id,
    account_id,
    issued_at,
    due_at,
    paid_at: draw.maybe(0.7, draw.chance(0.3) && due_at !== null ? due_at : draw.after(issued_at, 90)),
    failed_at: draw.maybe(0.1, draw.after(issued_at, 30)),
    amount: draw.below(1_000_000),
    known_at: draw.known(issued_at)
  };
}

/** Often in the `days` before one of the dates, so that windows hold several records. */
function busy(draw: Draw, days: number): number {
  return draw.chance(0.6) ? berlinMidnight(dayOf('2024-04-01')) - draw.below(days * DAY) : draw.when();
}

function surveyRow(draw: Draw, account_id: string, survey_id: string): Row {
  const sent_at = busy(draw, 200);
  const responded_at = draw.maybe(0.6, draw.chance(0.5) ? draw.after(sent_at, 30) : Math.max(sent_at, draw.edge()));
  return {
    survey_id,
    account_id,
    kind: draw.of(['nps', 'nps', 'csat', 'csat', 'intent_stay', 'intent_buy', 'intent_recommend']),
    sent_at,
    responded_at,
    score: draw.maybe(0.9, draw.below(11)),
    delivered: draw.of([true, true, null, false]),
    known_at: draw.known(sent_at)
  };
}

function touchRow(draw: Draw, account_id: string, touchpoint_id: string): Row {
  const occurred_at = busy(draw, 100);
  const limit = occurred_at + 14 * DAY + draw.of([-1, 0, 1]);
  return {
    touchpoint_id,
    account_id,
    occurred_at,
    kind: draw.of(['email', 'email', 'email', 'email', 'call', 'meeting', 'visit', 'webinar', 'qbr', 'training']),
    two_way: draw.of([true, false, null]),
    cancelled_by: draw.of([null, null, null, null, 'customer', 'vendor']),
    direction: draw.of(['inbound', 'outbound', 'outbound', 'outbound', null]),
    channel: draw.of(['mail', 'video', null]),
    contact_id: draw.maybe(0.8, `${account_id}-${draw.below(6)}`),
    replied_at: draw.chance(0.2) ? limit : later(draw, occurred_at, { p: 0.6, days: 30 }),
    accepted: draw.of([true, false, null]),
    known_at: draw.known(occurred_at)
  };
}

/** A spine that has each account at most dates, started on a day of its own. */
export function randomSpine(seed: number, world: World, berlinDay: (us: number) => number): SpineRow[] {
  const draw = new Draw(seed + 1000);
  return world.accounts.flatMap(account => {
    const startUs = draw.instant(FIRST + 100, dayOf('2024-03-20'));
    const start = berlinDay(startUs);
    return DATES.filter(day => berlinMidnight(day) > startUs && draw.chance(0.9)).map(day => ({
      account: account['account_id'] as string,
      asOfDay: day,
      asOfUs: berlinMidnight(day),
      startUs,
      tenureDays: day - start,
      arr: draw.below(100) * 120.5
    }));
  });
}
