import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { copyWorkspace, findPython, median, ROOT, timed, timedRun } from './lib.mjs';

const SHARED = resolve(ROOT, '..', 'shared');
const DATA = join(SHARED, 'datasets', 'socialnet7');
const SCRIPT = join(SHARED, 'peers', 'endtoend', 'pipeline.py');
const PAIRS = 2;

/**
 * Ingest to report on examples/socialnet7, as whole processes: ours from an empty workspace (A) and the pipeline in Python
 * (B) in turns, A B A B. `ratio` is the median of ours over the median of the peer.
 */
export function benchPeer(directory) {
  if (!existsSync(DATA)) return { skipped: `${DATA} is not there` };
  const python = findPeer();
  const ours = [];
  const peer = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    ours.push(runFresh(join(directory, `socialnet7-${pair}`)));
    if (python.path !== undefined) peer.push(runPeer(python.path, join(directory, `peer-${pair}`)));
  }
  const logistic = ours[0].result.models.find(model => model.kind === 'logistic').test;
  return {
    ours: ours.map(({ cost }) => cost),
    auc: logistic.auc,
    liftAt10: logistic.liftAt10,
    ...(python.path === undefined ? { peer: { skipped: python.reason } } : { peer, ...ratios(ours, peer) })
  };
}

function ratios(ours, peer) {
  const ratio = of => median(ours.map(run => of(run.cost))) / median(peer.map(of));
  return { ratio: ratio(cost => cost.seconds), cpuRatio: ratio(cost => cost.cpuSeconds) };
}

function runFresh(workspace) {
  return timedRun(copyWorkspace(join(ROOT, 'examples', 'socialnet7'), workspace));
}

function runPeer(python, out) {
  const { stdout, ...cost } = timed(python, [SCRIPT, DATA, out, '--kind', 'socialnet7']);
  return { ...cost, told: JSON.parse(stdout.trim().split('\n').at(-1)) };
}

/** A Python for the peer's script, when the script is there. */
function findPeer() {
  if (!existsSync(SCRIPT)) return { reason: `${SCRIPT} is not there` };
  return findPython(['duckdb', 'pandas', 'sklearn', 'matplotlib']);
}
