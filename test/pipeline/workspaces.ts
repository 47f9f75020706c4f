import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { type Effects, realEffects } from '../../src/pipeline/effects.js';
import { simulateInto } from '../../src/pipeline/simulate.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A change of a configuration: the path of a key and its value; undefined removes it. */
export type Change = readonly [path: readonly (string | number)[], value: unknown];

/** A world of a run's size: short training of the network, gates off, adjacent blocks that leave no date unused. */
export const SMALL_RUN: readonly Change[] = [
  [['models', 'neural'], { max_epochs: 6 }],
  [['gates', 'skill'], false],
  [['blocks', 'train'], { from: '2024-04-01', to: '2024-12-01' }],
  [['blocks', 'validation'], { from: '2025-01-01', to: '2025-03-01' }],
  [['blocks', 'calibration'], { from: '2025-04-01', to: '2025-06-01' }],
  [['blocks', 'test'], { from: '2025-07-01', to: '2025-11-01' }]
];

const made: string[] = [];

/** An empty directory; `removeDirectories` removes all of this file. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'vitals-pipeline-'));
  made.push(directory);
  return directory;
}

/** Removes every directory that this file made. */
export function removeDirectories(): void {
  for (const directory of made.splice(0)) rmSync(directory, { recursive: true, force: true });
}

/** The repository's configuration and manual profile in a directory of their own, without data. */
export function copyConfiguration(changes: readonly Change[]): string {
  const workspace = newDirectory();
  mkdirSync(join(workspace, 'models', 'manual'), { recursive: true });
  cpSync(join(ROOT, 'models', 'manual', 'default.yaml'), join(workspace, 'models', 'manual', 'default.yaml'));
  writeFileSync(join(workspace, 'vitals.yaml'), readFileSync(join(ROOT, 'vitals.yaml')));
  changeConfiguration(workspace, changes);
  return workspace;
}

/** Changes keys of a workspace's `vitals.yaml`. */
export function changeConfiguration(workspace: string, changes: readonly Change[]): void {
  const path = join(workspace, 'vitals.yaml');
  const document = parseDocument(readFileSync(path, 'utf8'));
  for (const [key, value] of changes) {
    if (value === undefined) document.deleteIn(key);
    else document.setIn(key, document.createNode(value));
  }
  writeFileSync(path, document.toString());
}

export interface WorldOptions {
  readonly seed: number;
  readonly accounts?: number;
  /** Strength of everything that drives outcomes, default 1. */
  readonly effects?: number;
}

/** Fills `data/` of a workspace with a simulated world of 24 months, default 300 accounts. */
export async function fillWorld(workspace: string, { seed, accounts = 300, effects = 1 }: WorldOptions): Promise<void> {
  const world = { seed, accounts, months: 24, effects, firstAccount: 0 };
  await simulateInto({ workspace, world }, await quietEffects());
}

/** The real file system without notes. */
export function quietEffects(): Promise<Effects> {
  return realEffects({ quiet: true });
}

export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the compiled command line in a process of its own; `env` is added to this process's. */
export function vitals(
  args: readonly string[],
  { env = {}, cwd = ROOT }: { env?: Record<string, string>; cwd?: string } = {}
): Promise<CliResult> {
  const options = { env: { ...process.env, ...env }, cwd, maxBuffer: 2 ** 28 };
  return new Promise(done => {
    execFile(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** SHA-256 of every file below a directory (links as their target), by path, without those of the given names. */
export function treeHashes(directory: string, without: readonly string[] = []): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile());
  const paths = files.map(entry => join(entry.parentPath, entry.name).slice(directory.length + 1)).sort();
  const kept = paths.filter(path => !without.includes(path));
  return Object.fromEntries(kept.map(path => [path, sha256(readFileSync(join(directory, path)))]));
}

export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Hash of all cells of a query's rows in their order. */
export async function hashRows(engine: Engine, query: string): Promise<string> {
  return sha256(JSON.stringify(await engine.rows(raw(query))));
}

/** Works on the database of a workspace, or on one in memory. */
export async function withDatabase<T>(workspace: string | null, work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await openDuckDB({ path: workspace === null ? ':memory:' : join(workspace, 'data', 'vitals.duckdb') });
  try {
    return await work(engine);
  } finally {
    engine.close();
  }
}

/** Changes a table of a world in place: the statements read and write it as `old`. */
export async function rewriteTable(workspace: string, table: string, statements: readonly string[]): Promise<void> {
  const file = join(workspace, 'data', `${table}.parquet`);
  await withDatabase(null, async engine => {
    await engine.run(raw(`create table old as from read_parquet('${file}')`));
    for (const statement of statements) await engine.run(raw(statement));
    await engine.run(raw(`copy old to '${file}' (format parquet)`));
  });
}

/** A workspace with the same configuration and source files, in a directory of its own. */
export function copyWorkspace(workspace: string): string {
  const copy = join(newDirectory(), 'a place with spaces');
  for (const part of ['vitals.yaml', 'models/manual', 'data']) {
    const filter = (path: string) => !path.includes('vitals.duckdb');
    cpSync(join(workspace, part), join(copy, part), { recursive: true, filter });
  }
  return copy;
}

/** Lines of a text file. */
export function textLines(path: string): string[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n');
}
