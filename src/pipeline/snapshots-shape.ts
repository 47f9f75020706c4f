import type { Config, SnapshotsConfig } from '../config/types.js';
import { buildFrame } from '../datasets/frame.js';
import { ConfigError } from '../errors.js';
import { dateOfDay, dayOfDate } from '../sources/calendar.js';
import { ingestSnapshots, type ReadyTable } from '../sources/ingest-snapshots.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { AsOf, FeatureInfo, Sql } from '../types.js';
import type { CollectContext, Collected } from './collected.js';
import { hashFiles } from './prepare-data.js';
import { hashOf, runStage } from './stages.js';
import type { Stopwatch } from './stopwatch.js';

/** Columns of the frame beside the features; a feature of such a name would stand in for one of them. */
const FRAME_COLUMNS = ['as_of_day', 'arr', 'churn', 'churn_status', 'churn_us'];

/**
 * One ready feature table as a frame: dated rows in time order, or undated rows for folds.
 * @throws ConfigError when a feature has the name of a column of the frame; ConfigError or DataError as ingest does.
 */
export async function collectSnapshots(context: CollectContext, watch: Stopwatch): Promise<Collected> {
  const { config, engine, effects } = context;
  const ready = config.snapshots as SnapshotsConfig;
  requireFreeNames(Object.keys(ready.features));
  const dataHash = await hashFiles(
    ready.files.map(file => ['snapshots', file] as const),
    context
  );
  const key = hashOf('ingest', effects.version, dataHash, ready, config.dataEnd);
  const { value: table } = await watch.stage('ingest', () =>
    runStage(engine, { name: 'ingest', key, compute: () => ingestSnapshots(engine, config) })
  );
  const infos = table.columns.map(column => infoOf(column, ready));
  const columns = await watch.stage('read', () => engine.columns(frameQuery(infos, config)));
  const frame = buildFrame(columns, infos);
  return {
    frame,
    retention: null,
    infos,
    dates: datesOf(frame.day),
    dataHash,
    quality: {
      rows: { snapshots: table.rows },
      reasons: table.reasons.map(reason => ({ table: 'snapshots', ...reason })),
      watermarks: [],
      skippedFeatures: [],
      snapshots: frame.n,
      features: infos.length
    },
    notes: ready.asOf === null ? [] : ['Outcomes are taken as given by the table; their maturity cannot be checked.']
  };
}

function requireFreeNames(features: readonly string[]): void {
  const taken = features.find(name => FRAME_COLUMNS.includes(name.toLowerCase()));
  if (taken === undefined) return;
  throw new ConfigError(
    `snapshots.features: expected names other than ${FRAME_COLUMNS.join(', ')}, got ${taken}; rename the column in the file`
  );
}

function infoOf(column: ReadyTable['columns'][number], { features }: SnapshotsConfig): FeatureInfo {
  const declared = features[column.name];
  const step = declared?.step ?? null;
  return {
    name: column.name,
    type: column.type,
    unit: declared?.unit ?? (column.type === 'number' ? 'units' : 'category'),
    about: declared?.about ?? column.name,
    family: 'snapshot',
    requires: [],
    timing: 'leading',
    actionable: declared?.actionable ?? true,
    direction: declared?.direction ?? 'none',
    ...(step === null ? {} : { step }),
    definitionHash: ''
  };
}

/** Rows whose outcome window ends after data end are not matured. */
function frameQuery(infos: readonly FeatureInfo[], config: Config): Sql {
  const ready = config.snapshots as SnapshotsConfig;
  const day = ready.asOf === null ? raw('0') : raw("date_diff('day', date '1970-01-01', cast(as_of as date))");
  const lastDay = config.dataEnd === null ? null : dayOfDate(config.dataEnd) - ready.horizonDays;
  const status =
    lastDay === null || ready.asOf === null
      ? sql`${'ok'}`
      : sql`case when ${day} <= ${lastDay} then ${'ok'} else ${'immature'} end`;
  const features = join(infos.map(info => id(info.name)));
  return sql`select account_id, cast(${day} as integer) as as_of_day, parent, coalesce(value, 0) as arr, ${features},
    cast(outcome as double) as churn, ${status} as churn_status, cast(0 as double) as churn_us
    from ready order by as_of_day, account_id`;
}

function datesOf(days: Int32Array): AsOf[] {
  return [...new Set(days)].map(day => ({ date: dateOfDay(day), day, us: day * 86_400_000_000 }));
}
