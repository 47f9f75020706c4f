import type { Many } from '../history.js';
import type { Row, World } from '../world.js';
import type { Draw } from './draw.js';

const KINDS = ['card_declined', 'invoice_detail_request', 'payment_method_changed', 'annual_to_monthly'];

/** Payments of a random history. */
export function commercialRows(draw: Draw, many: Many): Partial<World> {
  return { payments: many(14, (account, key) => paymentRow(draw, account, key)) };
}

function paymentRow(draw: Draw, account_id: string, payment_id: string): Row {
  const occurred_at = draw.when();
  return {
    payment_id,
    account_id,
    invoice_id: null,
    occurred_at,
    kind: draw.chance(0.6) ? 'payment' : draw.of(KINDS),
    amount: draw.below(1_000_000),
    known_at: draw.known(occurred_at)
  };
}

/** A term with what it costs over its length, which some terms state in months. */
export function withMoney(draw: Draw, term: Row): Row {
  const amount = draw.maybe(0.8, draw.below(1_000_000));
  return { ...term, amount, term_months: draw.maybe(0.4, draw.of([1, 3, 12, 24])) };
}

/** A ticket with its promise, its tone, and whether it was opened again. */
export function withPromise(draw: Draw, ticket: Row): Row {
  const opened = ticket['opened_at'] as number;
  const resolved = (ticket['resolved_at'] ?? null) as number | null;
  return {
    ...ticket,
    due_at: draw.maybe(0.8, draw.chance(0.2) && resolved !== null ? resolved : draw.after(opened, 60)),
    reopened_at: draw.maybe(0.3, draw.chance(0.2) ? resolved : draw.after(resolved ?? opened, 60)),
    channel: draw.of(['email', 'phone', null]),
    sentiment: draw.maybe(0.7, draw.below(2001) - 1000)
  };
}
