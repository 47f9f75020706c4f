import { join } from 'node:path';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { buildCatalogue, featureInfos } from '../features/index.js';
import type { QualityReport } from '../reports/model.js';
import { openDuckDB } from '../sources/duckdb.js';
import { checkQuality, type Finding } from '../sources/quality.js';
import type { Engine, FeatureInfo } from '../types.js';
import type { Effects } from './effects.js';
import { pathsOf } from './paths.js';
import { ingest } from './prepare-data.js';
import { qualityOf } from './report-model.js';
import { collectSnapshots } from './snapshots-shape.js';
import { Stopwatch } from './stopwatch.js';

export interface CheckOptions {
  readonly workspace: string;
  readonly threads?: number;
}

export interface CheckResult extends Pick<QualityReport, 'rows' | 'reasons' | 'watermarks' | 'skippedFeatures'> {
  readonly findings: readonly Finding[];
}

/** Ingests (or finds what was ingested) and says what was used, quarantined and dropped, and what looks wrong. */
export async function check(options: CheckOptions, effects: Effects): Promise<CheckResult> {
  return withEngine(options, effects, async (config, engine) => {
    const context = { config, engine, effects };
    if (config.shape === 'snapshots') {
      const { quality } = await collectSnapshots(context, new Stopwatch(effects));
      return { ...quality, findings: [] };
    }
    const { tables } = await ingest(context);
    const { skipped } = buildCatalogue(config, tables);
    const quality = qualityOf(tables, { skippedFeatures: skipped, snapshots: 0, features: 0 });
    return { ...quality, findings: await checkQuality(engine, config, tables) };
  });
}

export interface FeatureList {
  readonly features: readonly FeatureInfo[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** The features that this workspace's sources allow, and those that are left out. */
export async function listFeatures(options: CheckOptions & { family: string | null }, effects: Effects): Promise<FeatureList> {
  return withEngine(options, effects, async (config, engine) => {
    const context = { config, engine, effects };
    if (config.shape === 'snapshots') {
      const { infos } = await collectSnapshots(context, new Stopwatch(effects));
      return { features: infos, skipped: [] };
    }
    const { tables } = await ingest(context);
    const { features, skipped } = buildCatalogue(config, tables);
    const infos = featureInfos(features).filter(info => options.family === null || info.family === options.family);
    return { features: infos, skipped };
  });
}

async function withEngine<T>(
  { workspace, threads }: CheckOptions,
  effects: Effects,
  work: (config: Config, engine: Engine) => Promise<T>
): Promise<T> {
  const config = await loadConfig(workspace);
  await effects.files.makeDirectory(join(config.workspace, 'data'));
  const engine = await openDuckDB({ path: pathsOf(config.workspace).database, ...(threads === undefined ? {} : { threads }) });
  try {
    return await work(config, engine);
  } finally {
    engine.close();
  }
}
