import { join } from 'node:path';
import type { Effects } from './effects.js';
import { pathsOf, requireWorkspace } from './paths.js';

/** Runs whose models lie in the workspace, by id; `inForce` marks the one that `models/latest` points to. */
export async function listRuns(
  { workspace }: { workspace: string },
  { files }: Effects
): Promise<{ runId: string; inForce: boolean }[]> {
  requireWorkspace(workspace, files);
  const { models, latest } = pathsOf(workspace);
  const current = await files.readLink(latest);
  const names = (await files.list(models)).filter(
    name => name !== 'latest' && files.exists(join(models, name, 'manifest.json'))
  );
  return names.map(runId => ({ runId, inForce: runId === current }));
}
