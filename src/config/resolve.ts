import type { TableName } from '../types.js';
import { formatOf } from './check.js';
import type { ConfigSpec, SourceSpec } from './schema.js';
import type { BlocksConfig, ColumnMapping, Config, OutcomeConfig, SnapshotsConfig, SourceConfig } from './types.js';
import { TABLE_COLUMNS, TABLE_NAMES } from './vocabulary.js';

/** A checked document in the words of the program; sources in contract order, nothing left optional. */
export function resolveConfig(spec: ConfigSpec, workspace: string): Omit<Config, 'hash'> {
  const snapshots = spec.snapshots === undefined ? null : resolveSnapshots(spec.snapshots);
  return {
    name: spec.name,
    workspace,
    shape: spec.shape,
    dataEnd: spec.data_end ?? null,
    currency: spec.currency ?? 'USD',
    calendar: {
      timezone: spec.calendar.timezone,
      dates: spec.calendar.dates ?? null,
      every: spec.calendar.every ?? 'month',
      first: spec.calendar.first ?? null,
      last: spec.calendar.last ?? null
    },
    sources: TABLE_NAMES.flatMap(table => {
      const source = spec.sources?.[table];
      return source === undefined ? [] : [source].flat().map(one => resolveSource(table, one));
    }),
    snapshots,
    outcomes: resolveOutcomes(spec, snapshots),
    features: {
      eventTypes: spec.features.event_types,
      coreEvents: spec.features.core_events,
      windows: spec.features.windows,
      exclude: spec.features.exclude
    },
    models: resolveModels(spec.models),
    health: resolveHealth(spec),
    blocks: resolveBlocks(spec.blocks),
    gates: { skill: spec.gates.skill }
  };
}

function resolveSource(table: TableName, spec: SourceSpec): SourceConfig {
  const columns: Record<string, ColumnMapping> = {};
  for (const name of TABLE_COLUMNS[table]) {
    const mapping = spec.columns[name];
    if (mapping === undefined) continue;
    const full = typeof mapping === 'string' ? { from: mapping } : mapping;
    columns[name] = {
      from: full.from,
      values: full.values ?? null,
      time: full.time ?? null,
      decimals: full.decimals ?? null
    };
  }
  return {
    table,
    name: spec.name ?? null,
    ...resolveFiles(spec),
    timezone: spec.timezone ?? 'UTC',
    timezoneDeclared: spec.timezone !== undefined,
    knownAt: spec.known_at ?? null,
    completeUntil: spec.complete_until ?? null,
    assumeFixed: spec.assume_fixed,
    inPlace: spec.in_place,
    select: spec.select ?? null,
    columns,
    origin: spec.origin ?? null
  };
}

type FilesSpec = Pick<SourceSpec, 'files' | 'format' | 'delimiter' | 'null_values'>;

function resolveFiles(spec: FilesSpec): Pick<SourceConfig, 'files' | 'format' | 'delimiter' | 'nullValues'> {
  const files = [spec.files].flat();
  return {
    files,
    format: spec.format ?? formatOf(files[0] as string) ?? 'csv',
    delimiter: spec.delimiter ?? null,
    nullValues: spec.null_values
  };
}

function resolveSnapshots(spec: NonNullable<ConfigSpec['snapshots']>): SnapshotsConfig {
  const features = Object.entries(spec.features).map(([name, feature]) => {
    const full = feature === true ? FEATURE_DEFAULTS : { ...feature, step: feature.step ?? null };
    return [name, full] as const;
  });
  return {
    ...resolveFiles(spec),
    account: spec.account,
    parent: spec.parent ?? null,
    asOf: spec.as_of ?? null,
    outcome: spec.outcome,
    target: 'churn',
    horizonDays: spec.horizon_days,
    value: spec.value ?? null,
    features: Object.fromEntries(features),
    folds: spec.folds,
    origin: spec.origin ?? null
  };
}

const FEATURE_DEFAULTS = {
  type: 'auto',
  unit: '',
  about: '',
  step: null,
  direction: 'none',
  actionable: false
} as const;

/** Churn: lead 0, horizon 90, grace 0 days. Upsell takes from churn what it does not say itself. */
function resolveOutcomes(spec: ConfigSpec, snapshots: SnapshotsConfig | null): Config['outcomes'] {
  if (snapshots !== null)
    return { churn: { leadDays: 0, horizonDays: snapshots.horizonDays, graceDays: 0 }, upsell: null };
  const churn = resolveOutcome(spec.outcomes?.churn, { leadDays: 0, horizonDays: 90, graceDays: 0 });
  const upsell = spec.outcomes?.upsell;
  return { churn, upsell: upsell === false ? null : resolveOutcome(upsell, churn) };
}

type OutcomeSpec = NonNullable<ConfigSpec['outcomes']>['churn'];

function resolveOutcome(spec: OutcomeSpec | undefined, defaults: OutcomeConfig): OutcomeConfig {
  return {
    leadDays: spec?.lead_days ?? defaults.leadDays,
    horizonDays: spec?.horizon_days ?? defaults.horizonDays,
    graceDays: spec?.grace_days ?? defaults.graceDays
  };
}

function resolveModels(spec: ConfigSpec['models']): Config['models'] {
  const { neural } = spec;
  return {
    seed: spec.seed,
    neural:
      neural === false
        ? null
        : {
            hidden: neural.hidden,
            learningRate: neural.learning_rate,
            weightDecay: neural.weight_decay,
            maxEpochs: neural.max_epochs,
            patience: neural.patience,
            batch: neural.batch
          },
    drivers: spec.drivers ?? null,
    backend: spec.backend
  };
}

function resolveHealth(spec: ConfigSpec): Config['health'] {
  if (spec.health === false) return null;
  if (spec.health === undefined) return spec.shape === 'events' ? { profile: 'default' } : null;
  return { profile: spec.health.profile };
}

function resolveBlocks(spec: ConfigSpec['blocks']): BlocksConfig | null {
  if (spec === undefined) return null;
  return { train: spec.train, validation: spec.validation ?? null, calibration: spec.calibration, test: spec.test };
}
