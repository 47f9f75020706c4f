import { join } from 'node:path';
import { loadConfig } from '../config/load.js';
import { didYouMean } from '../config/suggest.js';
import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';
import { admitCustom, buildCatalogue, featureInfos } from '../features/index.js';
import type { QualityReport } from '../reports/model.js';
import { openDuckDB } from '../sources/duckdb.js';
import { checkQuality, type Finding } from '../sources/quality.js';
import { sql } from '../sql/sql.js';
import type { Engine, FeatureInfo } from '../types.js';
import type { CollectContext } from './collected.js';
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

export interface CheckResult extends Pick<QualityReport, 'rows' | 'watermarks' | 'skippedFeatures'> {
  /** Why rows were quarantined, and the first rows of their files (counted from 1) with that reason. */
  readonly reasons: readonly QuarantineReason[];
  readonly findings: readonly Finding[];
}

export type QuarantineReason = QualityReport['reasons'][number] & { readonly firstRows: readonly number[] };

/** Ingests (or finds what was ingested) and says what was used, quarantined and dropped, and what looks wrong. */
export async function check(options: CheckOptions, effects: Effects): Promise<CheckResult> {
  return withEngine(options, effects, async (config, engine) => {
    const context = { config, engine, effects };
    if (config.shape === 'snapshots') {
      const { quality } = await collectSnapshots(context, new Stopwatch(effects));
      return checked(engine, quality, []);
    }
    const { tables } = await ingest(context);
    const { skipped } = buildCatalogue(config, tables, await admitCustom(engine, config, tables));
    const quality = qualityOf(tables, { skippedFeatures: skipped, snapshots: 0, features: 0 });
    return checked(engine, quality, await checkQuality(engine, config, tables));
  });
}

async function checked(engine: Engine, quality: QualityReport, findings: readonly Finding[]): Promise<CheckResult> {
  const { rows, reasons, watermarks, skippedFeatures } = quality;
  return { rows, reasons: await locateReasons(engine, reasons), watermarks, skippedFeatures, findings };
}

const SHOWN_ROWS = 3;

/** Adds to every reason the first rows that were quarantined for it. */
async function locateReasons(engine: Engine, reasons: QualityReport['reasons']): Promise<QuarantineReason[]> {
  const located: QuarantineReason[] = [];
  for (const entry of reasons) {
    const rows = await engine.rows(sql`select source_row from quarantine
      where table_name = ${entry.table} and reason = ${entry.reason} order by source_row limit ${SHOWN_ROWS}`);
    located.push({ ...entry, firstRows: rows.map(row => row['source_row'] as number) });
  }
  return located;
}

export interface FeatureList {
  readonly features: readonly FeatureInfo[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * The features that this workspace's sources allow, and those that are left out.
 * @throws ConfigError when no feature is of the family that was asked for.
 */
export async function listFeatures(
  options: CheckOptions & { family: string | null },
  effects: Effects
): Promise<FeatureList> {
  const { family } = options;
  return withEngine(options, effects, async (config, engine) => {
    const list = await featuresOf({ config, engine, effects });
    if (family === null) return list;
    const features = list.features.filter(info => info.family === family);
    if (features.length > 0) return { ...list, features };
    const families = [...new Set(list.features.map(info => info.family))];
    throw new ConfigError(
      `expected --family as one of ${families.join(', ')}, got ${family}; ${didYouMean(family, families)}`
    );
  });
}

async function featuresOf(context: CollectContext): Promise<FeatureList> {
  if (context.config.shape === 'snapshots') {
    const { infos } = await collectSnapshots(context, new Stopwatch(context.effects));
    return { features: infos, skipped: [] };
  }
  const { tables } = await ingest(context);
  const trees = await admitCustom(context.engine, context.config, tables);
  const { features, skipped } = buildCatalogue(context.config, tables, trees);
  return { features: featureInfos(features), skipped };
}

async function withEngine<T>(
  { workspace, threads }: CheckOptions,
  effects: Effects,
  work: (config: Config, engine: Engine) => Promise<T>
): Promise<T> {
  const config = await loadConfig(workspace);
  await effects.files.makeDirectory(join(config.workspace, 'data'));
  const engine = await openDuckDB({
    path: pathsOf(config.workspace).database,
    ...(threads === undefined ? {} : { threads })
  });
  try {
    return await work(config, engine);
  } finally {
    engine.close();
  }
}
