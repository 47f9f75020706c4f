import { basename, join } from 'node:path';
import { canExecuteNotebooks, executeNotebook } from '../notebook/run.js';
import type { ReportModel } from '../reports/model.js';
import { renderReport } from '../reports/page.js';
import { writeReport } from '../reports/render.js';
import type { Effects } from './effects.js';
import type { Paths } from './paths.js';
import { type ScoreRow, scoresCsv } from './scores.js';
import type { Stopwatch } from './stopwatch.js';

export interface PagesInput {
  readonly directory: string;
  readonly scores: readonly ScoreRow[];
  readonly paths: Paths;
  readonly effects: Effects;
  readonly watch: Stopwatch;
}

/**
 * Writes the report in its formats, the scores, executed notebook copies, and the timings (outside every hash).
 * Returns how many notebooks were executed.
 */
export async function writePages(
  report: ReportModel,
  { directory, scores, paths, effects, watch }: PagesInput
): Promise<number> {
  await writeReport(directory, await renderReport(report));
  await effects.files.writeText(join(directory, 'scores.csv'), scoresCsv(scores));
  const executed = await watch.stage('notebooks', () => executeCopies(directory, paths, effects));
  await effects.files.writeText(join(directory, 'timings.json'), `${JSON.stringify(watch.seconds, null, 2)}\n`);
  return executed;
}

/** Executes every notebook of the workspace into the given directory; one line says when tslab is absent. */
async function executeCopies(directory: string, { notebooks }: Paths, effects: Effects): Promise<number> {
  const names = (await effects.files.list(notebooks)).filter(name => name.endsWith('.ipynb'));
  if (!canExecuteNotebooks()) {
    effects.note(
      'Notebooks were not executed: tslab is not installed here (npm install danfojs-node@1.2.0 tslab@1.0.22).'
    );
    return 0;
  }
  for (const name of names) await executeNotebook(join(notebooks, name), join(directory, basename(name)));
  return names.length;
}
