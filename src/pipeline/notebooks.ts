import { join } from 'node:path';
import { VitalsError } from '../errors.js';
import { canExecuteNotebooks, executeNotebook } from '../notebook/run.js';
import type { Effects } from './effects.js';
import { pathsOf, requireWorkspace } from './paths.js';

/** Executes every notebook of the workspace into `reports/notebooks`, or in place with `write`; returns the paths written. */
export async function runNotebooks(
  { workspace, write }: { workspace: string; write: boolean },
  { files }: Effects
): Promise<string[]> {
  requireWorkspace(workspace, files);
  if (!canExecuteNotebooks())
    throw new VitalsError('expected the package tslab, which is not installed here: npm install tslab@1.0.22');
  const paths = pathsOf(workspace);
  const target = write ? paths.notebooks : join(paths.reports, 'notebooks');
  await files.makeDirectory(target);
  const names = (await files.list(paths.notebooks)).filter(name => name.endsWith('.ipynb'));
  for (const name of names) await executeNotebook(join(paths.notebooks, name), join(target, name));
  return names.map(name => join(target, name));
}
