import type { OutcomeConfig } from '../../src/config/types.js';
import { berlinDay, berlinMidnight, type Row, type SpineRow, type World } from '../features/world.js';

/** What table `outcomes` must say of one snapshot. */
export interface ExpectedOutcome {
  readonly churn: number | null;
  readonly churn_status: string;
  readonly churn_kind: string | null;
  readonly churn_us: number | null;
  readonly upsell: number | null;
  readonly upsell_status: string;
  readonly upsell_kind: string | null;
  readonly upsell_us: number | null;
}

interface Happening {
  readonly us: number;
  readonly kind: string;
}

interface Term {
  readonly start: number;
  readonly end: number;
  readonly early: boolean;
  readonly notice: number | null;
  readonly rank: number | null;
  readonly seats: number | null;
  readonly product: string | null;
  readonly known: number;
}

const FOREVER = Number.POSITIVE_INFINITY;

/** The last instant that still makes `us` good: the midnight at or after it plus the days of grace. */
function deadline(us: number, graceDays: number): number {
  if (graceDays === 0) return us;
  const day = berlinDay(us);
  return berlinMidnight((berlinMidnight(day) === us ? day : day + 1) + graceDays);
}

function termsOf(world: World, account: string): Term[] {
  return world.subscriptions
    .filter(row => row['account_id'] === account && row['is_trial'] !== true)
    .map(row => {
      const contract = (row['term_end'] as number | null) ?? FOREVER;
      const actual = (row['ended_at'] as number | null) ?? FOREVER;
      const plan = world.plans.find(p => p['plan'] === row['plan']);
      return {
        start: row['started_at'] as number,
        end: Math.min(contract, actual),
        early: actual < contract,
        notice: row['notice_at'] as number | null,
        rank: (plan?.['rank'] as number | undefined) ?? null,
        seats: row['seats'] as number | null,
        product: row['product'] as string | null,
        known: row['known_at'] as number
      };
    });
}

/** Every churn instant of an account, earliest first; of several at one instant the first kind. */
function churns(world: World, account: string, graceDays: number): Happening[] {
  const terms = termsOf(world, account);
  const found: Happening[] = [];
  for (const term of terms) {
    if (term.notice !== null) found.push({ us: term.notice, kind: 'cancelled' });
    const goesOn = terms.some(other => other.start <= deadline(term.end, graceDays) && other.end > term.end);
    if (term.end < FOREVER && !goesOn) found.push({ us: term.end, kind: term.early ? 'cancelled' : 'non_renewal' });
  }
  for (const invoice of world.invoices.filter(row => row['account_id'] === account)) {
    const failed = invoice['failed_at'] as number | null;
    const paid = (invoice['paid_at'] as number | null) ?? FOREVER;
    if (failed !== null && paid > deadline(failed, graceDays)) found.push({ us: failed, kind: 'payment_failure' });
  }
  const order = ['cancelled', 'non_renewal', 'payment_failure'];
  return found.sort((a, b) => a.us - b.us || order.indexOf(a.kind) - order.indexOf(b.kind));
}

const top = (terms: readonly Term[]) => {
  const ranks = terms.flatMap(term => (term.rank === null ? [] : [term.rank]));
  return ranks.length === 0 ? null : Math.max(...ranks);
};
const seatsOf = (terms: readonly Term[]) => {
  const sold = terms.flatMap(term => (term.seats === null ? [] : [term.seats]));
  return sold.length === 0 ? null : sold.reduce((a, b) => a + b, 0);
};
const rose = (is: number | null, was: number | null) => is !== null && was !== null && is > was;

