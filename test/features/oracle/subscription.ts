import type { Row } from '../world.js';
import { daysSince, people, relative } from './core.js';
import {
  coveredDays,
  fell,
  gaps,
  mainTerm,
  planOf,
  rankOf,
  renewals,
  rose,
  running,
  runningBefore,
  type Step,
  stepsOf,
  totalOf
} from './terms.js';
import { inLast, mean, num, type Rule, share, sum, type View } from './view.js';

const mrrOf = (rows: readonly Row[]) => totalOf(rows, 'mrr');
const seatsOf = (rows: readonly Row[]) => totalOf(rows, 'seats');
const moves = (v: View, moved: (step: Step) => boolean) => stepsOf(v, rows => rankOf(v, rows)).filter(moved);
const within = (steps: readonly Step[], days: number) => steps.filter(step => step.age <= days);
const jumps = (steps: readonly Step[]) =>
  steps.reduce((total, { was, is }) => total + Math.abs((is ?? 0) - (was ?? 0)), 0);
const latest = (steps: readonly Step[]) => [...steps].sort((a, b) => b.us - a.us)[0];
const seatMoves = (v: View) => stepsOf(v, seatsOf).filter(step => rose(step) || fell(step));

/** Nothing is known of ups and downs when no plan that ran just after a step is listed. */
const whenRanked = (v: View, count: number) =>
  stepsOf(v, rows => rankOf(v, rows)).some(step => step.is !== null) ? count : null;

const moved = (kind: (step: Step) => boolean, days: number): Rule => [
  days,
  v => whenRanked(v, within(moves(v, kind), days).length)
];

const firstTerms = (v: View) => {
  const first = Math.min(...v.terms.map(row => num(row['started_at'])));
  return v.terms.filter(row => row['started_at'] === first);
};

function aboveStart(v: View): boolean | null {
  const [now, start] = [rankOf(v, running(v)), rankOf(v, firstTerms(v))];
  return now === null || start === null ? null : now > start;
}

const flag = (value: boolean | null) => (value === null ? null : value ? 1 : 0);

function either(a: boolean | null, b: boolean | null): boolean | null {
  if (a === true || b === true) return true;
  return a === null || b === null ? null : false;
}

const change = (days: number, measure: (rows: readonly Row[]) => number | null): Rule => [
  days,
  v => relative(measure(running(v)), measure(runningBefore(v, v.back(days))))
];

const mrrChange = (days: number): Rule => [
  days,
  v => relative(mrrOf(running(v)) ?? 0, mrrOf(runningBefore(v, v.back(days))))
];

const mrrMoved = (kind: (step: Step) => boolean, days: number): Rule => [
  days,
  v => jumps(within(stepsOf(v, mrrOf).filter(kind), days)) / 100
];

const ages = (v: View, row: Row, column: string) => v.spine.asOfDay - v.dayOf(num(row[column]));

function months(v: View): number | null {
  const main = mainTerm(v);
  if (main === null) return null;
  if (main['term_months'] !== null) return num(main['term_months']);
  if (main['term_end'] === null) return null;
  const days = v.dayOf(num(main['term_end'])) - v.dayOf(num(main['started_at']));
  return Math.floor(days / (146_097 / 4800) + 0.5);
}

function kindOf(count: number | null): string | null {
  if (count === null) return null;
  if (count <= 1) return 'monthly';
  if (count < 12) return 'part_year';
  return count === 12 ? 'annual' : 'multi_year';
}

/** Months counted one by one: a month is over on the day of the start, or on its last day when it lacks that day. */
function calendarMonths(v: View): number {
  const start = new Date((v.spine.asOfDay - v.spine.tenureDays) * 86_400_000);
  let count = 0;
  for (;;) {
    const first = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + count + 1, 1);
    const last = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + count + 2, 0)).getUTCDate();
    const day = first / 86_400_000 + Math.min(start.getUTCDate(), last) - 1;
    if (day > v.spine.asOfDay) return count;
    count++;
  }
}

const TYPES = ['login', 'Create Report', 'export', 'invite', 'api', 'share'];

function entitled(v: View): number | null {
  const plans = running(v)
    .map(row => planOf(v, row))
    .filter(plan => plan !== undefined);
  const allowed = plans.map(plan => {
    const list = plan['features'] as string | null;
    return list === null ? TYPES : list.split(';').map(type => type.trim());
  });
  return plans.length === 0 ? null : TYPES.filter(type => allowed.some(list => list.includes(type))).length;
}

function pricePerSeatChange(v: View): number | null {
  const then = runningBefore(v, v.back(90));
  const [mrr, seats, mrrThen, seatsThen] = [mrrOf(running(v)), seatsOf(running(v)), mrrOf(then), seatsOf(then)];
  if (mrr === null || mrrThen === null || !seats || !seatsThen) return null;
  return relative(mrr * seatsThen, mrrThen * seats);
}

