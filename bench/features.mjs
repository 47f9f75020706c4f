import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { findPython, median, ROOT, timed } from './lib.mjs';

const PEERS = resolve(ROOT, '..', 'shared', 'peers', 'features');
const TABLE = join(ROOT, 'bench', 'feature-table.mjs');
const PAIRS = 3;

/**
 * Feature tables from Parquet to Parquet, whole processes: the 41 columns of task F beside the best hand-written DuckDB
 * SQL (`bucket3`), in turns, every cell compared; then how the cost grows with features, dates and events.
 */
export function benchFeatures(directory) {
  const python = findPython(['duckdb']);
  if (!existsSync(PEERS)) return { skipped: `${PEERS} is not there: its generator makes the data` };
  if (python.path === undefined) return { skipped: python.reason };
  const data = size => generate(python.path, { size, out: join(directory, `events-${size}`) });
  const [small, medium] = [data('S'), data('M')];
  return {
    task: compare(python.path, medium, directory),
    growth: {
      features: [1, 10, 40, 150, 'all'].map(features => ours(medium, { directory, features: String(features) })),
      dates: [1, 12, 36].map(dates => ours(medium, { directory, dates: String(dates) })),
      events: [small, medium].map(path => ({ ...ours(path, { directory }), data: path.split('-').at(-1) }))
    }
  };
}

/** 116 million events with the engine limited to 4 GB: minutes and 3 GB of disk, so only when it is named. */
export function benchLarge(directory) {
  const python = findPython(['duckdb']);
  if (!existsSync(PEERS) || python.path === undefined) return { skipped: python.reason ?? `${PEERS} is not there` };
  const data = generate(python.path, { size: 'L', out: join(directory, 'events-L') });
  const limits = { directory, memory: '4GB' };
  return { task: ours(data, limits), all: ours(data, { ...limits, features: 'all' }) };
}

function generate(python, { size, out }) {
  const shared = process.env.VITALS_BENCH_DATA;
  if (shared !== undefined && existsSync(join(shared, size))) return join(shared, size);
  mkdirSync(out, { recursive: true });
  timed(python, [join(PEERS, 'generate.py'), out, '--size', size]);
  return out;
}

function ours(
  data,
  { directory, features = 'task', dates = '12', memory = '4GB', out = join(directory, 'ours.parquet') }
) {
  const options = ['--features', features, '--dates', dates, '--memory', memory];
  return JSON.parse(timed(process.execPath, [TABLE, data, out, ...options]).stdout);
}

function compare(python, data, directory) {
  const out = { ours: join(directory, 'ours.parquet'), peer: join(directory, 'peer.parquet') };
  const runs = { ours: [], peer: [] };
  for (let pair = 0; pair < PAIRS; pair++) {
    runs.ours.push(timed(process.execPath, [TABLE, data, out.ours, '--features', 'task']));
    runs.peer.push(timed(python, [join(PEERS, 'f_duckdb.py'), data, out.peer, '--variant', 'bucket3']));
  }
  const check = spawnSync(python, ['check.py', out.peer, out.ours], { cwd: PEERS, encoding: 'utf8' });
  const cost = ({ seconds, cpuSeconds }) => ({ seconds, cpuSeconds });
  const ratio = of => median(runs.ours.map(of)) / median(runs.peer.map(of));
  return {
    cellsEqual: check.status === 0,
    ours: runs.ours.map(run => ({ ...cost(run), peakMB: JSON.parse(run.stdout).peakMB })),
    peer: runs.peer.map(cost),
    ratio: ratio(run => run.seconds),
    cpuRatio: ratio(run => run.cpuSeconds)
  };
}
