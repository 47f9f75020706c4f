import { loadProfile } from '../config/load.js';
import type { Config, SourceConfig } from '../config/types.js';
import { type Frame, readFrame } from '../datasets/frame.js';
import { admitCustom, buildCatalogue, buildSnapshots, chosenNames, featureInfos } from '../features/index.js';
import { buildOutcomes } from '../outcomes/index.js';
import { planAsOf, resolveAsOf } from '../sources/calendar.js';
import { globOf } from '../sources/files.js';
import { ingestSources, openInPlace } from '../sources/ingest.js';
import { buildSpine } from '../sources/spine.js';
import { sql } from '../sql/sql.js';
import type { AsOf, Engine, FeatureInfo, Tables } from '../types.js';
import type { CollectContext } from './collected.js';
import { manualFeatures } from './manual.js';
import { pathsOf } from './paths.js';
import { hashOf, runStage } from './stages.js';

/** What every command on raw tables begins with. */
export interface Ingested {
  readonly tables: Tables;
  /** SHA-256 over the contents of all source files. */
  readonly dataHash: string;
  readonly key: string;
}

/** Source files → checked tables in the workspace's database; reused while files and mapping are the same. */
export async function ingest({ config, engine, effects }: CollectContext): Promise<Ingested> {
  const dataHash = await hashFiles(config.sources.flatMap(filesOf), { config, engine, effects });
  const key = hashOf(
    'ingest',
    effects.version,
    dataHash,
    config.sources,
    config.dataEnd,
    config.currency,
    config.calendar.timezone
  );
  const userKey = () => effects.files.secret(pathsOf(config.workspace).userKey);
  const compute = async () => ingestSources(engine, config, { userKey: await userKey() });
  const stage = await runStage(engine, { name: 'ingest', key, compute });
  if (stage.reused) await openInPlace(engine, config, { tables: stage.value, userKey: await userKey() });
  return { tables: stage.value, dataHash, key };
}

/** Files of a source and of the histories of its columns, each with the name of its table. */
function filesOf({ table, files, columns }: SourceConfig): (readonly [string, string])[] {
  const histories = Object.entries(columns).flatMap(([column, { time }]) => {
    if (time === null || time === 'fixed' || !('history' in time)) return [];
    return time.history.files.map(file => [`${table}.${column}`, file] as const);
  });
  return [...files.map(file => [table, file] as const), ...histories];
}

/** SHA-256 over names (as configured) and contents of files; a pattern without a file is left to ingest to report. */
export async function hashFiles(
  files: readonly (readonly [string, string])[],
  { config, engine, effects }: CollectContext
): Promise<string> {
  const parts: unknown[] = [];
  for (const [label, pattern] of files) {
    const found = await engine.rows(sql`select file from glob(${globOf(config.workspace, pattern)}) order by file`);
    for (const { file } of found) parts.push(label, await effects.files.hash(file as string));
  }
  return hashOf(parts);
}

export interface SnapshotStage {
  /** Features that the snapshots have. */
  readonly infos: readonly FeatureInfo[];
  /** Every feature that may be named, also those whose source is absent. */
  readonly all: readonly FeatureInfo[];
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly dates: readonly AsOf[];
}

/** Spine, features and outcomes of every as-of date (the calendar's and data end) in tables of the database. */
export async function buildTables(context: CollectContext, ingested: Ingested): Promise<SnapshotStage> {
  const { config, engine, effects } = context;
  const { calendar, outcomes, features } = config;
  const named = await namedFeatures(config);
  const key = hashOf('snapshots with episodes', effects.version, ingested.key, calendar, outcomes, features, named);
  const { value } = await runStage(engine, {
    name: 'snapshots',
    key,
    compute: async () => {
      const dates = await withDataEnd(engine, config, await planAsOf(engine, config, ingested.tables));
      const stage = await computeSnapshots(context, ingested.tables, dates, names => chosenNames(config, names, named));
      await buildOutcomes(engine, { config, tables: ingested.tables });
      return stage;
    }
  });
  return value;
}

/** The planned dates and data end, at which the accounts of today are scored. */
export async function withDataEnd(
  engine: Engine,
  { dataEnd, calendar }: Config,
  planned: readonly AsOf[]
): Promise<AsOf[]> {
  const end = await resolveAsOf(engine, [dataEnd as string], calendar.timezone);
  return [...planned.filter(({ date }) => date !== dataEnd), ...end];
}

/** Features that the manual score and the drivers fit name. */
export async function namedFeatures(config: Config): Promise<readonly string[]> {
  const profile = config.health === null ? null : await loadProfile(config, config.health.profile);
  return [...(profile === null ? [] : manualFeatures(profile)), ...(config.models.drivers ?? [])];
}

/** Spine and features at the given dates; `choose` picks among the names of every feature that may be named. */
export async function computeSnapshots(
  { config, engine }: CollectContext,
  tables: Tables,
  dates: readonly AsOf[],
  choose: (names: readonly string[]) => ReadonlySet<string>
): Promise<SnapshotStage> {
  const catalogue = buildCatalogue(config, tables, await admitCustom(engine, config, tables));
  const chosen = choose(catalogue.all.map(info => info.name));
  const features = catalogue.features.filter(feature => chosen.has(feature.name));
  await buildSpine(engine, { asOf: dates, config, tables });
  await buildSnapshots(engine, { config, tables, features });
  return { infos: featureInfos(features), all: catalogue.all, skipped: catalogue.skipped, dates };
}

/** The frame of all snapshots with their outcomes. */
export function frameOf(engine: Engine, stage: SnapshotStage): Promise<Frame> {
  return readFrame(engine, stage.infos, true);
}
