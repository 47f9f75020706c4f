import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeDirectory, smallTables, start, vitals, workspaceFiles } from './workspace.js';

/** Enough accounts and churn to learn from in a year. */
const TABLES = smallTables({ accounts: 330, leavers: 0.65 });
const LEARNED = makeDirectory(workspaceFiles(TABLES));
const SMALL = makeDirectory(workspaceFiles());
let closing = '';

beforeAll(async () => {
  const ended = await vitals('run', '--workspace', LEARNED);
  expect(ended).toMatchObject({ code: 0 });
  closing = ended.stdout;
}, 60_000);

afterAll(() => {
  for (const directory of [LEARNED, SMALL]) rmSync(directory, { recursive: true, force: true });
});

const OPTIONS = ['--workspace', '--json', '--quiet', '--threads', '--debug', '--help'];
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  init: [],
  simulate: ['--seed', '--accounts', '--months', '--effects', '--first-account'],
  check: [],
  features: ['--family', '--plan', '--sql'],
  explain: ['--account', '--feature', '--asof'],
  run: [],
  score: ['--asof'],
  verify: [],
  notebooks: ['--write'],
  runs: []
};

describe('help', () => {
  it('names every command', async () => {
    const { code, stdout, stderr } = await vitals('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(Object.entries(COMMANDS))('of %s names its options, within seconds', async (name, own) => {
    const from = performance.now();
    const { code, stdout, stderr } = await vitals(name, '--help');
    expect(performance.now() - from).toBeLessThan(5000);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const option of [...OPTIONS, ...own]) expect(stdout).toMatch(new RegExp(`${option}\\b`));
  });

  it('says the version', async () => {
    expect(await vitals('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
      stderr: ''
    });
  });

  it('comes on stderr, with exit code 2, when no command is given', async () => {
    expect(await vitals()).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: vitals') });
  });
});

describe('the closing screen', () => {
  it('has a table of models with AUC, log loss, Brier and slope', () => {
    const [header, , ...lines] = closing.split('\n');
    expect(header?.split(/ {2,}/)).toEqual([
      'model',
      'AUC',
      'interval',
      'log loss',
      'Brier',
      'slope',
      'lift at 10 %',
      'test rows',
      'episodes'
    ]);
    for (const name of ['churn logistic', 'churn manual', 'churn constant', 'churn single']) {
      expect(lines.find(line => line.startsWith(name))).toMatch(
        / 0\.\d{3} {2}0\.\d{3} to 0\.\d{3} +0\.\d{4} {2}0\.\d{4} /
      );
    }
  });

  it('has the strongest drivers in words, at most three', () => {
    const drivers = closing.match(/^ {2}- \w+: (more|less) churn, odds times .+$/gm) ?? [];
    expect(drivers.length).toBeGreaterThan(0);
    expect(drivers.length).toBeLessThanOrEqual(3);
    expect(closing).toContain('association, not cause');
  });

  it('says where report, scores and artifacts lie, and they do', () => {
    const places = [...closing.matchAll(/^ {2}(report|scores|artifact \w+) +(\/.+)$/gm)];
    expect(places.map(([, label]) => label)).toEqual(['report', 'scores', 'artifact churn', 'artifact health']);
    for (const [, , path] of places) expect(existsSync(path as string)).toBe(true);
  });

  it('says how many episodes are missing when they are too few, and ends with 0', async () => {
    const { code, stdout } = await vitals('run', '--workspace', SMALL);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\d+ more churn episodes needed\. The manual score stays in force\./);
    expect(stdout).toMatch(/artifact health/);
  });
});

/** Runs a command with --json: nothing but one document on stdout. */
async function json(...args: readonly string[]): Promise<unknown> {
  const ended = await vitals(...args, '--json');
  expect(ended.code).toBe(0);
  expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1);
  return JSON.parse(ended.stdout);
}

interface Score {
  readonly account: string;
  readonly asOf: string;
  readonly target: string;
  readonly probability: number;
  readonly model: string;
}

