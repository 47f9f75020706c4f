import { join } from 'node:path';

/** Where things lie in a workspace. */
export interface Paths {
  readonly database: string;
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
    models,
    reports: join(workspace, 'reports'),
    notebooks: join(workspace, 'notebooks'),
    latest: join(models, 'latest')
  };
}
