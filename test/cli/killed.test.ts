import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDuckDB } from '../../src/sources/duckdb.js';
import {
  CONFIG,
  fingerprint,
  makeDirectory,
  smallTables,
  start,
  vitals,
  workspaceFiles,
  writeFiles
} from './workspace.js';

const TABLES = smallTables({ accounts: 330, leavers: 0.65 });
/** A workspace with a run in force, and what another configuration gives there without interruption. */
const BEFORE = makeDirectory(workspaceFiles(TABLES));
const OTHER = CONFIG.replace('horizon_days: 30', 'horizon_days: 28');
let first: Record<string, string> = {};
let second: Record<string, string> = {};
let directory = '';

const models = (workspace: string) => fingerprint(workspace, ['models']);
const leftovers = (workspace: string) =>
  ['models', 'reports'].flatMap(folder => readdirSync(join(workspace, folder)).filter(name => name.startsWith('.')));

beforeAll(async () => {
  expect(await vitals('run', '--workspace', BEFORE)).toMatchObject({ code: 0 });
  first = models(BEFORE);
  const whole = makeDirectory();
  cpSync(BEFORE, whole, { recursive: true, verbatimSymlinks: true });
  writeFiles(whole, { 'vitals.yaml': OTHER });
  expect(await vitals('run', '--workspace', whole)).toMatchObject({ code: 0 });
  second = models(whole);
  expect(second['models/latest']).not.toBe(first['models/latest']);
  rmSync(whole, { recursive: true });
}, 120_000);

afterAll(() => rmSync(BEFORE, { recursive: true, force: true }));

beforeEach(() => {
  directory = makeDirectory();
  cpSync(BEFORE, directory, { recursive: true, verbatimSymlinks: true });
  writeFiles(directory, { 'vitals.yaml': OTHER });
  return () => rmSync(directory, { recursive: true, force: true });
});

/** Starts a run and kills it when `when` says so, unless it has ended by itself. */
async function killed(when: () => boolean): Promise<NodeJS.Signals | null> {
  const { child, ended } = start(['run', '--workspace', directory]);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && !when()) await sleep(2);
  child.kill('SIGKILL');
  return (await ended).signal;
}

const building =
  (folder: string, ...path: readonly string[]) =>
  () => {
    const staged = readdirSync(join(directory, folder)).filter(name => name.startsWith('.building-'));
    return staged.some(name => existsSync(join(directory, folder, name, ...path)));
  };

type Instants = Readonly<Record<string, () => () => boolean>>;

const INSTANTS: Instants = {
  'while tables are built': () => building('models'),
  'while artifacts are written': () => building('models', 'candidates'),
  'when the report is written': () => building('reports', 'index.html'),
  'when the reports are in place': () => () =>
    readdirSync(join(directory, 'reports')).filter(name => !name.startsWith('.')).length > 1,
  'when the models are in place': () => () =>
    readdirSync(join(directory, 'models')).filter(name => !name.startsWith('.')).length > 3
};

/** Further instants, for the full run. */
const MORE: Instants = {
  '0.3 s after the start': () => after(300),
  '1 s after the start': () => after(1000),
  '3 s after the start': () => after(3000),
  'when the database is open': () => () => existsSync(join(directory, 'data', 'vitals.duckdb.wal')),
  'between artifacts and manifest': () => building('models', 'churn'),
  'while the report is drawn': () => building('models', 'manifest.json'),
  'when the scores are written': () => building('reports', 'scores.csv')
};

function after(milliseconds: number): () => boolean {
  const from = performance.now();
  return () => performance.now() - from > milliseconds;
}

describe('a run that is killed', () => {
  const instants = process.env['VITALS_FULL'] === '1' ? { ...INSTANTS, ...MORE } : INSTANTS;

  it.each(Object.entries(instants))(
    '%s leaves the old result whole, and the next run finishes the work',
    async (_, instant) => {
      await killed(instant());
      const left = models(directory);
      const latest = left['models/latest'];
      expect([first['models/latest'], second['models/latest']]).toContain(latest);
      const inForce = latest === first['models/latest'] ? first : second;
      for (const [path, hash] of Object.entries(first)) if (path !== 'models/latest') expect(left[path]).toBe(hash);
      for (const [path, hash] of Object.entries(inForce)) expect(left[path]).toBe(hash);
      expect((await vitals('verify', '--workspace', directory)).code).toBe(0);
      expect(await vitals('run', '--workspace', directory)).toMatchObject({
        code: 0,
        stderr: expect.not.stringMatching(/vitals:/)
      });
      expect(models(directory)).toEqual(second);
      expect(leftovers(directory)).toEqual([]);
    }
  );
});

describe('what killed runs leave', () => {
  it('goes with the next run, a directory that a living process builds stays', async () => {
    const dead = await deadProcess();
    for (const name of [
      `models/.building-${dead}-0`,
      `reports/.building-${dead}-1`,
      `reports/.building-${process.pid}-0`
    ]) {
      mkdirSync(join(directory, name, 'inner'), { recursive: true });
    }
    expect(await vitals('run', '--workspace', directory)).toMatchObject({ code: 0 });
    expect(leftovers(directory)).toEqual([`.building-${process.pid}-0`]);
  });

  it('comes back when it was moved away and not yet replaced', async () => {
    const id = (first['models/latest'] as string).slice('-> '.length);
    const dead = await deadProcess();
    cpSync(join(directory, 'models', id), join(directory, 'models', `.building-${dead}-old-${id}`), {
      recursive: true
    });
    rmSync(join(directory, 'models', id), { recursive: true });
    expect(await vitals('run', '--workspace', directory)).toMatchObject({ code: 0 });
    expect(models(directory)).toEqual(second);
  });

  it('is nothing when the same run is made twice: the models in force are not touched', async () => {
    writeFiles(directory, { 'vitals.yaml': CONFIG });
    expect(await vitals('run', '--workspace', directory)).toMatchObject({ code: 0 });
    expect(models(directory)).toEqual(first);
    expect(leftovers(directory)).toEqual([]);
  });
});

async function deadProcess(): Promise<number> {
  const { child, ended } = start(['--version']);
  await ended;
  return child.pid as number;
}

const BUSY =
  /^vitals: expected the database \S+ to be free, but process (\d+) has it open; wait until it ends, then run again\n$/;

describe('a second process', () => {
  it('is refused while a run is at work, with the process id: exit 1; the run is not disturbed', async () => {
    const one = start(['run', '--workspace', directory]);
    while (!building('models')()) await sleep(2);
    const two = await vitals('run', '--workspace', directory);
    expect(two).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(BUSY) });
    expect(BUSY.exec(two.stderr)?.[1]).toBe(String(one.child.pid));
    expect(await one.ended).toMatchObject({ code: 0 });
    expect(models(directory)).toEqual(second);
    expect(leftovers(directory)).toEqual([]);
  });

  it('is refused by every command that needs the database', async () => {
    const engine = await openDuckDB({ path: join(directory, 'data', 'vitals.duckdb') });
    for (const command of ['run', 'check', 'features', 'score']) {
      const { code, stdout, stderr } = await vitals(command, '--workspace', directory);
      expect([command, code, stdout]).toEqual([command, 1, '']);
      expect(BUSY.exec(stderr)?.[1]).toBe(String(process.pid));
    }
    engine.close();
    expect((await vitals('score', '--workspace', directory)).code).toBe(0);
  });
});
