import { berlinMidnight, type Row } from '../world.js';
import { activeProvisioned } from './usage-people.js';
import { inLast, num, type Rule, share, type View } from './view.js';

const HOUR = 3_600_000_000;

/** Sum of the middle values and how many they are; null under `least` values. */
export function middle(values: readonly number[], least = 5): readonly [number, number] | null {
  if (values.length < least || values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  const high = sorted[Math.floor(n / 2)] as number;
  return n % 2 === 1 ? [high, 1] : [high + (sorted[n / 2 - 1] as number), 2];
}

const inHours = (values: readonly number[]) => {
  const found = middle(values);
  return found === null ? null : found[0] / (found[1] * HOUR);
};

function change(now: readonly number[], before: readonly number[]): number | null {
  const [a, b] = [middle(now), middle(before)];
  if (a === null || b === null || b[0] === 0) return null;
  return (100 * (a[0] * b[1] - b[0] * a[1])) / (b[0] * a[1]);
}

/** Microseconds of [from, to) that the sessions of one user cover: edge by edge. */
function covered(rows: readonly Row[], from: number, to: number): number {
  const edges = [...new Set(rows.flatMap(row => [num(row['started_at']), num(row['ended_at'])]).concat(from, to))]
    .filter(us => us >= from && us <= to)
    .sort((a, b) => a - b);
  let total = 0;
  edges.slice(1).forEach((end, i) => {
    const start = edges[i] as number;
    if (rows.some(row => num(row['started_at']) <= start && num(row['ended_at']) >= end)) total += end - start;
  });
  return total;
}

interface UserDay {
  readonly user: string;
  readonly age: number;
  readonly us: number;
}

/** Every user with a session on every day of ages (after, upTo]. */
function userDays(v: View, after: number, upTo: number): UserDay[] {
  const rows = v.of('sessions');
  const users = [...new Set(rows.map(row => row['user_id'] as string))];
  return users.flatMap(user => {
    const own = rows.filter(row => row['user_id'] === user);
    return Array.from({ length: upTo - after }, (_, i) => {
      const age = after + 1 + i;
      const us = covered(own, berlinMidnight(v.spine.asOfDay - age), berlinMidnight(v.spine.asOfDay - age + 1));
      return { user, age, us };
    }).filter(day => day.us > 0);
  });
}

const spent = (v: View, after: number, upTo: number) => userDays(v, after, upTo).map(day => day.us);
const ended = (v: View, after: number, upTo: number) => {
  const recent = inLast(v, v.of('sessions'), 'ended_at', upTo);
  return recent.filter(row => num(row['ended_at']) < v.back(after));
};
const lengths = (rows: readonly Row[]) => rows.map(row => num(row['ended_at']) - num(row['started_at']));
const users = (rows: readonly Row[]) => new Set(rows.map(row => row['user_id'])).size;

/** Hours of every day of every provisioned user since creation, in the last 15 days. */
function allDays(v: View): number[] {
  const found = userDays(v, 0, 15);
  return activeProvisioned(v).flatMap(user => {
    const age = Math.min(15, v.spine.asOfDay - v.dayOf(num(user['created_at'])));
    return Array.from(
      { length: age },
      (_, i) => found.find(day => day.user === user['user_id'] && day.age === i + 1)?.us ?? 0
    );
  });
}

export const SESSION_RULES: Readonly<Record<string, Rule>> = {
  user_days_15d: [15, v => spent(v, 0, 15).length],
  hours_per_user_day_15d: [15, v => inHours(spent(v, 0, 15))],
  hours_per_user_day_prior_15d: [30, v => inHours(spent(v, 15, 30))],
  hours_per_user_day_change_15d: [30, v => change(spent(v, 0, 15), spent(v, 15, 30))],
  hours_per_user_day_all_15d: [15, v => inHours(allDays(v))],
  session_hours_28d: [28, v => spent(v, 0, 28).reduce((a, b) => a + b, 0) / HOUR],
  session_hours_median_15d: [15, v => inHours(lengths(ended(v, 0, 15)))],
  session_hours_median_change_15d: [30, v => change(lengths(ended(v, 0, 15)), lengths(ended(v, 15, 30)))],
  sessions_per_active_user_15d: [15, v => share(ended(v, 0, 15).length, users(ended(v, 0, 15)))],
  sessions_per_active_user_change_15d: [
    30,
    v => {
      const [now, before] = [ended(v, 0, 15), ended(v, 15, 30)];
      const then = before.length * users(now);
      return share(100 * (now.length * users(before) - then), then);
    }
  ],
  sessions_7d: [7, v => ended(v, 0, 7).length],
  sessions_28d: [28, v => ended(v, 0, 28).length],
  sessions_84d: [84, v => ended(v, 0, 84).length],
  sessions_change_28d: [56, v => share(ended(v, 0, 28).length - ended(v, 28, 56).length, ended(v, 28, 56).length)],
  days_since_last_session: [
    0,
    v => {
      const days = v.of('sessions').map(row => v.dayOf(num(row['ended_at'])));
      return days.length === 0 ? null : v.spine.asOfDay - Math.max(...days);
    }
  ]
};
