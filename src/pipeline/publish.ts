import { join } from 'node:path';
import type { Effects } from './effects.js';
import type { Paths } from './paths.js';

/** Directories in which a run builds its outputs before they are put in their place. */
export interface Staged {
  readonly models: string;
  readonly reports: string;
}

/**
 * Two new directories beside the places where models and reports of a run will lie. What killed runs left there goes
 * first; the caller holds the workspace's database, so no other run is at work.
 */
export async function stageRun({ files }: Effects, paths: Paths): Promise<Staged> {
  for (const place of [paths.models, paths.reports]) await files.sweep(place);
  return {
    models: await files.stage(join(paths.models, 'run')),
    reports: await files.stage(join(paths.reports, 'run'))
  };
}

/** Removes what a failed run had begun. */
export async function discard({ files }: Effects, staged: Staged): Promise<void> {
  await files.remove(staged.models);
  await files.remove(staged.reports);
}

export interface Publication {
  readonly effects: Effects;
  readonly paths: Paths;
  readonly staged: Staged;
  readonly runId: string;
  /** All gates met: `models/latest` moves to this run. */
  readonly passed: boolean;
}

/** Puts a run's outputs in their places and, last, switches `models/latest`. */
export async function publish({ effects, paths, staged, runId, passed }: Publication) {
  const models = join(paths.models, runId);
  const reports = join(paths.reports, runId);
  await effects.files.publish(staged.reports, reports);
  await effects.files.publish(staged.models, models);
  if (passed) await effects.files.link(paths.latest, runId);
  return {
    models,
    reports: {
      html: join(reports, 'index.html'),
      markdown: join(reports, 'index.md'),
      json: join(reports, 'index.json'),
      scores: join(reports, 'scores.csv'),
      directory: reports
    }
  };
}
