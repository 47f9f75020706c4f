import { join } from 'node:path';
import { ConfigError } from '../errors.js';

/** Where things lie in a workspace. */
export interface Paths {
  readonly database: string;
  /** Secret under which user ids are hashed; never leaves the workspace. */
  readonly userKey: string;
  readonly models: string;
  readonly reports: string;
  readonly notebooks: string;
  /** Relative symbolic link to the run in force. */
  readonly latest: string;
}

/** Paths of a workspace directory. */
export function pathsOf(workspace: string): Paths {
  const models = join(workspace, 'models');
  return {
    database: join(workspace, 'data', 'vitals.duckdb'),
    userKey: join(workspace, 'data', '.user-key'),
    models,
    reports: join(workspace, 'reports'),
    notebooks: join(workspace, 'notebooks'),
    latest: join(models, 'latest')
  };
}

/** Refuses a directory that is no workspace. @throws ConfigError when it has no `vitals.yaml`. */
export function requireWorkspace(workspace: string, { exists }: { exists(path: string): boolean }): void {
  if (exists(join(workspace, 'vitals.yaml'))) return;
  throw new ConfigError(
    `expected vitals.yaml in ${workspace}, found none; run vitals init there, or name another folder with --workspace`
  );
}
