import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured, T } from './measured.js';

let serial = 0;
const invite = (days: number, attended: number | null, user_id: string | null = 'u'): Row => {
  serial += 1;
  const attended_at = attended === null ? null : ago(attended);
  return { training_id: `${serial}`, user_id, invited_at: ago(days), attended_at };
};
const event = (days: number, user_id: string): Row => ({ occurred_at: ago(days), user_id, event_type: 'login' });

describe('trainings', () => {
  const names = ['trainings_attended_share_365d', 'trainings_invited_365d', 'days_since_training'];
  const users = ['active_users_trained_share_28d'];

  it('are attended / invited in a year, and days since the last (R49)', async () => {
    const trainings = [invite(300, 290), invite(100, 80), invite(60, null), invite(9, null), invite(366, 350)];
    expect(await measured(names, { trainings })).toEqual([2 / 4, 4, 80]);
    const later = { ...invite(9, null), attended_at: T };
    expect(await measured(names, { trainings: [later] })).toEqual([0, 1, null]);
  });

  it('are undefined without an invitation (R49)', async () => {
    expect(await measured(names, {})).toEqual([null, 0, null]);
    expect(await measured(names, { trainings: [invite(400, 390)] })).toEqual([null, 0, 390]);
  });

  it('reach a share of the active users: those with an event in 28 days (R49)', async () => {
    const events = [event(1, 'u'), event(28, 'v'), event(20, 'w'), event(29, 'x')];
    const trainings = [invite(400, 390, 'u'), invite(50, null, 'v'), invite(50, 40, 'x'), invite(50, 40, null)];
    expect(await measured(users, { events, trainings })).toEqual([1 / 3]);
    expect(await measured(users, { events: [event(29, 'x')], trainings })).toEqual([null]);
    expect(await measured(users, { events })).toEqual([0]);
  });
});
