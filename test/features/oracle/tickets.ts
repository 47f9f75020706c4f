import type { Row } from '../world.js';
import { daysSince, people, relative } from './core.js';
import { between, inLast, mean, num, type Rule, share, type View } from './view.js';

const WEIGHTS: Readonly<Record<string, number>> = { low: 1, normal: 2, high: 3, urgent: 4 };

function isOpen(row: Row): boolean {
  if (row['resolved_at'] === null) return true;
  return row['reopened_at'] !== null && num(row['reopened_at']) >= num(row['resolved_at']);
}

const open = (v: View) => v.tickets.filter(isOpen);
const isHigh = (row: Row) => row['priority'] === 'high' || row['priority'] === 'urgent';
const opened = (v: View, days: number) => inLast(v, v.tickets, 'opened_at', days);
const resolved = (v: View, days: number) => inLast(v, v.tickets, 'resolved_at', days).filter(row => !isOpen(row));
const stated = (rows: readonly Row[]) => rows.filter(row => row['priority'] !== null);
const weights = (rows: readonly Row[]) => stated(rows).map(row => WEIGHTS[String(row['priority'])] as number);
const active = (v: View, days: number) => people(inLast(v, v.events, 'occurred_at', days)).size;

function load(rows: readonly Row[]): number | null {
  if (rows.length > 0 && stated(rows).length === 0) return null;
  return weights(rows).reduce((total, weight) => total + weight, 0);
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  const low = sorted[Math.floor((n - 1) / 2)] as number;
  const high = sorted[Math.floor(n / 2)] as number;
  return n % 2 === 1 ? low / 3_600_000_000 : (low + high) / 7_200_000_000;
}

const highOpen = (days: number): Rule => [
  days,
  v => v.tickets.filter(row => isHigh(row) && (isOpen(row) || between(row['resolved_at'], v.back(days), v.t))).length
];

const rated = (v: View, days: number) =>
  inLast(v, v.tickets, 'rated_at', days)
    .filter(row => row['rating'] !== null)
    .map(row => num(row['rating']));
const bad = (v: View, days: number) => rated(v, days).filter(rating => rating <= 2).length;

function withinSla(v: View): number | null {
  const judged = v.tickets.filter(
    row =>
      row['due_at'] !== null &&
      (between(row['due_at'], v.back(90), v.t) || (!isOpen(row) && between(row['resolved_at'], v.back(90), v.t)))
  );
  const kept = judged.filter(row => !isOpen(row) && num(row['resolved_at']) <= num(row['due_at']));
  return share(kept.length, judged.length);
}

function reopened(v: View): number | null {
  const again = new Set(inLast(v, v.tickets, 'reopened_at', 90));
  return share(again.size, new Set([...again, ...inLast(v, v.tickets, 'resolved_at', 90)]).size);
}

const spoken = (v: View) => opened(v, 90).filter(row => row['sentiment'] !== null);

/** Slope of sentiment over days, from the normal equations in whole numbers. */
function trend(v: View): number | null {
  const points = spoken(v).map(row => ({
    x: v.dayOf(num(row['opened_at'])) - v.spine.asOfDay,
    y: num(row['sentiment'])
  }));
  const n = points.length;
  const total = (value: (p: { x: number; y: number }) => number) => points.reduce((sum, p) => sum + value(p), 0);
  const run = n * total(p => p.x * p.x) - total(p => p.x) ** 2;
  if (n < 3 || run === 0) return null;
  return (30 * (n * total(p => p.x * p.y) - total(p => p.x) * total(p => p.y)) || 0) / (1000 * run);
}

/** Support. */
export const TICKET_RULES: Readonly<Record<string, Rule>> = {
  tickets_7d: [7, v => opened(v, 7).length],
  tickets_28d: [28, v => opened(v, 28).length],
  tickets_84d: [84, v => opened(v, 84).length],
  days_since_ticket: [0, v => daysSince(v, v.tickets, 'opened_at')],
  tickets_change_30d: [
    90,
    v => {
      const all = opened(v, 90).length;
      return all === 0 ? null : (3 * opened(v, 30).length - all) / all;
    }
  ],
  tickets_per_100_active_users_30d: [30, v => share(100 * opened(v, 30).length, active(v, 30))],
  tickets_per_100_active_users_change_30d: [
    90,
    v =>
      active(v, 30) === 0
        ? null
        : relative(3 * opened(v, 30).length * active(v, 90), opened(v, 90).length * active(v, 30))
  ],
  tickets_open: [0, v => open(v).length],
  tickets_state: [
    0,
    v => (v.tickets.length === 0 ? 'none_raised' : v.tickets.every(row => !isOpen(row)) ? 'all_resolved' : 'open')
  ],
  tickets_none_ever: [0, v => (v.tickets.length === 0 ? 1 : 0)],
  tickets_all_resolved: [0, v => (v.tickets.length === 0 ? null : v.tickets.every(row => !isOpen(row)) ? 1 : 0)],
  tickets_oldest_open_days: [
    0,
    v => Math.max(0, ...open(v).map(row => v.spine.asOfDay - v.dayOf(num(row['opened_at']))))
  ],
  tickets_high_open: [0, v => open(v).filter(isHigh).length],
  tickets_high_open_7d: highOpen(7),
  tickets_high_open_30d: highOpen(30),
  tickets_high_open_90d: highOpen(90),
  tickets_open_load: [0, v => load(open(v))],
  tickets_load_30d: [30, v => load(opened(v, 30))],
  tickets_load_90d: [90, v => load(opened(v, 90))],
  tickets_severity_mean_90d: [0, v => mean(weights(opened(v, 90)))],
  tickets_high_share_90d: [0, v => share(opened(v, 90).filter(isHigh).length, stated(opened(v, 90)).length)],
  tickets_escalated_90d: [90, v => inLast(v, v.tickets, 'escalated_at', 90).length],
  tickets_escalated_share_90d: [
    0,
    v => share(opened(v, 90).filter(row => row['escalated_at'] !== null).length, opened(v, 90).length)
  ],
  tickets_hours_to_resolve_90d: [
    0,
    v => median(resolved(v, 90).map(row => num(row['resolved_at']) - num(row['opened_at'])))
  ],
  tickets_resolved_share_90d: [0, v => share(opened(v, 90).filter(row => !isOpen(row)).length, opened(v, 90).length)],
  tickets_within_sla_share_90d: [0, withinSla],
  tickets_reopened_share_90d: [0, reopened],
  tickets_rating_mean_90d: [0, v => mean(rated(v, 90))],
  tickets_bad_ratings_30d: [30, v => bad(v, 30)],
  tickets_bad_ratings_90d: [90, v => bad(v, 90)],
  tickets_bad_rating_share_30d: [0, v => share(bad(v, 30), rated(v, 30).length)],
  tickets_bad_rating_share_90d: [0, v => share(bad(v, 90), rated(v, 90).length)],
  tickets_sentiment_mean_90d: [
    0,
    v =>
      share(
        spoken(v).reduce((total, row) => total + num(row['sentiment']), 0),
        1000 * spoken(v).length
      )
  ],
  tickets_sentiment_trend_90d: [0, trend]
};
