import { didYouMean } from '../config/suggest.js';
import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';
import {
  type AccountAt,
  type Catalogue,
  columnOf,
  type FeatureDef,
  isOwned,
  openAccount,
  type Rule,
  TIMELESS,
  type Trace,
  tableOf,
  traceFeature,
  traceRecords
} from '../features/index.js';
import { resolveAsOf } from '../sources/calendar.js';
import { id, sql } from '../sql/sql.js';
import type { AsOf, Engine, FeatureInfo, TableInfo, TableName, Tables } from '../types.js';
import { requireDate } from './as-of.js';
import type { Effects } from './effects.js';
import { type ShownRecord, shownText, showRecord } from './explain-cells.js';
import { openCatalogue } from './features.js';
import { type SessionOptions, withEngine } from './session.js';
import { inScratch } from './stages.js';
import { zonedText } from './zoned.js';

export interface ExplainOptions extends SessionOptions {
  readonly account: string;
  /** ISO date; null = data end. */
  readonly asOf: string | null;
  readonly feature: string;
}

export interface ExplainedFeature extends Omit<FeatureInfo, 'requires'> {
  readonly windowDays: number;
  readonly minAgeDays: number;
  /** `table.column`s that it reads. */
  readonly reads: readonly string[];
  /** The expression over the aggregates, and each of those. */
  readonly sql: string;
  readonly aggregates: readonly { readonly name: string; readonly sql: string }[];
}

export interface ExplainedTable {
  readonly table: TableName;
  /** Instant up to which the table is complete. */
  readonly completeUntil: string;
  readonly counts: Readonly<Record<ShownRecord['mark'], number>>;
  /** Records that were tried together; 1 unless the account has very many. */
  readonly grouped: number;
  /** Every record of the account, in order of time. */
  readonly records: readonly ShownRecord[];
}

export interface Explanation {
  readonly account: string;
  readonly asOf: string;
  readonly feature: ExplainedFeature;
  readonly value: Trace['value'];
  readonly state: Trace['state'];
  /** `measured`, `unknown` or `too young`. */
  readonly stateName: string;
  /** Why there is no value; null when there is one. */
  readonly why: string | null;
  readonly atRisk: boolean;
  /** When not at risk: the last day on which it was; null when there was none. */
  readonly lastAtRisk: string | null;
  /** Since when the account pays, its age in days, and its ARR. */
  readonly startedAt: string;
  readonly tenureDays: number;
  readonly arr: number;
  readonly rule: Rule;
  readonly tables: readonly ExplainedTable[];
  /** Tables that belong to no account, such as the price list, with their records. */
  readonly references: readonly { readonly table: TableName; readonly records: number }[];
}

/**
 * The records behind one value: those that made it, those that were read but did not count, and those that were not known
 * yet, with the cells that were hidden because their own time had not come. The value is the ordinary compiler's.
 * @throws ConfigError when account, date or feature are not there, or the workspace holds ready snapshots
 */
export async function explain(options: ExplainOptions, effects: Effects): Promise<Explanation> {
  return withEngine(options, effects, async (config, engine) => {
    if (config.shape === 'snapshots') {
      throw new ConfigError(
        'expected raw tables (shape: events) to explain a value, got ready snapshots; no records lie behind their values'
      );
    }
    const date = options.asOf ?? (config.dataEnd as string);
    requireDate(date, config);
    const { tables, catalogue } = await openCatalogue({ config, engine, effects });
    const feature = requireFeature(options.feature, catalogue);
    await requireAccount(engine, options.account);
    const [asOf] = await resolveAsOf(engine, [date], config.calendar.timezone);
    const task = { config, tables, feature, account: options.account, asOf: asOf as AsOf };
    return inScratch(engine, () => explainOne(engine, task));
  });
}

/** @throws ConfigError with the nearest name, or why the workspace cannot have the feature */
function requireFeature(name: string, { features, skipped }: Catalogue): FeatureDef {
  const feature = features.find(candidate => candidate.name === name);
  if (feature !== undefined) return feature;
  const left = skipped.find(candidate => candidate.name === name);
  if (left !== undefined) {
    throw new ConfigError(`expected --feature with its sources mapped, got ${name}, which is left out: ${left.reason}`);
  }
  const names = features.map(candidate => candidate.name);
  throw new ConfigError(
    `expected --feature as a feature of this workspace, got ${name}; ${didYouMean(name, names)} (vitals features lists them)`
  );
}

const NEAREST = 20;

