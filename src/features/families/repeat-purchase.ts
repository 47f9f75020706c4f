import { orZero } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf } from '../aggregates.js';
import type { Family, Pass, PassInput } from '../types.js';
import { terms } from './subscription-passes.js';

const READS = ['started_at', 'product', 'term_end'].map(column => `subscriptions.${column}`);

/**
 * Starts of paid terms per product, with whether the product was bought before, and whether an earlier term of it still
 * covered the start: one whose contract end lies later (or that has none) and that had not ended before.
 */
const purchases: Pass = {
  name: 'purchases',
  partials: [],
  from: input => sql`with t as (select *, coalesce(product, '') as bought from (${terms.from(input)}))
  select x.account_id, x.as_of_day, x.bought, x.started_at,
    bool_or(t.started_at < x.started_at) as again,
    bool_or(t.started_at < x.started_at and coalesce(t.term_end > x.started_at, true) and ${stillRuns(input)}) as covered
  from (select distinct account_id, as_of_day, bought, started_at from t) x
  join t on t.account_id = x.account_id and t.as_of_day = x.as_of_day and t.bought = x.bought
  group by x.account_id, x.as_of_day, x.bought, x.started_at`
};

function stillRuns({ reads }: PassInput) {
  return reads.has('subscriptions.ended_at') ? raw('coalesce(t.ended_at >= x.started_at, true)') : raw('true');
}

/**
 * R77: how often a product was bought again. A term that begins while an earlier term of its product is under contract
 * changes that contract and is no purchase. Whether repeats are good differs by industry, so the direction is set per
 * segment in the profile; it is not the loyalty of R21.
 */
export const repeatPurchase: Family = ({ has }) => [
  {
    family: 'subscription',
    timing: 'lagging',
    actionable: false,
    direction: 'none',
    minimum: 0,
    name: 'repeat_purchase',
    unit: 'purchases',
    about: 'Times that the account bought a product again: renewals and returns, not changes of a running contract.',
    reads: [...READS, ...['ended_at', 'is_trial'].map(column => `subscriptions.${column}`).filter(has)],
    define: use => orZero(use(countOf({ pass: purchases, name: 'again', where: raw('r.again and not r.covered') })))
  }
];
