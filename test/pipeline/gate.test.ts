import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, run } from '../../src/pipeline/run.js';
import type { ReportModel } from '../../src/reports/model.js';
import {
  type Change,
  type CliResult,
  copyConfiguration,
  fillWorld,
  quietEffects,
  removeDirectories,
  SMALL_RUN,
  treeHashes,
  vitals
} from './workspaces.js';

const GATED: readonly Change[] = [
  ...SMALL_RUN,
  [['gates', 'skill'], true],
  [['outcomes', 'upsell'], false],
  [['models', 'neural'], false]
];

let workspace: string;
let good: RunResult;
let before: Readonly<Record<string, string>>;
let second: CliResult;
let failed: RunResult;

beforeAll(async () => {
  workspace = copyConfiguration(GATED);
  await fillWorld(workspace, { seed: 6, accounts: 400 });
  good = await run({ workspace }, await quietEffects());
  before = treeHashes(join(workspace, 'models', good.runId));
  await fillWorld(workspace, { seed: 6, accounts: 400, effects: 0 });
  second = await vitals(['run', '--workspace', workspace, '--json', '--quiet']);
  failed = JSON.parse(second.stdout);
}, 120_000);

afterAll(removeDirectories);

describe('the skill gate', () => {
  it('passes where there is something to learn, and the run comes into force', () => {
    expect(good.gates).toEqual([
      { name: 'churn skill', passed: true, detail: expect.stringContaining('beats the constant model') }
    ]);
  });

  it('fails with exit code 4 where nothing drives churn', () => {
    expect(second).toMatchObject({ code: 4, stderr: '' });
    expect(failed.gates).toEqual([
      { name: 'churn skill', passed: false, detail: expect.stringMatching(/cannot be told|is worse/) }
    ]);
    const churn = failed.models.find(model => model.kind === 'logistic');
    const [lo, hi] = churn?.test?.aucInterval ?? [1, 0];
    expect(lo).toBeLessThanOrEqual(0.5);
    expect(hi).toBeGreaterThanOrEqual(0.5);
  });

  it('leaves the run in force where it is, byte for byte, and keeps the other beside it', async () => {
    expect(failed.runId).not.toBe(good.runId);
    expect(readlinkSync(join(workspace, 'models', 'latest'))).toBe(good.runId);
    expect(treeHashes(join(workspace, 'models', good.runId))).toEqual(before);
    expect(readdirSync(join(workspace, 'models', failed.runId)).sort()).toEqual([
      'candidates',
      'churn',
      'health',
      'manifest.json'
    ]);
    const { stdout } = await vitals(['runs', '--workspace', workspace]);
    expect(stdout.trimEnd().split('\n')).toEqual(
      [good.runId, failed.runId].sort().map(id => `${id === good.runId ? '*' : ' '} ${id}`)
    );
  });

  it('is shown in the report', () => {
    const report: ReportModel = JSON.parse(readFileSync(failed.reports['json'] as string, 'utf8'));
    expect(report.gates).toEqual(failed.gates);
    const detail = failed.gates[0]?.detail as string;
    const page = readFileSync(failed.reports['markdown'] as string, 'utf8');
    expect(page).toContain(detail.split(' (')[0]);
    expect(page).toContain('was not put in force');
    expect(page).not.toContain('In force for churn');
    expect(report.inForce).toEqual({});
    expect(readFileSync(good.reports['markdown'] as string, 'utf8')).toContain('In force for churn: logistic');
  });
});
