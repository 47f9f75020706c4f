import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventLayout } from '../../src/features/event-layout.js';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { ingestSources, openInPlace } from '../../src/sources/ingest.js';
import { buildSpine } from '../../src/sources/spine.js';
import { sql } from '../../src/sql/sql.js';
import type { Engine, Tables } from '../../src/types.js';
import { smallWorld, source } from '../sources/fixtures.js';
import { configOf } from './world.js';

const EVENTS = ['account_id', 'user_id', 'occurred_at', 'event_type', 'value', 'duration_seconds'];
const FILES = {
  'accounts.csv': ['account_id,created_at', '1,2024-01-01', '2,2024-01-05', '30,2024-01-05'],
  'subscriptions.csv': [
    'account_id,started_at,term_end,mrr',
    '1,2024-01-01,,10',
    '2,2024-01-05,,20',
    '30,2024-01-05,,5'
  ],
  'users.csv': ['user_id,account_id,created_at', '7,1,2024-01-02', '8,1,2024-01-02', '9,2,2024-01-06']
};

/** 4000 events of whole-numbered accounts and users, some of no user, some of an unknown account. */
async function writeEvents(engine: Engine, workspace: string): Promise<void> {
  await engine.run(sql`copy (
    select cast([1, 2, 30, 4][1 + i % 4] as integer) as account_id, case when i % 7 > 0 then 7 + (i * 13) % 11 end as user_id,
      timestamp '2024-01-10' + to_minutes(i * 97 % 400000) as occurred_at,
      ['login', 'export', 'Create Report'][1 + i % 3] as event_type, cast(i % 50 as double) as value, i % 900 as duration_seconds
    from range(4000) r(i)) to ${join(workspace, 'events.parquet')}`);
}

interface Opened {
  readonly tables: Tables;
  readonly snapshots: readonly unknown[];
}

/** What the connection that ingests and a later one read. */
async function read(inPlace: boolean, userKey: string | null): Promise<Opened[]> {
  const events = source('events', EVENTS, { format: 'parquet', files: ['events.parquet'], inPlace });
  const users = source('users', ['user_id', 'account_id', 'created_at']);
  const { config, workspace } = smallWorld({ files: FILES, sources: [events, users] });
  const settings = { ...config, features: configOf().features };
  const opened: Opened[] = [];
  try {
    for (const again of [false, true]) {
      const engine = await openDuckDB({ path: join(workspace, 'w.duckdb'), threads: 2 });
      try {
        if (!again) await writeEvents(engine, workspace);
        const earlier = opened[0]?.tables ?? {};
        if (again) await openInPlace(engine, settings, { tables: earlier, userKey });
        const tables = again ? earlier : await ingestSources(engine, settings, { userKey });
        const asOf = await resolveAsOf(engine, ['2024-03-01', '2024-06-01', '2024-10-01'], 'UTC');
        await buildSpine(engine, { asOf, config: settings, tables });
        await buildSnapshots(engine, { config: settings, tables, features: buildCatalogue(settings, tables).features });
        opened.push({ tables, snapshots: await engine.rows(sql`select * from snapshots`) });
      } finally {
        engine.close();
      }
    }
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
  return opened;
}

describe('events in place with the ids of their files', () => {
  it.each([null, 'the secret'])(
    'give the snapshots of copied events, also to a later connection, user key %s',
    async key => {
      const [copied] = await read(false, key);
      const [first, second] = await read(true, key);
      expect(copied?.snapshots).toHaveLength(9);
      expect(first?.snapshots).toEqual(copied?.snapshots);
      expect(second?.snapshots).toEqual(copied?.snapshots);
      expect(copied?.tables.events?.nativeKeys).toBeUndefined();
      expect(eventLayout(first?.tables ?? {}, 'UTC', 1)).toMatchObject({
        table: 'events_native',
        late: false,
        account: { column: 'native_account_id' },
        user: { column: 'native_user_id' }
      });
      expect(JSON.stringify(first?.tables)).not.toContain('the secret');
    }
  );
});
