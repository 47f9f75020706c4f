import { describe, expect, it } from 'vitest';
import { ingestSources, openInPlace } from '../../src/sources/ingest.js';
import { checkQuality } from '../../src/sources/quality.js';
import { sql } from '../../src/sql/sql.js';
import { ingestError, ingestWorld, smallWorld, source, us, type World, withEngine } from './fixtures.js';

const CRM = ['notice_id', 'account_id', 'notice_at', 'kind'];
const BILLING = { notice_id: 'case', account_id: 'customer', notice_at: 'closed', kind: 'why' };

/** Notices of two systems: numbered alike, in other columns, zones and with another known-at. */
function notices(billing: Parameters<typeof source>[2] = {}): World {
  return {
    files: {
      'crm.csv': [
        CRM.join(','),
        '1,A,2024-03-01,cancelled',
        '2,B,2024-03-02,non_renewal',
        '2,B,2024-03-02,non_renewal'
      ],
      'billing.csv': [
        'case;customer;closed;why;loaded;tool',
        '1;B;2024-04-01 00:00:00;payment_failure;2024-04-03;stripe',
        '3;Z;2024-04-02 00:00:00;payment_failure;2024-04-03;stripe',
        '4;A;2024-04-05 00:00:00;cancelled;2024-04-06;'
      ]
    },
    sources: [
      source('notices', CRM, { name: 'crm', files: ['crm.csv'] }),
      source('notices', BILLING, {
        name: 'billing',
        files: ['billing.csv'],
        timezone: 'Europe/Berlin',
        knownAt: 'loaded',
        ...billing
      })
    ]
  };
}

