import { describe, expect, it } from 'vitest';
import { showRecord } from '../../../src/pipeline/explain-cells.js';
import { tableInfos } from '../../features/world.js';

const TABLES = tableInfos(0);
const OPTIONS = { timezone: 'UTC', declared: new Set(['Create Report']) };

function shown(
  table: 'events' | 'tickets' | 'accounts' | 'touchpoints' | 'tags',
  cells: Record<string, number | string>
) {
  const info = TABLES[table];
  if (info === undefined) throw new Error(`no table ${table}`);
  return showRecord({ mark: 'made', happened: null, knownAt: null, cells, hidden: [] }, info, OPTIONS).cells;
}

describe('showRecord', () => {
  it('shows measures in their unit, flags as such, instants as ISO texts, and NULL as it is', () => {
    expect(shown('events', { value: 12_345, duration_seconds: 90 })).toEqual({ value: 12.345, duration_seconds: 90 });
    expect(shown('touchpoints', { two_way: 'true', accepted: 'false' })).toEqual({ two_way: true, accepted: false });
    expect(shown('tickets', { opened_at: 0 })['opened_at']).toMatch(/^1970-01-01T00:00:00(Z|\+00:00)$/);
    const info = TABLES.tickets;
    if (info === undefined) throw new Error('no tickets');
    const record = { mark: 'later', happened: 0, knownAt: null, cells: { priority: null }, hidden: [] } as const;
    expect(showRecord(record, info, OPTIONS)).toMatchObject({
      mark: 'later',
      knownAt: null,
      cells: { priority: null }
    });
  });

  it('shows ids, listed and declared texts, and single words as they are', () => {
    expect(shown('tickets', { ticket_id: 'any id 7', priority: 'urgent' })).toEqual({
      ticket_id: 'any id 7',
      priority: 'urgent'
    });
    expect(shown('events', { event_type: 'Create Report' })).toEqual({ event_type: 'Create Report' });
    for (const word of ['DE', 'api.v2', 'size-11-50', '1-10', 'Café', '500+', 'a/b']) {
      expect(shown('accounts', { industry: word })).toEqual({ industry: word });
    }
  });

  it('shows every other text as length and hash: sentences, addresses, long ones, and words that may name a person', () => {
    const digest = /^text of \d+ characters \(#[0-9a-f]{8}\)$/;
    for (const text of ['Miller Ltd pays', 'ann@miller.example', 'x'.repeat(41), '']) {
      expect(shown('accounts', { industry: text })['industry']).toMatch(digest);
    }
    expect(shown('accounts', { csm: 'Miller' })['csm']).toMatch(digest);
    expect(shown('tags', { author: 'Miller' })['author']).toMatch(digest);
  });
});
