import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { on, statesOf, ticket, valuesOf } from './one-account.js';

const ask = (tickets: readonly Row[], names: readonly string[], omit: readonly string[] = []) =>
  valuesOf({ world: { tickets }, at: '2024-04-01', names, omit });

describe('resolution', () => {
  it('within SLA over closed or due in 90 days (R70)', async () => {
    const promise = (due: string, resolvedAt: string | null, cells: Row = {}) =>
      ticket('2023-12-01', { due_at: on(due), resolved_at: resolvedAt === null ? null : on(resolvedAt), ...cells });
    const names = ['tickets_within_sla_share_90d'];
    const kept = promise('2024-03-10', '2024-03-10');
    const late = promise('2024-03-10', '2024-03-11');
    const missed = promise('2024-03-10', null);
    const running = promise('2024-05-01', null);
    const early = promise('2024-05-01', '2024-03-01');
    const past = promise('2024-01-01', '2023-12-31');
    const reopened = promise('2024-03-10', '2024-03-05', { reopened_at: on('2024-03-06') });
    expect(await ask([kept, late, missed, running, early, past], names)).toEqual([2 / 4]);
    expect(await ask([kept, reopened], names)).toEqual([1 / 2]);
    expect(await ask([kept, reopened], names, ['tickets.reopened_at'])).toEqual([2 / 2]);
    // Without a due date there is no promise; not due and not closed is not judged.
    expect(await ask([ticket('2024-03-01', { resolved_at: on('2024-03-02') }), running, past], names)).toEqual([null]);
  });

  it('median hours to resolve, of an odd and an even number (R70)', async () => {
    const took = (hours: number, cells: Row = {}) =>
      ticket('2024-03-01', { resolved_at: on('2024-03-01', hours), ...cells });
    const names = ['tickets_hours_to_resolve_90d'];
    expect(await ask([took(1), took(30), took(4)], names)).toEqual([4]);
    expect(await ask([took(1), took(30), took(4), took(7)], names)).toEqual([(4 + 7) / 2]);
    expect(await ask([took(1), took(3), took(50, { reopened_at: on('2024-03-10') })], names)).toEqual([(1 + 3) / 2]);
    expect(await ask([ticket('2024-03-01')], names)).toEqual([null]);
  });

  it('reopened share of those resolved or reopened in 90 days (R70)', async () => {
    const names = ['tickets_reopened_share_90d'];
    const closed = (day: string, again: string | null) =>
      ticket('2023-11-01', { resolved_at: on(day), reopened_at: again === null ? null : on(again) });
    const rows = [
      closed('2024-02-01', null),
      closed('2024-02-01', '2024-02-05'),
      closed('2023-12-01', '2024-01-02'),
      closed('2023-12-01', '2024-01-01'),
      closed('2024-02-01', '2024-04-01')
    ];
    expect(await ask(rows, names)).toEqual([2 / 4]);
    expect(await ask([closed('2023-12-01', null)], names)).toEqual([null]);
  });

  it('resolved share of the tickets opened in 90 days (R70)', async () => {
    const rows = [
      ticket('2024-03-01', { resolved_at: on('2024-03-02') }),
      ticket('2024-03-01', { resolved_at: on('2024-03-02'), reopened_at: on('2024-03-03') }),
      ticket('2024-03-01'),
      ticket('2024-01-01')
    ];
    expect(await ask(rows, ['tickets_resolved_share_90d'])).toEqual([1 / 3]);
  });

  it('in the first 90 days shares look at the whole life, and are undefined without a ticket (R70)', async () => {
    const names = ['tickets_within_sla_share_90d', 'tickets_hours_to_resolve_90d', 'tickets_resolved_share_90d'];
    expect(await statesOf({ world: {}, at: '2024-04-01', names, tenureDays: 5 })).toEqual([1, 1, 1]);
    const tickets = [ticket('2024-03-30', { due_at: on('2024-03-31'), resolved_at: on('2024-03-30', 6) })];
    expect(await valuesOf({ world: { tickets }, at: '2024-04-01', names, tenureDays: 5 })).toEqual([1, 6, 1]);
  });
});
