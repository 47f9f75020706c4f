import type { Row } from '../world.js';
import { between, inLast, num, type Rule, share, type View } from './view.js';

const loads = (v: View, after = 0, upTo = 30) =>
  v.of('page_loads').filter(row => between(row['occurred_at'], v.back(upTo), v.back(after)));
const filled = (rows: readonly Row[], ...columns: readonly string[]) =>
  rows.filter(row => columns.every(column => row[column] !== null));
const total = (rows: readonly Row[], column: string) => rows.reduce((sum, row) => sum + num(row[column]), 0);
const times = (v: View, after = 0, upTo = 30) =>
  filled(loads(v, after, upTo), 'load_seconds')
    .map(row => num(row['load_seconds']))
    .sort((a, b) => a - b);
const added = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

/** The smallest value that `percent` % of all do not exceed. */
function nearestRank(v: View, percent: number, least: number): number | null {
  const all = times(v);
  if (all.length < least) return null;
  const found = all.find(value => 100 * all.filter(other => other <= value).length >= percent * all.length);
  return (found as number) / 1000;
}

const answers = (v: View, after = 0, upTo = 30) => {
  const rows = filled(loads(v, after, upTo), 'requests', 'requests_succeeded');
  return { good: total(rows, 'requests_succeeded'), all: total(rows, 'requests') };
};

const APP_STORE: (v: View) => Row | null = v => {
  if (v.account?.['app_type'] === 'web') return null;
  const rated = v.of('reviews').filter(row => row['kind'] === 'app_store' && row['rating'] !== null);
  const newest = Math.max(...rated.map(row => num(row['occurred_at'])));
  const order = (row: Row) => [num(row['rating']), row['ratings'] ?? Number.POSITIVE_INFINITY] as [number, number];
  return (
    rated
      .filter(row => row['occurred_at'] === newest)
      .sort((a, b) => order(a)[0] - order(b)[0] || order(a)[1] - order(b)[1])[0] ?? null
  );
};

export const PAGE_RULES: Readonly<Record<string, Rule>> = {
  page_loads_30d: [30, v => loads(v).length],
  pages_30d: [30, v => new Set(loads(v).map(row => row['page'])).size],
  page_requests_30d: [30, v => total(filled(loads(v), 'requests'), 'requests')],
  load_seconds_mean_30d: [30, v => (times(v).length < 5 ? null : added(times(v)) / (times(v).length * 1000))],
  load_seconds_p75_30d: [30, v => nearestRank(v, 75, 5)],
  load_seconds_p95_30d: [30, v => nearestRank(v, 95, 20)],
  load_seconds_change_30d: [
    60,
    v => {
      const [now, before] = [times(v), times(v, 30, 60)];
      if (now.length < 5 || before.length < 5) return null;
      const then = added(before) * now.length;
      return share(100 * (added(now) * before.length - then), then);
    }
  ],
  load_seconds_weighted_30d: [
    30,
    v => {
      const timed = filled(loads(v), 'load_seconds');
      if (timed.length < 5) return null;
      const both = filled(timed, 'requests');
      const seconds = added(both.map(row => num(row['load_seconds']) * num(row['requests'])));
      return share(seconds, total(both, 'requests') * 1000);
    }
  ],
  request_success_30d: [30, v => share(100 * answers(v).good, answers(v).all)],
  request_success_change_30d: [
    60,
    v => {
      const [now, before] = [answers(v), answers(v, 30, 60)];
      return share(100 * (now.good * before.all - before.good * now.all), now.all * before.all);
    }
  ],
  app_rating_index: [
    0,
    v => {
      const stars = num(APP_STORE(v)?.['rating']);
      return stars >= 100 && stars <= 500 ? (100 * (stars - 100)) / 400 : null;
    }
  ],
  app_ratings: [0, v => (APP_STORE(v)?.['ratings'] ?? null) as number | null],
  app_rating_age_days: [
    0,
    v => {
      const latest = APP_STORE(v);
      return latest === null ? null : v.spine.asOfDay - v.dayOf(num(latest['occurred_at']));
    }
  ],
  app_type: [0, v => (v.account?.['app_type'] ?? null) as string | null],
  visits_per_week_28d: [28, v => inLast(v, v.of('sessions'), 'ended_at', 28).length / 4]
};
