import { describe, expect, it } from 'vitest';
import { ingestSources } from '../../src/sources/ingest.js';
import { sql } from '../../src/sql/sql.js';
import { ingestWorld, source, testConfig, us, withEngine, writeWorkspace } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];
const events = (lines: readonly string[], partial = {}) => ({
  files: { 'events.csv': [EVENTS.join(','), ...lines] },
  sources: [source('events', EVENTS, partial)]
});

describe('ingest', () => {
  it('reads a clean world into scaled integers and UTC microseconds', async () => {
    await ingestWorld({}, async ({ tables, read }) => {
      expect(tables.accounts?.rows).toEqual({ in: 2, used: 2, quarantined: 0, dropped: 0 });
      expect(await read('subscriptions')).toMatchObject([
        {
          account_id: 'A',
          started_at: us('2024-01-01T00:00Z'),
          term_end: us('2024-12-31T00:00Z'),
          mrr: 1000,
          known_at: us('2024-01-01T00:00Z')
        },
        { account_id: 'B', term_end: null, mrr: 2050, plan: null, seats: null, is_trial: null }
      ]);
      expect(tables.subscriptions?.columns).toEqual({
        account_id: { type: 'text', decimals: 0, time: 'fixed' },
        mrr: { type: 'measure', decimals: 2, time: 'fixed' },
        started_at: { type: 'instant', decimals: 0, time: 'fixed' },
        term_end: { type: 'instant', decimals: 0, time: 'fixed' }
      });
      expect(await read('quarantine')).toEqual([]);
    });
  });

  it('reads gz, globs and files whose columns stand in another order', async () => {
    const files = {
      'use/1.csv.gz': 'account_id,occurred_at,event_type\nA,2024-02-01,x\n',
      'use/2.csv': 'event_type;occurred_at;account_id\ny;2024-02-02T01:00:00+01:00;B\n',
      'use/3.csv': 'event_type;occurred_at;account_id\nz;2024-02-03;A\n'
    };
    const spec = source('events', EVENTS, { files: ['use/*.csv.gz', 'use/*.csv'] });
    await ingestWorld({ files, sources: [spec] }, async ({ read }) => {
      expect((await read('events')).map(row => [row['account_id'], row['event_type'], row['occurred_at']])).toEqual([
        ['A', 'x', us('2024-02-01T00:00Z')],
        ['B', 'y', us('2024-02-02T00:00Z')],
        ['A', 'z', us('2024-02-03T00:00Z')]
      ]);
    });
  });

  it('reads Parquet with its own types: naive local times, ids kept as floats, halves rounded away from zero', async () => {
    const workspace = writeWorkspace({ 'terms.csv': ['account_id,started_at,mrr', '1,2024-01-01,5'] });
    const parquet = { format: 'parquet' as const, timezone: 'Europe/Berlin' };
    const columns = { account_id: 'account', occurred_at: 'seen', event_type: 'kind', value: 'amount' };
    const sources = [
      source('accounts', { account_id: 'account' }, { ...parquet, files: ['accounts.parquet'] }),
      source('subscriptions', ['account_id', 'started_at', 'mrr'], { files: ['terms.csv'] }),
      source('events', columns, { ...parquet, files: ['events.parquet'] })
    ];
    await withEngine(async engine => {
      await engine.run(sql`copy (select * from (values
        (1.0::double, timestamp '2024-02-01 10:00:00', 'a', 1.2345::double),
        (1.0::double, timestamp '2024-07-01 11:00:00', 'b', -0.0005::double),
        (2.0::double, timestamp '2024-02-01 12:00:00', 'c', 'nan'::double)) as t(account, seen, kind, amount))
        to ${`${workspace}/events.parquet`}`);
      await engine.run(sql`copy (select unnest([1, 2]) as account) to ${`${workspace}/accounts.parquet`}`);
      const tables = await ingestSources(engine, testConfig({ workspace, sources }));
      const rows = await engine.rows(sql`select * from events`);
      expect(rows.map(row => [row['account_id'], row['occurred_at'], row['value']])).toEqual([
        ['1', us('2024-02-01T09:00Z'), 1235],
        ['1', us('2024-07-01T09:00Z'), -1]
      ]);
      const reason = 'value (column amount): expected a number such as 12.5, got other text';
      expect(tables.events?.reasons).toEqual([{ reason, rows: 1 }]);
    }, workspace);
  });

  it('refuses a Parquet column of numbers as instants, and one of lists', async () => {
    const workspace = writeWorkspace({});
    await withEngine(async engine => {
      await engine.run(
        sql`copy (select 'A' as id, 1700000000 as created, [1] as tags) to ${`${workspace}/accounts.parquet`}`
      );
      const ingest = (columns: Record<string, string>) => {
        const accounts = source('accounts', columns, { format: 'parquet', files: ['*.parquet'], assumeFixed: true });
        const terms = source('subscriptions', ['account_id', 'started_at', 'mrr']);
        return ingestSources(engine, testConfig({ workspace, sources: [accounts, terms] }));
      };
      await expect(ingest({ account_id: 'id', created_at: 'created' })).rejects.toThrow(
        'expected dates or timestamps, got a column of INTEGER'
      );
      await expect(ingest({ account_id: 'id', segment: 'tags' })).rejects.toThrow(
        'expected a column of plain values in tags, got INTEGER[]'
      );
    }, workspace);
  });

  it('takes an unknown creation from the first known subscription', async () => {
    const files = { 'accounts.csv': ['account_id', 'A', 'B', 'C'] };
    await ingestWorld({ files, sources: [source('accounts', ['account_id'])] }, async ({ read, tables }) => {
      expect(await read('accounts')).toMatchObject([
        { account_id: 'A', created_at: us('2024-01-01T00:00Z'), known_at: us('2024-01-01T00:00Z') },
        { account_id: 'B', created_at: us('2024-01-05T00:00Z') },
        { account_id: 'C', created_at: null, known_at: null }
      ]);
      expect(tables.accounts?.columns['created_at']?.type).toBe('instant');
    });
  });

  it('derives mrr from amount and months in exact integers, and 0 for a blank trial', async () => {
    const columns = ['account_id', 'started_at', 'amount', 'term_months', 'is_trial'];
    const files = {
      'subscriptions.csv': [
        columns.join(','),
        'A,2024-01-01,100.00,3,no',
        'A,2024-02-01,0.01,2,no',
        'A,2024-03-01,,,yes',
        'A,2024-04-01,5,,no'
      ]
    };
    await ingestWorld({ files, sources: [source('subscriptions', columns)] }, async ({ read, tables }) => {
      expect((await read('subscriptions')).map(row => row['mrr'])).toEqual([3333, 1, 0]);
      expect(tables.subscriptions?.reasons).toMatchObject([{ rows: 1 }]);
    });
  });

  it('keeps a mapped known-at and translates values', async () => {
    const files = {
      'events.csv': [
        'account_id,occurred_at,event_type,loaded',
        'A,2024-02-01,0,2024-02-03',
        'A,2024-02-02,9,2024-02-03',
        'B,2024-02-02,1,2024-02-04'
      ]
    };
    const columns = {
      account_id: 'account_id',
      occurred_at: 'occurred_at',
      event_type: { from: 'event_type', values: { 0: 'post', 1: 'like' } }
    };
    await ingestWorld(
      { files, sources: [source('events', columns, { knownAt: 'loaded' })] },
      async ({ read, tables }) => {
        expect((await read('events')).map(row => [row['event_type'], row['known_at']])).toEqual([
          ['post', us('2024-02-03T00:00Z')],
          ['like', us('2024-02-04T00:00Z')]
        ]);
        expect(tables.events?.reasons).toEqual([
          { reason: 'event_type: expected a text that values translates, got another', rows: 1 }
        ]);
        expect(await read('quarantine')).toMatchObject([{ table_name: 'events', source_row: 2 }]);
      }
    );
  });

  it('drops exact copies of a whole record, also by columns that nobody maps', async () => {
    const files = {
      'events.csv': [
        'event_id,account_id,occurred_at,event_type',
        '1,A,2024-02-01,x',
        '1,A,2024-02-01,x',
        '2,A,2024-02-01,x'
      ]
    };
    await ingestWorld({ files, sources: [source('events', EVENTS)] }, async ({ tables }) => {
      expect(tables.events?.rows).toEqual({ in: 3, used: 2, quarantined: 0, dropped: 1 });
    });
  });

  it('reads an absent feed as complete up to nothing', async () => {
    await ingestWorld(events([]), async ({ tables }) => {
      expect(tables.events).toMatchObject({ rows: { in: 0, used: 0 }, watermarkUs: 0, watermarkAssumed: true });
    });
  });

  it('keeps the same records whatever the order of the file (promise 50)', async () => {
    const lines = Array.from(
      { length: 40 },
      (_, i) =>
        `T${i % 30},${i % 3 === 0 ? 'A' : 'B'},2024-02-${String(1 + (i % 28)).padStart(2, '0')},${['low', 'high'][i % 2]}`
    );
    const columns = ['ticket_id', 'account_id', 'opened_at', 'priority'];
    const read = async (order: readonly string[]) =>
      ingestWorld(
        { files: { 'tickets.csv': [columns.join(','), ...order] }, sources: [source('tickets', columns)] },
        ({ read }) => read('tickets order by ticket_id')
      );
    const forward = await read(lines);
    expect(forward.length).toBe(30);
    expect(await read([...lines].reverse())).toEqual(forward);
  });
});
