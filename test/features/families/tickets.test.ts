import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { active, on, statesOf, ticket, valuesOf } from './one-account.js';

const ask = (tickets: readonly Row[], names: readonly string[], omit: readonly string[] = []) =>
  valuesOf({ world: { tickets }, at: '2024-04-01', names, omit });
const resolved = (opened: string, at: string, cells: Row = {}) => ticket(opened, { resolved_at: on(at), ...cells });

describe('open tickets', () => {
  const names = ['tickets_open', 'tickets_state', 'tickets_none_ever', 'tickets_all_resolved'];

  it('tells "none ever raised" from "all resolved" (R36)', async () => {
    expect(await ask([], names)).toEqual([0, 'none_raised', 1, null]);
    expect(await ask([resolved('2023-01-01', '2023-01-02')], names)).toEqual([0, 'all_resolved', 0, 1]);
    const open = [resolved('2023-01-01', '2023-01-02'), ticket('2024-03-01')];
    expect(await ask(open, names)).toEqual([1, 'open', 0, 0]);
  });

  it('a resolution at the date has not happened, one just before it has (R36)', async () => {
    const t = on('2024-04-01');
    expect(await ask([ticket('2024-03-01', { resolved_at: t })], names)).toEqual([1, 'open', 0, 0]);
    expect(await ask([ticket('2024-03-01', { resolved_at: t - 1 })], names)).toEqual([0, 'all_resolved', 0, 1]);
  });

  it('a ticket reopened since its resolution is open, one resolved after reopening is not (R36)', async () => {
    const again = [resolved('2024-03-01', '2024-03-05', { reopened_at: on('2024-03-07') })];
    const done = [resolved('2024-03-01', '2024-03-09', { reopened_at: on('2024-03-07') })];
    expect(await ask(again, names)).toEqual([1, 'open', 0, 0]);
    expect(await ask(done, names)).toEqual([0, 'all_resolved', 0, 1]);
    expect(await ask(again, names, ['tickets.reopened_at'])).toEqual([0, 'all_resolved', 0, 1]);
  });

  it('age of the oldest, and days since the last was raised (R36)', async () => {
    const rows = [ticket('2024-03-01'), ticket('2024-03-22'), resolved('2024-01-01', '2024-03-30')];
    expect(await ask(rows, ['tickets_oldest_open_days', 'days_since_ticket'])).toEqual([31, 10]);
    expect(await ask([], ['tickets_oldest_open_days', 'days_since_ticket'])).toEqual([0, null]);
  });
});

describe('how often', () => {
  const names = ['tickets_per_100_active_users_30d', 'tickets_per_100_active_users_change_30d', 'tickets_change_30d'];

  it('tickets per 100 active users, and against the own 90-day mean (R67)', async () => {
    // 2 tickets in 30 days and 3 in 90; 4 users active in 30 days and 6 in 90.
    const tickets = ['2024-03-20', '2024-03-02', '2024-03-01'].map(day => ticket(day));
    const events = [...active('2024-03-10', 4), ...active('2024-02-10', 6)];
    const world = { tickets, events };
    const change = (3 * 2 * 6 - 3 * 4) / (3 * 4);
    expect(change).toBeCloseTo((2 / 4 - 3 / 3 / 6) / (3 / 3 / 6), 12);
    expect(await valuesOf({ world, at: '2024-04-01', names })).toEqual([(100 * 2) / 4, change, (3 * 2 - 3) / 3]);
  });

  it('is undefined without active users or without tickets to compare with (R67)', async () => {
    const tickets = [ticket('2024-03-20')];
    expect(await valuesOf({ world: { tickets }, at: '2024-04-01', names })).toEqual([null, null, 2]);
    const events = active('2024-03-10', 4);
    expect(await valuesOf({ world: { events }, at: '2024-04-01', names })).toEqual([0, null, null]);
    expect(await statesOf({ world: { tickets, events }, at: '2024-04-01', names, tenureDays: 89 })).toEqual([0, 2, 2]);
  });
});
