import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { on, statesOf, ticket, valuesOf } from './one-account.js';

const ask = (tickets: readonly Row[], names: readonly string[]) =>
  valuesOf({ world: { tickets }, at: '2024-04-01', names });
const of = (priority: string | null, opened: string, resolvedAt: string | null = null) =>
  ticket(opened, { priority, resolved_at: resolvedAt === null ? null : on(resolvedAt) });

describe('high priority', () => {
  it('open at any time in the last 7, 30 and 90 days, whenever opened (R37)', async () => {
    const names = ['tickets_high_open', ...[7, 30, 90].map(days => `tickets_high_open_${days}d`)];
    const rows = [
      of('urgent', '2023-01-01'),
      of('high', '2023-01-01', '2024-03-25'),
      of('high', '2023-01-01', '2024-03-24'),
      of('high', '2023-01-01', '2024-03-01'),
      of('high', '2023-01-01', '2024-01-01'),
      of('normal', '2023-01-01'),
      of(null, '2023-01-01')
    ];
    // Resolved 7, 8, 31 and 91 days ago.
    expect(await ask(rows, names)).toEqual([1, 2, 3, 4]);
    expect(await ask([], names)).toEqual([0, 0, 0, 0]);
    expect(await statesOf({ world: {}, at: '2024-04-01', names, tenureDays: 29 })).toEqual([0, 0, 2, 2]);
  });
});

describe('hardness', () => {
  it('load: low 1, normal 2, high 3, urgent 4 (R68)', async () => {
    const names = ['tickets_load_30d', 'tickets_load_90d', 'tickets_open_load'];
    const rows = [
      of('low', '2024-03-02'),
      of('normal', '2024-03-10', '2024-03-11'),
      of('high', '2024-03-01', '2024-03-02'),
      of('urgent', '2024-01-01')
    ];
    expect(await ask(rows, names)).toEqual([1 + 2, 1 + 2 + 3, 1 + 4]);
  });

  it('load is zero without tickets, unknown when none states its priority (R68)', async () => {
    const names = ['tickets_load_30d', 'tickets_open_load', 'tickets_severity_mean_90d', 'tickets_high_share_90d'];
    expect(await ask([], names)).toEqual([0, 0, null, null]);
    expect(await ask([of(null, '2024-03-10')], names)).toEqual([null, null, null, null]);
    expect(await ask([of(null, '2024-03-10'), of('high', '2024-03-10')], names)).toEqual([3, 3, 3, 1]);
  });

  it('mean severity and share of high among those that state a priority (R68)', async () => {
    const rows = ['low', 'normal', 'high', 'urgent', null].map(priority => of(priority, '2024-02-01'));
    const names = ['tickets_severity_mean_90d', 'tickets_high_share_90d'];
    expect(await ask(rows, names)).toEqual([(1 + 2 + 3 + 4) / 4, 2 / 4]);
  });

  it('escalations by their date, and the share of the tickets opened in 90 days (R68)', async () => {
    const names = ['tickets_escalated_90d', 'tickets_escalated_share_90d'];
    const rows = [
      ticket('2023-12-01', { escalated_at: on('2024-01-02') }),
      ticket('2023-12-01', { escalated_at: on('2024-01-01') }),
      ticket('2024-02-01', { escalated_at: on('2024-02-02') }),
      ticket('2024-02-01', { escalated_at: on('2024-04-01') }),
      ticket('2024-02-01')
    ];
    expect(await ask(rows, names)).toEqual([2, 1 / 3]);
    expect(await ask([], names)).toEqual([0, null]);
  });
});