describe('several sources of one table', () => {
  it('are put together in order, each with its own columns, zone and known-at', async () => {
    await ingestWorld(notices(), async ({ read }) => {
      const rows = await read('notices');
      expect(
        rows.map(row => [row['notice_id'], row['account_id'], row['notice_at'], row['known_at'], row['system']])
      ).toEqual([
        ['1', 'A', us('2024-03-01T00:00Z'), us('2024-03-01T00:00Z'), 'crm'],
        ['2', 'B', us('2024-03-02T00:00Z'), us('2024-03-02T00:00Z'), 'crm'],
        ['1', 'B', us('2024-03-31T22:00Z'), us('2024-04-02T22:00Z'), 'billing'],
        ['4', 'A', us('2024-04-04T22:00Z'), us('2024-04-05T22:00Z'), 'billing']
      ]);
    });
  });

  it('count as one table, and quarantine says which (promise 54)', async () => {
    await ingestWorld(notices(), async ({ tables, read, engine, config }) => {
      expect(tables.notices?.rows).toEqual({ in: 3 + 3, used: 2 + 2, quarantined: 0 + 1, dropped: 1 + 0 });
      const reason = 'billing: account_id: expected an account of the table accounts, got an unknown one';
      expect(tables.notices?.reasons).toEqual([{ reason, rows: 1 }]);
      expect(await read('quarantine')).toEqual([{ table_name: 'notices', source_row: 2, reason }]);
      expect(tables.notices?.knownAtAssumed).toBe(false);
      expect(tables.notices?.columns['system']).toEqual({ type: 'text', decimals: 0, time: 'fixed' });
      const messages = (await checkQuality(engine, config, tables)).map(finding => finding.message);
      expect(messages).toContain('crm: a record is assumed to be known from its event time (notice_at) on');
      expect(messages.filter(message => message.includes('assumed to be known'))).toHaveLength(3);
    });
  });

  it('name the system of a notice where no column does', async () => {
    await ingestWorld(
      notices({ columns: source('notices', { ...BILLING, system: 'tool' }).columns }),
      async ({ read }) => {
        expect((await read('notices')).map(row => row['system'])).toEqual(['crm', 'crm', 'stripe', null]);
      }
    );
  });

  it('are complete up to the earliest of them', async () => {
    const until = async (crm: string | null, billing: string | null) => {
      const world = notices({ completeUntil: billing });
      const sources = (world.sources ?? []).map(one => (one.name === 'crm' ? { ...one, completeUntil: crm } : one));
      return ingestWorld({ ...world, sources }, async ({ tables }) => [
        tables.notices?.watermarkUs,
        tables.notices?.watermarkAssumed
      ]);
    };
    expect(await until('2024-10-01', '2024-11-01')).toEqual([us('2024-10-01T00:00Z'), false]);
    expect(await until('2024-11-01', '2024-10-01')).toEqual([us('2024-10-01T00:00Z'), false]);
    expect(await until('2024-11-01', null)).toEqual([us('2024-04-05T00:00Z'), true]);
    expect(await until('2024-03-20', null)).toEqual([us('2024-03-20T00:00Z'), true]);
  });

  it('are told apart in messages', async () => {
    const missing = await ingestError(notices({ files: ['nowhere.csv'] }));
    expect(missing.message).toContain('notices (billing): expected a file nowhere.csv in the workspace');
    const column = await ingestError(notices({ knownAt: 'laoded' }));
    expect(column.message).toContain(
      'notices (billing): billing.csv: expected a column laoded, got none; did you mean loaded?'
    );
    const { notice_at: _, ...columns } = BILLING;
    const unmapped = await ingestError(notices({ columns: source('notices', columns).columns }));
    expect(unmapped.message).toContain('sources.notices (billing).columns: expected notice_at');
  });

  it('must read a column with the same decimals', async () => {
    const columns = (decimals: number) => ({
      account_id: 'a',
      occurred_at: 't',
      event_type: 'e',
      value: { from: 'v', decimals }
    });
    const lines = ['a,t,e,v', 'A,2024-02-01,x,1.25'];
    const world = (decimals: number) => ({
      files: { '1.csv': lines, '2.csv': lines },
      sources: [
        source('events', columns(2), { name: 'app', files: ['1.csv'] }),
        source('events', columns(decimals), { name: 'web', files: ['2.csv'] })
      ]
    });
    await ingestWorld(world(2), async ({ read }) => {
      expect((await read('events')).map(row => row['value'])).toEqual([125, 125]);
    });
    const error = await ingestError(world(3));
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(
      'sources.events (web).columns.value: expected 2 decimals and time fixed as in the other source of events, got 3 and fixed; declare the same in both'
    );
  });

  it('may all be read in place, but not only some', async () => {
    const columns = { account_id: 'a', user_id: 'u', occurred_at: 't', event_type: 'e' };
    const parquet = (name: string, inPlace: boolean) =>
      source('events', columns, { name, format: 'parquet', files: [`${name}.parquet`], inPlace });
    const run = async (inPlace: readonly [boolean, boolean]) => {
      const sources = [parquet('app', inPlace[0]), parquet('web', inPlace[1])];
      const { config, workspace } = smallWorld({ sources });
      return withEngine(async engine => {
        for (const [name, account] of [
          ['app', 'A'],
          ['web', 'Z']
        ] as const) {
          await engine.run(sql`copy (select * from (values ('B', 'u', timestamp '2024-02-01', ${name}),
            ('B', 'v', timestamp '2024-02-02', ${name}), (${account}, 'w', timestamp '2024-02-03', ${name})) as r(a, u, t, e))
            to ${`${workspace}/${name}.parquet`}`);
        }
        const tables = await ingestSources(engine, config, { userKey: 'secret' });
        const rows = await engine.rows(sql`select * from events order by event_type, occurred_at`);
        if (inPlace[0]) await openInPlace(engine, config, { tables, userKey: 'secret' });
        expect(await engine.rows(sql`select * from events order by event_type, occurred_at`)).toEqual(rows);
        return { rows, counts: tables.events?.rows, reasons: tables.events?.reasons, mark: tables.events?.watermarkUs };
      }, workspace);
    };
    const copied = await run([false, false]);
    expect(copied.counts).toEqual({ in: 6, used: 5, quarantined: 1, dropped: 0 });
    expect(copied.reasons).toMatchObject([{ reason: expect.stringMatching(/^web: account_id: /), rows: 1 }]);
    expect(await run([true, true])).toEqual(copied);
    await expect(run([true, false])).rejects.toThrow(
      'sources.events (app).in_place: expected all sources of events in place or none, got 1 of 2; set it for all'
    );
  });
});
