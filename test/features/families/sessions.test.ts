import { describe, expect, it } from 'vitest';
import { berlinMidnight, dayOf, type Row } from '../world.js';
import { at, daysAgo, rowOf, type SnapshotOptions, snapshotOf, user, valuesOf } from './snapshot.js';

const HOUR = 3_600_000_000;
let made = 0;

function session(user_id: string, started_at: number, hours: number, known = 0): Row {
  const ended_at = started_at + hours * HOUR;
  return rowOf(Math.max(ended_at, known), { session_id: `s${made++}`, user_id, started_at, ended_at });
}

/** One session a day of user `u`, the hours of ages 1, 2, … */
const daily = (hours: readonly number[], from = 1, user_id = 'u') =>
  hours.map((h, i) => session(user_id, daysAgo(from + i), h));
const SPENT = ['user_days_15d', 'hours_per_user_day_15d'];

describe('time spent', () => {
  it('is the median hours per active user-day, with how many those are (R13)', async () => {
    expect(await valuesOf({ sessions: daily([1, 2, 3, 4, 8]) }, SPENT)).toEqual([5, 3]);
    expect(await valuesOf({ sessions: daily([1, 2, 3, 4, 8, 9]) }, SPENT)).toEqual([6, (3 + 4) / 2]);
  });

  it('is undefined under 5 user-days, which are counted all the same, and for a young account (R13)', async () => {
    expect(await valuesOf({ sessions: daily([1, 2, 3, 4]) }, SPENT)).toEqual([4, null]);
    expect(await valuesOf({}, SPENT)).toEqual([0, null]);
    const young: SnapshotOptions = { tenureDays: 14 };
    expect(await snapshotOf({ sessions: daily([1, 2, 3, 4, 8]) }, SPENT, young)).toMatchObject({
      hours_per_user_day_15d: null,
      hours_per_user_day_15d__state: 2
    });
  });

  it('counts overlaps of one user once, and each user apart (R13)', async () => {
    const noon = daysAgo(1);
    const overlapping = [
      session('u', noon, 4),
      session('u', noon + HOUR, 1),
      session('u', noon + 3 * HOUR, 2),
      session('u', noon + 6 * HOUR, 1),
      session('v', noon, 2)
    ];
    const sessions = [...overlapping, ...daily([7, 8, 9], 2)];
    // User-days: u 5 + 1 = 6, v 2, then 7, 8, 9.
    expect(await valuesOf({ sessions }, [...SPENT, 'session_hours_28d'])).toEqual([5, 7, 6 + 2 + 7 + 8 + 9]);
  });

  it('cuts sessions at local midnights, also on a day of 23 and a day of 25 hours (R13)', async () => {
    const over = (from: string, to: string) => [session('u', at(from), (at(to) - at(from)) / HOUR)];
    // Berlin 29 March 22:00 to 31 March 23:00: 2 h, 24 h, 22 h (the clocks went forward at 2:00 on 31 March).
    const spring = over('2024-03-29T21:00', '2024-03-31T21:00');
    const names = ['user_days_15d', 'session_hours_28d'];
    expect(await valuesOf({ sessions: spring }, names)).toEqual([3, 2 + 24 + 22]);
    const rest = (age: number) => daily([1, 1], age);
    expect(await valuesOf({ sessions: [...spring, ...rest(4)] }, SPENT)).toEqual([5, 2]);
    // The whole of 31 March is 23 hours, and 27 October is 25: both are the median of five days.
    const short = [
      ...over('2024-03-29T23:00', '2024-03-30T23:00'),
      ...over('2024-03-30T23:00', '2024-03-31T21:59:59'),
      session('v', at('2024-03-30T23:00'), 23 - 1 / 3600),
      ...daily([1, 1], 4)
    ];
    expect(await valuesOf({ sessions: short }, SPENT)).toEqual([5, 23 - 1 / 3600]);
    const long = [...over('2024-10-26T22:00', '2024-10-27T22:59:59')];
    expect(await valuesOf({ sessions: long }, names, { date: '2024-10-28' })).toEqual([1, 25 - 1 / 3600]);
  });

  it('sees a session only when it has ended and is known, and only its part within the window', async () => {
    const t = berlinMidnight(dayOf('2024-04-01'));
    const running = session('u', t - 2 * HOUR, 2);
    const late = session('u', daysAgo(3), 2, t);
    const before = session('u', berlinMidnight(dayOf('2024-03-17')) - 5 * HOUR, 6);
    expect(await valuesOf({ sessions: [running, late, before] }, SPENT)).toEqual([1, null]);
    expect(await valuesOf({ sessions: [running, late, before] }, SPENT, { date: '2024-04-02' })).toEqual([2, null]);
  });

  it('is told over all days of provisioned users too, days without use as 0 (R13)', async () => {
    const created = (age: number) => ({ created_at: daysAgo(age), known_at: daysAgo(age) });
    const users = [user('u', created(4)), user('v', created(3)), user('gone', { deactivated_at: daysAgo(9) })];
    const sessions = [...daily([5, 6, 7, 8]), ...daily([2], 1, 'v'), ...daily([9, 9, 9], 1, 'gone')];
    const names = ['hours_per_user_day_all_15d'];
    // u 5, 6, 7, 8 and v 2, 0, 0: the middle of seven.
    expect(await valuesOf({ users, sessions }, names)).toEqual([5]);
    const twoMore = [...users, user('w', created(1))];
    expect(await valuesOf({ users: twoMore, sessions }, names)).toEqual([(2 + 5) / 2]);
    expect(await valuesOf({ users, sessions: [] }, names)).toEqual([0]);
    expect(await valuesOf({ users: [user('u', created(4))], sessions }, names)).toEqual([null]);
    expect(await valuesOf({ sessions }, names)).toEqual([null]);
  });
});