describe('commands on a workspace with a run', () => {
  it('run --json ends with one document', async () => {
    const result = (await json('run', '--workspace', LEARNED)) as Record<string, unknown>;
    const keys = [
      'runId',
      'workspace',
      'seconds',
      'rows',
      'snapshots',
      'skippedFeatures',
      'models',
      'comparison',
      'artifacts',
      'reports'
    ];
    expect(Object.keys(result)).toEqual(expect.arrayContaining(keys));
    expect(closing).toContain(`Run ${result['runId']}`);
  });

  it('check gives rows, reasons, watermarks and findings', async () => {
    const result = (await json('check', '--workspace', LEARNED)) as { rows: Record<string, object> };
    expect(Object.keys(result).sort()).toEqual(['findings', 'reasons', 'rows', 'skippedFeatures', 'watermarks']);
    expect(result.rows['accounts']).toEqual({ in: 330, used: 330, quarantined: 0, dropped: 0 });
    const { stdout } = await vitals('check', '--workspace', LEARNED);
    expect(stdout).toMatch(/^accounts +330 +330 +0 +0$/m);
  });

  it('features lists the catalogue with what is left out, or one family', async () => {
    type Entry = { name: string; family: string; computed: boolean };
    type List = {
      features: Entry[];
      skipped: { name: string; family: string; reason: string }[];
      families: { family: string; features: number; computed: number; skipped: number }[];
    };
    const all = (await json('features', '--workspace', LEARNED)) as List;
    const usage = (await json('features', '--family', 'usage', '--workspace', LEARNED)) as List;
    expect(usage.features).toEqual(all.features.filter(({ family }) => family === 'usage'));
    expect(usage.features.length).toBeGreaterThan(5);
    expect(usage.features.length).toBeLessThan(all.features.length);
    expect(usage.families).toEqual(all.families.filter(({ family }) => family === 'usage'));
    const left = { name: 'invoices_overdue', family: 'invoices', reason: 'no source for invoices' };
    expect(all.skipped).toContainEqual(left);
    for (const { family, features, computed, skipped } of all.families) {
      const own = all.features.filter(entry => entry.family === family);
      const out = all.skipped.filter(entry => entry.family === family);
      expect([features, computed, skipped]).toEqual([
        own.length,
        own.filter(entry => entry.computed).length,
        out.length
      ]);
    }
    expect(all.features.find(({ name }) => name === 'events_28d')?.computed).toBe(true);
    expect(all.features.find(({ name }) => name === 'events_weekly_variance_56d')?.computed).toBe(false);
    const { stdout } = await vitals('features', '--workspace', LEARNED);
    for (const { name } of all.features) expect(stdout).toMatch(new RegExp(`^${name} `, 'm'));
    expect(stdout).toMatch(/^tickets_7d +yes +tickets +leading +yes +lower better +tickets +Tickets opened/m);
    expect(stdout).toMatch(/^ {2}no source for invoices: .*invoices_overdue/m);
    const computed = all.features.filter(entry => entry.computed).length;
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      `In all ${all.features.length} features, ${computed} computed by this workspace (features.use), ${all.skipped.length} left out.`
    );
    const unknown = await vitals('features', '--family', 'usag', '--workspace', LEARNED);
    expect(unknown).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('did you mean usage?') });
  });

  it('features --plan has the steps in order, for what is computed or for one family', async () => {
    type Step = { table: string; about: string; features: string[]; sql: string };
    const all = (await json('features', '--workspace', LEARNED)) as { features: { name: string; computed: boolean }[] };
    const steps = (await json('features', '--plan', '--workspace', LEARNED)) as Step[];
    const last = steps.at(-1) as Step;
    expect(last.table).toBe('snapshots');
    expect(last.features).toEqual(all.features.filter(({ computed }) => computed).map(({ name }) => name));
    for (const { table, features, sql } of steps) {
      expect(sql).toMatch(new RegExp(`^create or replace (temp )?table "?${table}"? as`));
      expect(last.features).toEqual(expect.arrayContaining(features));
      expect(features.length).toBeGreaterThan(0);
    }
    const tickets = (await json('features', '--plan', '--family', 'tickets', '--workspace', LEARNED)) as Step[];
    expect(tickets.at(-1)?.features).toContain('tickets_open');
    expect(tickets.map(({ table }) => table)).toContain('feature_pass_tickets');
    const shown = await vitals('features', '--plan', '--family', 'tickets', '--workspace', LEARNED);
    for (const { table, features, about } of tickets) {
      expect(shown.stdout).toMatch(
        new RegExp(`^${table} +${features.length} +${about.replaceAll(/[()]/g, '.')}$`, 'm')
      );
    }
    const { stdout } = await vitals('features', '--plan', '--sql', '--family', 'tickets', '--workspace', LEARNED);
    for (const { sql } of tickets) expect(stdout).toContain(`${sql};`);
  });

  it('runs marks the one in force', async () => {
    const list = (await json('runs', '--workspace', LEARNED)) as { runId: string; inForce: boolean }[];
    expect(list).toEqual([{ runId: expect.stringMatching(/^[0-9a-f]{12}$/), inForce: true }]);
    expect((await vitals('runs', '--workspace', LEARNED)).stdout).toBe(`* ${list[0]?.runId}\n`);
  });

  it('verify finds every artifact in order, by default those in force', async () => {
    const report = (await json('verify', '--workspace', LEARNED)) as {
      ok: boolean;
      artifacts: { path: string; problems: string[] }[];
    };
    expect(report.ok).toBe(true);
    expect(report.artifacts.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['churn', 'health', 'candidates/churn-logistic'])
    );
    expect(report.artifacts.flatMap(({ problems }) => problems)).toEqual([]);
    const { code, stdout } = await vitals('verify', join(LEARNED, 'models', 'latest'));
    expect({ code, rows: stdout.match(/ ok$/gm)?.length }).toEqual({ code: 0, rows: report.artifacts.length });
  });

  it('score gives every paying account once per artifact in force, at data end or a past date', async () => {
    const now = (await json('score', '--workspace', LEARNED)) as Score[];
    const ended = TABLES.subscriptions.slice(1).filter(row => row[7] !== '').length;
    expect(now.filter(({ target }) => target === 'churn')).toHaveLength(330 - ended);
    expect(new Set(now.map(({ target }) => target))).toEqual(new Set(['churn', 'health']));
    expect(new Set(now.map(({ asOf }) => asOf))).toEqual(new Set(['2025-01-01']));
    for (const { probability, model } of now) {
      expect(probability).toBeGreaterThanOrEqual(0);
      expect(probability).toBeLessThanOrEqual(1);
      expect(model).toMatch(/^[0-9a-f]{64}$/);
    }
    const past = (await json('score', '--asof', '2024-08-15', '--workspace', LEARNED)) as Score[];
    expect(new Set(past.map(({ asOf }) => asOf))).toEqual(new Set(['2024-08-15']));
    expect(past.length).toBeGreaterThan(now.length);
  });

  it('score writes CSV by default, and a reader that stops early is no failure', async () => {
    const { code, stdout } = await vitals('score', '--workspace', LEARNED);
    expect(code).toBe(0);
    const [header, first] = stdout.split('\n');
    expect(header).toBe('account_id,as_of,target,probability,band,score,category,coverage,reasons,refusal,model');
    expect(first).toMatch(/^A\d{3},2025-01-01,churn,0?\.?\d/);
    const cut = start(['score', '--workspace', LEARNED]);
    cut.child.stdout.destroy();
    expect(await cut.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  it('--quiet silences stderr, without it a note may stand there', async () => {
    for (const command of ['run', 'check', 'score', 'features']) {
      expect((await vitals(command, '--quiet', '--workspace', SMALL)).stderr).toBe('');
    }
  });
});
