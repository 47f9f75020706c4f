import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config, SourceConfig } from '../../src/config/types.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { ingestSources, openInPlace } from '../../src/sources/ingest.js';
import { checkQuality } from '../../src/sources/quality.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine, Sql, Tables } from '../../src/types.js';
import { type Rows, smallWorld, source, us, withEngine } from './fixtures.js';
import { history } from './history-world.js';

const COLUMNS = ['account_id', 'user_id', 'occurred_at', 'event_type', 'value'];

/** Twelve rows as people write them: texts with blanks, an unknown account, faults of every kind, a copy. */
const MESSY = [
  [`' A '`, `'u1'`, `'2024-02-01 10:00:00'`, `'x'`, '1.5'],
  [`'A'`, 'null', `'2024-02-02 10:00:00'`, `' x'`, 'null'],
  [`'B'`, `'u2'`, `'2024-02-03 10:00:00'`, `'y'`, `'nan'`],
  [`'C'`, `'u3'`, `'2024-02-03 11:00:00'`, `'y'`, '2'],
  [`''`, `'u3'`, `'2024-02-03 11:00:00'`, `'y'`, '2'],
  [`'B'`, `'u2'`, `'2025-01-01 00:00:00'`, `'y'`, '2'],
  [`'B'`, `'u2'`, `'2024-12-30 23:59:59'`, `'y'`, '0.0005'],
  [`'B'`, `'u4'`, 'null', `'y'`, '3'],
  [`'B'`, `'u1'`, `'2024-03-01 00:00:00'`, `'z'`, '-7.25'],
  [`'A'`, `'u1'`, `'1969-03-01 00:00:00'`, `'z'`, '-7.25'],
  [`'A'`, `'u1'`, `'2024-03-02 00:00:00'`, `'z'`, '1'],
  [`'B'`, `'u1'`, `'2024-03-03 00:00:00'`, `'z'`, '1']
] as const;

/** Events of numbered accounts with the types of a warehouse. */
const NUMBERED = [
  ['1', '10', `'2024-02-01 10:00:00'`, `'x'`, '1.5'],
  ['2', '20', `'2024-02-01 11:00:00'`, `'x'`, '2.5'],
  ['2', 'null', `'2024-07-01 11:00:00'`, `'y'`, 'null'],
  ['3', '10', `'2024-07-01 12:00:00'`, `'y'`, '1']
] as const;

type Lines = readonly (readonly string[])[];

async function writeEvents(engine: Engine, path: string, { lines, types }: { lines: Lines; types: readonly string[] }) {
  const rows = lines.map(line => `(${line.map((cell, i) => `cast(${cell} as ${types[i]})`).join(', ')})`);
  await engine.run(
    sql`copy (select * from (values ${raw(rows.join(', '))}) as t(${raw(COLUMNS.join(', '))})) to ${path}`
  );
}

const TEXTS = ['varchar', 'varchar', 'timestamp', 'varchar', 'double'];
const NUMBERS = ['integer', 'integer', 'timestamp', 'varchar', 'double'];

interface Setting {
  readonly lines: Lines;
  readonly types: readonly string[];
  readonly partial?: Partial<SourceConfig>;
  readonly userKey?: string | null;
  readonly files?: Record<string, string[]>;
}

/** Ingests the same Parquet file once copied and once in place. */
async function both({ lines, types, partial = {}, userKey = null, files = {} }: Setting) {
  const results: { tables: Tables; events: Rows; quarantine: Rows }[] = [];
  for (const inPlace of [false, true]) {
    const events = source('events', COLUMNS, { format: 'parquet', files: ['e*.parquet'], inPlace, ...partial });
    const { config, workspace } = smallWorld({ files, sources: [events] });
    await withEngine(async engine => {
      await writeEvents(engine, `${workspace}/e1.parquet`, { lines: lines.slice(0, 3), types });
      await writeEvents(engine, `${workspace}/e2.parquet`, { lines: lines.slice(3), types });
      const tables = await ingestSources(engine, config, { userKey });
      const read = (table: string) => engine.rows(sql`select * from ${raw(table)}`);
      results.push({ tables, events: await read('events'), quarantine: await read('quarantine') });
    }, workspace);
  }
  return results as [(typeof results)[0], (typeof results)[0]];
}

