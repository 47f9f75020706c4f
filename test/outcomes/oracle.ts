import type { OutcomeConfig } from '../../src/config/types.js';
import { berlinDay, berlinMidnight, type SpineRow, type World } from '../features/world.js';
import { absencesOf, episodesOf, type Happening, type Reading } from './oracle/absences.js';
import { bridged, deadline, FOREVER, goesOn, mrrAt, type Term, termsOf } from './oracle/terms.js';

export { term } from './oracle/terms.js';

/** What table `outcomes` must say of one snapshot, by column. */
export type ExpectedOutcome = Readonly<Record<string, number | string | null>>;

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

interface Settings extends Reading {
  readonly upsell: OutcomeConfig | null;
}

const windowOf = (at: SpineRow, o: OutcomeConfig, watermarkUs: number) => ({
  from: berlinMidnight(at.asOfDay + o.leadDays),
  to: berlinMidnight(at.asOfDay + o.leadDays + o.horizonDays),
  ripe: berlinMidnight(at.asOfDay + o.leadDays + o.horizonDays + o.graceDays) < watermarkUs
});

/** The outcome of one snapshot, record after record. */
export function expectedOutcome(world: World, at: SpineRow, settings: Settings): ExpectedOutcome {
  const { churn, watermarkUs } = settings;
  const all = absencesOf(world, at.account, settings);
  const pending = all.find(
    a =>
      a.us < at.asOfUs &&
      ((a.origin === 'invoice' && at.asOfUs <= deadline(a.us, churn.graceDays)) ||
        (a.origin === 'notice' && a.known >= at.asOfUs && a.back >= at.asOfUs))
  );
  const lost = pending ?? all.find(c => c.us >= at.asOfUs) ?? null;
  const w = windowOf(at, churn, watermarkUs);
  const status = !w.ripe ? 'immature' : lost !== null && lost.us <= w.from ? 'left_in_lead' : 'ok';
  const hit = lost !== null && lost.us > w.from && lost.us <= w.to;
  const told = lost !== null && (status === 'left_in_lead' || (status === 'ok' && hit));
  const begun = episodesOf(world, at.account, settings).filter(episode => episode.began < at.asOfUs);
  return {
    churn: status === 'ok' ? Number(hit) : null,
    churn_status: status,
    churn_kind: told ? lost.kind : null,
    churn_us: told ? lost.us : null,
    ...upsellOf(world, at, { ...settings, lost, churnHit: status === 'ok' && hit }),
    ...earlyOf(at, { lost, hit, status }),
    ...contractionOf(world, at, { ...settings, status, hit }),
    ...renewalOf(world, at, { ...settings, status }),
    episode: begun.length === 0 ? null : begun.length,
    reactivated_us: begun.length > 1 ? (begun.at(-1)?.began as number) : null
  };
}

type Upsold = Settings & { readonly lost: Happening | null; readonly churnHit: boolean };

function upsellOf(world: World, at: SpineRow, { upsell, watermarkUs, lost, churnHit }: Upsold): ExpectedOutcome {
  if (upsell === null) {
    return { upsell: null, upsell_status: 'off', upsell_kind: null, upsell_us: null, competing: null };
  }
  const v = windowOf(at, upsell, watermarkUs);
  const more = upsells(world, at.account, upsell.graceDays).find(u => u.us > v.from && u.us <= v.to) ?? null;
  const left = lost !== null && lost.us <= v.from;
  const status = !v.ripe ? 'immature' : left ? 'left_in_lead' : reachable(world, at) ? 'ok' : 'not_eligible';
  const bought = status === 'ok' && more !== null && (lost === null || more.us <= lost.us);
  const both = churnHit && status === 'ok' && more !== null;
  return {
    upsell: status === 'ok' ? Number(bought) : null,
    upsell_status: status,
    upsell_kind: bought ? more.kind : null,
    upsell_us: bought ? more.us : null,
    competing: !both ? null : bought ? 'upsell_before_churn' : 'churn_before_upsell'
  };
}

interface Churned {
  readonly lost: Happening | null;
  readonly hit: boolean;
  readonly status: string;
}

function earlyOf(at: SpineRow, { lost, hit, status }: Churned): ExpectedOutcome {
  const early = at.tenureDays >= 90 ? 'not_new' : status;
  const tenure = lost === null ? FOREVER : berlinDay(lost.us) - berlinDay(at.startUs);
  return { early_churn: early === 'ok' ? Number(hit && tenure <= 90) : null, early_churn_status: early };
}

function contractionOf(
  world: World,
  at: SpineRow,
  { churn, watermarkUs, status, hit }: Settings & { readonly status: string; readonly hit: boolean }
): ExpectedOutcome {
  const terms = termsOf(world, at.account);
  const w = windowOf(at, churn, watermarkUs);
  const mrr = (us: number) => mrrAt(terms, us, churn.graceDays);
  const base = mrr(at.asOfUs);
  const shrunk = mrr(w.to) < base && !hit;
  const moves = terms
    .flatMap(term => [term.start, bridged(terms, term.end, churn.graceDays)])
    .filter(us => us > at.asOfUs && us <= w.to && mrr(us) < base);
  const own = base <= 0 ? 'no_mrr' : !w.ripe ? 'immature' : status === 'left_in_lead' ? status : 'ok';
  return {
    contraction: own === 'ok' ? Number(shrunk) : null,
    contraction_status: own,
    contraction_us: own === 'ok' && shrunk ? Math.min(...moves) : null
  };
}

function renewalOf(
  world: World,
  at: SpineRow,
  { churn, watermarkUs, status }: Settings & { readonly status: string }
): ExpectedOutcome {
  const terms = termsOf(world, at.account);
  const w = windowOf(at, churn, watermarkUs);
  const due = terms.filter(
    t =>
      t.known < at.asOfUs && t.start < at.asOfUs && t.actual >= at.asOfUs && t.contract > w.from && t.contract <= w.to
  );
  const renewed = due.every(t => goesOn(terms, t.end, churn.graceDays) && goesOn(terms, t.contract, churn.graceDays));
  const own = due.length === 0 ? 'no_term_ends' : !w.ripe ? 'immature' : status === 'left_in_lead' ? status : 'ok';
  return {
    renewal: own === 'ok' ? Number(renewed) : null,
    renewal_status: own,
    renewal_terms: due.length,
    renewal_us: due.length === 0 ? null : Math.min(...due.map(t => t.contract))
  };
}
