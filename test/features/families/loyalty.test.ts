import { describe, expect, it } from 'vitest';
import { droppedUsers } from '../../../src/features/index.js';
import { berlinMidnight, configOf, dayOf, tableInfos } from '../world.js';
import { daysAgo, event, over, user, valuesOf } from './snapshot.js';

const users = ['stays', 'drops', 'clicks', 'new', 'never'].map(id => user(id));
const events = [
  event(daysAgo(60), 'login', 'stays'),
  event(daysAgo(30), 'login', 'stays'),
  event(daysAgo(31), 'login', 'drops'),
  event(daysAgo(50), 'login', 'clicks'),
  event(daysAgo(5), 'api', 'clicks'),
  event(daysAgo(2), 'login', 'new'),
  event(daysAgo(50), 'login', 'gone'),
  event(daysAgo(5), 'login', 'drops', daysAgo(-1))
];
const gone = user('gone', { deactivated_at: daysAgo(10) });
const world = { users: [...users, gone], events };
const index = (features = {}, tenureDays = 500) =>
  valuesOf(world, ['loyalty_index'], { config: { features }, tenureDays });

describe('loyalty (R21)', () => {
  it('is 100 x the share of provisioned users with an earlier login who logged in since', async () => {
    // Known: stays, drops, clicks (its api call is no login).
    expect(await index()).toEqual([(100 * 1) / 3]);
    expect(await index({ loyaltyDays: 31 })).toEqual([(100 * 1) / 2]);
    // Without a declared login every event counts.
    expect(await index({ loginEvents: [] })).toEqual([(100 * 2) / 3]);
  });

  it('is undefined without a user who logged in earlier, and for a young account', async () => {
    expect(await valuesOf({ users, events: [event(daysAgo(2), 'login', 'new')] }, ['loyalty_index'])).toEqual([null]);
    expect(await valuesOf({}, ['loyalty_index'])).toEqual([null]);
    expect(await index({}, 29)).toEqual([null]);
  });

  it('lists who dropped out', async () => {
    const day = dayOf('2024-04-01');
    const asOf = { date: '2024-04-01', us: berlinMidnight(day), day };
    const listed = (features = {}) =>
      over(world, engine => engine.rows(droppedUsers({ config: configOf({ features }), tables: tableInfos(0) }, asOf)));
    const row = (user_id: string, days_since_login: number) => ({ account_id: 'a', user_id, days_since_login });
    expect(await listed()).toEqual([row('clicks', 50), row('drops', 31)]);
    expect(await listed({ loginEvents: [] })).toEqual([row('drops', 31)]);
    expect(await listed({ loyaltyDays: 60 })).toEqual([]);
  });
});
