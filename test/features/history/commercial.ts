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
