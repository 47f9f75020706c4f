import { join } from 'node:path';
import { loadArtifact } from '../artifacts/store.js';
import { loadConfig, loadProfile } from '../config/load.js';
import type { Config } from '../config/types.js';
import { readFrame } from '../datasets/frame.js';
import { ConfigError, DataError } from '../errors.js';
import { resolveAsOf } from '../sources/calendar.js';
import { openDuckDB } from '../sources/duckdb.js';
import type { Engine, FeatureInfo, ScoringArtifact } from '../types.js';
import { requireDate } from './as-of.js';
import { currentRows } from './collect.js';
import type { Effects } from './effects.js';
import { computeManual, manualFeatures } from './manual.js';
import { pathsOf } from './paths.js';
import { computeSnapshots, ingest } from './prepare-data.js';
import { type ScoreRow, scoreFrame } from './scores.js';
import { collectSnapshots } from './snapshots-shape.js';
import { inScratch } from './stages.js';
import { Stopwatch } from './stopwatch.js';

export interface ScoreOptions {
  readonly workspace: string;
  /** ISO date; null = data end. */
  readonly asOf: string | null;
  readonly threads?: number;
}

const FOLDERS = ['churn', 'upsell', 'health'] as const;

/**
 * Scores every account that pays at the as-of date with the artifacts in force. Trains nothing: only the features that the
 * artifacts name are built, and a feature whose definition changed since training is refused.
 */
export async function score(options: ScoreOptions, effects: Effects): Promise<ScoreRow[]> {
  const config = await loadConfig(options.workspace);
  requireScoringDate(options.asOf, config);
  const paths = pathsOf(config.workspace);
  const artifacts = await loadInForce(paths.latest, effects);
  const engine = await openDuckDB({
    path: paths.database,
    ...(options.threads === undefined ? {} : { threads: options.threads })
  });
  try {
    return config.shape === 'events'
      ? await scoreEvents({ config, engine, effects, artifacts }, options.asOf)
      : await scoreReady({ config, engine, effects, artifacts });
  } finally {
    engine.close();
  }
}

/** Raw tables are scored at any date up to data end; a ready table only as it stands. */
function requireScoringDate(asOf: string | null, config: Config): void {
  if (asOf === null) return;
  if (config.shape === 'snapshots') {
    throw new ConfigError(
      `expected no --asof for ready snapshots, got ${asOf}; their newest rows are scored: leave it out`
    );
  }
  requireDate(asOf, config);
}

interface Scoring {
  readonly config: Config;
  readonly engine: Engine;
  readonly effects: Effects;
  readonly artifacts: readonly ScoringArtifact[];
}

async function loadInForce(latest: string, { files }: Effects): Promise<ScoringArtifact[]> {
  const folders = FOLDERS.filter(folder => files.exists(join(latest, folder)));
  if (folders.length === 0)
    throw new ConfigError(
      `expected a run in force at ${latest}, found none; run vitals run first (a run that misses a gate is not put in force)`
    );
  return Promise.all(folders.map(async folder => (await loadArtifact(join(latest, folder))).artifact));
}

async function scoreEvents({ config, engine, effects, artifacts }: Scoring, asOf: string | null): Promise<ScoreRow[]> {
  const ingested = await ingest({ config, engine, effects });
  const date = asOf ?? (config.dataEnd as string);
  const profile = config.health === null ? null : await loadProfile(config, config.health.profile);
  const wanted = new Set(artifacts.flatMap(artifact => artifact.inputs.map(input => input.name)));
  for (const name of profile === null ? [] : manualFeatures(profile)) wanted.add(name);
  return inScratch(engine, async () => {
    const dates = await resolveAsOf(engine, [date], config.calendar.timezone);
    const { infos, all } = await computeSnapshots({ config, engine, effects }, ingested.tables, dates, () => wanted);
    const frame = await readFrame(engine, infos, false);
    const manual = await computeManual(engine, config, { frame, infos: all });
    return artifacts.flatMap(artifact => {
      const source = artifact.target === 'health' ? manual?.frame : frame;
      if (source === undefined)
        throw new ConfigError('expected health.profile in vitals.yaml for the health artifact in force, got none');
      requireSameDefinitions(artifact, source.infos);
      return scoreFrame(artifact, source, [...source.day.keys()]);
    });
  });
}

async function scoreReady({ config, engine, effects, artifacts }: Scoring): Promise<ScoreRow[]> {
  const { frame } = await collectSnapshots({ config, engine, effects }, new Stopwatch(effects));
  return artifacts.flatMap(artifact => {
    requireSameDefinitions(artifact, frame.infos);
    return scoreFrame(artifact, frame, currentRows(frame, config));
  });
}

/** A feature that is computed in another way than at training would be scored as if nothing had happened: refused. */
function requireSameDefinitions(artifact: ScoringArtifact, infos: readonly FeatureInfo[]): void {
  const hashes = new Map(infos.map(info => [info.name, info.definitionHash]));
  for (const input of artifact.inputs) {
    const hash = hashes.get(input.name);
    if (hash === undefined) {
      throw new DataError(
        `expected the feature ${input.name} for the artifact ${artifact.name}, got none: its source, window or event type is gone from vitals.yaml, or features.exclude names it; put it back, or train again`
      );
    }
    if (hash !== input.definitionHash) {
      throw new DataError(
        `expected the definition of ${input.name} that trained ${artifact.name} (${input.definitionHash.slice(0, 12)}), ` +
          `got another one (${hash.slice(0, 12)}); train again with vitals run`
      );
    }
  }
}
