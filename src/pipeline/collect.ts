import type { Frame } from '../datasets/frame.js';
import { checkQuality } from '../sources/quality.js';
import type { Collected, CollectContext } from './collected.js';
import { buildTables, frameOf, ingest } from './prepare-data.js';
import { qualityOf } from './report-model.js';
import { collectSnapshots } from './snapshots-shape.js';
import type { Stopwatch } from './stopwatch.js';
import { dateOfDay } from '../sources/calendar.js';

/** Ingest, features and outcomes (or the ready table) as one frame. */
export async function collect(context: CollectContext, watch: Stopwatch): Promise<Collected> {
  if (context.config.shape === 'snapshots') return collectSnapshots(context, watch);
  const { config, engine } = context;
  const ingested = await watch.stage('ingest', () => ingest(context));
  const stage = await watch.stage('features', () => buildTables(context, ingested));
  const frame = await watch.stage('read', () => frameOf(engine, stage));
  const findings = await watch.stage('quality', () => checkQuality(engine, config, ingested.tables));
  return {
    frame,
    infos: stage.all,
    dates: stage.dates,
    dataHash: ingested.dataHash,
    quality: qualityOf(ingested.tables, { skippedFeatures: stage.skipped, snapshots: frame.n, features: stage.infos.length }),
    notes: findings.map(finding => `${finding.table}: ${finding.message}`)
  };
}

/** Rows of the newest as-of date: data end for raw tables, every row when not dated. */
export function currentRows(frame: Frame, dataEnd: string | null): Int32Array {
  const newest = frame.day.reduce((a, b) => Math.max(a, b), 0);
  const isCurrent = (day: number) => (dataEnd === null || newest === 0 ? day === newest : dateOfDay(day) === dataEnd);
  return Int32Array.from([...frame.day.keys()].filter(i => isCurrent(frame.day[i] as number)));
}
