import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.js';
import { ingestError, ingestWorld, source, us } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];
const events = (lines: readonly string[], partial = {}) => ({
  files: { 'events.csv': [EVENTS.join(','), ...lines] },
  sources: [source('events', EVENTS, partial)]
});

describe('bad rows', () => {
  const broken = (file: string, text: string | Uint8Array) => ingestError({ files: { [file]: text } });

  it('wrong type in row 17: that row is quarantined', async () => {
    const lines = Array.from({ length: 20 }, (_, i) => `A,${i === 16 ? 'yesterday' : '2024-02-01'},e${i}`);
    await ingestWorld(events(lines), async ({ tables, read }) => {
      expect(tables.events?.rows).toEqual({ in: 20, used: 19, quarantined: 1, dropped: 0 });
      const reason = 'occurred_at: expected a date or timestamp such as 2025-04-01T06:00:00Z, got other text';
      expect(tables.events?.reasons).toEqual([{ reason, rows: 1 }]);
      expect(await read('quarantine')).toEqual([{ table_name: 'events', source_row: 17, reason }]);
    });
  });

  it('wrong type in most rows: exit 3 with reasons, counts and first rows', async () => {
    const error = await ingestError(events(['A,2024-02-01,x', 'A,soon,x', 'A,later,x', 'Z,2024-02-01,x']));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(
      'events: expected at least half of the rows to be usable, but 3 of 4 are not: 2 × occurred_at'
    );
    expect(error.message).toContain('(first in row 2, 3)');
    expect(error.message).toContain('1 × account_id: expected an account of the table accounts');
  });

  it('duplicate account: the one known first stays, whatever the order', async () => {
    for (const lines of [
      ['A,2024-01-01', 'A,2024-03-01'],
      ['A,2024-03-01', 'A,2024-01-01']
    ]) {
      await ingestWorld(
        { files: { 'accounts.csv': ['account_id,created_at', ...lines, 'B,2024-01-05'] } },
        async ({ tables, read }) => {
          expect(tables.accounts?.rows).toEqual({ in: 3, used: 2, quarantined: 1, dropped: 0 });
          expect((await read('accounts order by account_id'))[0]?.['created_at']).toBe(us('2024-01-01T00:00Z'));
        }
      );
    }
  });

  it('event of an unknown account', async () => {
    await ingestWorld(events(['A,2024-02-01,x', 'B,2024-02-01,x', 'Z,2024-02-01,x']), async ({ tables }) => {
      expect(tables.events?.reasons).toEqual([
        { reason: 'account_id: expected an account of the table accounts, got an unknown one', rows: 1 }
      ]);
    });
  });

  it('event at and after the data end, and at 9999-12-31', async () => {
    const lines = ['A,2024-12-31T23:59:59.999999Z,x', 'A,2025-01-01,x', 'A,2025-03-01,x', 'A,9999-12-31,x'];
    await ingestWorld(events(lines), async ({ tables }) => {
      expect(tables.events?.rows).toEqual({ in: 4, used: 1, quarantined: 3, dropped: 0 });
      expect(tables.events?.reasons[0]?.reason).toContain('after data end');
    });
  });

  it('record that became known after the data end', async () => {
    const files = {
      'events.csv': [
        'account_id,occurred_at,event_type,loaded',
        'A,2024-02-01,x,2024-02-01',
        'A,2024-02-02,x,2025-01-01'
      ]
    };
    await ingestWorld({ files, sources: [source('events', EVENTS, { knownAt: 'loaded' })] }, async ({ tables }) => {
      expect(tables.events?.reasons).toEqual([
        { reason: 'known_at: expected an instant before the data end, got a later one (after data end)', rows: 1 }
      ]);
    });
  });

  it('9999-12-31 as an end is open and noted, not quarantined', async () => {
    const columns = [...['account_id', 'started_at', 'term_end', 'mrr'], 'ended_at'];
    const files = {
      'subscriptions.csv': [columns.join(','), 'A,2024-01-01,9999-12-31,1,infinity', 'B,2024-01-01,2199-12-31,1,']
    };
    await ingestWorld({ files, sources: [source('subscriptions', columns)] }, async ({ tables, read }) => {
      const note = { table_name: 'subscriptions', rows: 1, severity: 'info' };
      expect(tables.subscriptions?.rows.quarantined).toBe(0);
      expect((await read('subscriptions')).map(row => [row['term_end'], row['ended_at']])).toEqual([
        [null, null],
        [us('2199-12-31T00:00Z'), null]
      ]);
      expect(await read('ingest_notes')).toEqual([
        { ...note, note: 'term_end: dates from 2200 on are read as open (no end)' },
        { ...note, note: 'ended_at: dates from 2200 on are read as open (no end)' }
      ]);
    });
  });

  it('mixed currencies without rates', async () => {
    const columns = ['account_id', 'started_at', 'mrr', 'currency'];
    const files = {
      'subscriptions.csv': [columns.join(','), 'A,2024-01-01,1,USD', 'B,2024-01-01,1,EUR', 'B,2024-01-02,1,']
    };
    const error = await ingestError({ files, sources: [source('subscriptions', columns)] });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('reporting currency USD, got subscriptions USD (2 rows), EUR (1 rows)');
  });

  it('one currency that is not the reporting currency', async () => {
    const columns = ['account_id', 'started_at', 'mrr', 'currency'];
    const files = { 'subscriptions.csv': [columns.join(','), 'A,2024-01-01,1,EUR'] };
    const error = await ingestError({ files, sources: [source('subscriptions', columns)] });
    expect(error.message).toContain('got subscriptions EUR (1 rows)');
  });

  it('an empty required table', async () => {
    const error = await broken('subscriptions.csv', 'account_id,started_at,term_end,mrr\n');
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('subscriptions: expected at least one usable record, got 0 rows');
  });

  it('numbers: decimals, overflow, negative, other writings', async () => {
    const values = [
      '1.23',
      '1.234',
      '-1',
      '1,234.5',
      '1e2',
      '0x10',
      'NaN',
      '1_000',
      '90071992547409.91',
      '90071992547409.92',
      '1e40',
      '٣'
    ];
    const files = {
      'subscriptions.csv': [
        'account_id,started_at,term_end,mrr',
        ...Array.from({ length: 20 }, (_, i) => `A,2024-01-01,2024-12-${10 + i},1`),
        ...values.map((v, i) => `A,2024-01-01,2024-11-${10 + i},"${v}"`)
      ]
    };
    await ingestWorld({ files }, async ({ read, tables }) => {
      const amounts = (await read('subscriptions')).map(row => row['mrr']).slice(20);
      expect(amounts).toEqual([123, 10_000, 2 ** 53 - 1]);
      expect(
        Object.fromEntries((tables.subscriptions?.reasons ?? []).map(({ reason, rows }) => [reason, rows]))
      ).toEqual({
        'mrr: expected a number such as 12.5, got other text': 5,
        'mrr: expected a number below 2^53 after scaling by 10^2, got a larger one; declare fewer decimals': 2,
        'mrr: expected at most 2 decimals, got more decimals': 1,
        'mrr: expected at least 0, got a smaller number': 1
      });
    });
  });

  it('an end of the contract before its start, an instant before 1970, an empty cell, a text that is not allowed', async () => {
    const columns = ['ticket_id', 'account_id', 'opened_at', 'priority'];
    const good = Array.from({ length: 5 }, (_, i) => `G${i},A,2024-02-01,High`);
    const files = {
      'subscriptions.csv': [
        'account_id,started_at,term_end,mrr',
        'A,2024-01-01,2024-01-01,1',
        'A,2024-02-02,2024-02-01,1'
      ],
      'tickets.csv': [columns.join(','), ...good, '2,A,1969-12-31,low', ',A,2024-02-01,low', '4,A,2024-02-01,medium']
    };
    await ingestWorld({ files, sources: [source('tickets', columns)] }, async ({ read, tables }) => {
      expect((await read('tickets')).every(row => row['priority'] === 'high')).toBe(true);
      expect((tables.tickets?.reasons ?? []).map(entry => entry.reason)).toEqual([
        'ticket_id: expected a value, got an empty cell',
        'opened_at: expected an instant from 1970 on, got an earlier one',
        'priority: expected one of low, normal, high, urgent, got another text'
      ]);
      const reason = 'term_end: expected an instant from started_at on, got an earlier one';
      expect(tables.subscriptions?.reasons).toEqual([{ reason, rows: 1 }]);
    });
  });
});
