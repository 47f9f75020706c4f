import type { Row } from '../world.js';
import { inLast, num, type Rule, share, type View } from './view.js';

/** Users that are still provisioned at the date. */
export const activeProvisioned = (v: View) => v.users.filter(row => row['deactivated_at'] === null);

const eventsOf = (rows: readonly Row[], user: Row) => rows.filter(row => row['user_id'] === user['user_id']);
const recent = (v: View, days: number) => inLast(v, v.events, 'occurred_at', days);
const without = (v: View, days: number) =>
  activeProvisioned(v).filter(user => eventsOf(recent(v, days), user).length === 0);
const logins = (v: View) => v.events.filter(row => row['event_type'] === 'login');

/** [users whose interval is over, those of them who came back], by first active day. */
function returned(v: View, week: number): readonly [number, number] {
  const ids = [...new Set(v.events.map(row => row['user_id']).filter(user => user !== null))];
  const days = ids.map(user =>
    v.events.filter(row => row['user_id'] === user).map(row => v.dayOf(num(row['occurred_at'])))
  );
  const over = days.filter(all => Math.min(...all) + 7 * week + 7 <= v.spine.asOfDay);
  const back = over.filter(all => {
    const since = Math.min(...all) + 7 * week;
    return all.some(day => day >= since && day < since + 7);
  });
  return [over.length, back.length];
}

const returnShare = (v: View, week: number) => {
  const [over, back] = returned(v, week);
  return over < 5 ? null : back / over;
};

const inactive = (days: number): Readonly<Record<string, Rule>> => ({
  [`users_inactive_${days}d`]: [days, v => without(v, days).length],
  [`users_inactive_share_${days}d`]: [days, v => share(without(v, days).length, activeProvisioned(v).length)]
});

const active = (days: number): Readonly<Record<string, Rule>> => ({
  [`share_active_${days}d`]: [
    days,
    v => share(activeProvisioned(v).length - without(v, days).length, activeProvisioned(v).length)
  ]
});

export const PEOPLE_RULES: Readonly<Record<string, Rule>> = {
  ...inactive(7),
  ...inactive(14),
  ...inactive(30),
  ...inactive(60),
  ...inactive(90),
  ...active(7),
  ...active(84),
  users_never_active_share: [
    0,
    v => {
      const never = activeProvisioned(v).filter(user => eventsOf(v.events, user).length === 0);
      return share(never.length, activeProvisioned(v).length);
    }
  ],
  loyalty_index: [
    30,
    v => {
      const known = activeProvisioned(v).filter(user =>
        eventsOf(logins(v), user).some(row => num(row['occurred_at']) < v.back(30))
      );
      const stayed = known.filter(user => eventsOf(inLast(v, logins(v), 'occurred_at', 30), user).length > 0);
      return share(100 * stayed.length, known.length);
    }
  ],
  retention_index: [
    0,
    v => {
      const shares = [1, 2, 4, 8, 12].map(week => returnShare(v, week)).filter(found => found !== null);
      return share(100 * shares.reduce((a, b) => a + b, 0), shares.length);
    }
  ],
  ...Object.fromEntries(
    [1, 2, 4, 8, 12].map((week): [string, Rule] => [`retention_week_${week}`, [0, v => returnShare(v, week)]])
  )
};
