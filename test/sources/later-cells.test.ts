import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { checkQuality } from '../../src/sources/quality.js';
import { sql } from '../../src/sql/sql.js';
import {
  type Ingested,
  ingestError,
  ingestWorld,
  source,
  testConfig,
  us,
  withEngine,
  writeWorkspace
} from './fixtures.js';

const TICKETS = ['ticket_id', 'account_id', 'opened_at', 'priority', 'resolved_at', 'rated_at', 'rating'];
const GOOD = ['G1,A,2024-02-01,low,2024-02-02,2024-02-03,4', 'G2,B,2024-02-01,low,2024-02-02,2024-02-03,5'];

const tickets = (lines: readonly string[], partial = {}) => ({
  files: { 'tickets.csv': [TICKETS.join(','), ...lines] },
  sources: [source('tickets', TICKETS, partial)]
});

const EXPECTED = {
  date: 'expected a date or timestamp such as 2025-04-01T06:00:00Z, got other text',
  number: 'expected a number such as 12.5, got other text'
};

const notesOf = async (read: Ingested['read']) =>
  (await read('ingest_notes')).map(row => [row['table_name'], row['note'], row['rows'], row['severity']]);

describe('a fault of a cell with a time of its own (promise 29)', () => {
  it('empties a rating that is no number in a DOUBLE column, and keeps its ticket', async () => {
    const workspace = writeWorkspace({
      'accounts.csv': ['account_id,created_at', 'A,2024-01-01'],
      'subscriptions.csv': ['account_id,started_at,mrr', 'A,2024-01-01,5']
    });
    const sources = [
      source('accounts', ['account_id', 'created_at']),
      source('subscriptions', ['account_id', 'started_at', 'mrr']),
      source(
        'tickets',
        TICKETS.filter(name => name !== 'priority' && name !== 'resolved_at'),
        {
          format: 'parquet',
          files: ['tickets.parquet']
        }
      )
    ];
    await withEngine(async engine => {
      await engine.run(sql`copy (select * from (values
        ('1', 'A', timestamp '2024-02-01', timestamp '2024-02-02', 4.0::double),
        ('2', 'A', timestamp '2024-02-01', timestamp '2024-02-02', 'nan'::double),
        ('3', 'A', timestamp '2024-02-01', timestamp '2024-02-02', 'infinity'::double),
        ('4', 'A', timestamp '2024-02-01', timestamp '2024-02-02', 5.0::double),
        ('5', 'A', timestamp '2024-02-01', null, null))
        as t(ticket_id, account_id, opened_at, rated_at, rating)) to ${`${workspace}/tickets.parquet`}`);
      const tables = await ingestSources(engine, testConfig({ workspace, sources }));
      expect(tables.tickets?.rows).toEqual({ in: 5, used: 5, quarantined: 0, dropped: 0 });
      const rows = await engine.rows(sql`select rating, rated_at from tickets order by ticket_id`);
      expect(rows.map(row => row['rating'])).toEqual([4, null, null, 5, null]);
      expect(rows[1]?.['rated_at']).toBe(us('2024-02-02T00:00Z'));
      expect(await engine.rows(sql`select * from ingest_notes`)).toEqual([
        { table_name: 'tickets', note: `rating: ${EXPECTED.number}; read as empty`, rows: 2, severity: 'warn' }
      ]);
    }, workspace);
  });

  it('empties a text in resolved_at of a CSV, and tells it as a warning', async () => {
    const lines = [...GOOD, '1,A,2024-02-01,low,soon,2024-02-03,3'];
    await ingestWorld(tickets(lines), async ({ tables, read, engine, config }) => {
      expect(tables.tickets?.rows).toEqual({ in: 3, used: 3, quarantined: 0, dropped: 0 });
      expect(tables.tickets?.reasons).toEqual([]);
      expect(await read('quarantine')).toEqual([]);
      expect((await read('tickets')).map(row => [row['ticket_id'], row['resolved_at'], row['rating']])).toEqual([
        ['G1', us('2024-02-02T00:00Z'), 4],
        ['G2', us('2024-02-02T00:00Z'), 5],
        ['1', null, 3]
      ]);
      const findings = await checkQuality(engine, config, tables);
      expect(findings).toContainEqual({
        table: 'tickets',
        severity: 'warn',
        message: `resolved_at: ${EXPECTED.date}; read as empty: 1 cells`
      });
    });
  });

  it('empties an ended_at before started_at; the term stays and is open', async () => {
    const columns = ['account_id', 'started_at', 'term_end', 'ended_at', 'mrr'];
    const files = {
      'subscriptions.csv': [
        columns.join(','),
        'A,2024-01-01,2024-12-31,2023-12-31,1',
        'A,2024-01-02,2024-12-31,2024-01-02,1',
        'B,2024-01-03,2024-12-31,2024-06-01,1',
        'B,2024-01-05,2024-01-04,2024-06-01,1'
      ]
    };
    await ingestWorld({ files, sources: [source('subscriptions', columns)] }, async ({ tables, read }) => {
      expect(tables.subscriptions?.rows).toEqual({ in: 4, used: 3, quarantined: 1, dropped: 0 });
      expect((await read('subscriptions')).map(row => row['ended_at'])).toEqual([
        null,
        us('2024-01-02T00:00Z'),
        us('2024-06-01T00:00Z')
      ]);
      const note = 'ended_at: expected an instant from started_at on, got an earlier one; read as empty';
      expect(await notesOf(read)).toEqual([['subscriptions', note, 1, 'warn']]);
    });
  });

  it('empties what is below its minimum, not allowed, before 1970 or has no translation, each for its own reason', async () => {
    const time = { at: 'term_end' };
    const columns = {
      account_id: 'account_id',
      started_at: 'started_at',
      term_end: 'term_end',
      mrr: 'mrr',
      seats: { time },
      plan: { time, values: { s: 'small' } },
      notice_at: 'notice_at'
    };
    const files = {
      'subscriptions.csv': [
        'account_id,started_at,term_end,mrr,seats,plan,notice_at',
        ...Array.from({ length: 4 }, () => 'A,2024-01-01,2024-12-31,1,3,s,2024-02-01'),
        'A,2024-01-02,2024-12-31,1,-1,s,2024-02-01',
        'A,2024-01-03,2024-12-31,1,1,xl,2024-02-01',
        'A,2024-01-04,2024-12-31,1,1.5,s,1969-12-31'
      ]
    };
    await ingestWorld({ files, sources: [source('subscriptions', columns)] }, async ({ tables, read }) => {
      expect(tables.subscriptions?.rows).toEqual({ in: 7, used: 4, quarantined: 0, dropped: 3 });
      expect((await read('subscriptions')).map(row => [row['seats'], row['plan'], row['notice_at']])).toEqual([
        [3, 'small', us('2024-02-01T00:00Z')],
        [null, 'small', us('2024-02-01T00:00Z')],
        [1, null, us('2024-02-01T00:00Z')],
        [null, 'small', null]
      ]);
      expect((await notesOf(read)).map(note => note[1])).toEqual([
        'plan: expected a text that values translates, got another; read as empty',
        'seats: expected a whole number, got more decimals; read as empty',
        'seats: expected at least 0, got a smaller number; read as empty',
        'notice_at: expected an instant from 1970 on, got an earlier one; read as empty'
      ]);
    });
  });

  it('empties a text that is not allowed', async () => {
    const columns = {
      ...Object.fromEntries(TICKETS.map(name => [name, name])),
      priority: { time: { at: 'rated_at' } }
    };
    const lines = [...GOOD, '1,A,2024-02-01,blocker,,2024-02-03,3'];
    await ingestWorld({ ...tickets(lines), sources: [source('tickets', columns)] }, async ({ read }) => {
      expect((await read('tickets')).map(row => row['priority'])).toEqual(['low', 'low', null]);
      const note = 'priority: expected one of low, normal, high, urgent, got another text; read as empty';
      expect(await notesOf(read)).toEqual([['tickets', note, 1, 'warn']]);
    });
  });

  it('changes no other cell of any row', async () => {
    const clean = ['1,A,2024-02-01,low,,,', '2,B,2024-02-02,high,,,', ...GOOD];
    const poisoned = ['1,A,2024-02-01,low,then,-,NaN', '2,B,2024-02-02,high,2023-01-01,1960-01-01,1e308', ...GOOD];
    const read = (lines: readonly string[]) =>
      ingestWorld(tickets(lines), async ({ read, tables }) => [await read('tickets'), tables.tickets]);
    expect(await read(poisoned)).toEqual(await read(clean));
  });

  it('never decides which of two records with one key stays', async () => {
    const pair = (rating: string) => [
      `1,A,2024-02-01,low,2024-02-05,2024-02-03,${rating}`,
      '1,A,2024-02-01,urgent,2024-02-02,2024-02-03,4'
    ];
    for (const rating of ['3', 'NaN', '5']) {
      await ingestWorld(tickets([...pair(rating), ...GOOD]), async ({ read }) => {
        expect((await read(`tickets where ticket_id = '1'`)).map(row => row['priority'])).toEqual(['low']);
      });
    }
  });
});