/** Money, seats, plan, contract, renewals and tenure. */
export const SUBSCRIPTION_RULES: Readonly<Record<string, Rule>> = {
  mrr: [0, v => sum(running(v), 'mrr') / 100],
  arr: [0, v => v.spine.arr],
  mrr_change_30d: mrrChange(30),
  mrr_change_90d: mrrChange(90),
  mrr_change_365d: mrrChange(365),
  mrr_expansion_90d: mrrMoved(rose, 90),
  mrr_expansion_365d: mrrMoved(rose, 365),
  mrr_contraction_90d: mrrMoved(fell, 90),
  mrr_contraction_365d: mrrMoved(fell, 365),
  seats: [0, v => seatsOf(running(v))],
  seats_change_30d: change(30, seatsOf),
  seats_change_90d: change(90, seatsOf),
  seat_changes_90d: [90, v => within(seatMoves(v), 90).length],
  seats_added_90d: [90, v => jumps(within(seatMoves(v).filter(rose), 90))],
  seats_removed_90d: [90, v => jumps(within(seatMoves(v).filter(fell), 90))],
  days_since_seat_change: [0, v => latest(seatMoves(v))?.age ?? null],
  seats_last_delta: [
    0,
    v => {
      const last = latest(seatMoves(v));
      return last === undefined ? null : num(last.is) - num(last.was);
    }
  ],
  seat_utilisation_28d: [
    28,
    v => {
      const seats = seatsOf(running(v));
      return seats === null ? null : share(people(inLast(v, v.events, 'occurred_at', 28)).size, seats);
    }
  ],
  mrr_per_seat: [
    0,
    v => {
      const seats = seatsOf(running(v));
      return seats === null ? null : share(sum(running(v), 'mrr'), 100 * seats);
    }
  ],
  mrr_per_seat_change_90d: [90, pricePerSeatChange],
  plan: [0, v => (mainTerm(v)?.['plan'] ?? null) as string | null],
  plan_rank: [0, v => rankOf(v, running(v))],
  plan_rank_start: [0, v => rankOf(v, firstTerms(v))],
  plan_rank_above_start: [0, v => flag(aboveStart(v))],
  plan_advanced_180d: [
    0,
    v => {
      const ups = whenRanked(v, within(moves(v, rose), 180).length);
      return flag(either(aboveStart(v), ups === null ? null : ups > 0));
    }
  ],
  upgrades_90d: moved(rose, 90),
  upgrades_180d: moved(rose, 180),
  upgrades_365d: moved(rose, 365),
  downgrades_90d: moved(fell, 90),
  downgrades_180d: moved(fell, 180),
  downgrades_365d: moved(fell, 365),
  days_since_upgrade: [0, v => latest(moves(v, rose))?.age ?? null],
  days_since_downgrade: [0, v => latest(moves(v, fell))?.age ?? null],
  upgrades_ever: [0, v => whenRanked(v, moves(v, rose).length)],
  event_types_entitled: [0, entitled],
  days_to_term_end: [
    0,
    v => {
      const ends = running(v).filter(row => row['term_end'] !== null);
      return ends.length === 0 ? null : Math.min(...ends.map(row => v.dayOf(num(row['term_end'])))) - v.spine.asOfDay;
    }
  ],
  term_progress: [
    0,
    v => {
      const main = mainTerm(v);
      if (main === null || main['term_end'] === null) return null;
      return ages(v, main, 'started_at') / (ages(v, main, 'started_at') - ages(v, main, 'term_end'));
    }
  ],
  days_since_term_start: [0, v => daysSince(v, running(v), 'started_at')],
  terms_count: [0, v => v.terms.length],
  term_months: [0, months],
  term_kind: [0, v => kindOf(months(v))],
  multi_year: [
    0,
    v => {
      const count = months(v);
      return count === null ? null : flag(count > 12);
    }
  ],
  contract_value: [
    0,
    v => {
      const total = totalOf(running(v), 'amount');
      return total === null ? null : total / 100;
    }
  ],
  products: [
    0,
    v => {
      const names = new Set(running(v).map(row => row['product']));
      names.delete(null);
      return names.size === 0 ? null : names.size;
    }
  ],
  renewals_due: [0, v => renewals(v).length],
  renewals_won_share: [0, v => mean(renewals(v).map(won => (won ? 1 : 0)))],
  tenure_days: [0, v => v.spine.tenureDays],
  tenure_months: [0, calendarMonths],
  first_90_days: [0, v => (v.spine.tenureDays < 90 ? 1 : 0)],
  tenure_paid_days: [0, v => coveredDays(v).filter(day => day).length],
  tenure_paid_share: [0, v => share(coveredDays(v).filter(day => day).length, v.spine.tenureDays)],
  tenure_gaps: [0, v => gaps(v).length],
  tenure_longest_gap_days: [0, v => Math.max(0, ...gaps(v))]
};
