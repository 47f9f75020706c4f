import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ingestSources } from '../../src/sources/ingest.js';
import { sql } from '../../src/sql/sql.js';
import { smallWorld, source, withEngine } from './fixtures.js';

describe('user ids after ingest', () => {
  it('are a hash under the secret of the workspace, and an absent one stays absent', async () => {
    const { config, workspace } = smallWorld({
      files: {
        'events.csv':
          'account_id,user_id,occurred_at,event_type\nA,anna@example.com,2024-02-01,login\nA,,2024-02-02,login\n'
      },
      sources: [source('events', ['account_id', 'user_id', 'occurred_at', 'event_type'])]
    });
    await withEngine(async engine => {
      await ingestSources(engine, config, { userKey: 'secret' });
      const ids = (await engine.rows(sql`select user_id from events order by occurred_at`)).map(row => row['user_id']);
      const hash = createHash('sha256').update('secretanna@example.com').digest('hex');
      expect(ids).toEqual([hash.slice(0, 32), null]);
      await ingestSources(engine, config, { userKey: 'another' });
      const others = await engine.rows(sql`select user_id from events order by occurred_at`);
      expect(others[0]?.['user_id']).not.toBe(ids[0]);
    }, workspace);
  });
});