describe('a fault of a cell that belongs to its record', () => {
  it('quarantines the row: a column declared fixed, its spans, and the key', async () => {
    const fixed = { time: 'fixed' as const };
    const columns = { ...Object.fromEntries(TICKETS.map(name => [name, name])), rating: fixed, resolved_at: fixed };
    const lines = [
      ...GOOD,
      '1,A,2024-02-01,low,,2024-02-03,NaN',
      '2,A,2024-02-01,low,2024-01-01,2024-02-03,4',
      ...GOOD
    ];
    await ingestWorld({ ...tickets(lines), sources: [source('tickets', columns)] }, async ({ tables, read }) => {
      expect(tables.tickets?.rows).toEqual({ in: 6, used: 2, quarantined: 2, dropped: 2 });
      expect(tables.tickets?.reasons).toEqual([
        { reason: `rating: ${EXPECTED.number}`, rows: 1 },
        { reason: 'resolved_at: expected an instant from opened_at on, got an earlier one', rows: 1 }
      ]);
      expect(await read('ingest_notes')).toEqual([]);
    });
  });

  it('quarantines the row for its event time, its account and its known-at, even when those are dated by a later cell', async () => {
    const time = { at: 'deactivated_at' };
    const columns = { user_id: { time }, account_id: { time }, created_at: { time }, deactivated_at: 'deactivated_at' };
    const files = {
      'users.csv': [
        'user_id,account_id,created_at,deactivated_at,loaded',
        ...Array.from({ length: 5 }, (_, i) => `U${i},A,2024-01-02,2024-05-01,2024-01-02`),
        ',A,2024-01-02,2024-05-01,2024-01-02',
        'U6,,2024-01-02,2024-05-01,2024-01-02',
        'U7,A,soon,2024-05-01,2024-01-02',
        'U8,A,2024-01-02,2024-05-01,soon'
      ]
    };
    await ingestWorld(
      { files, sources: [source('users', columns, { knownAt: 'loaded' })] },
      async ({ tables, read }) => {
        expect(tables.users?.rows).toEqual({ in: 9, used: 5, quarantined: 4, dropped: 0 });
        expect(await read('ingest_notes')).toEqual([]);
      }
    );
  });

  it('quarantines an account whose creation is unreadable, although the cell may be empty', async () => {
    const columns = { account_id: 'account_id', created_at: { time: { at: 'created_at' } } };
    const files = { 'accounts.csv': ['account_id,created_at', 'A,2024-01-01', 'B,2024-01-05', 'C,soon'] };
    await ingestWorld({ files, sources: [source('accounts', columns)] }, async ({ tables }) => {
      expect(tables.accounts?.rows).toMatchObject({ used: 2, quarantined: 1 });
    });
  });

  it('quarantines a term whose monthly amount is unreadable: it is never made up from other cells', async () => {
    const columns = {
      account_id: 'account_id',
      started_at: 'started_at',
      ended_at: 'ended_at',
      is_trial: 'is_trial',
      mrr: { time: { at: 'ended_at' } }
    };
    const files = {
      'subscriptions.csv': [
        'account_id,started_at,ended_at,is_trial,mrr',
        'A,2024-01-01,,yes,',
        'B,2024-01-01,,yes,7',
        'B,2024-01-02,,yes,lots'
      ]
    };
    await ingestWorld({ files, sources: [source('subscriptions', columns)] }, async ({ tables, read }) => {
      expect((await read('subscriptions')).map(row => row['mrr'])).toEqual([0, 700]);
      expect(tables.subscriptions?.reasons).toEqual([{ reason: `mrr: ${EXPECTED.number}`, rows: 1 }]);
    });
  });
});

