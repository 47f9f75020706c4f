import type { z } from 'zod';
import { checkCustom } from './custom.js';
import type { ConfigSpec, HistorySpec, SourceSpec } from './schema.js';
import { didYouMean } from './suggest.js';
import type { FileFormat } from './types.js';
import { TABLE_NAMES } from './vocabulary.js';

type Fail = (path: readonly (string | number)[], message: string) => void;

/** The rules of `vitals.yaml` that hold between keys. Reports every breach at the key that breaks it. */
export function checkConfig(spec: ConfigSpec, context: z.core.$RefinementCtx<ConfigSpec>): void {
  const fail: Fail = (path, message) => {
    context.addIssue({ code: 'custom', path: [...path], message, input: undefined });
  };
  if (spec.shape === 'events') checkEvents(spec, fail);
  else checkSnapshots(spec, fail);
  checkCalendar(spec, fail);
  checkBlocks(spec, fail);
  checkFeatures(spec, fail);
  checkCustom(spec.features.custom, fail);
}

function checkEvents(spec: ConfigSpec, fail: Fail): void {
  if (spec.data_end === undefined) fail(['data_end'], 'is required: expected the date at which the data end');
  if (spec.currency === undefined) fail(['currency'], 'is required: expected a currency code such as USD');
  if (spec.snapshots !== undefined)
    fail(['snapshots'], 'expected no snapshots when shape is events; write shape: snapshots');
  if (spec.sources === undefined)
    fail(['sources'], 'is required when shape is events: expected a mapping for each table');
  if (spec.sources !== undefined && spec.sources.accounts === undefined) {
    fail(['sources', 'accounts'], 'is required: expected the table of accounts');
  }
  checkOutcomes(spec, fail);
  for (const table of TABLE_NAMES) {
    const source = spec.sources?.[table];
    if (Array.isArray(source)) checkNames(source, ['sources', table], fail);
    for (const [i, one] of [source ?? []].flat().entries()) {
      checkSource(one, Array.isArray(source) ? ['sources', table, i] : ['sources', table], { spec, fail });
    }
  }
}

/** Whether churn is told by silence or notices only, because no subscriptions are mapped. */
export function withoutContracts({ sources, outcomes }: ConfigSpec): boolean {
  const told = outcomes?.churn.silence_days !== undefined || sources?.notices !== undefined;
  return told && sources?.subscriptions === undefined;
}

/** Silence is read from events; upsell from the terms of subscriptions. */
function checkOutcomes(spec: ConfigSpec, fail: Fail): void {
  const { sources, outcomes } = spec;
  if (outcomes?.churn.silence_days !== undefined && sources?.events === undefined) {
    fail(['outcomes', 'churn', 'silence_days'], 'expected the table of events to tell silence; add sources.events');
  }
  if (typeof outcomes?.upsell === 'object' && withoutContracts(spec)) {
    fail(['outcomes', 'upsell'], 'expected the table of subscriptions to tell upsell; write upsell: false');
  }
}

/** Names tell the sources of a table apart in counts and messages. */
function checkNames(sources: readonly SourceSpec[], path: readonly string[], fail: Fail): void {
  sources.forEach(({ name }, i) => {
    if (name === undefined)
      fail([...path, i], 'expected a name for each of several sources, got none; add name: <system>');
    else if (sources.slice(0, i).some(other => other.name === name))
      fail([...path, i, 'name'], `expected another name than the other source has, got ${name} again`);
  });
}

function checkSource(
  source: SourceSpec,
  path: readonly (string | number)[],
  { spec, fail }: { spec: ConfigSpec; fail: Fail }
): void {
  checkFiles(source, path, fail);
  checkInPlace(source, path, fail);
  checkSelect(source, path, fail);
  const mapped = Object.keys(source.columns).filter(name => source.columns[name] !== undefined);
  if (mapped.length === 0) fail([...path, 'columns'], 'expected at least one column, got none');
  for (const name of mapped) {
    const mapping = source.columns[name];
    if (typeof mapping !== 'object' || typeof mapping.time !== 'object') continue;
    if ('history' in mapping.time) {
      checkHistory(mapping.time.history, [...path, 'columns', name, 'time', 'history'], { spec, fail });
      continue;
    }
    const instant = mapping.time.at;
    if (instant === name) fail([...path, 'columns', name, 'time', 'at'], `expected another column, got ${name} itself`);
    if (!mapped.includes(instant)) {
      const hint = didYouMean(
        instant,
        mapped.filter(other => other !== name)
      );
      fail(
        [...path, 'columns', name, 'time', 'at'],
        `expected a column that this source maps, got ${instant}; ${hint}`
      );
    }
  }
  checkUntil(source.complete_until, path, { spec, fail });
}

