import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/load.js';
import type { BlocksConfig, Config } from '../../src/config/types.js';
import { buildFrame, type Frame, labelledRows, numbers, selectDataset, snapshotId } from '../../src/datasets/frame.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { chosenNames } from '../../src/features/index.js';
import { logit, sigmoid } from '../../src/math/links.js';
import { buildOutcomes } from '../../src/outcomes/index.js';
import type { Candidate, JudgedModel } from '../../src/pipeline/candidate.js';
import { PACKAGE_ROOT, realEffects } from '../../src/pipeline/effects.js';
import { type BlockData, judge, labels } from '../../src/pipeline/judge.js';
import { fitLearned } from '../../src/pipeline/learned.js';
import { computeSnapshots } from '../../src/pipeline/prepare-data.js';
import { simulateInto } from '../../src/pipeline/simulate.js';
import { dayOfDate, planAsOf } from '../../src/sources/calendar.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { join as list, sql } from '../../src/sql/sql.js';
import type { BlockName, FeatureInfo } from '../../src/types.js';

/** Accounts of a simulated world: of one seed, from an index on. */
export interface Batch {
  readonly seed: number;
  readonly firstAccount: number;
  readonly accounts: number;
  /** Strength of everything that drives outcomes; 0 = every probability is the base rate. */
  readonly effects: number;
}

/** Snapshots with outcomes of one batch, in a file. */
export interface StoredBatch {
  readonly file: string;
  readonly infos: readonly FeatureInfo[];
}

export interface Lab {
  readonly config: Config;
  /** Simulates a batch, ingests it and stores its snapshots at the dates of the given blocks. */
  store(batch: Batch, blocks: readonly BlockName[]): Promise<StoredBatch>;
  /** Rows of one block of stored batches, each batch with accounts of its own. */
  read(stored: readonly StoredBatch[], blocks: readonly BlockName[]): Promise<LabData>;
  close(): Promise<void>;
}

export interface LabData {
  readonly frame: Frame;
  readonly blocks: BlockData;
}

const BLOCKS: readonly BlockName[] = ['train', 'validation', 'calibration', 'test'];

/** Opens a laboratory in a temporary folder with the configuration of the demo workspace, without network and manual score. */
export async function openLab(): Promise<Lab> {
  const folder = await mkdtemp(join(tmpdir(), 'vitals-worlds-'));
  await copyFile(join(PACKAGE_ROOT, 'vitals.yaml'), join(folder, 'vitals.yaml'));
  const loaded = await loadConfig(folder);
  const config: Config = { ...loaded, health: null, models: { ...loaded.models, neural: null } };
  let stored = 0;
  return {
    config,
    store: (batch, blocks) => storeBatch({ config, batch, blocks, file: join(folder, `batch-${stored++}.parquet`) }),
    read: (batches, blocks) => readBatches(config, batches, blocks),
    close: () => rm(folder, { recursive: true, force: true })
  };
}

interface StoreRequest {
  readonly config: Config;
  readonly batch: Batch;
  readonly blocks: readonly BlockName[];
  readonly file: string;
}

async function storeBatch({ config, batch, blocks, file }: StoreRequest): Promise<StoredBatch> {
  const workspace = await mkdtemp(join(config.workspace, 'world-'));
  const effects = await realEffects({ quiet: true });
  await mkdir(join(workspace, 'data'));
  const own = { ...config, workspace };
  const engine = await openDuckDB({ path: ':memory:' });
  try {
    await simulateInto({ workspace, world: batch }, effects);
    const tables = await ingestSources(engine, own);
    const dates = (await planAsOf(engine, own, tables)).filter(({ day }) =>
      blocks.some(name => within(config, name, day))
    );
    const stage = await computeSnapshots({ config: own, engine, effects }, tables, dates, names =>
      chosenNames(own, names, [])
    );
    await buildOutcomes(engine, { config: own, tables });
    await engine.run(sql`copy (
      select s.*, o.churn, o.churn_status, o.churn_us, w.probability as true_probability
      from snapshots s join outcomes o using (account_id, as_of_day)
      left join ${sql`read_parquet(${join(workspace, 'data', 'truth', 'churn.parquet')})`} w
        on w.account_id = s.account_id and date_diff('day', date '1970-01-01', w.as_of) = s.as_of_day
    ) to ${file} (format parquet, compression zstd)`);
    return { file, infos: stage.infos };
  } finally {
    engine.close();
    await rm(workspace, { recursive: true, force: true });
  }
}

function within({ blocks }: Config, name: BlockName, day: number): boolean {
  const range = (blocks as BlocksConfig)[name];
  return range !== null && dayOfDate(range.from) <= day && day <= dayOfDate(range.to);
}

async function readBatches(
  config: Config,
  stored: readonly StoredBatch[],
  names: readonly BlockName[]
): Promise<LabData> {
  const engine = await openDuckDB({ path: ':memory:' });
  try {
    const infos = (stored[0] as StoredBatch).infos;
    const columns = await engine.columns(
      sql`select * from read_parquet([${list(stored.map(batch => sql`${batch.file}`))}]) order by as_of_day, account_id`
    );
    const frame = buildFrame(columns, infos);
    const usable = labelledRows(frame, 'churn');
    const rows = (name: BlockName) =>
      names.includes(name) ? usable.filter(i => within(config, name, frame.day[i] as number)) : new Int32Array(0);
    const blocks = Object.fromEntries(BLOCKS.map(name => [name, selectDataset(frame, rows(name), 'churn')]));
    return { frame, blocks: blocks as unknown as BlockData };
  } finally {
    engine.close();
  }
}

/** The pipeline's own logistic score fit on the training block. */
export function fitLogisticScore(config: Config, { frame, blocks }: LabData): Candidate {
  const { leadDays, horizonDays } = config.outcomes.churn;
  const input = { target: 'churn', frame, train: blocks.train, folds: 'time', config } as const;
  return fitLearned({ ...input, horizonDays: leadDays + horizonDays }).logistic;
}

/** A fit calibrated on the calibration block of its own world and judged on further accounts. */
export function judgeFurther(
  config: Config,
  candidate: Candidate,
  data: { own: LabData; further: LabData }
): JudgedModel {
  const blocks = { ...data.own.blocks, test: data.further.blocks.test };
  return judge(candidate, blocks, { target: 'churn', seed: config.models.seed });
}

/** AUC of log-odds on the test rows. */
export function testAuc({ blocks: { test } }: LabData, logits: Float64Array): number {
  return evaluate({ ...labels(test), value: test.value, probability: logits.map(sigmoid) }).auc as number;
}

/** Log-odds of the true probabilities of the test rows: no model can be expected to rank better. */
export function trueLogits({ frame, blocks: { test } }: LabData): Float64Array {
  const truth = new Map(frame.accounts.map((account, i) => [snapshotId(account, frame.day[i] as number), i]));
  const column = numbers(frame.columns, 'true_probability');
  return Float64Array.from(test.ids, id => logit(column[truth.get(id) as number] as number));
}
