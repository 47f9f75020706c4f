import { cpSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import {
  CONFIG,
  type Ended,
  fingerprint,
  makeDirectory,
  smallTables,
  type Tables,
  toCsv,
  vitals,
  workspaceFiles
} from './workspace.js';

/** Workspace of the good run; each case breaks a copy of it, with the outputs of that run in it. */
export const GOOD = makeDirectory(workspaceFiles());
const before: Record<string, string> = {};

/** Directory of the copy that the present case breaks. */
export let directory = '';

/** Runs the good workspace once for a test file, and copies it for each case. */
export function breakCopies(): void {
  beforeAll(async () => {
    const ended = await vitals('run', '--workspace', GOOD, '--quiet');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    Object.assign(before, fingerprint(GOOD));
    expect(before['models/latest']).toMatch(/^-> [0-9a-f]{12}$/);
    expect(Object.keys(before).length).toBeGreaterThan(10);
  });
  afterAll(() => rmSync(GOOD, { recursive: true, force: true }));
  beforeEach(() => {
    directory = makeDirectory();
    cpSync(GOOD, directory, { recursive: true, verbatimSymlinks: true });
    return () => rmSync(directory, { recursive: true, force: true });
  });
}

/** The configuration with one line replaced; refuses a replacement that finds nothing. */
export function edited(from: string, to: string, config = CONFIG): string {
  if (!config.includes(from)) throw new Error(`the configuration has no ${JSON.stringify(from)}`);
  return config.replace(from, to);
}

export function brokenTables(change: (tables: Tables) => void): Record<string, string> {
  const tables = smallTables();
  change(tables);
  return Object.fromEntries(Object.entries(tables).map(([name, rows]) => [`${name}.csv`, toCsv(rows)]));
}

/** A refusal: the exit code, one paragraph on stderr that says what came and what to do, and the old outputs as they were. */
export function expectRefusal(ended: Ended, code: number, ...said: readonly (string | RegExp)[]): void {
  expect.soft(ended.code).toBe(code);
  expect.soft(ended.stdout).toBe('');
  expect.soft(ended.stderr).toMatch(/^(vitals|error): [^\n]+\n$/);
  expect.soft(ended.stderr).not.toMatch(/^\s+at |unexpected failure|Error:/m);
  for (const text of said) expect.soft(ended.stderr).toMatch(text);
  expect(fingerprint(directory)).toEqual(before);
}

/** What every message of ours has: expected, got, and what to do. */
export const SENTENCE = [/expected /, /(got|found) /, /[;:?] /];

export function run(...args: readonly string[]): Promise<Ended> {
  return vitals('run', '--workspace', directory, ...args);
}
