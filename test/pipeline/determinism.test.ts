import { readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, run } from '../../src/pipeline/run.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';
import {
  copyConfiguration,
  copyWorkspace,
  fillWorld,
  hashRows,
  newDirectory,
  quietEffects,
  removeDirectories,
  SMALL_RUN,
  treeHashes,
  vitals,
  withDatabase
} from './workspaces.js';

interface Outputs {
  readonly runId: string;
  readonly models: Readonly<Record<string, string>>;
  readonly reports: Readonly<Record<string, string>>;
}

const MARKED = ['events', 'tickets', 'spine', 'snapshots', 'outcomes'];

let workspace: string;
let first: RunResult;
let expected: Outputs;
let database: Readonly<Record<string, string>>;

beforeAll(async () => {
  workspace = copyConfiguration(SMALL_RUN);
  await fillWorld(workspace, { seed: 6 });
  first = await run({ workspace, threads: 2 }, await quietEffects());
  expected = outputsOf(workspace, first.runId);
  database = await withDatabase(workspace, contentOf);
}, 120_000);

afterAll(removeDirectories);

/** Hashes of everything that a run wrote, except its timings. */
function outputsOf(directory: string, runId: string): Outputs {
  return {
    runId,
    models: treeHashes(join(directory, 'models', runId)),
    reports: treeHashes(join(directory, 'reports', runId), ['timings.json'])
  };
}

async function contentOf(engine: Engine): Promise<Record<string, string>> {
  const tables = ['stages', 'accounts', 'subscriptions', 'tickets', 'snapshots', 'outcomes'];
  const entries: [string, string][] = [];
  for (const table of tables) entries.push([table, await hashRows(engine, `select * from ${table} order by all`)]);
  return Object.fromEntries(entries);
}

describe('the same inputs', () => {
  it('give models, candidates, scores and a report', () => {
    expect(Object.keys(expected.models)).toEqual(
      expect.arrayContaining(['manifest.json', 'churn/artifact.json', 'candidates/churn-neural/artifact.json'])
    );
    expect(Object.keys(expected.reports)).toEqual(
      expect.arrayContaining(['index.html', 'index.md', 'index.json', 'scores.csv'])
    );
    expect(readlinkSync(join(workspace, 'models', 'latest'))).toBe(first.runId);
  });

  it('give the same bytes again and reuse ingest, features and outcomes', async () => {
    await withDatabase(workspace, async engine => {
      for (const table of MARKED) await engine.run(raw(`alter table ${table} add column untouched integer`));
    });
    const { runId } = await run({ workspace, threads: 2 }, await quietEffects());
    expect(outputsOf(workspace, runId)).toEqual(expected);
    await withDatabase(workspace, async engine => {
      const kept = await engine.rows(
        raw(`select table_name from information_schema.columns where column_name = 'untouched' order by table_name`)
      );
      expect(kept.map(row => row['table_name'])).toEqual([...MARKED].sort());
      for (const table of MARKED) await engine.run(raw(`alter table ${table} drop column untouched`));
      expect(await contentOf(engine)).toEqual(database);
    });
  }, 60_000);

  it('give the same bytes without the stage cache on one thread (promise 47, promise 51)', async () => {
    for (const suffix of ['', '.wal']) rmSync(join(workspace, 'data', `vitals.duckdb${suffix}`), { force: true });
    const { runId } = await run({ workspace, threads: 1 }, await quietEffects());
    expect(outputsOf(workspace, runId)).toEqual(expected);
    expect(await withDatabase(workspace, contentOf)).toEqual(database);
  }, 60_000);

  it('give the same bytes in another directory, time zone and locale, on three threads (promise 47)', async () => {
    const elsewhere = copyWorkspace(workspace);
    const env = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };
    const options = ['--workspace', elsewhere, '--json', '--quiet', '--threads', '3'];
    const { code, stdout, stderr } = await vitals(['run', ...options], { env, cwd: newDirectory() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { runId } = JSON.parse(stdout) as RunResult;
    expect(outputsOf(elsewhere, runId)).toEqual(expected);
  }, 60_000);
});
