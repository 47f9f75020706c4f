import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { daysAgo, event, rowOf, user, valuesOf } from './snapshot.js';

describe('distinct features used (R29)', () => {
  const names = ['event_types_7d', 'event_types_28d', 'event_types_84d'];

  it('count the declared event types in each window', async () => {
    const events = [
      event(daysAgo(7), 'login'),
      event(daysAgo(2), 'login'),
      event(daysAgo(1), 'undeclared'),
      event(daysAgo(8), 'api'),
      event(daysAgo(28), 'share'),
      event(daysAgo(29), 'export')
    ];
    expect(await valuesOf({ events }, names)).toEqual([1, 3, 4]);
    expect(await valuesOf({}, names)).toEqual([0, 0, 0]);
    expect(await valuesOf({ events }, names, { tenureDays: 28 })).toEqual([1, 3, null]);
  });
});

describe('inactive users (R31)', () => {
  const days = [7, 14, 30, 60, 90];
  const counts = days.map(d => `users_inactive_${d}d`);
  const shares = days.map(d => `users_inactive_share_${d}d`);

  it('are provisioned users without an event in the window, as number and share', async () => {
    const ages = [7, 8, 30, 31, 91];
    const users = [...ages, 'never'].map(age => user(`u${age}`)).concat(user('gone', { deactivated_at: daysAgo(3) }));
    const events = ages.map(age => event(daysAgo(age), 'login', `u${age}`));
    const inactive = [5, 4, 3, 2, 2];
    expect(await valuesOf({ users, events }, counts)).toEqual(inactive);
    expect(await valuesOf({ users, events }, shares)).toEqual(inactive.map(n => n / 6));
    expect(await valuesOf({ users, events }, ['users_never_active_share', 'share_active_84d'])).toEqual([1 / 6, 4 / 6]);
  });

  it('are 0 without users, and their share undefined', async () => {
    expect(await valuesOf({}, [...counts, ...shares])).toEqual([0, 0, 0, 0, 0, null, null, null, null, null]);
    expect(await valuesOf({ users: [user('u')] }, counts, { tenureDays: 30 })).toEqual([1, 1, 1, null, null]);
  });
});

describe('core value (R32)', () => {
  const names = [
    'days_to_first_core_event',
    'core_value_reached',
    'core_events_per_active_user_week_28d',
    'core_events_change_28d',
    'core_events_share_28d'
  ];
  const core = 'Create Report';

  it('has a first day, and events per active user and week', async () => {
    const events = [
      event(daysAgo(90), core),
      event(daysAgo(40), core),
      event(daysAgo(20), core, 'u'),
      event(daysAgo(10), core, 'u'),
      event(daysAgo(5), core, null),
      event(daysAgo(5), 'login', 'v')
    ];
    expect(await valuesOf({ events }, names, { tenureDays: 100 })).toEqual([10, 1, 2 / 2 / 4, (3 - 1) / 1, 3 / 4]);
  });

  it('is unknown until it is reached, and per user without one', async () => {
    const events = [event(daysAgo(5), 'login')];
    expect(await valuesOf({ events }, names)).toEqual([null, 0, 0, null, 0]);
    expect(await valuesOf({}, names)).toEqual([null, 0, null, null, null]);
  });
});

describe('logins (R45)', () => {
  const names = ['logins_per_active_user_week_28d', 'login_days_share_28d'];
  const spread = ['stickiness_28d', 'top_user_share_28d'];
  const events = [
    ...[1, 1, 2, 3, 29].map(age => event(daysAgo(age), 'login', 'u')),
    ...[4, 28].map(age => event(daysAgo(age), 'login', 'v')),
    event(daysAgo(4), 'api', 'v'),
    event(daysAgo(9), 'api', 'w'),
    event(daysAgo(9), 'login', null)
  ];

  it('are told per active user and week, and as the median share of days with one', async () => {
    // Days with a login: u 3, v 2, w 0.
    expect(await valuesOf({ events }, names)).toEqual([(4 + 2) / (4 * 3), 2 / 28]);
    const two = events.filter(row => row['user_id'] !== 'w');
    expect(await valuesOf({ events: two }, names)).toEqual([(4 + 2) / (4 * 2), (2 + 3) / (2 * 28)]);
    expect(await valuesOf({}, names)).toEqual([null, null]);
  });

  it('stand beside how evenly users come', async () => {
    expect(await valuesOf({ events }, spread)).toEqual([(3 + 2 + 1) / (28 * 3), 4 / 8]);
    expect(await valuesOf({}, spread)).toEqual([null, null]);
  });
});

describe('visits (R72)', () => {
  const names = ['visits_per_week_28d', 'core_events_per_visit_28d'];
  const events = [1, 1, 2, 28, 29].map(age => event(daysAgo(age), 'Create Report'));
  const session = (age: number): Row =>
    rowOf(daysAgo(age), { session_id: `s${age}`, user_id: 'u', started_at: daysAgo(age) - 1, ended_at: daysAgo(age) });

  it('are sessions, told beside the core events they gave', async () => {
    const sessions = [1, 28, 29].map(session);
    expect(await valuesOf({ events, sessions }, names)).toEqual([2 / 4, 4 / 2]);
    expect(await valuesOf({ events }, names)).toEqual([0, null]);
  });

  it('are days with events where no sessions are mapped', async () => {
    expect(await valuesOf({ events }, names, { omit: ['sessions'] })).toEqual([3 / 4, 4 / 3]);
    expect(await valuesOf({}, names, { omit: ['sessions'] })).toEqual([0, null]);
  });
});

describe('change and evenness', () => {
  it('compare with the 28 days before and with the whole history', async () => {
    const names = ['login_change_28d', 'login_rate_change_life', 'events_rate_change_life', 'active_days_change_28d'];
    const ages = [1, 1, 2, 30, 57, 58];
    const events = ages.map(age => event(daysAgo(age), 'login'));
    // First event 58 days ago: 30 days before the window with 3 logins.
    const life = (3 * 30 - 28 * 3) / (28 * 3);
    expect(await valuesOf({ events }, names)).toEqual([(3 - 1) / 1, life, life, (2 - 1) / 1]);
    const recent = [event(daysAgo(28), 'login')];
    expect(await valuesOf({ events: recent }, names)).toEqual([null, null, null, null]);
    expect(await valuesOf({}, names)).toEqual([null, null, null, null]);
  });

  it('are the variance of eight weekly counts, and the same relative to the mean', async () => {
    const names = ['events_weekly_variance_56d', 'events_weekly_variation_56d'];
    const events = [1, 7, 8, 56, 57].map(age => event(daysAgo(age)));
    // Weeks 2, 1, 0, 0, 0, 0, 0, 1: mean 1/2.
    const variance = (4 + 1 + 1) / 8 - (4 / 8) ** 2;
    expect(await valuesOf({ events }, names)).toEqual([variance, variance / (4 / 8) ** 2]);
    expect(await valuesOf({}, names)).toEqual([0, null]);
  });

  it('compare hours of use', async () => {
    const lasting = (age: number, duration_seconds: number) => ({ ...event(daysAgo(age)), duration_seconds });
    const events = [lasting(1, 3600), lasting(29, 1200), lasting(57, 9)];
    expect(await valuesOf({ events }, ['hours_change_28d'])).toEqual([(3600 - 1200) / 1200]);
    expect(await valuesOf({ events: [lasting(1, 9)] }, ['hours_change_28d'])).toEqual([null]);
  });
});
