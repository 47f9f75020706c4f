import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { SnapshotsConfig } from '../../../src/config/types.js';
import { labelledRows, selectDataset } from '../../../src/datasets/frame.js';
import { ConfigError } from '../../../src/errors.js';
import { realEffects } from '../../../src/pipeline/effects.js';
import { collectSnapshots } from '../../../src/pipeline/snapshots-shape.js';
import { Stopwatch } from '../../../src/pipeline/stopwatch.js';
import { openDuckDB } from '../../../src/sources/duckdb.js';
import type { Engine } from '../../../src/types.js';
import { snapshotsConfig, testConfig } from '../../sources/fixtures.js';

const directory = mkdtempSync(join(tmpdir(), 'vitals-ready-'));
let engine: Engine | null = null;
afterEach(() => engine?.close());
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Collects a ready table: `label` is 1 or 0, roles as given. */
async function collect(lines: readonly string[], features: readonly string[], partial: Partial<SnapshotsConfig> = {}) {
  writeFileSync(join(directory, 'ready.csv'), `${lines.join('\n')}\n`);
  engine = await openDuckDB({ path: ':memory:' });
  const outcome = { column: 'label', positive: '1' };
  const snapshots = snapshotsConfig(features, { account: 'account', asOf: null, value: null, outcome, ...partial });
  const config = testConfig({
    workspace: directory,
    shape: 'snapshots',
    snapshots,
    dataEnd: snapshots.asOf === null ? null : '2024-06-30'
  });
  const effects = await realEffects({ quiet: true });
  return collectSnapshots({ config, engine, effects }, new Stopwatch(effects));
}

describe('collectSnapshots', () => {
  it('undated rows: every outcome counts, ids are accounts', async () => {
    const { frame, dates } = await collect(['account,seats,label', 'b,4,1', 'a,,0'], ['seats']);
    const data = selectDataset(frame, labelledRows(frame, 'churn'), 'churn');
    expect([data.ids, [...data.X], [...data.y]]).toEqual([
      ['a', 'b'],
      [Number.NaN, 4],
      [0, 1]
    ]);
    expect(dates.map(({ day }) => day)).toEqual([0]);
  });

  it('promise 36: an outcome whose window ends after data end is not matured', async () => {
    // Data end 2024-06-30, horizon 30 days: 2024-05-31 is the last date whose window ends by then.
    const lines = ['account,date,seats,label', 'a,2024-05-31,1,0', 'a,2024-06-01,2,0', 'b,2024-04-01,3,1'];
    const { frame, notes } = await collect(lines, ['seats'], { asOf: 'date', horizonDays: 30 });
    const { ids } = selectDataset(frame, labelledRows(frame, 'churn'), 'churn');
    expect(ids).toEqual(['b@2024-04-01', 'a@2024-05-31']);
    expect(frame.n).toBe(3);
    expect(notes[0]).toContain('their maturity cannot be checked');
  });

  it.each(['churn', 'arr', 'as_of_day', 'Churn_Status'])(
    'a feature named %s is refused: it would be read from a column of the frame',
    async name => {
      const reading = collect([`account,${name},label`, 'a,7,1', 'b,8,0'], [name]);
      await expect(reading).rejects.toThrow(ConfigError);
      await expect(reading).rejects.toThrow(`got ${name}; rename the column in the file`);
    }
  );

  it('the same names are free for roles', async () => {
    const lines = ['churn,arr,seats', '1,500,2', '0,900,3'];
    const roles = { account: 'seats', value: 'arr', outcome: { column: 'churn', positive: '1' } };
    const { frame } = await collect(
      lines.map(line => `${line},${line.startsWith('churn') ? 'logins' : 5}`),
      ['logins'],
      roles
    );
    const data = selectDataset(frame, labelledRows(frame, 'churn'), 'churn');
    expect([[...data.y], [...data.value], [...data.X]]).toEqual([
      [1, 0],
      [500, 900],
      [5, 5]
    ]);
  });
});
