import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ColumnMapping, Config, SnapshotsConfig, SourceConfig } from '../../src/config/types.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine, TableName, Tables } from '../../src/types.js';

/** A whole configuration by hand: no sources, UTC, data end 2025-01-01, horizon 90 days. */
export function testConfig(partial: Partial<Config> = {}): Config {
  return {
    name: 'test',
    workspace: '/nowhere',
    shape: 'events',
    dataEnd: '2025-01-01',
    currency: 'USD',
    calendar: { timezone: 'UTC', dates: null, every: 'month', first: null, last: null },
    sources: [],
    snapshots: null,
    outcomes: { churn: { leadDays: 0, horizonDays: 90, graceDays: 0 }, upsell: null },
    features: {
      eventTypes: [],
      coreEvents: [],
      loginEvents: [],
      keyEvents: [],
      loyaltyDays: 30,
      retention: [],
      windows: [7, 28, 84],
      badRating: 2,
      npsMin: 5,
      csatSatisfied: 4,
      tags: [],
      sentimentDays: 90,
      newContactDays: 90,
      use: ['core'],
      exclude: [],
      custom: []
    },
    customPlaces: {},
    models: { seed: 1, neural: null, drivers: null, backend: 'auto' },
    health: null,
    blocks: null,
    gates: { skill: false },
    hash: 'test',
    ...partial
  };
}

type Mapping = string | Partial<ColumnMapping>;

/** A source that maps each named column; a text is the column of the file. The file is `<table>.csv` unless said. */
export function source(
  table: TableName,
  columns: Readonly<Record<string, Mapping>> | readonly string[],
  partial: Partial<SourceConfig> = {}
): SourceConfig {
  const named = Array.isArray(columns) ? Object.fromEntries(columns.map(name => [name, name])) : columns;
  const mapped = Object.entries(named as Record<string, Mapping>).map(([name, mapping]) => {
    const part = typeof mapping === 'string' ? { from: mapping } : mapping;
    return [name, { from: name, values: null, time: null, decimals: null, ...part }] as const;
  });
  return {
    table,
    name: null,
    files: [`${table}.csv`],
    format: 'csv',
    delimiter: null,
    nullValues: [],
    timezone: 'UTC',
    timezoneDeclared: true,
    knownAt: null,
    completeUntil: null,
    assumeFixed: false,
    inPlace: false,
    select: null,
    columns: Object.fromEntries(mapped),
    origin: null,
    ...partial
  };
}

/** A snapshots configuration over `ready.csv`. */
export function snapshotsConfig(features: readonly string[], partial: Partial<SnapshotsConfig> = {}): SnapshotsConfig {
  const plain = { type: 'auto', unit: '', about: '', step: null, direction: 'none', actionable: false } as const;
  return {
    files: ['ready.csv'],
    format: 'csv',
    delimiter: null,
    nullValues: [],
    account: 'id',
    parent: null,
    asOf: null,
    outcome: { column: 'churned', positive: 'Yes' },
    target: 'churn',
    horizonDays: 90,
    value: null,
    features: Object.fromEntries(features.map(name => [name, plain])),
    folds: 5,
    origin: null,
    ...partial
  };
}

type Content = string | Uint8Array | readonly (string | readonly string[])[];

/** A workspace on disk: texts and bytes as they are, lists as lines; texts whose name ends in .gz are compressed. */
export function writeWorkspace(files: Readonly<Record<string, Content>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'vitals-sources-'));
  for (const [name, content] of Object.entries(files)) writeFile(directory, name, content);
  return directory;
}

export function writeFile(directory: string, name: string, content: Content): void {
  const lines = Array.isArray(content) ? `${content.map(line => [line].flat().join(',')).join('\n')}\n` : content;
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  const zip = name.endsWith('.gz') && typeof lines === 'string';
  writeFileSync(join(directory, name), zip ? gzipSync(lines) : (lines as string | Uint8Array));
}

/** Runs work with an engine in memory and removes the workspace afterwards. */
export async function withEngine<T>(work: (engine: Engine) => Promise<T>, workspace?: string): Promise<T> {
  const engine = await openDuckDB({ path: ':memory:', threads: 2 });
  try {
    return await work(engine);
  } finally {
    engine.close();
    if (workspace !== undefined) rmSync(workspace, { recursive: true, force: true });
  }
}

export type Rows = Record<string, string | number | null>[];

export interface World {
  readonly files?: Readonly<Record<string, Content>>;
  readonly sources?: readonly SourceConfig[];
  readonly config?: Partial<Config>;
}

export const ACCOUNTS = ['account_id', 'created_at'];
export const TERMS = ['account_id', 'started_at', 'term_end', 'mrr'];

/** Two accounts with a term each, as files; other files and sources are added or replace these by name. */
export function smallWorld({ files = {}, sources = [], config = {} }: World = {}): {
  config: Config;
  workspace: string;
} {
  const workspace = writeWorkspace({
    'accounts.csv': ['account_id,created_at', 'A,2024-01-01', 'B,2024-01-05'],
    'subscriptions.csv': [TERMS.join(','), 'A,2024-01-01,2024-12-31,10.00', 'B,2024-01-05,,20.50'],
    ...files
  });
  const own = [source('accounts', ACCOUNTS), source('subscriptions', TERMS)];
  const kept = own.filter(mine => !sources.some(other => other.table === mine.table));
  return { workspace, config: testConfig({ workspace, sources: [...kept, ...sources], ...config }) };
}

export interface Ingested {
  readonly tables: Tables;
  readonly engine: Engine;
  /** Rows of a table or query. */
  readonly read: (table: string) => Promise<Rows>;
  readonly config: Config;
}

/** Ingests a small world and hands over what came of it. */
export async function ingestWorld<T>(world: World, work: (ingested: Ingested) => Promise<T>): Promise<T> {
  const { config, workspace } = smallWorld(world);
  return withEngine(async engine => {
    const tables = await ingestSources(engine, config);
    const read = (table: string) => engine.rows(sql`select * from ${raw(table)}`);
    return work({ tables, engine, read, config });
  }, workspace);
}

/** The error of a small world that cannot be ingested. */
export async function ingestError(world: World): Promise<Error & { exitCode?: number }> {
  try {
    await ingestWorld(world, async () => undefined);
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected ingest to fail');
}

/** Microseconds of an ISO instant. */
export function us(text: string): number {
  return Date.parse(text) * 1000;
}
