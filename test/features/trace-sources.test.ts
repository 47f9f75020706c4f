import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCatalogue, buildSnapshots, openAccount, traceFeature, traceRecords } from '../../src/features/index.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { buildSpine } from '../../src/sources/spine.js';
import { id, raw, sql } from '../../src/sql/sql.js';
import type { AsOf, Engine, TableInfo, Tables } from '../../src/types.js';
import { smallWorld, source, withEngine as withWorkspace } from '../sources/fixtures.js';
import { history } from '../sources/history-world.js';
import { DATES } from './history/draw.js';
import { randomWorld } from './history.js';
import { loadMerged } from './merged-world.js';
import { berlinMidnight, configOf, dayOf, tableInfos, withEngine } from './world.js';

const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));
const MERGED: Tables = { ...TABLES, accounts: { ...(TABLES.accounts as TableInfo), merges: true } };

interface Asked {
  readonly config: ReturnType<typeof configOf>;
  readonly tables: Tables;
  readonly asOf: AsOf;
  readonly account: string;
  readonly name: string;
}

/** What an explanation of one value is made of; the database is left as it was. */
async function explained(engine: Engine, { config, tables, asOf, account, name }: Asked) {
  const feature = buildCatalogue(config, tables).features.find(candidate => candidate.name === name);
  if (feature === undefined) throw new Error(`no feature ${name}`);
  await engine.run(raw('begin transaction'));
  try {
    const { at, atRisk } = await openAccount(engine, { config, tables, account, asOf });
    const trace = await traceFeature(engine, { config, tables, feature, at });
    const records = [];
    for (const table of trace.tables) records.push(...(await traceRecords(engine, table, { tables, feature, at })));
    return { at, atRisk, trace, records };
  } finally {
    await engine.run(raw('rollback'));
  }
}

describe('what made a value', () => {
  it('is told of accounts into which others went, with the records of those from the merge on', async () => {
    const config = configOf();
    const names = ['events_84d', 'share_active_84d', 'users_total', 'tickets_84d', 'seats', 'loyalty_index'];
    let checked = 0;
    await withEngine(async engine => {
      await loadMerged(engine, randomWorld(58, 6));
      const features = buildCatalogue(config, MERGED).features.filter(({ name }) => names.includes(name));
      const dates = DATES.map(day => ({
        date: new Date(day * 86_400_000).toISOString().slice(0, 10),
        day,
        us: berlinMidnight(day)
      }));
      await buildSpine(engine, { asOf: dates, config, tables: MERGED });
      await buildSnapshots(engine, { config, tables: MERGED, features });
      const rows = await engine.rows(raw(`select * from snapshots where account_id in ('a1', 'a3', 'a4')`));
      for (const row of rows) {
        for (const name of names) {
          const asOf = dates.find(({ day }) => day === row['as_of_day']) as AsOf;
          const account = row['account_id'] as string;
          const { at, atRisk, trace } = await explained(engine, { config, tables: MERGED, asOf, account, name });
          const where = `${name} of ${account}@${asOf.date}`;
          expect({ where, atRisk, arr: at.arr, tenure: at.tenureDays }).toEqual({
            where,
            atRisk: true,
            arr: row['arr'],
            tenure: row['tenure_days']
          });
          expect({ where, value: trace.value, state: trace.state }).toEqual({
            where,
            value: row[name],
            state: row[`${name}__state`]
          });
          if (trace.tables.some(table => table.made.length > 0)) checked++;
        }
      }
    });
    expect(checked).toBeGreaterThan(10);
  });

  it('is told of versioned columns as they read at the date', async () => {
    const columns = {
      account_id: 'account_id',
      created_at: 'created_at',
      industry: { time: { history: history('industry.csv') } }
    };
    const files = {
      'accounts.csv': ['account_id,created_at,industry', 'A,2024-01-01,today', 'B,2024-01-05,today'],
      'industry.csv': ['id,changed,was,recorded', 'A,2024-02-01,retail,2024-02-01', 'A,2024-05-01,health,2024-05-03']
    };
    const { config, workspace } = smallWorld({ files, sources: [source('accounts', columns)] });
    await withWorkspace(async engine => {
      const tables = await ingestSources(engine, config);
      const settings = { ...config, features: configOf().features };
      const told = [];
      for (const asOf of await resolveAsOf(engine, ['2024-03-01', '2024-05-03', '2024-06-01'], 'UTC')) {
        const asked = { config: settings, tables, asOf, account: 'A', name: 'industry' };
        const { trace, records } = await explained(engine, asked);
        told.push([trace.value, records.map(record => record.cells['industry'])]);
      }
      expect(told).toEqual([
        ['retail', ['retail']],
        ['retail', ['retail']],
        ['health', ['health']]
      ]);
    }, workspace);
  });

  it('is told of a table in place, which is there as before afterwards', async () => {
    const events = ['account_id', 'user_id', 'occurred_at', 'event_type'];
    const spec = source('events', events, { format: 'parquet', files: ['e.parquet'], inPlace: true });
    const files = {
      'accounts.csv': ['account_id,created_at', '1,2024-01-01', '2,2024-01-05'],
      'subscriptions.csv': ['account_id,started_at,term_end,mrr', '1,2024-01-01,,10', '2,2024-01-05,,20']
    };
    const { config, workspace } = smallWorld({ files, sources: [spec] });
    await withWorkspace(async engine => {
      await engine.run(sql`copy (select 1 + i % 2 as account_id, i as user_id, timestamp '2024-05-01' + to_days(cast(i as integer)) as occurred_at,
        'login' as event_type from range(20) r(i)) to ${join(workspace, 'e.parquet')}`);
      const settings = { ...config, features: configOf().features };
      const tables = await ingestSources(engine, settings, { userKey: 'secret' });
      expect(tables.events?.nativeTable).toBe('events_native');
      const [asOf] = await resolveAsOf(engine, ['2024-05-11'], 'UTC');
      for (const name of ['events_28d', 'active_users_28d', 'events_28d']) {
        const asked = { config: settings, tables, asOf: asOf as AsOf, account: '1', name };
        const { trace, records } = await explained(engine, asked);
        expect([trace.value, records.filter(record => record.mark === 'made').length]).toEqual([5, 5]);
        const [count] = await engine.rows(sql`select count(*) as n from ${id('events')}`);
        expect(count).toEqual({ n: 20 });
      }
    }, workspace);
  });
});
