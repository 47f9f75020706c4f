import type { ChurnConfig } from '../../../src/config/types.js';
import { berlinDay, berlinMidnight, type World } from '../../features/world.js';
import { deadline, FOREVER, goesOn, termsOf } from './terms.js';

export interface Happening {
  readonly us: number;
  readonly kind: string;
}

/** A time without the account, [us, back). */
export interface Absence extends Happening {
  readonly back: number;
  readonly origin: 'term' | 'invoice' | 'notice' | 'silence';
  /** When a notice became known; 0 for everything else. */
  readonly known: number;
}

const ORDER = ['cancelled', 'non_renewal', 'payment_failure', 'silence'];

export interface Reading {
  readonly churn: ChurnConfig;
  readonly watermarkUs: number;
  /** Whether subscriptions are mapped; default true. */
  readonly contracts?: boolean;
}

/** When the relationship began: the first paid term, or without contracts the first sign of the account. */
function startOf(world: World, account: string, contracts: boolean): number {
  if (contracts) return Math.min(...termsOf(world, account).map(term => term.start));
  const created = world.accounts.filter(row => row['account_id'] === account).map(row => row['created_at'] as number);
  return Math.min(...created.filter(us => us !== null), ...eventsOf(world, account));
}

function eventsOf(world: World, account: string): number[] {
  return world.events.filter(row => row['account_id'] === account).map(row => row['occurred_at'] as number);
}

/** Every absence of an account, by churn instant, then kind. */
export function absencesOf(
  world: World,
  account: string,
  { churn, watermarkUs, contracts = true }: Reading
): Absence[] {
  const { graceDays } = churn;
  const terms = contracts ? termsOf(world, account) : [];
  const next = (instants: readonly number[], after: number) => Math.min(...instants.filter(us => us > after), FOREVER);
  const starts = terms.map(term => term.start);
  const found: Absence[] = [];
  for (const { notice, end, actual, contract } of terms) {
    const base = { origin: 'term', known: 0 } as const;
    if (notice !== null && notice < end)
      found.push({
        ...base,
        us: notice,
        kind: 'cancelled',
        back: goesOn(terms, end, graceDays) ? end : next(starts, end)
      });
    if (end === FOREVER || goesOn(terms, end, graceDays)) continue;
    const kind = actual < contract ? 'cancelled' : 'non_renewal';
    found.push({ ...base, us: end, kind, back: next(starts, end) });
  }
  const invoices = world.invoices.filter(row => row['account_id'] === account);
  const payments = invoices.flatMap(row => (row['paid_at'] === null ? [] : [row['paid_at'] as number]));
  for (const invoice of invoices) {
    const failed = invoice['failed_at'] as number | null;
    const paid = (invoice['paid_at'] as number | null) ?? FOREVER;
    if (failed === null || paid <= deadline(failed, graceDays)) continue;
    found.push({ us: failed, kind: 'payment_failure', back: next(payments, failed), origin: 'invoice', known: 0 });
  }
  for (const row of world.notices.filter(notice => notice['account_id'] === account)) {
    const us = row['notice_at'] as number;
    const kind = (row['kind'] as string | null) ?? 'cancelled';
    found.push({ us, kind, back: next(starts, us), origin: 'notice', known: row['known_at'] as number });
  }
  if (churn.silenceDays !== undefined) found.push(...silences(world, account, { churn, watermarkUs, contracts }));
  return found.sort((a, b) => a.us - b.us || ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.back - b.back);
}

function silences(world: World, account: string, { churn, watermarkUs, contracts = true }: Reading): Absence[] {
  const days = churn.silenceDays as number;
  const start = startOf(world, account, contracts);
  const signs = [...eventsOf(world, account), ...(start === FOREVER ? [] : [start])].sort((a, b) => a - b);
  return signs.flatMap((us, i): Absence[] => {
    const back = signs[i + 1] ?? FOREVER;
    const until = back === FOREVER ? watermarkUs : back;
    const churned = berlinMidnight(berlinDay(us) + days + 1);
    if (berlinDay(until) < berlinDay(churned)) return [];
    return [{ us: churned, kind: 'silence', back, origin: 'silence', known: 0 }];
  });
}

export interface ExpectedEpisode {
  readonly began: number;
  readonly churned: number | null;
  readonly kind: string | null;
}

/** The relationships of an account, one after the other. */
export function episodesOf(world: World, account: string, reading: Reading): ExpectedEpisode[] {
  const { churn, watermarkUs } = reading;
  const ripe = (us: number) =>
    berlinMidnight((berlinMidnight(berlinDay(us)) === us ? berlinDay(us) : berlinDay(us) + 1) + churn.graceDays) <=
    watermarkUs;
  let began = startOf(world, account, reading.contracts ?? true);
  const absences = absencesOf(world, account, reading).filter(a => a.us >= began && ripe(a.us));
  const episodes: ExpectedEpisode[] = [];
  while (began < FOREVER) {
    const first = absences.find(a => (episodes.length === 0 ? a.us >= began : a.us > began));
    episodes.push({ began, churned: first?.us ?? null, kind: first?.kind ?? null });
    let back = first?.back ?? FOREVER;
    for (let longer = first; longer !== undefined; ) {
      longer = absences.find(a => a.us <= back && a.back > back);
      back = longer?.back ?? back;
    }
    began = back <= watermarkUs ? back : FOREVER;
  }
  return episodes;
}
