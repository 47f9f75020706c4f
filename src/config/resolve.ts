import type { TableName } from '../types.js';
import { formatOf, withoutContracts } from './check.js';
import { resolveCustom } from './custom.js';
import type { ConfigSpec, HistorySpec, SourceSpec } from './schema.js';
import type {
  BlocksConfig,
  ColumnMapping,
  ColumnTime,
  Config,
  OutcomeConfig,
  SnapshotsConfig,
  SourceConfig
} from './types.js';
import { TABLE_COLUMNS, TABLE_NAMES } from './vocabulary.js';

/** A checked document in the words of the program; sources in contract order, nothing left optional. */
export function resolveConfig(spec: ConfigSpec, workspace: string): Omit<Config, 'hash' | 'customPlaces'> {
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
      ...(spec.calendar.every === 'renewal' ? { daysBefore: daysBefore(spec) } : {}),
      first: spec.calendar.first ?? null,
      last: spec.calendar.last ?? null
    },
    sources: TABLE_NAMES.flatMap(table => {
      const source = spec.sources?.[table];
      return source === undefined ? [] : [source].flat().map(one => resolveSource(table, one));
    }),
    snapshots,
    outcomes: resolveOutcomes(spec, snapshots),
    features: resolveFeatures(spec.features),
    models: resolveModels(spec.models),
    health: resolveHealth(spec),
    blocks: resolveBlocks(spec.blocks),
    gates: { skill: spec.gates.skill }
  };
}

function daysBefore({ calendar }: ConfigSpec): number[] {
  return [...(calendar.days_before ?? [90, 60, 30])].sort((a, b) => b - a);
}

function resolveFeatures(spec: ConfigSpec['features']): Config['features'] {
  const types = spec.event_types;
  const loginEvents = spec.login_events ?? types.filter(type => type === 'login');
  return {
    eventTypes: types,
    coreEvents: spec.core_events,
    loginEvents,
    keyEvents: spec.key_events ?? types.filter(type => !loginEvents.includes(type)),
    loyaltyDays: spec.loyalty_days,
    retention: spec.retention_weeks.map(entry =>
      typeof entry === 'number' ? { week: entry, days: 7, weight: 1 } : entry
    ),
    windows: spec.windows,
    badRating: spec.bad_rating,
    npsMin: spec.nps_min,
    csatSatisfied: spec.csat_satisfied,
    tags: spec.tags,
    sentimentDays: spec.sentiment_days,
    newContactDays: spec.new_contact_days,
    use: spec.use,
    exclude: spec.exclude,
    custom: resolveCustom(spec.custom)
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
      time: full.time === undefined ? null : resolveTime(full.time, spec),
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

type TimeSpec = 'fixed' | { readonly at: string } | { readonly history: HistorySpec };

/** A history takes its zone from the source when it does not say one. */
function resolveTime(time: TimeSpec, source: SourceSpec): ColumnTime {
  if (time === 'fixed' || 'at' in time) return time;
  const { history } = time;
  const timezone = history.timezone ?? source.timezone;
  return {
    history: {
      ...resolveFiles(history),
      timezone: timezone ?? 'UTC',
      timezoneDeclared: timezone !== undefined,
      key: history.key,
      at: history.at,
      value: history.value,
      knownAt: history.known_at ?? null,
      completeUntil: history.complete_until ?? null,
      origin: history.origin ?? null
    }
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

/** Churn: lead 0, horizon 90, grace 0 days. Upsell takes from churn what it does not say itself, and needs subscriptions. */
function resolveOutcomes(spec: ConfigSpec, snapshots: SnapshotsConfig | null): Config['outcomes'] {
  if (snapshots !== null)
    return { churn: { leadDays: 0, horizonDays: snapshots.horizonDays, graceDays: 0 }, upsell: null };
  const silenceDays = spec.outcomes?.churn.silence_days;
  const churn = resolveOutcome(spec.outcomes?.churn, { leadDays: 0, horizonDays: 90, graceDays: 0 });
  const upsell = spec.outcomes?.upsell;
  const sold = upsell !== false && !withoutContracts(spec);
  return {
    churn: silenceDays === undefined ? churn : { ...churn, silenceDays },
    upsell: sold ? resolveOutcome(upsell, churn) : null
  };
}

type OutcomeSpec = Omit<NonNullable<ConfigSpec['outcomes']>['churn'], 'silence_days'>;

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