describe('the 15-day change of time spent (R14)', () => {
  const names = ['hours_per_user_day_prior_15d', 'hours_per_user_day_change_15d'];

  it('compares the two medians in percent', async () => {
    const sessions = [...daily([3, 3, 3, 3, 3, 3]), ...daily([1, 2, 2, 3, 4, 5], 16)];
    expect(await valuesOf({ sessions }, names)).toEqual([(2 + 3) / 2, (100 * (3 - 2.5)) / 2.5]);
  });

  it('is undefined when either median is', async () => {
    expect(await valuesOf({ sessions: [...daily([3, 3, 3, 3, 3]), ...daily([1, 2], 16)] }, names)).toEqual([
      null,
      null
    ]);
    expect(await valuesOf({ sessions: [...daily([3]), ...daily([1, 1, 1, 1, 1], 16)] }, names)).toEqual([1, null]);
  });
});

describe('length and frequency of sessions (R15)', () => {
  const LENGTH = ['session_hours_median_15d', 'session_hours_median_change_15d'];
  const OFTEN = ['sessions_per_active_user_15d', 'sessions_per_active_user_change_15d'];

  it('are the median length and sessions per active user, each with its change', async () => {
    const now = [...daily([1, 2, 4, 5]), ...daily([3, 6], 1, 'v')];
    const before = [...daily([2, 2, 2], 16), ...daily([1, 4], 20, 'v')];
    const sessions = [...now, ...before];
    expect(await valuesOf({ sessions }, LENGTH)).toEqual([(3 + 4) / 2, (100 * (3.5 - 2)) / 2]);
    expect(await valuesOf({ sessions }, OFTEN)).toEqual([6 / 2, (100 * (6 / 2 - 5 / 2)) / (5 / 2)]);
  });

  it('are undefined under 5 sessions, or without any', async () => {
    const few = { sessions: daily([1, 2, 3, 4]) };
    expect(await valuesOf(few, [...LENGTH, ...OFTEN])).toEqual([null, null, 4, null]);
    expect(await valuesOf({ sessions: daily([1], 16) }, [...LENGTH, ...OFTEN])).toEqual([null, null, null, null]);
  });

  it('come with counts, their change and the days since the last', async () => {
    const names = ['sessions_7d', 'sessions_28d', 'sessions_84d', 'sessions_change_28d', 'days_since_last_session'];
    const sessions = [2, 7, 8, 28, 29, 57, 84, 85].map(age => session('u', daysAgo(age), 1));
    expect(await valuesOf({ sessions }, names)).toEqual([2, 4, 7, (4 - 1) / 1, 2]);
    expect(await valuesOf({}, names)).toEqual([0, 0, 0, null, null]);
  });
});
