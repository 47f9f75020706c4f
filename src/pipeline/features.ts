import { didYouMean } from '../config/suggest.js';
import { ConfigError } from '../errors.js';
import {
  admitCustom,
  buildCatalogue,
  type Catalogue,
  chosenNames,
  type FeatureDef,
  featureInfos,
  planForSpine
} from '../features/index.js';
import { planAsOf } from '../sources/calendar.js';
import { join, sql } from '../sql/sql.js';
import type { FeatureInfo } from '../types.js';
import type { CollectContext } from './collected.js';
import type { Effects } from './effects.js';
import { ingest, namedFeatures, withDataEnd } from './prepare-data.js';
import { type SessionOptions, withEngine } from './session.js';
import { collectSnapshots } from './snapshots-shape.js';
import { inScratch } from './stages.js';
import { Stopwatch } from './stopwatch.js';

export interface ListedFeature extends FeatureInfo {
  /** Whether the workspace computes it (`features.use`, the manual score, the drivers fit). */
  readonly computed: boolean;
}

export interface SkippedEntry {
  readonly name: string;
  readonly family: string;
  readonly reason: string;
}

export interface FamilyCount {
  readonly family: string;
  /** Features that the sources allow, how many of them the workspace computes, and how many are left out. */
  readonly features: number;
  readonly computed: number;
  readonly skipped: number;
}

export interface FeatureList {
  readonly features: readonly ListedFeature[];
  readonly skipped: readonly SkippedEntry[];
  readonly families: readonly FamilyCount[];
}

export interface FeatureOptions extends SessionOptions {
  /** One family only; null = all. */
  readonly family: string | null;
}

/**
 * The features that this workspace's sources allow, and those that are left out and why.
 * @throws ConfigError when no feature is of the family that was asked for.
 */
export async function listFeatures(options: FeatureOptions, effects: Effects): Promise<FeatureList> {
  return withEngine(options, effects, async (config, engine) => {
    const { features, skipped } = await listAll({ config, engine, effects });
    const known = [...new Set([...features, ...skipped].map(({ family }) => family))];
    requireFamily(options.family, known);
    const families = known.filter(family => options.family === null || family === options.family);
    const within = <T extends { readonly family: string }>(entries: readonly T[], family: string) =>
      entries.filter(entry => entry.family === family);
    return {
      features: families.flatMap(family => within(features, family)),
      skipped: families.flatMap(family => within(skipped, family)),
      families: families.map(family => ({
        family,
        features: within(features, family).length,
        computed: within(features, family).filter(({ computed }) => computed).length,
        skipped: within(skipped, family).length
      }))
    };
  });
}

function requireFamily(family: string | null, families: readonly string[]): void {
  if (family === null || families.includes(family)) return;
  throw new ConfigError(
    `expected --family as one of ${families.join(', ')}, got ${family}; ${didYouMean(family, families)}`
  );
}

async function listAll(context: CollectContext): Promise<Pick<FeatureList, 'features' | 'skipped'>> {
  if (context.config.shape === 'snapshots') {
    const { infos } = await collectSnapshots(context, new Stopwatch(context.effects));
    return { features: infos.map(info => ({ ...info, computed: true })), skipped: [] };
  }
  const { catalogue, chosen } = await openCatalogue(context);
  const families = new Map(catalogue.all.map(info => [info.name, info.family]));
  return {
    features: featureInfos(catalogue.features).map(info => ({ ...info, computed: chosen.has(info.name) })),
    skipped: catalogue.skipped.map(({ name, reason }) => ({ name, family: families.get(name) ?? '', reason }))
  };
}

/** Ingested tables, the catalogue that they allow, and the names that the workspace computes. */
export async function openCatalogue(context: CollectContext) {
  const { config, engine } = context;
  const { tables } = await ingest(context);
  const catalogue: Catalogue = buildCatalogue(config, tables, await admitCustom(engine, config, tables));
  const names = catalogue.all.map(info => info.name);
  const chosen = chosenNames(config, names, await namedFeatures(config));
  return { tables, catalogue, chosen };
}

/** One step of the compiled plan. */
export interface PlanEntry {
  readonly table: string;
  readonly about: string;
  /** Features that need it. */
  readonly features: readonly string[];
  readonly sql: string;
}

/**
 * The statements that build the snapshots of the planned dates: for the features that the workspace computes, or for every
 * feature of one family. Runs none of them; reads no more than ingest and the choice of dates need.
 * @throws ConfigError when no feature is of the family, or the workspace holds ready snapshots
 */
export async function planFeatures(options: FeatureOptions, effects: Effects): Promise<PlanEntry[]> {
  return withEngine(options, effects, async (config, engine) => {
    if (config.shape === 'snapshots') {
      throw new ConfigError(
        'expected raw tables (shape: events) for --plan, got ready snapshots; their features are read as they stand'
      );
    }
    const { tables, catalogue, chosen } = await openCatalogue({ config, engine, effects });
    requireFamily(options.family, [...new Set(catalogue.features.map(({ family }) => family))]);
    const wanted = ({ name, family }: FeatureDef) =>
      options.family === null ? chosen.has(name) : family === options.family;
    const dates = await withDataEnd(engine, config, await planAsOf(engine, config, tables));
    return inScratch(engine, async () => {
      const days = join(dates.map(({ day }) => sql`(${day})`));
      await engine.run(sql`create or replace temp table spine as select * from (values ${days}) as dates(as_of_day)`);
      const plan = await planForSpine(engine, { config, tables, features: catalogue.features.filter(wanted) });
      return plan.steps.map(({ table, about, features, statement }) => ({
        table,
        about,
        features,
        sql: statement.text
      }));
    });
  });
}