function checkHistory(
  history: HistorySpec,
  path: readonly (string | number)[],
  { spec, fail }: { spec: ConfigSpec; fail: Fail }
): void {
  checkFiles(history, path, fail);
  checkUntil(history.complete_until, path, { spec, fail });
}

function checkUntil(
  until: string | undefined,
  path: readonly (string | number)[],
  { spec, fail }: { spec: ConfigSpec; fail: Fail }
): void {
  if (until === undefined || until.length !== 10 || spec.data_end === undefined || until <= spec.data_end) return;
  fail([...path, 'complete_until'], `expected a date up to data_end (${spec.data_end}), got ${until}`);
}

/** Tables whose cells ingest completes from other tables, so that they must be copied. */
const COMPLETED = ['accounts', 'subscriptions'];

/** JSON lines have no columns before they are mapped; in place, every query would run the SELECT again. */
function checkSelect(source: SourceSpec, path: readonly (string | number)[], fail: Fail): void {
  if (source.select === undefined) return;
  const format = source.format ?? formatOf([source.files].flat()[0] as string);
  if (format === 'jsonl')
    fail(
      [...path, 'select'],
      'expected select only for CSV and Parquet, got JSON lines; map their fields by dotted paths'
    );
  if (source.in_place !== false) fail([...path, 'select'], 'expected either select or in_place, got both; remove one');
}

function checkInPlace(source: SourceSpec, path: readonly (string | number)[], fail: Fail): void {
  if (source.in_place === false) return;
  const table = String(path[1]);
  if (COMPLETED.includes(table))
    fail([...path, 'in_place'], `expected no in_place for ${table}, which are completed and so copied; remove it`);
  const format = source.format ?? formatOf([source.files].flat()[0] as string);
  if (format !== 'parquet')
    fail(
      [...path, 'in_place'],
      `expected in_place only for Parquet files, got ${format ?? 'others'}; remove it, or write the files as Parquet`
    );
}

interface FileKeys {
  readonly files: string | readonly string[];
  readonly format?: FileFormat | undefined;
  readonly delimiter?: string | undefined;
  readonly null_values: readonly string[];
}

function checkFiles(source: FileKeys, path: readonly (string | number)[], fail: Fail): void {
  const kinds = new Set([source.files].flat().map(formatOf));
  const format = source.format ?? (kinds.size === 1 ? [...kinds][0] : null);
  if (format === null || format === undefined) {
    fail(
      [...path, 'files'],
      'expected files that all end in .csv, .tsv, .txt, .csv.gz, .jsonl, .ndjson or .parquet, or a format; add format: csv'
    );
  } else if (format !== 'csv') {
    if (source.delimiter !== undefined) fail([...path, 'delimiter'], `expected no delimiter for ${format}; remove it`);
    if (source.null_values.length > 0)
      fail([...path, 'null_values'], `expected no null_values for ${format}; remove them`);
  }
}

/** Format by the extension of a path or glob, or null when it says nothing. */
export function formatOf(path: string): FileFormat | null {
  if (/\.(parquet|pq)$/i.test(path)) return 'parquet';
  if (/\.(jsonl|ndjson|json)(\.(gz|zst))?$/i.test(path)) return 'jsonl';
  return /\.(csv|tsv|txt)(\.(gz|zst))?$/i.test(path) ? 'csv' : null;
}

