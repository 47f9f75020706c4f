import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { ingest } from '../../src/pipeline/prepare-data.js';
import { qualityOf } from '../../src/pipeline/report-model.js';
import { raw } from '../../src/sql/sql.js';
import { writeFile, writeWorkspace } from '../sources/fixtures.js';
import { quietEffects, withDatabase } from './workspaces.js';

const CONFIG = `name: changes
data_end: 2025-01-01
currency: USD
sources:
  accounts:
    files: data/accounts.csv
    columns:
      account_id: id
      created_at: since
      industry:
        from: industry
        time: { history: { files: data/industry.csv, key: id, at: changed, value: industry, known_at: recorded, complete_until: 2025-01-01 } }
  subscriptions:
    files: data/terms.csv
    columns: { account_id: id, started_at: since, mrr: mrr }
`;

const workspace = writeWorkspace({
  'vitals.yaml': CONFIG,
  'data/accounts.csv': ['id,since,industry', 'A,2024-01-01,today', 'B,2024-01-01,today'],
  'data/terms.csv': ['id,since,mrr', 'A,2024-01-01,1', 'B,2024-01-01,2'],
  'data/industry.csv': ['id,changed,industry,recorded', 'A,2024-02-01,retail,2024-02-01', 'Q,2024-02-01,x,2024-02-01']
});

afterAll(() => rmSync(workspace, { recursive: true, force: true }));

const read = () =>
  withDatabase(workspace, async engine => {
    const ingested = await ingest({ config: await loadConfig(workspace), engine, effects: await quietEffects() });
    return { ...ingested, values: await engine.rows(raw('select key, value from accounts__industry order by key')) };
  });

describe('a workspace with a history', () => {
  it('reads it again when its file changes, and counts its rows beside those of tables', async () => {
    const first = await read();
    expect(first.values).toEqual([{ key: 'A', value: 'retail' }]);
    expect((await read()).key).toBe(first.key);
    const quality = qualityOf(first.tables, { skippedFeatures: [], snapshots: 0, features: 0 });
    expect(quality.rows['accounts.industry']).toEqual({ in: 2, used: 1, quarantined: 1, dropped: 0 });
    expect(quality.watermarks).toContainEqual({ table: 'accounts.industry', until: '2025-01-01', assumed: false });
    writeFile(workspace, 'data/industry.csv', ['id,changed,industry,recorded', 'B,2024-02-01,health,2024-02-01']);
    const second = await read();
    expect(second.key).not.toBe(first.key);
    expect(second.values).toEqual([{ key: 'B', value: 'health' }]);
  });
});
