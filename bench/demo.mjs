import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace, ROOT, timedRun, vitals } from './lib.mjs';

/**
 * The demo world with its notebook: the cost to simulate it, of the first run, and of a second one that reuses ingest and
 * features.
 */
export function benchDemo(directory) {
  const workspace = copyWorkspace(ROOT, join(directory, 'demo'));
  cpSync(join(ROOT, 'notebooks'), join(workspace, 'notebooks'), { recursive: true });
  // Notebooks import the package from the directory above them.
  for (const part of ['dist', 'node_modules']) symlinkSync(join(ROOT, part), join(workspace, part));
  const simulate = vitals('simulate', '--workspace', workspace).seconds;
  const [fresh, second] = [timedRun(workspace), timedRun(workspace)];
  const { snapshots, backend } = fresh.result;
  return { simulate, snapshots, backend, fresh: fresh.cost, second: second.cost };
}