function checkSnapshots(spec: ConfigSpec, fail: Fail): void {
  const { snapshots } = spec;
  if (spec.sources !== undefined) fail(['sources'], 'expected no sources when shape is snapshots; remove them');
  if (spec.outcomes !== undefined) {
    fail(
      ['outcomes'],
      'expected no outcomes when shape is snapshots; snapshots.outcome and snapshots.horizon_days say it'
    );
  }
  if (Object.keys(spec.features.custom).length > 0) {
    fail(
      ['features', 'custom'],
      'expected no custom features when shape is snapshots; add the column to the ready table'
    );
  }
  if (snapshots === undefined) {
    fail(['snapshots'], 'is required when shape is snapshots: expected files, account, outcome and features');
    return;
  }
  checkFiles(snapshots, ['snapshots'], fail);
  const dated = snapshots.as_of !== undefined;
  if (dated && spec.data_end === undefined) fail(['data_end'], 'is required when snapshots.as_of names a date column');
  if (!dated && spec.data_end !== undefined)
    fail(['data_end'], 'expected no data_end without snapshots.as_of; remove it');
  if (!dated && spec.blocks !== undefined)
    fail(['blocks'], 'expected no blocks without snapshots.as_of; folds are used');
  const roles = { account: snapshots.account, parent: snapshots.parent, as_of: snapshots.as_of };
  for (const [role, column] of Object.entries({ ...roles, outcome: snapshots.outcome.column })) {
    if (column !== undefined && Object.hasOwn(snapshots.features, column)) {
      fail(['snapshots', 'features', column], `expected a feature, got the ${role} column ${column}; remove it here`);
    }
  }
}

function checkCalendar(spec: ConfigSpec, fail: Fail): void {
  const { dates, every, first, last } = spec.calendar;
  if (dates !== undefined) {
    for (const [key, value] of Object.entries({ every, first, last })) {
      if (value !== undefined) fail(['calendar', key], 'expected either dates, or every with first and last; got both');
    }
    dates.forEach((day, i) => {
      const before = dates[i - 1];
      if (before !== undefined && day <= before)
        fail(['calendar', 'dates', i], `expected a date after ${before}, got ${day}`);
    });
  }
  checkDaysBefore(spec, fail);
  if (first !== undefined && last !== undefined && first > last) {
    fail(['calendar', 'last'], `expected a date from ${first} (first) on, got ${last}`);
  }
  const newest = dates === undefined ? last : dates.at(-1);
  if (spec.data_end !== undefined && newest !== undefined && newest > spec.data_end) {
    const path = dates === undefined ? ['calendar', 'last'] : ['calendar', 'dates', dates.length - 1];
    fail(path, `expected a date up to data_end (${spec.data_end}), got ${newest}`);
  }
}

function checkDaysBefore({ calendar }: ConfigSpec, fail: Fail): void {
  const { every, days_before: days } = calendar;
  if (days === undefined) return;
  if (every !== 'renewal')
    fail(['calendar', 'days_before'], 'expected days_before only with every: renewal; remove it');
  days.forEach((day, i) => {
    if (days.indexOf(day) < i) fail(['calendar', 'days_before', i], `expected every number once, got ${day} again`);
  });
}

function checkBlocks(spec: ConfigSpec, fail: Fail): void {
  if (spec.blocks === undefined) return;
  let before: { name: string; to: string } | null = null;
  for (const name of ['train', 'validation', 'calibration', 'test'] as const) {
    const block = spec.blocks[name];
    if (block === undefined) continue;
    if (block.from > block.to)
      fail(['blocks', name, 'to'], `expected a date from ${block.from} (from) on, got ${block.to}`);
    if (before !== null && block.from <= before.to) {
      fail(['blocks', name, 'from'], `expected a date after ${before.to} (end of ${before.name}), got ${block.from}`);
    }
    before = { name, to: block.to };
  }
  if (spec.data_end !== undefined && spec.blocks.test.to > spec.data_end) {
    fail(['blocks', 'test', 'to'], `expected a date up to data_end (${spec.data_end}), got ${spec.blocks.test.to}`);
  }
}

function checkFeatures(spec: ConfigSpec, fail: Fail): void {
  const { event_types: types, retention_weeks: weeks, windows } = spec.features;
  for (const key of ['core_events', 'login_events', 'key_events'] as const) {
    (spec.features[key] ?? []).forEach((name, i) => {
      if (types.includes(name)) return;
      fail(['features', key, i], `expected one of features.event_types, got ${name}; ${didYouMean(name, types)}`);
    });
  }
  const starts = weeks.map(entry => (typeof entry === 'number' ? entry : entry.week));
  starts.forEach((week, i) => {
    const before = starts[i - 1];
    if (before === undefined || week > before) return;
    fail(['features', 'retention_weeks', i], `expected weeks in ascending order, got ${week} after ${before}`);
  });
  windows.forEach((days, i) => {
    const before = windows[i - 1];
    if (before === undefined || days > before) return;
    fail(['features', 'windows', i], `expected windows in ascending order, got ${days} after ${before}`);
  });
}