async function requireAccount(engine: Engine, account: string): Promise<void> {
  const [found] = await engine.rows(sql`select 1 as one from accounts where account_id = ${account} limit 1`);
  if (found !== undefined) return;
  const near = await engine.rows(sql`select account_id from accounts
    order by levenshtein(lower(account_id), lower(${account})), account_id limit ${NEAREST}`);
  const names = near.map(row => row['account_id'] as string);
  throw new ConfigError(
    `expected --account as an account of table accounts, got ${account}; ${didYouMean(account, names)}`
  );
}

interface Task {
  readonly config: Config;
  readonly tables: Tables;
  readonly feature: FeatureDef;
  readonly account: string;
  readonly asOf: AsOf;
}

async function explainOne(engine: Engine, task: Task): Promise<Explanation> {
  const { config, tables, feature, account, asOf } = task;
  const opened = await openAccount(engine, task);
  const trace = await traceFeature(engine, { config, tables, feature, at: opened.at });
  const { requires, ...info } = feature;
  return {
    account,
    asOf: asOf.date,
    feature: { ...info, sql: feature.sql.text, aggregates: aggregatesOf(feature) },
    value: typeof trace.value === 'string' ? shownText(trace.value, declaredTexts(config)) : trace.value,
    state: trace.state,
    stateName: ['measured', 'unknown', 'too young'][trace.state] as string,
    why: whyNot(trace, task, opened),
    atRisk: opened.atRisk,
    lastAtRisk: opened.lastAtRisk,
    startedAt: zonedText(opened.at.startUs, config.calendar.timezone),
    tenureDays: opened.at.tenureDays,
    arr: opened.at.arr,
    rule: trace.rule,
    tables: await tablesOf(engine, { trace, task, opened }),
    references: await referencesOf(engine, requires)
  };
}

function aggregatesOf({ aggregates }: FeatureDef): ExplainedFeature['aggregates'] {
  return aggregates.map(({ pass, name, sql: { text } }) => ({ name: `${pass.name}.${name}`, sql: text }));
}

/** Why a value is missing: past a watermark, too young, or undefined. */
function whyNot({ state }: Trace, { tables, feature, asOf, config }: Task, { at }: AccountAt): string | null {
  if (state === 0) return null;
  if (state === 2) return `the account is ${at.tenureDays} days old; measured from ${feature.minAgeDays} days on`;
  const feeds = feature.requires.filter(name => !TIMELESS.has(name)).flatMap(name => tables[name] ?? []);
  const histories = feature.reads.flatMap(read => tables[tableOf(read)]?.histories?.[columnOf(read)] ?? []);
  const behind = [...feeds, ...histories].filter(feed => feed.watermarkUs < asOf.us);
  if (behind.length === 0) return 'undefined at this date: what it is made of is absent, or too little';
  const marks = behind.map(
    ({ name, watermarkUs }) => `${name} is complete only until ${zonedText(watermarkUs, config.calendar.timezone)}`
  );
  return `${marks.join(', ')}, which is before the date`;
}

interface Told {
  readonly trace: Trace;
  readonly task: Task;
  readonly opened: AccountAt;
}

async function tablesOf(engine: Engine, { trace, task, opened }: Told): Promise<ExplainedTable[]> {
  const { config, tables, feature } = task;
  const { timezone } = config.calendar;
  const declared = new Set(
    Object.values(config.features)
      .flat()
      .filter(entry => typeof entry === 'string')
  );
  const told: ExplainedTable[] = [];
  for (const entry of trace.tables) {
    const info = tables[entry.table] as TableInfo;
    const found = await traceRecords(engine, entry, { tables, feature, at: opened.at });
    const records = found.map(record => showRecord(record, info, { timezone, declared }));
    const count = (mark: ShownRecord['mark']) => records.filter(record => record.mark === mark).length;
    told.push({
      table: entry.table,
      completeUntil: zonedText(info.watermarkUs, timezone),
      counts: { made: count('made'), outside: count('outside'), later: count('later') },
      grouped: entry.width,
      records
    });
  }
  return told;
}

/** Texts that the configuration of the features spells out. */
function declaredTexts({ features }: Config): ReadonlySet<string> {
  return new Set(
    Object.values(features)
      .flat()
      .filter(entry => typeof entry === 'string')
  );
}

async function referencesOf(engine: Engine, requires: readonly TableName[]): Promise<Explanation['references']> {
  const told: { table: TableName; records: number }[] = [];
  for (const table of requires.filter(name => !isOwned(name))) {
    const [row] = await engine.rows(sql`select count(*) as n from ${id(table)}`);
    told.push({ table, records: row?.['n'] as number });
  }
  return told;
}