describe('a source that is read in place', () => {
  it('has the rows, counts and reasons of the same source copied; in = used + quarantined (promise 54)', async () => {
    const [copied, inPlace] = await both({ lines: MESSY, types: TEXTS });
    expect(inPlace.events).toEqual(copied.events);
    expect(inPlace.events).toHaveLength(6);
    expect(inPlace.tables.events?.rows).toEqual({ in: 12, used: 6, quarantined: 6, dropped: 0 });
    expect(inPlace.quarantine).toEqual(copied.quarantine);
    const { inPlace: _, ...info } = inPlace.tables.events as NonNullable<Tables['events']>;
    expect(copied.tables.events).toEqual({ ...info, inPlace: false });
  });

  it('says which rows are at fault and why', async () => {
    const [, { quarantine }] = await both({ lines: MESSY, types: TEXTS });
    expect(quarantine.map(row => [row['source_row'], String(row['reason']).slice(0, 40)])).toEqual([
      [3, 'value: expected a number such as 12.5, g'],
      [4, 'account_id: expected an account of the t'],
      [5, 'account_id: expected a value, got an emp'],
      [6, 'occurred_at: expected an instant before '],
      [8, 'occurred_at: expected a value, got an em'],
      [10, 'occurred_at: expected an instant from 19']
    ]);
  });

  it('reads numbered accounts as texts, zones, and hashes users as a copy does', async () => {
    const files = {
      'accounts.csv': ['account_id,created_at', '1,2024-01-01', '2,2024-01-05'],
      'subscriptions.csv': ['account_id,started_at,term_end,mrr', '1,2024-01-01,,10']
    };
    const setting = { lines: NUMBERED, types: NUMBERS, files, userKey: 'secret' };
    const [copied, inPlace] = await both({ ...setting, partial: { timezone: 'Europe/Berlin' } });
    expect(inPlace.events).toEqual(copied.events);
    expect(inPlace.events.map(row => row['account_id'])).toEqual(['1', '2', '2']);
    expect(inPlace.events[0]?.['user_id']).toMatch(/^[0-9a-f]{32}$/);
    expect(inPlace.events[2]).toMatchObject({ user_id: null, occurred_at: us('2024-07-01T09:00Z'), value: null });
    expect(inPlace.tables.events?.reasons).toEqual(copied.tables.events?.reasons);
  });

  it('has a second view with whole-numbered ids as the file has them, and how they become those of the contract', async () => {
    const files = {
      'accounts.csv': ['account_id,created_at', '1,2024-01-01', '2,2024-01-05'],
      'subscriptions.csv': ['account_id,started_at,term_end,mrr', '1,2024-01-01,,10']
    };
    const spec = source('events', COLUMNS, { format: 'parquet', files: ['e.parquet'], inPlace: true });
    const { config, workspace } = smallWorld({ files, sources: [spec] });
    await withEngine(async engine => {
      await writeEvents(engine, `${workspace}/e.parquet`, { lines: NUMBERED, types: NUMBERS });
      const { events } = await ingestSources(engine, config, { userKey: 'secret' });
      expect(events?.nativeTable).toBe('events_native');
      expect(events?.nativeKeys?.account_id).toEqual({ column: 'native_account_id', id: 'cast({key} as varchar)' });
      expect(events?.nativeKeys?.user_id?.id).not.toContain('secret');
      const made = ['account_id', 'user_id'].map(name => {
        const key = events?.nativeKeys?.[name as 'account_id'] ?? { column: '', id: '' };
        return raw(`${key.id.replaceAll('{key}', `n.${key.column}`)} as ${name}`);
      });
      const native = await engine.rows(sql`select ${made[0] as Sql}, ${made[1] as Sql}, * from events_native n`);
      const ids = (rows: Rows) => rows.map(row => [row['account_id'], row['user_id'], row['occurred_at']]);
      expect(ids(native)).toEqual(ids(await engine.rows(sql`select * from events`)));
      expect(native.map(row => [row['native_account_id'], row['native_user_id']])).toEqual([
        [1, 10],
        [2, 20],
        [2, null]
      ]);
    }, workspace);
  });

  it('is refused for amounts that exchange rates convert', async () => {
    const invoices = source('invoices', ['invoice_id', 'account_id', 'issued_at', 'amount', 'currency'], {
      format: 'parquet',
      files: ['i.parquet'],
      inPlace: 'unique_key'
    });
    const rates = source('fx_rates', ['currency', 'valid_from', 'rate']);
    const files = { 'fx_rates.csv': ['currency,valid_from,rate', 'EUR,2024-01-01,1.1'] };
    const attempt = async (sources: SourceConfig[]) => {
      const { config, workspace } = smallWorld({ files, sources });
      return withEngine(async engine => {
        await engine.run(sql`copy (select 1 as invoice_id, 'A' as account_id, timestamp '2024-02-01' as issued_at, 5 as amount,
          'USD' as currency) to ${`${workspace}/i.parquet`}`);
        return (await ingestSources(engine, config)).invoices?.rows.used;
      }, workspace);
    };
    await expect(attempt([invoices, rates])).rejects.toThrow(
      'sources.invoices.in_place: expected amounts in the reporting currency'
    );
    expect(await attempt([invoices])).toBe(1);
  });

  it('may have columns with a history', async () => {
    const columns = history('role.csv', { knownAt: null });
    const users = (inPlace: SourceConfig['inPlace']) =>
      source(
        'users',
        {
          user_id: 'user_id',
          account_id: 'account_id',
          created_at: 'created_at',
          role: { time: { history: columns } }
        },
        { format: 'parquet', files: ['u.parquet'], inPlace }
      );
    const files = { 'role.csv': ['id,changed,was', '7,2024-02-01,admin', '7,2024-03-01,reader', '9,2024-02-01,admin'] };
    const read = async (inPlace: SourceConfig['inPlace']) => {
      const { config, workspace } = smallWorld({ files, sources: [users(inPlace)] });
      return withEngine(async engine => {
        await engine.run(sql`copy (select 7 as user_id, 'A' as account_id, timestamp '2024-01-02' as created_at,
          'now' as role) to ${`${workspace}/u.parquet`}`);
        const tables = await ingestSources(engine, config, { userKey: 'secret' });
        return { versions: await engine.rows(sql`select * from users__role`), role: tables.users?.histories?.['role'] };
      }, workspace);
    };
    const inPlace = await read('unique_key');
    expect(inPlace).toEqual(await read(false));
    expect(inPlace.versions.map(row => row['value'])).toEqual(['admin', 'reader']);
    expect(inPlace.role?.rows).toEqual({ in: 3, used: 2, quarantined: 1, dropped: 0 });
  });

  it('keeps copies of a record, and says that it does not look for them', async () => {
    const lines = [...NUMBERED.slice(0, 2), ...NUMBERED.slice(0, 2)].map(([, ...cells]) => [`'A'`, ...cells]);
    const [copied, inPlace] = await both({ lines, types: TEXTS });
    expect(copied.tables.events?.rows).toEqual({ in: 4, used: 2, quarantined: 0, dropped: 2 });
    expect(inPlace.tables.events?.rows).toEqual({ in: 4, used: 4, quarantined: 0, dropped: 0 });
  });

  it('is refused with a mapped key unless the key is declared unique', async () => {
    const tickets = ['ticket_id', 'account_id', 'opened_at', 'resolved_at'];
    const attempt = async (inPlace: SourceConfig['inPlace']) => {
      const spec = source('tickets', tickets, { format: 'parquet', files: ['tickets.parquet'], inPlace });
      const { config, workspace } = smallWorld({ sources: [spec] });
      return withEngine(async engine => {
        await engine.run(sql`copy (select * from (values
          ('1', 'A', timestamp '2024-02-01', timestamp '2024-02-03'),
          ('2', 'A', timestamp '2024-02-02', timestamp '2024-02-01'),
          ('3', 'B', timestamp '2024-02-02', timestamp '2300-01-01')) as t(${raw(tickets.join(', '))}))
          to ${`${workspace}/tickets.parquet`}`);
        await ingestSources(engine, config);
        const notes = await engine.rows(sql`select note, rows from ingest_notes order by note`);
        return { rows: await engine.rows(sql`select ticket_id, resolved_at from tickets`), notes };
      }, workspace);
    };
    await expect(attempt(true)).rejects.toThrow('sources.tickets.in_place: expected unique_key, because ticket_id');
    const copied = await attempt(false);
    expect(copied.rows.map(row => row['resolved_at'])).toEqual([us('2024-02-03T00:00Z'), null, null]);
    expect(copied.notes).toHaveLength(2);
    expect(await attempt('unique_key')).toEqual(copied);
  });

  it('stores no row, no path and no secret; another connection opens it again', async () => {
    const events = source('events', COLUMNS, { format: 'parquet', files: ['e.parquet'], inPlace: true });
    const { config, workspace } = smallWorld({ sources: [events] });
    const path = join(workspace, 'w.duckdb');
    const open = async <T>(work: (engine: Engine) => Promise<T>) => {
      const engine = await openDuckDB({ path, threads: 1 });
      try {
        return await work(engine);
      } finally {
        engine.close();
      }
    };
    try {
      const first = await open(async engine => {
        await writeEvents(engine, `${workspace}/e.parquet`, { lines: MESSY, types: TEXTS });
        const tables = await ingestSources(engine, config, { userKey: 'secret' });
        return { tables, rows: await engine.rows(sql`select * from events`) };
      });
      await open(async engine => {
        const stored = await engine.rows(sql`select table_name from duckdb_tables() where database_name <> 'temp'
          union all select view_name from duckdb_views() where not internal order by 1`);
        expect(stored.map(row => row['table_name'])).toEqual([
          'accounts',
          'ingest_notes',
          'quarantine',
          'subscriptions'
        ]);
        await openInPlace(engine, config, { tables: first.tables, userKey: 'secret' });
        expect(await engine.rows(sql`select * from events`)).toEqual(first.rows);
      });
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  });

  it('can be copied again on the same connection', async () => {
    const spec = (inPlace: boolean) => source('events', COLUMNS, { format: 'parquet', files: ['e.parquet'], inPlace });
    const { config, workspace } = smallWorld({ sources: [spec(true)] });
    await withEngine(async engine => {
      await writeEvents(engine, `${workspace}/e.parquet`, { lines: MESSY, types: TEXTS });
      const inPlace = await ingestSources(engine, config);
      const sources: Config['sources'] = [...config.sources.slice(0, 2), spec(false)];
      const copied = await ingestSources(engine, { ...config, sources });
      expect([inPlace.events?.inPlace, copied.events?.inPlace]).toEqual([true, false]);
      expect(copied.events?.rows).toEqual(inPlace.events?.rows);
    }, workspace);
  });

  it('is told in the findings, like an assumed known-at', async () => {
    const events = source('events', COLUMNS, { format: 'parquet', files: ['e.parquet'], inPlace: true });
    const { config, workspace } = smallWorld({ sources: [events] });
    await withEngine(async engine => {
      await writeEvents(engine, `${workspace}/e.parquet`, { lines: MESSY, types: TEXTS });
      const tables = await ingestSources(engine, config);
      expect(tables.events?.knownAtAssumed).toBe(true);
      const messages = (await checkQuality(engine, config, tables)).map(finding => finding.message);
      expect(messages).toContain('read in place: copies of a record are not looked for and would count more than once');
    }, workspace);
  });

  it('is refused when most of its rows are at fault', async () => {
    const bad = MESSY.map(([account, user, , ...cells]) => [account, user, 'null', ...cells]);
    await expect(both({ lines: bad, types: TEXTS, partial: { inPlace: true } })).rejects.toThrow(
      'events: expected at least half of the rows to be usable, but 12 of 12 are not: 11 × occurred_at: expected a value, got an empty cell (first in row 1, 2, 3)'
    );
  });
});

describe('known-at', () => {
  it('is assumed where no source says it', async () => {
    const events = ['account_id', 'occurred_at', 'event_type'];
    const lines = ['account_id,occurred_at,event_type,loaded', 'A,2024-02-01,x,2024-02-02'];
    for (const knownAt of [null, 'loaded']) {
      const { config, workspace } = smallWorld({
        files: { 'events.csv': lines },
        sources: [source('events', events, { knownAt })]
      });
      await withEngine(async engine => {
        const tables = await ingestSources(engine, config);
        expect(tables.events).toMatchObject({ inPlace: false, knownAtAssumed: knownAt === null });
      }, workspace);
    }
  });
});
