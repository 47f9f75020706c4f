import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const CLI = join(ROOT, 'dist', 'cli', 'main.js');

const TIMES = '"$@"; code=$?; times >&2; exit $code';

/**
 * Runs a program to its end: seconds on the clock and of its processors (user and system, all threads), and what it
 * wrote to stdout. A failure throws.
 */
export function timed(program, args) {
  const start = performance.now();
  const shell = ['-c', TIMES, 'sh', program, ...args];
  const { status, stdout, stderr, error } = spawnSync('sh', shell, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const seconds = (performance.now() - start) / 1000;
  if (status === 0) return { seconds, cpuSeconds: cpuSecondsOf(stderr), stdout };
  throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr.trim().split('\n').at(-1)}`);
}

/** Seconds of the children of a shell, from the last line that its `times` writes, for example `1m2.5s 0m0.25s`. */
function cpuSecondsOf(text) {
  const parts = text
    .trim()
    .split('\n')
    .at(-1)
    .matchAll(/(\d+)m([\d.]+)s/g);
  return [...parts].reduce((sum, [, minutes, rest]) => sum + 60 * Number(minutes) + Number(rest), 0);
}

/** `vitals run --json`: seconds of the whole process and of each stage. */
export function timedRun(workspace) {
  const { stdout, ...cost } = timed(process.execPath, [CLI, 'run', '--json', '--workspace', workspace]);
  const result = JSON.parse(stdout);
  return { cost: { ...cost, stages: result.seconds }, result };
}

export function vitals(...args) {
  return timed(process.execPath, [CLI, ...args]);
}

/** Copies the configuration and manual profiles of a workspace; paths of its files become absolute. */
export function copyWorkspace(from, to) {
  mkdirSync(join(to, 'data'), { recursive: true });
  cpSync(join(from, 'models', 'manual'), join(to, 'models', 'manual'), { recursive: true });
  const text = readFileSync(join(from, 'vitals.yaml'), 'utf8');
  const absolute = text.replaceAll(/^(\s+files: )(\.\.\/.+)$/gm, (_, key, path) => `${key}${resolve(from, path)}`);
  writeFileSync(join(to, 'vitals.yaml'), absolute);
  return to;
}

/** Middle of the sorted values (mean of the two middle ones). */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return Number.isInteger(half) ? (sorted[half - 1] + sorted[half]) / 2 : sorted[Math.floor(half)];
}

/** VITALS_BENCH_PYTHON or python3 when it has the modules; otherwise the reason why not. */
export function findPython(modules) {
  const path = process.env.VITALS_BENCH_PYTHON ?? 'python3';
  const { status } = spawnSync(path, ['-c', `import ${modules.join(', ')}`]);
  if (status === 0) return { path };
  return { reason: `${path} lacks one of ${modules.join(', ')}; name another with VITALS_BENCH_PYTHON` };
}