/** Every upsell instant of an account, earliest first. */
function upsells(world: World, account: string, graceDays: number): Happening[] {
  const terms = termsOf(world, account);
  const starts = [...new Set(terms.map(term => term.start))].sort((a, b) => a - b);
  return starts.flatMap((x): Happening[] => {
    const earlier = terms.filter(term => term.start < x);
    if (earlier.length === 0) return [];
    const base = Math.max(...earlier.map(term => Math.min(term.end, x)));
    if (x > deadline(base, graceDays)) return [];
    const was = earlier.filter(term => term.end >= base);
    const is = terms.filter(term => term.start <= x && term.end > x);
    const product = terms.some(
      term => term.start === x && term.product !== null && !earlier.some(other => other.product === term.product)
    );
    if (rose(top(is), top(was))) return [{ us: x, kind: 'plan_up' }];
    if (product) return [{ us: x, kind: 'add_on' }];
    return rose(seatsOf(is), seatsOf(was)) ? [{ us: x, kind: 'seats_up' }] : [];
  });
}

function reachable(world: World, { account, asOfUs }: SpineRow): boolean {
  const seen = termsOf(world, account).filter(term => term.known < asOfUs && term.start < asOfUs);
  const running = seen.filter(term => term.end >= asOfUs);
  const highest = Math.max(...world.plans.map(plan => plan['rank'] as number));
  const had = new Set(seen.map(term => term.product).filter(product => product !== null));
  const sold = world.subscriptions.filter(row => row['is_trial'] !== true && row['product'] !== null);
  const rank = top(running);
  return (
    (rank !== null && rank < highest) ||
    running.some(term => term.seats !== null) ||
    had.size < new Set(sold.map(row => row['product'])).size
  );
}

interface Settings {
  readonly churn: OutcomeConfig;
  readonly upsell: OutcomeConfig | null;
  readonly watermarkUs: number;
}

/** The outcome of one snapshot, record after record. */
export function expectedOutcome(world: World, at: SpineRow, { churn, upsell, watermarkUs }: Settings): ExpectedOutcome {
  const window = (o: OutcomeConfig) => ({
    from: berlinMidnight(at.asOfDay + o.leadDays),
    to: berlinMidnight(at.asOfDay + o.leadDays + o.horizonDays),
    ripe: berlinMidnight(at.asOfDay + o.leadDays + o.horizonDays + o.graceDays) <= watermarkUs
  });
  const all = churns(world, at.account, churn.graceDays);
  const pending = all.find(
    (c, i) =>
      c.kind === 'payment_failure' &&
      all[i - 1]?.us !== c.us &&
      c.us < at.asOfUs &&
      at.asOfUs <= deadline(c.us, churn.graceDays)
  );
  const lost = pending ?? all.find(c => c.us >= at.asOfUs) ?? null;
  const w = window(churn);
  const status = !w.ripe ? 'immature' : lost !== null && lost.us <= w.from ? 'left_in_lead' : 'ok';
  const hit = lost !== null && lost.us > w.from && lost.us <= w.to;
  const told = lost !== null && (status === 'left_in_lead' || (status === 'ok' && hit));
  const churned = {
    churn: status === 'ok' ? Number(hit) : null,
    churn_status: status,
    churn_kind: told ? lost.kind : null,
    churn_us: told ? lost.us : null
  };
  if (upsell === null) {
    return { ...churned, upsell: null, upsell_status: 'off', upsell_kind: null, upsell_us: null };
  }
  const v = window(upsell);
  const more = upsells(world, at.account, upsell.graceDays).find(u => u.us > v.from && u.us <= v.to) ?? null;
  const left = lost !== null && lost.us <= v.from;
  const upsellStatus = !v.ripe ? 'immature' : left ? 'left_in_lead' : reachable(world, at) ? 'ok' : 'not_eligible';
  const bought = upsellStatus === 'ok' && more !== null && (lost === null || more.us <= lost.us);
  return {
    ...churned,
    upsell: upsellStatus === 'ok' ? Number(bought) : null,
    upsell_status: upsellStatus,
    upsell_kind: bought ? more.kind : null,
    upsell_us: bought ? more.us : null
  };
}

/** Rows of one account by hand, for tests that need few columns. */
export function term(row: Row): Row {
  return {
    account_id: 'a',
    subscription_id: 's',
    product: 'suite',
    plan: 'basic',
    seats: 10,
    mrr: 100_00,
    started_at: 0,
    term_end: null,
    ended_at: null,
    notice_at: null,
    is_trial: false,
    known_at: row['started_at'] ?? 0,
    ...row
  };
}
