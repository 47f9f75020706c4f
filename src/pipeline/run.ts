import { join } from 'node:path';
import { lintProfile } from '../config/lint.js';
import { loadConfig } from '../config/load.js';
import { openBackend } from '../models/backend.js';
import type { TermEnds } from '../reports/model.js';
import { openDuckDB } from '../sources/duckdb.js';
import type { ModelResult } from '../types.js';
import { collect, currentRows, requirePaying } from './collect.js';
import type { Effects } from './effects.js';
import { type Comparison, fitTargets } from './fit-targets.js';
import { computeManual } from './manual.js';
import { pathsOf } from './paths.js';
import { discard, publish, stageRun } from './publish.js';
import { buildReportModel } from './report-model.js';
import { hashOf } from './stages.js';
import { Stopwatch } from './stopwatch.js';
import { writeModels } from './write-models.js';
import { writePages } from './write-pages.js';

export interface RunOptions {
  readonly workspace: string;
  /** Threads of the engine; never changes a result. */
  readonly threads?: number;
}

/** What `vitals run --json` prints. */
export interface RunResult {
  readonly runId: string;
  readonly workspace: string;
  readonly seconds: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, { in: number; used: number; quarantined: number; dropped: number }>>;
  readonly snapshots: number;
  readonly skippedFeatures: readonly { readonly name: string; readonly reason: string }[];
  readonly models: readonly ModelResult[];
  readonly comparison: Comparison | null;
  /** Guard against the calendar trick: AUC over all test rows and over those whose term ends inside the window. */
  readonly termEnds: TermEnds;
  readonly artifacts: Readonly<Record<string, string>>;
  readonly reports: Readonly<Record<string, string>>;
  readonly episodesNeeded: number;
  readonly gates: readonly { readonly name: string; readonly passed: boolean; readonly detail: string }[];
  /** The three strongest drivers, in words. */
  readonly drivers: readonly string[];
  readonly backend: string;
}

/**
 * Raw tables → features and outcomes → models beside the manual score → calibration and judgement → artifacts → reports.
 * Everything is built beside its place; `models/latest` moves last, and only when no gate failed.
 */
export async function run(options: RunOptions, effects: Effects): Promise<RunResult> {
  const watch = new Stopwatch(effects);
  const config = await loadConfig(options.workspace);
  const paths = pathsOf(config.workspace);
  await effects.files.makeDirectory(join(config.workspace, 'data'));
  const engine = await openDuckDB({
    path: paths.database,
    ...(options.threads === undefined ? {} : { threads: options.threads })
  });
  const staged = await stageRun(effects, paths);
  try {
    const data = await collect({ config, engine, effects }, watch);
    const current = currentRows(data.frame, config);
    requirePaying(current, data, config);
    const manual = await watch.stage('manual score', () => computeManual(engine, config, data));
    const backend = config.models.neural === null ? null : await openBackend(config.models.backend);
    const backendName = backend?.description ?? 'none';
    if (backend !== null) effects.note(`Neural models run on ${backendName}.`);
    const runId = hashOf(config.hash, manual?.profile.hash ?? null, data.dataHash, effects.version, backendName).slice(
      0,
      12
    );
    const fits = await watch.stage('models', () => fitTargets({ ...data, manual, config, backend }));
    const product = `account-vitals ${effects.version}`;
    const origin = { product, runId, dataHash: data.dataHash, backend: backendName, config };
    const models = await watch.stage('artifacts', () =>
      writeModels({ ...fits, ...origin, manual, frame: data.frame, current, effects, directory: staged.models, engine })
    );
    const notes = [...data.notes, ...(manual === null ? [] : lintProfile(manual.profile))];
    const findings = { ...data, ...fits, ...origin, notes, manual, current, currentScores: models.currentScores };
    const report = buildReportModel(findings);
    engine.close();
    const executed = await watch.stage('report', () =>
      writePages(report, { directory: staged.reports, scores: models.scores, paths, effects, watch })
    );
    const passed = report.gates.every(gate => gate.passed);
    const places = await publish({ effects, paths, staged, runId, passed });
    return {
      runId,
      workspace: config.workspace,
      seconds: { ...watch.seconds, total: watch.total() },
      rows: report.quality.rows,
      snapshots: data.frame.n,
      skippedFeatures: report.quality.skippedFeatures,
      models: report.models,
      comparison: fits.comparison,
      termEnds: fits.termEnds,
      artifacts: Object.fromEntries(models.inForce.map(name => [name, join(places.models, name)])),
      reports: { ...places.reports, ...(executed === 0 ? {} : { notebooks: places.reports.directory }) },
      episodesNeeded: report.episodesNeeded,
      gates: report.gates,
      drivers: fits.driverWords,
      backend: backendName
    };
  } catch (error) {
    engine.close();
    await discard(effects, staged);
    throw error;
  }
}
