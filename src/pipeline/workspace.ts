import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { selectDataset } from '../datasets/frame.js';
import { measuredFeatures, selectFeatures } from '../datasets/select.js';
import { driverList } from '../features/index.js';
import { openDuckDB } from '../sources/duckdb.js';
import { type SqlValue, sql } from '../sql/sql.js';
import type { BlockName, Columns, Dataset, FeatureInfo, Target } from '../types.js';
import { collect } from './collect.js';
import { realEffects } from './effects.js';
import { pathsOf } from './paths.js';
import { Stopwatch } from './stopwatch.js';
import { splitBlocks } from './train-time.js';

/** An open workspace: its configuration, its snapshots with outcomes, and SQL over its tables. */
export interface Workspace {
  readonly config: Config;
  /** Every feature of the snapshots, in catalogue order. */
  readonly infos: readonly FeatureInfo[];
  /** The pre-declared factors of the drivers fit, in order of priority. */
  readonly drivers: readonly string[];
  /** The four blocks of a target in time order; without dates every row is in `train`. Features without any value there are left out. */
  dataset(target: Target): Promise<Readonly<Record<BlockName, Dataset>>>;
  /** A query over the workspace's tables; values in the template are bound as literals. */
  query(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Promise<Columns>;
  /** Frees the database file for other processes. */
  close(): Promise<void>;
}

/**
 * Opens a directory with `vitals.yaml`: ingests and builds snapshots, or finds what the last run built.
 * @throws ConfigError or DataError as `vitals run` would; VitalsError when another process has the database open.
 */
export async function openWorkspace(directory: string, options: { threads?: number } = {}): Promise<Workspace> {
  const effects = await realEffects({ quiet: true });
  const config = await loadConfig(directory);
  const engine = await openDuckDB({ path: pathsOf(config.workspace).database, ...options });
  const { frame, infos, dates } = await collect({ config, engine, effects }, new Stopwatch(effects));
  return {
    config,
    infos,
    drivers: config.models.drivers ?? driverList(frame.infos),
    dataset: async target => {
      const rows = splitBlocks({ frame, config, dates }, target);
      const names = measuredFeatures(selectDataset(frame, rows.train, target));
      const entries = Object.entries(rows).map(([name, block]) => [
        name,
        selectFeatures(selectDataset(frame, block, target), names)
      ]);
      return Object.fromEntries(entries) as Record<BlockName, Dataset>;
    },
    query: (strings, ...values) => engine.columns(sql(strings, ...values)),
    close: async () => engine.close()
  };
}
