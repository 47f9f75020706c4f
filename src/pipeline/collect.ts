import type { Config } from '../config/types.js';
import type { Frame } from '../datasets/frame.js';
import { DataError } from '../errors.js';
import { dateOfDay } from '../sources/calendar.js';
import { checkQuality } from '../sources/quality.js';
import type { CollectContext, Collected } from './collected.js';
import { buildTables, frameOf, ingest } from './prepare-data.js';
import { qualityOf } from './report-model.js';
import { retentionReport } from './retention-report.js';
import { collectSnapshots } from './snapshots-shape.js';
import type { Stopwatch } from './stopwatch.js';

/** Ingest, features and outcomes (or the ready table) as one frame. */
export async function collect(context: CollectContext, watch: Stopwatch): Promise<Collected> {
  if (context.config.shape === 'snapshots') return collectSnapshots(context, watch);
  const { config, engine } = context;
  const ingested = await watch.stage('ingest', () => ingest(context));
  const stage = await watch.stage('features', () => buildTables(context, ingested));
  const frame = await watch.stage('read', () => frameOf(engine, stage));
  const findings = await watch.stage('quality', () => checkQuality(engine, config, ingested.tables));
  const retention = await watch.stage('retention', () => retentionReport(engine, { config, tables: ingested.tables }));
  return {
    frame,
    retention,
    infos: stage.all,
    dates: stage.dates,
    dataHash: ingested.dataHash,
    quality: qualityOf(ingested.tables, {
      skippedFeatures: stage.skipped,
      snapshots: frame.n,
      features: stage.infos.length
    }),
    notes: findings.map(finding => `${finding.table}: ${finding.message}`)
  };
}

/** Rows of today's accounts: of raw tables those at data end, of ready snapshots those of the newest date, every row when not dated. */
export function currentRows(frame: Frame, { shape, dataEnd }: Pick<Config, 'shape' | 'dataEnd'>): Int32Array {
  const newest = frame.day.reduce((a, b) => Math.max(a, b), 0);
  const isCurrent = (day: number) => (shape === 'events' ? dateOfDay(day) === dataEnd : day === newest);
  return Int32Array.from([...frame.day.keys()].filter(i => isCurrent(frame.day[i] as number)));
}

/** Refuses raw tables of several accounts none of which pays at data end. @throws DataError */
export function requirePaying(current: Int32Array, { quality }: Collected, { shape, dataEnd }: Config): void {
  const accounts = quality.rows['accounts']?.used ?? 0;
  if (shape === 'snapshots' || current.length > 0 || accounts < 2) return;
  throw new DataError(
    `expected accounts that still pay at the data end ${dataEnd}, got none of ${accounts}: everyone has churned; ` +
      'check the mapping of term_end, ended_at and notice_at, and that data_end is not after the last record'
  );
}
