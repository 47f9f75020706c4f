import { describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../../src/errors.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { sql } from '../../src/sql/sql.js';
import { ingestError, ingestWorld, source, testConfig, us, withEngine, writeWorkspace } from './fixtures.js';

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

describe('bad input', () => {
  const broken = (file: string, text: string | Uint8Array) => ingestError({ files: { [file]: text } });

  it('missing file: says where to get it', async () => {
    const error = await ingestError({
      sources: [source('events', EVENTS, { files: ['data/e.csv'], origin: 'https://example.org/e' })]
    });
    expect(error).toBeInstanceOf(DataError);
    expect(error.exitCode).toBe(3);
    expect(error.message).toBe(
      'events: expected a file data/e.csv in the workspace, found none; get it from https://example.org/e'
    );
  });

  it('empty workspace: names the first file', async () => {
    const error = await ingestError({ sources: [source('accounts', ['account_id'], { files: ['none/*.csv'] })] });
    expect(error.message).toContain('accounts: expected a file none/*.csv');
  });

  it('unreadable Parquet', async () => {
    const spec = source('accounts', ['account_id'], { files: ['a.parquet'], format: 'parquet' });
    const error = await ingestError({ files: { 'a.parquet': 'PAR1 nothing PAR1' }, sources: [spec] });
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('accounts: a.parquet cannot be read as Parquet');
  });

  it('wrong delimiter: recognised and told', async () => {
    const world = {
      files: { 'accounts.csv': 'account_id;created_at\nA;2024-01-01\n' },
      sources: [source('accounts', ['account_id', 'created_at'], { delimiter: ',' })]
    };
    const error = await ingestError(world);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('single column when read with delimiter ","');
    expect(error.message).toContain('set delimiter: ";"');
  });

  it('missing column: the nearest name and the columns found', async () => {
    const error = await broken('accounts.csv', 'acount_id,created_at\nA,2024-01-01\n');
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(
      'expected a column account_id, got none; did you mean acount_id? (columns found: acount_id, created_at)'
    );
  });

  it('a column twice', async () => {
    const error = await broken('accounts.csv', 'account_id,account_id,created_at\nA,B,2024-01-01\n');
    expect(error.message).toContain('expected one column account_id, got 2');
  });

  it('ragged line, open quote, other bytes, UTF-16, an empty file, no gzip', async () => {
    const head = 'account_id,created_at\nA,2024-01-01\n';
    expect((await broken('accounts.csv', `${head}B\n`)).message).toContain('line 3: expected 2 cells, got 1');
    expect((await broken('accounts.csv', `${head}B,"x\nC,2024-01-01\n`)).message).toContain('quote');
    expect(
      (await broken('accounts.csv', Buffer.concat([Buffer.from(head), Buffer.from([0xff, 0xfe, 0x2c, 0x31, 0x0a])])))
        .message
    ).toContain('UTF-8');
    expect((await broken('accounts.csv', Buffer.from(head, 'utf16le'))).message).toContain('UTF-8');
    expect((await broken('accounts.csv', '')).message).toContain('empty file');
    const unzipped = source('accounts', ['account_id'], { files: ['a.csv.gz'] });
    const error = await ingestError({ files: { 'a.csv.gz': Buffer.from(head) }, sources: [unzipped] });
    expect(error.message).toContain('a.csv.gz cannot be read as CSV: expected a gzip file');
  });

  it('never shows the text of a line', async () => {
    const error = await broken('accounts.csv', 'account_id,created_at\nSecret Name Ltd\n');
    expect(error.message).not.toContain('Secret');
  });

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
      expect(tables.subscriptions?.rows.quarantined).toBe(0);
      expect((await read('subscriptions')).map(row => [row['term_end'], row['ended_at']])).toEqual([
        [null, null],
        [us('2199-12-31T00:00Z'), null]
      ]);
      expect(await read('ingest_notes')).toEqual([
        { table_name: 'subscriptions', note: 'term_end: dates from 2200 on are read as open (no end)', rows: 1 },
        { table_name: 'subscriptions', note: 'ended_at: dates from 2200 on are read as open (no end)', rows: 1 }
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

  it('a changing column that is not declared, with the three ways out', async () => {
    const spec = source('accounts', ['account_id', 'industry']);
    const error = await ingestError({ sources: [spec] });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('sources.accounts.columns.industry: expected a time');
    for (const way of ['time: fixed', 'time: {at:', 'assume_fixed: true']) expect(error.message).toContain(way);
  });

  it('accepts each of the three ways out', async () => {
    const files = { 'accounts.csv': ['account_id,created_at,industry', 'A,2024-01-01,health', 'B,2024-01-01,'] };
    const base = { account_id: 'account_id', created_at: 'created_at' };
    const ways = [
      [source('accounts', { ...base, industry: { from: 'industry', time: 'fixed' } }), 'fixed'],
      [
        source('accounts', { ...base, industry: { from: 'industry', time: { at: 'created_at' } } }),
        { at: 'created_at' }
      ],
      [source('accounts', { ...base, industry: 'industry' }, { assumeFixed: true }), 'fixed']
    ] as const;
    for (const [spec, time] of ways) {
      await ingestWorld({ files, sources: [spec] }, async ({ tables }) => {
        expect(tables.accounts?.columns['industry']?.time).toEqual(time);
      });
    }
  });

  it('a rating whose instant is not mapped', async () => {
    const error = await ingestError({
      sources: [source('tickets', ['ticket_id', 'account_id', 'opened_at', 'rating'])]
    });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('rated_at on, which is not mapped');
  });

  it('a required column that is not mapped, a required table that is absent, no mrr', async () => {
    expect((await ingestError({ sources: [source('events', ['account_id', 'event_type'])] })).message).toContain(
      'expected occurred_at'
    );
    expect((await ingestError({ config: { sources: [source('accounts', ['account_id'])] } })).message).toContain(
      'got no subscriptions'
    );
    expect((await ingestError({ sources: [source('subscriptions', ['account_id', 'started_at'])] })).message).toContain(
      'expected mrr, or amount with term_months'
    );
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

  it('an end before the start, an instant before 1970, an empty cell, a text that is not allowed', async () => {
    const columns = ['ticket_id', 'account_id', 'opened_at', 'resolved_at', 'priority'];
    const good = Array.from({ length: 5 }, (_, i) => `G${i},A,2024-02-01,2024-02-01,High`);
    const files = {
      'tickets.csv': [
        columns.join(','),
        ...good,
        '1,A,2024-02-02,2024-02-01,low',
        '2,A,1969-12-31,,low',
        ',A,2024-02-01,,low',
        '4,A,2024-02-01,,medium'
      ]
    };
    await ingestWorld({ files, sources: [source('tickets', columns)] }, async ({ read, tables }) => {
      expect((await read('tickets')).every(row => row['priority'] === 'high')).toBe(true);
      expect((tables.tickets?.reasons ?? []).map(entry => entry.reason)).toEqual([
        'ticket_id: expected a value, got an empty cell',
        'opened_at: expected an instant from 1970 on, got an earlier one',
        'priority: expected one of low, normal, high, urgent, got another text',
        'resolved_at: expected an instant from opened_at on, got an earlier one'
      ]);
    });
  });
});
