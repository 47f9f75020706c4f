import type { Row } from '../world.js';
import { between, inLast, num, type Rule, share, sum, type View } from './view.js';

const ofType = (rows: readonly Row[], type: string) => rows.filter(row => row['event_type'] === type);
export const people = (rows: readonly Row[]) => new Set(rows.map(row => row['user_id']).filter(user => user !== null));
const eventsBefore = (v: View, from: number, to: number) =>
  v.events.filter(row => between(row['occurred_at'], v.back(from), v.back(to)));

export const relative = (now: number | null, then: number | null) =>
  now === null || then === null || then === 0 ? null : (now - then) / then;

const provisioned = (v: View) => v.users.filter(row => row['deactivated_at'] === null);
const eventsOf = (v: View, user: Row) => v.events.filter(row => row['user_id'] === user['user_id']);
const activeIn = (v: View, user: Row, days: number) => inLast(v, eventsOf(v, user), 'occurred_at', days).length > 0;
const activeBefore = (v: View, user: Row, days: number) =>
  eventsOf(v, user).some(row => num(row['occurred_at']) < v.back(days));

export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  const low = sorted[Math.floor((n - 1) / 2)] as number;
  const high = sorted[Math.floor(n / 2)] as number;
  return low === high && n % 2 === 1 ? low / 3_600_000_000 : (low + high) / 7_200_000_000;
}

export function daysSince(v: View, rows: readonly Row[], column: string): number | null {
  return rows.length === 0 ? null : v.spine.asOfDay - Math.max(...rows.map(row => v.dayOf(num(row[column]))));
}

/** The features that are checked one by one. */
export const CORE_RULES: Readonly<Record<string, Rule>> = {
  events_7d: [7, v => inLast(v, v.events, 'occurred_at', 7).length],
  events_28d: [28, v => inLast(v, v.events, 'occurred_at', 28).length],
  events_84d: [84, v => inLast(v, v.events, 'occurred_at', 84).length],
  events_change_28d: [56, v => relative(eventsBefore(v, 28, 0).length, eventsBefore(v, 56, 28).length)],
  events_change_28d_vs_56d: [
    84,
    v => {
      const prior = eventsBefore(v, 84, 28).length;
      return prior === 0 ? null : (2 * eventsBefore(v, 28, 0).length - prior) / prior;
    }
  ],
  events_slope_56d: [
    56,
    v => {
      const weeks = Array.from({ length: 8 }, (_, w) => eventsBefore(v, 7 * (8 - w), 7 * (7 - w)).length);
      return weeks.reduce((total, n, w) => total + (2 * w - 7) * n, 0) / 84;
    }
  ],
  active_days_28d: [
    28,
    v => new Set(inLast(v, v.events, 'occurred_at', 28).map(r => v.dayOf(num(r['occurred_at'])))).size
  ],
  active_days_84d: [
    84,
    v => new Set(inLast(v, v.events, 'occurred_at', 84).map(r => v.dayOf(num(r['occurred_at'])))).size
  ],
  days_since_last_event: [0, v => daysSince(v, v.events, 'occurred_at')],
  active_users_28d: [28, v => people(inLast(v, v.events, 'occurred_at', 28)).size],
  active_users_84d: [84, v => people(inLast(v, v.events, 'occurred_at', 84)).size],
  events_per_active_user_28d: [
    28,
    v => {
      const recent = inLast(v, v.events, 'occurred_at', 28).filter(row => row['user_id'] !== null);
      return share(recent.length, people(recent).size);
    }
  ],
  login_7d: [7, v => ofType(inLast(v, v.events, 'occurred_at', 7), 'login').length],
  create_report_84d: [84, v => ofType(inLast(v, v.events, 'occurred_at', 84), 'Create Report').length],
  api_rate_28d: [
    7,
    v => (28 * ofType(inLast(v, v.events, 'occurred_at', 28), 'api').length) / Math.min(28, v.spine.tenureDays)
  ],
  login_rate_life: [
    7,
    v => {
      const days = v.events.map(row => v.dayOf(num(row['occurred_at'])));
      return days.length === 0 ? 0 : (28 * ofType(v.events, 'login').length) / (v.spine.asOfDay - Math.min(...days));
    }
  ],
  events_rate_28d: [7, v => (28 * inLast(v, v.events, 'occurred_at', 28).length) / Math.min(28, v.spine.tenureDays)],
  event_types_28d: [
    28,
    v =>
      new Set(
        inLast(v, v.events, 'occurred_at', 28)
          .map(r => r['event_type'])
          .filter(type => type !== 'other')
      ).size
  ],
  core_events_28d: [28, v => ofType(inLast(v, v.events, 'occurred_at', 28), 'Create Report').length],
  core_value_reached: [0, v => (ofType(v.events, 'Create Report').length > 0 ? 1 : 0)],
  days_to_first_core_event: [
    0,
    v => {
      const days = ofType(v.events, 'Create Report').map(row => v.dayOf(num(row['occurred_at'])));
      return days.length === 0 ? null : Math.max(0, Math.min(...days) - (v.spine.asOfDay - v.spine.tenureDays));
    }
  ],
  value_28d: [28, v => sum(inLast(v, v.events, 'occurred_at', 28), 'value') / 1000],
  hours_28d: [28, v => sum(inLast(v, v.events, 'occurred_at', 28), 'duration_seconds') / 3600],
  users_total: [0, v => provisioned(v).length],
  users_new_28d: [28, v => inLast(v, provisioned(v), 'created_at', 28).length],
  users_deactivated_90d: [90, v => inLast(v, v.users, 'deactivated_at', 90).length],
  users_inactive_30d: [30, v => provisioned(v).filter(user => !activeIn(v, user, 30)).length],
  share_active_28d: [
    28,
    v => share(provisioned(v).filter(user => activeIn(v, user, 28)).length, provisioned(v).length)
  ],
  users_dropped_30d: [
    30,
    v => provisioned(v).filter(user => activeBefore(v, user, 30) && !activeIn(v, user, 30)).length
  ],
  users_loyal_share_30d: [
    30,
    v => {
      const before = provisioned(v).filter(user => activeBefore(v, user, 30));
      return share(before.filter(user => activeIn(v, user, 30)).length, before.length);
    }
  ],
  industry: [0, v => (v.account?.['industry'] ?? null) as string | null],
  region: [0, v => (v.account?.['region'] ?? null) as string | null]
};