describe('a column of which more than half of the filled cells are at fault', () => {
  const rated = (ratings: readonly string[]) =>
    ratings.map((rating, i) => `T${i},A,2024-02-01,low,,2024-02-03,${rating}`);

  it('is refused by name, with reasons, counts and first rows', async () => {
    const lines = rated(['4', '', 'good', 'bad', '4.5', '5', 'ugly', 'poor']);
    const error = await ingestError(tickets(['S,Q,2024-02-01,low,,2024-02-03,none', ...lines]));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toBe(
      `tickets: expected at least half of the filled cells of rating to be usable, but 5 of 7 are not: 4 × rating: ${EXPECTED.number} (first in row 4, 5, 8); 1 × rating: expected a whole number, got more decimals (first in row 6); correct the file or its mapping`
    );
  });

  it('is accepted at exactly half; blank cells do not count', async () => {
    await ingestWorld(tickets(rated(['4', 'good', '', ''])), async ({ tables }) => {
      expect(tables.tickets?.rows.used).toBe(4);
    });
    const error = await ingestError(tickets(rated(['4', 'good', 'bad', '', ''])));
    expect(error.message).toContain('but 2 of 3 are not');
  });

  it('counts ends before their start as well', async () => {
    const lines = ['1,A,2024-02-01,low,2024-01-01,,', '2,A,2024-02-01,low,2024-01-01,,', '3,A,2024-02-01,low,,,'];
    expect((await ingestError(tickets(lines))).message).toContain(
      'filled cells of resolved_at to be usable, but 2 of 2'
    );
  });

  it('is judged by the records that are used alone', async () => {
    const after = Array.from({ length: 9 }, (_, i) => `L${i},A,2025-02-01,low,then,then,NaN`);
    const strangers = ['S1,Q,2024-02-01,low,then,then,NaN', 'S2,Q,2024-02-01,low,then,then,NaN'];
    await ingestWorld(tickets([...GOOD, ...after, ...strangers]), async ({ tables, read }) => {
      expect(tables.tickets?.rows).toEqual({ in: 13, used: 2, quarantined: 11, dropped: 0 });
      expect(await read('ingest_notes')).toEqual([]);
    });
  });
});
