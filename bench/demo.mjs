import { join } from 'node:path';
import { copyWorkspace, ROOT, timedRun, vitals } from './lib.mjs';

/** The demo world: seconds to simulate it, of the first run, and of a second one that reuses ingest and features. */
export function benchDemo(directory) {
  const workspace = copyWorkspace(ROOT, join(directory, 'demo'));
  const simulate = vitals('simulate', '--workspace', workspace).seconds;
  const [fresh, second] = [timedRun(workspace), timedRun(workspace)];
  const { snapshots, backend } = fresh.result;
  return { simulate, snapshots, backend, fresh: fresh.cost, second: second.cost };
}
