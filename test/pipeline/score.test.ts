import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../../src/errors.js';
import { type RunResult, run } from '../../src/pipeline/run.js';
import { score } from '../../src/pipeline/score.js';
import { scoresCsv } from '../../src/pipeline/scores.js';
import {
  type Change,
  changeConfiguration,
  copyConfiguration,
  fillWorld,
  hashRows,
  quietEffects,
  removeDirectories,
  SMALL_RUN,
  textLines,
  treeHashes,
  vitals,
  withDatabase
} from './workspaces.js';

const TARGETS = ['churn', 'upsell', 'health'];

let workspace: string;
let result: RunResult;
let header: string;
let scores: readonly string[];

beforeAll(async () => {
  workspace = copyConfiguration(SMALL_RUN);
  await fillWorld(workspace, { seed: 6 });
  result = await run({ workspace }, await quietEffects());
  [header = '', ...scores] = textLines(result.reports['scores'] as string);
}, 120_000);

afterAll(removeDirectories);

/** Lines of scores.csv or of what `score` printed, for one date and target. */
function linesOf(lines: readonly string[], date: string, target: string): string[] {
  return lines.filter(line => line.includes(`,${date},${target},`));
}

/** Everything that scoring must leave alone: models, reports, and the tables that the run built. */
async function stateOf(): Promise<object> {
  const tables = ['stages', 'snapshots', 'outcomes', 'spine', 'health_inputs'];
  const content = await withDatabase(workspace, async engine => {
    const hashes: string[] = [];
    for (const table of tables) hashes.push(await hashRows(engine, `select * from ${table} order by all`));
    return hashes;
  });
  return {
    content,
    models: treeHashes(join(workspace, 'models')),
    reports: treeHashes(join(workspace, 'reports'))
  };
}

/** What `score` says after keys of the configuration were changed; they are put back afterwards. */
async function refusal(change: Change, back: Change): Promise<unknown> {
  changeConfiguration(workspace, [change]);
  try {
    return await score({ workspace, asOf: '2025-09-01' }, await quietEffects()).catch((error: unknown) => error);
  } finally {
    changeConfiguration(workspace, [back]);
  }
}

describe('vitals score', () => {
  it('equals, bit for bit, what the run gave for a past date, and trains nothing', async () => {
    const before = await stateOf();
    const { code, stdout, stderr } = await vitals(['score', '--workspace', workspace, '--asof', '2025-09-01']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const printed = stdout.trimEnd().split('\n');
    expect(printed[0]).toBe(header);
    for (const target of TARGETS) {
      const expected = linesOf(scores, '2025-09-01', target);
      expect(expected.length).toBeGreaterThan(100);
      expect(linesOf(printed, '2025-09-01', target)).toEqual(expected);
    }
    expect(printed).toHaveLength(1 + TARGETS.length * linesOf(scores, '2025-09-01', 'churn').length);
    expect(await stateOf()).toEqual(before);
  }, 60_000);

  it('equals the run at data end, where no date is given', async () => {
    const rows = await score({ workspace, asOf: null }, await quietEffects());
    const lines = scoresCsv(rows).trimEnd().split('\n');
    for (const target of TARGETS) {
      const expected = linesOf(scores, '2026-01-01', target);
      expect(expected.length).toBeGreaterThan(100);
      expect(linesOf(lines, '2026-01-01', target)).toEqual(expected);
    }
    expect(rows.every(row => row.asOf === '2026-01-01' && /^[0-9a-f]{64}$/.test(row.model))).toBe(true);
  }, 60_000);

  it('covers every test date and data end in scores.csv, each account once', () => {
    const dates = ['2025-07-01', '2025-08-01', '2025-09-01', '2025-10-01', '2025-11-01', '2026-01-01'];
    const found = [...new Set(scores.map(line => line.split(',')[1]))].sort();
    expect(found).toEqual(dates);
    const keys = scores.map(line => line.split(',').slice(0, 3).join());
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('refuses a feature whose definition is not that of training', async () => {
    const utc: Change = [['calendar', 'timezone'], 'UTC'];
    const error = await refusal([['calendar', 'timezone'], 'Europe/Berlin'], utc);
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(
      /^expected the definition of \w+ that trained churn-\w+ \([0-9a-f]{12}\), got another one .*; train again with vitals run$/
    );
  }, 60_000);

  it('refuses when a feature of the artifact is not computed any more', async () => {
    const error = await refusal(
      [
        ['features', 'windows'],
        [7, 28]
      ],
      [['features', 'windows'], undefined]
    );
    expect(error).toBeInstanceOf(DataError);
    expect((error as DataError).message).toMatch(
      /^expected the feature \w+_84d for the artifact churn-\w+, got none: .*train again/
    );
  }, 60_000);

  it('refuses a date after data end and a workspace without a run', async () => {
    const after = await score({ workspace, asOf: '2026-01-02' }, await quietEffects()).catch((e: unknown) => e);
    expect(after).toBeInstanceOf(ConfigError);
    expect((after as ConfigError).message).toContain(
      'expected --asof at or before data end 2026-01-01, got 2026-01-02'
    );
    const none = await score({ workspace: copyConfiguration([]), asOf: null }, await quietEffects()).catch(
      (e: unknown) => e
    );
    expect(none).toBeInstanceOf(ConfigError);
    expect((none as ConfigError).message).toMatch(
      /expected a run in force at .*latest, found none; run vitals run first/
    );
  });
});
