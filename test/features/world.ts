import type { Config } from '../../src/config/types.js';
import { CONTRACTS } from '../../src/sources/contracts.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { id, join, raw, sql } from '../../src/sql/sql.js';
import type { Engine, IngestedColumn, TableInfo, TableName, Tables } from '../../src/types.js';

export type Cell = number | string | boolean | null;
export type Row = Readonly<Record<string, Cell>>;
export type World = Readonly<Record<TableName, readonly Row[]>>;

export const DAY = 86_400_000_000;

/** Type, decimals, and the instant column whose time a cell has. */
type Column = readonly [IngestedColumn['type'], number?, string?];

/** Columns of the contract; those that change count as fixed. */
export const SCHEMA = Object.fromEntries(
  Object.values(CONTRACTS).map(({ name, columns }) => [
    name,
    Object.fromEntries(
      columns.map(({ name: column, type, decimals, time }): [string, Column] => [
        column,
        typeof time === 'object' ? [type, decimals, time.at] : [type, decimals]
      ])
    )
  ])
) as unknown as Readonly<Record<TableName, Readonly<Record<string, Column>>>>;

/** A world without any record. */
export const EMPTY = Object.fromEntries(Object.keys(SCHEMA).map(name => [name, []])) as unknown as World;

const SQL_TYPES = {
  text: 'varchar',
  boolean: 'boolean',
  integer: 'bigint',
  measure: 'bigint',
  instant: 'bigint'
} as const;

/** What ingest would say about these tables; `omit` leaves out tables or `table.column`s. */
export function tableInfos(watermarkUs: number, omit: readonly string[] = []): Tables {
  const infos = (Object.keys(SCHEMA) as TableName[])
    .filter(name => !omit.includes(name))
    .map(name => {
      const columns = Object.entries(SCHEMA[name]).filter(([column]) => !omit.includes(`${name}.${column}`));
      return [name, tableInfo(name, columns, watermarkUs)] as const;
    });
  return Object.fromEntries(infos) as Tables;
}

function tableInfo(name: TableName, columns: readonly (readonly [string, Column])[], watermarkUs: number): TableInfo {
  return {
    name,
    columns: Object.fromEntries(
      columns.map(([column, [type, decimals = 0, at]]) => [
        column,
        { type, decimals, time: at === undefined ? 'fixed' : { at } }
      ])
    ),
    watermarkUs,
    watermarkAssumed: false,
    knownAtAssumed: false,
    inPlace: false,
    rows: { in: 0, used: 0, quarantined: 0, dropped: 0 },
    reasons: []
  };
}

/** Creates the tables of a world, with `known_at`, as ingest leaves them. */
export async function loadWorld(engine: Engine, world: World): Promise<void> {
  for (const name of Object.keys(SCHEMA) as TableName[]) {
    const columns = [...Object.entries(SCHEMA[name]), ['known_at', ['instant']] as const];
    const types = columns.map(([column, [type]]) => sql`${id(column)} ${raw(SQL_TYPES[type])}`);
    await engine.run(sql`create or replace table ${id(name)} (${join(types)})`);
    const cells = columns.map(([column, [type]]) => columnCells(world[name], column, type));
    if (world[name].length > 0) await engine.append(name, cells);
  }
}

function columnCells(rows: readonly Row[], column: string, type: IngestedColumn['type']) {
  if (type === 'text' || type === 'boolean') return rows.map(row => (row[column] == null ? null : String(row[column])));
  return Float64Array.from(rows, row => (row[column] == null ? Number.NaN : (row[column] as number)));
}

export interface SpineRow {
  readonly account: string;
  readonly asOfDay: number;
  readonly asOfUs: number;
  readonly startUs: number;
  readonly tenureDays: number;
  readonly arr: number;
}

export async function loadSpine(engine: Engine, spine: readonly SpineRow[]): Promise<void> {
  await engine.run(
    raw(`create or replace table spine (account_id varchar, as_of_day integer, as_of_us bigint,
    parent varchar, start_us bigint, tenure_days integer, arr double)`)
  );
  const rows = spine.map(
    s => sql`(${s.account}, ${s.asOfDay}, ${s.asOfUs}, ${s.account}, ${s.startUs}, ${s.tenureDays}, ${s.arr})`
  );
  if (rows.length > 0) await engine.run(sql`insert into spine values ${join(rows)}`);
}

export type Overrides = {
  readonly timezone?: string;
  readonly features?: Partial<Config['features']>;
  readonly outcomes?: Config['outcomes'];
};

/** A resolved configuration with what features and outcomes read. */
export function configOf({ timezone = 'Europe/Berlin', features, outcomes }: Overrides = {}): Config {
  return {
    name: 'test',
    workspace: '',
    shape: 'events',
    dataEnd: '2024-12-31',
    currency: 'EUR',
    calendar: { timezone, dates: null, every: 'month', first: null, last: null },
    sources: [],
    snapshots: null,
    outcomes: outcomes ?? {
      churn: { leadDays: 0, horizonDays: 90, graceDays: 0 },
      upsell: { leadDays: 0, horizonDays: 90, graceDays: 0 }
    },
    features: {
      eventTypes: ['login', 'Create Report', 'export', 'invite', 'api', 'share'],
      coreEvents: ['Create Report'],
      loginEvents: ['login'],
      keyEvents: ['Create Report', 'export', 'invite', 'api', 'share'],
      loyaltyDays: 30,
      retention: [1, 2, 4, 8, 12].map(week => ({ week, days: 7, weight: 1 })),
      windows: [7, 28, 84],
      badRating: 2,
      npsMin: 2,
      csatSatisfied: 4,
      tags: ['champion left', 'case study'],
      sentimentDays: 90,
      newContactDays: 90,
      use: ['core'],
      exclude: [],
      custom: [],
      ...features
    },
    customPlaces: {},
    models: { seed: 1, neural: null, drivers: null, backend: 'cpu' },
    health: null,
    blocks: null,
    gates: { skill: false },
    hash: ''
  };
}

/** Runs `work` on an engine in memory and closes it. */
export async function withEngine<T>(work: (engine: Engine) => Promise<T>, threads = 2): Promise<T> {
  const engine = await openDuckDB({ path: ':memory:', threads });
  try {
    return await work(engine);
  } finally {
    engine.close();
  }
}

/** Offset of Europe/Berlin, microseconds; valid from 2022-10-30 to 2026-03-29. */
const BERLIN: readonly (readonly [string, number])[] = [
  ['2025-10-26T01:00:00Z', 1],
  ['2025-03-30T01:00:00Z', 2],
  ['2024-10-27T01:00:00Z', 1],
  ['2024-03-31T01:00:00Z', 2],
  ['2023-10-29T01:00:00Z', 1],
  ['2023-03-26T01:00:00Z', 2]
];

function offset(us: number): number {
  const hours = BERLIN.find(([from]) => us >= Date.parse(from) * 1000)?.[1] ?? 1;
  return hours * 3_600_000_000;
}

/** Local calendar day in Berlin of an instant. */
export function berlinDay(us: number): number {
  return Math.floor((us + offset(us)) / DAY);
}

/** The instant of midnight in Berlin that starts a day. */
export function berlinMidnight(day: number): number {
  const guess = day * DAY - 3_600_000_000;
  return berlinDay(guess) === day && berlinDay(guess - 1) < day ? guess : guess - 3_600_000_000;
}

/** Day number of an ISO date. */
export function dayOf(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / 86_400_000;
}
