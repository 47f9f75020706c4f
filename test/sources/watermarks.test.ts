import { describe, expect, it } from 'vitest';
import type { SourceConfig } from '../../src/config/types.js';
import { ingestWorld, source, us } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];

function mark(instants: readonly string[], partial: Partial<SourceConfig> = {}, timezone = 'UTC') {
  const lines = instants.map((instant, i) => `A,${instant},e${i}`);
  const calendar = { timezone, dates: null, every: 'month', first: null, last: null } as const;
  const world = {
    files: { 'events.csv': [EVENTS.join(','), ...lines] },
    sources: [source('events', EVENTS, partial)],
    config: { calendar }
  };
  return ingestWorld(world, async ({ tables }) => [tables.events?.watermarkUs, tables.events?.watermarkAssumed]);
}

const END = us('2025-01-01T00:00Z');

describe('watermarks', () => {
  it('are the data end while the last silence is at most 7 days', async () => {
    expect(await mark(['2024-12-24', '2024-12-25'])).toEqual([END, true]);
  });

  it('or at most 3 times the longest earlier silence', async () => {
    expect(await mark(['2024-12-01', '2024-12-04', '2024-12-23'])).toEqual([END, true]);
    expect(await mark(['2024-11-22', '2024-12-02', '2024-12-02'])).toEqual([END, true]);
  });

  it('else the midnight after the last record: one microsecond decides', async () => {
    const gap = ['2024-11-22', '2024-12-02'];
    expect(31 - 1).toBe(3 * 10);
    expect(await mark(['2024-11-22', '2024-12-02', '2024-12-02'])).toEqual([END, true]);
    expect(await mark([gap[0] as string, '2024-12-01T23:59:59.999999'])).toEqual([us('2024-12-02T00:00Z'), true]);
  });

  it('find the longest silence between the last record of an hour and the first of a later one', async () => {
    const gap = ['2024-11-22T00:59:00', '2024-11-22T00:00:00', '2024-12-02T00:59:00', '2024-12-02T00:30:00'];
    expect(us('2025-01-01T00:00Z') - us('2024-12-02T00:59:00Z')).toBeLessThan(
      3 * (us('2024-12-02T00:30:00Z') - us('2024-11-22T00:59:00Z')) + 3_600_000_000
    );
    expect(await mark(gap)).toEqual([us('2024-12-03T00:00Z'), true]);
    expect(await mark(gap.slice(0, 3))).toEqual([END, true]);
  });

  it('use the midnight of the calendar zone', async () => {
    expect(await mark(['2024-11-01', '2024-11-02T23:30:00'], {}, 'Europe/Berlin')).toEqual([
      us('2024-11-03T23:00Z'),
      true
    ]);
  });

  it('are what is declared, capped at the data end', async () => {
    expect(await mark(['2024-06-01'], { completeUntil: '2024-12-01' })).toEqual([us('2024-12-01T00:00Z'), false]);
    expect(await mark(['2024-06-01'], { completeUntil: '2026-12-01' })).toEqual([END, false]);
    expect(await mark([], { completeUntil: '2024-12-01T06:00:00', timezone: 'Europe/Berlin' })).toEqual([
      us('2024-12-01T05:00Z'),
      false
    ]);
  });

  it('of a single record long ago', async () => {
    expect(await mark(['2024-06-01T12:00:00'])).toEqual([us('2024-06-02T00:00Z'), true]);
  });
});
