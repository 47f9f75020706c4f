import type { Config } from '../config/types.js';
import { cellBefore, isVersioned, versionJoins } from '../sources/cells.js';
import { CONTRACTS } from '../sources/contracts.js';
import { hasMerges, recordsOf } from '../sources/merges.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Columns, Engine, Sql, TableInfo, TableName, Tables } from '../types.js';
import { planForSpine } from './build.js';
import type { PassTable } from './compile.js';
import { happened } from './rows.js';
import type { FeatureDef } from './types.js';

/** One row of table `spine`: an account at a date. */
export interface SpineRow {
  readonly account: string;
  readonly asOfDay: number;
  readonly asOfUs: number;
  readonly startUs: number;
  readonly tenureDays: number;
  readonly arr: number;
}

/** Rows that one experiment may put into the tables of all variants together. */
const MOST_ROWS = 2_000_000;
/** Variants that one experiment may have per table. */
const MOST_VARIANTS = 20_000;

/** The records of one account, numbered, in temporary tables that stand before the contract's own. */
export interface Lab {
  readonly engine: Engine;
  readonly config: Config;
  readonly tables: Tables;
  readonly feature: FeatureDef;
  readonly at: SpineRow;
  /** Tables with records of accounts that the feature reads, with what could be read before the date. */
  readonly read: readonly LabTable[];
}

export interface LabTable {
  readonly table: TableName;
  /** Records that could be read before the date. */
  readonly rows: number;
  /** Records that are tried together, in order of time; 1 unless the account has very many. */
  readonly width: number;
  readonly groups: number;
}

/**
 * The account as it would be with other records: `all` it has; in one table `none`, `only` one group, or all `without` some;
 * one group `alone` and nothing in any table; or `chosen` records.
 */
export type Variant =
  | { readonly kind: 'all' }
  | { readonly kind: 'none'; readonly table: TableName }
  | { readonly kind: 'only' | 'without' | 'alone'; readonly table: TableName; readonly group: number }
  | { readonly kind: 'chosen'; readonly rows: ReadonlyMap<TableName, readonly number[]> };

/** What every variant gave, by variant. */
export interface Outcome {
  /** One list per aggregate of the feature. */
  readonly aggregates: readonly (readonly (string | null)[])[];
  /** State and value in one text. */
  readonly values: readonly string[];
  /** Value and state of the first variant. */
  readonly first: { readonly value: number | string | null; readonly state: 0 | 1 | 2 };
}

export interface LabInput extends Omit<Lab, 'read' | 'engine'> {
  /** Whether smaller numbers of rows are to be tried together; default 2,000,000 rows in one experiment. */
  readonly mostRows?: number;
}

/** Whether a table's records belong to accounts; the others are references for all. */
export function isOwned(table: TableName): boolean {
  return CONTRACTS[table].columns.some(column => column.name === 'account_id');
}

/** Temporary table of an account's numbered records. */
export function recordsTable(table: TableName): Sql {
  return id(`trace_${table}`);
}

/**
 * Numbers the account's records in table order of time: columns of the source and trace_row (from 0), trace_seen (whether
 * it could be read before the date) and, of those, trace_seen_row (from 0).
 */
export async function openLab(engine: Engine, input: LabInput): Promise<Lab> {
  const { tables, feature, at, mostRows = MOST_ROWS } = input;
  const owned = feature.requires.filter(isOwned);
  const counts: (readonly [TableName, number])[] = [];
  for (const table of owned) counts.push([table, await numberRecords(engine, table, { tables, at })]);
  const total = counts.reduce((sum, [, rows]) => sum + rows, 0);
  const read = counts.map(([table, rows]): LabTable => {
    const most = Math.max(1, Math.min(MOST_VARIANTS, Math.floor(mostRows / Math.max(1, total - rows))));
    const width = Math.max(1, Math.ceil(rows / most));
    return { table, rows, width, groups: Math.ceil(rows / width) };
  });
  return { engine, config: input.config, tables: plainTables(tables), feature, at, read };
}

async function numberRecords(
  engine: Engine,
  table: TableName,
  { tables, at }: Pick<Lab, 'tables' | 'at'>
): Promise<number> {
  const info = tables[table];
  if (info === undefined) throw new Error(`no table ${table} for a feature that reads it`);
  const versioned = Object.keys(info.columns).filter(name => isVersioned(info, name));
  const place = { alias: 'x', t: sql`s.as_of_us` };
  const cells = versioned.map(name => sql`${cellBefore(info, name, place)} as ${id(name)}`);
  const replaced = cells.length === 0 ? sql`` : sql` replace (${join(cells)})`;
  const order = [CONTRACTS[table].eventTime ?? 'known_at', 'known_at', ...Object.keys(info.columns).sort()].map(c =>
    id(c)
  );
  const seen = sql`coalesce(x.known_at < s.as_of_us${happened(info)}, false)`;
  await engine.run(sql`create or replace temp table ${recordsTable(table)} as
    select *, row_number() over (partition by trace_seen order by trace_row) - 1 as trace_seen_row from (
      select x.*${replaced}, ${seen} as trace_seen, row_number() over (order by ${join(order.map(c => sql`x.${c}`))}) - 1 as trace_row
      from ${recordsOf(table, tables)} x cross join (select cast(${at.asOfUs} as bigint) as as_of_us) s${versionJoins(info, versioned, place)}
      where x.account_id = ${at.account}) order by trace_row`);
  const [count] = await engine.rows(sql`select count(*) as n from ${recordsTable(table)} where trace_seen`);
  return count?.['n'] as number;
}

/**
 * The tables as the lab has them: the records of merged accounts are the account's own, versioned cells read as they did at
 * the date, and the layout of the few events is the plain one.
 */
export function plainTables(tables: Tables): Tables {
  const plain = Object.values(tables).map((info): TableInfo => {
    const { nativeKeys: _k, nativeTable: _t, merges: _m, ...rest } = info;
    const columns = Object.entries(info.columns).map(([name, column]) => {
      return [name, isVersioned(info, name) ? { ...column, time: 'fixed' as const } : column];
    });
    return { ...rest, columns: Object.fromEntries(columns), knownAtAssumed: rest.knownAtAssumed && !hasMerges(tables) };
  });
  return Object.fromEntries(plain.map(info => [info.name, info]));
}

/** Puts a temporary table before a table of the contract, also in the place of a view of this connection. */
export async function standIn(engine: Engine, table: TableName, rows: Sql): Promise<void> {
  const views = await engine.rows(sql`select 1 as one from duckdb_views() where temporary and view_name = ${table}`);
  if (views.length === 0) {
    await engine.run(sql`create or replace temp table ${id(table)} as ${rows}`);
    return;
  }
  await engine.run(sql`create or replace temp table trace_stand_in as ${rows}`);
  await engine.run(sql`drop view temp.${id(table)}`);
  await engine.run(sql`alter table trace_stand_in rename to ${id(table)}`);
}

/**
 * Computes the feature for every variant at once: each is an account of its own, named by its number, in tables that hold
 * the records of all variants. Ids are told apart by variant too.
 * @param options joined: how many groups stand for one group of a variant
 */
export async function measure(
  lab: Lab,
  variants: readonly Variant[],
  { joined = 1 }: { readonly joined?: number } = {}
): Promise<Outcome> {
  const { engine, config, tables, feature } = lab;
  await writeVariants(lab, variants);
  for (const table of lab.read) await writeRecords(lab, table, joined);
  const plan = await planForSpine(engine, { config, tables, features: [feature] });
  for (const statement of plan.statements) await engine.run(statement);
  const aggregates: (string | null)[][] = [];
  for (const pass of plan.passes) aggregates.push(...(await readPass(engine, pass, variants.length)));
  const outcome = { aggregates, ...(await readValues(lab, variants.length)) };
  for (const table of plan.temporary) await engine.run(sql`drop table ${id(table)}`);
  return outcome;
}

/** Aggregates of a pass by variant; a variant without a group has what they give over no rows. */
async function readPass(engine: Engine, { table, aggregates, empty }: PassTable, n: number) {
  const texts = aggregates.map(name => sql`cast(${id(name)} as varchar) as ${id(name)}`);
  const [nothing] = await engine.rows(sql`select ${join(texts)} from (${empty})`);
  const grouped = await engine.columns(
    sql`select ${join([...texts, raw('cast(account_id as integer) as trace_variant')])} from ${id(table)}`
  );
  return aggregates.map(name => byVariant(grouped, { name, n, blank: (nothing?.[name] as string | null) ?? null }));
}

async function readValues({ engine, feature: { name } }: Lab, n: number): Promise<Omit<Outcome, 'aggregates'>> {
  const [value, state] = [id(name), id(`${name}__state`)];
  const all = await engine.columns(sql`select ${state} || coalesce(':' || cast(${value} as varchar), '') as value,
    cast(account_id as integer) as trace_variant from snapshots`);
  const [row] = await engine.rows(
    sql`select ${value} as value, ${state} as state from snapshots where account_id = '0'`
  );
  return {
    values: byVariant(all, { name: 'value', blank: '', n }).map(text => text ?? ''),
    first: { value: row?.['value'] ?? null, state: row?.['state'] as Outcome['first']['state'] }
  };
}

/** The texts of a column in order of variant; `blank` for variants without a row. */
function byVariant(
  { numbers, texts }: Columns,
  { name, blank, n }: { readonly name: string; readonly blank: string | null; readonly n: number }
): (string | null)[] {
  const ordered = new Array<string | null>(n).fill(blank);
  numbers['trace_variant']?.forEach((variant, i) => {
    ordered[variant] = texts[name]?.[i] ?? null;
  });
  return ordered;
}

/** Tables of the variants and of chosen records, and the spine with a row per variant. */
async function writeVariants({ engine, at }: Lab, variants: readonly Variant[]): Promise<void> {
  const tableOf = (variant: Variant) => ('table' in variant ? variant.table : '');
  const groupOf = (variant: Variant) => ('group' in variant ? variant.group : -1);
  const chosen = variants.flatMap((variant, i) =>
    variant.kind === 'chosen'
      ? [...variant.rows].flatMap(([table, rows]) => rows.map(row => ({ variant: i, table, row })))
      : []
  );
  await engine.run(
    sql`create or replace temp table trace_variants as select ${unnested([
      ['variant', [...variants.keys()]],
      ['kind', variants.map(v => v.kind)],
      ['tab', variants.map(tableOf)],
      ['grp', variants.map(groupOf)]
    ])}`
  );
  await engine.run(
    sql`create or replace temp table trace_chosen as select ${unnested([
      ['variant', chosen.map(c => c.variant)],
      ['tab', chosen.map(c => c.table)],
      ['row', chosen.map(c => c.row)]
    ])}`
  );
  await engine.run(sql`create or replace temp table spine as
    select cast(variant as varchar) as account_id, cast(${at.asOfDay} as integer) as as_of_day,
      cast(${at.asOfUs} as bigint) as as_of_us, cast(variant as varchar) as parent, cast(${at.startUs} as bigint) as start_us,
      cast(${at.tenureDays} as integer) as tenure_days, cast(${at.arr} as double) as arr
    from trace_variants`);
}

/** Columns of equal lists, row by row. */
function unnested(columns: readonly (readonly [string, readonly (number | string)[]])[]): Sql {
  return join(
    columns.map(([name, cells]) => {
      const type = raw(name === 'kind' || name === 'tab' ? 'varchar[]' : 'integer[]');
      return sql`unnest(cast([${join(cells)}] as ${type})) as ${id(name)}`;
    })
  );
}

/** Fills the stand-in of a table with the records of every variant. */
async function writeRecords({ engine, tables }: Lab, { table, width }: LabTable, joined: number): Promise<void> {
  const own = Object.entries(tables[table]?.columns ?? {}).filter(
    ([name, { type }]) => type === 'text' && name.endsWith('_id') && name !== 'account_id'
  );
  const apart = [
    sql`cast(v.variant as varchar) as account_id`,
    ...own.map(([name]) => sql`v.variant || ':' || x.${id(name)} as ${id(name)}`)
  ];
  const records = sql`(select *, trace_seen_row // ${width * joined} as trace_group from ${recordsTable(table)} where trace_seen)`;
  const parts = [
    sql`from trace_variants v cross join ${records} x where v.kind not in ('chosen', 'alone') and v.tab <> ${table}`,
    sql`from trace_variants v join ${records} x on x.trace_group = v.grp where v.kind in ('only', 'alone') and v.tab = ${table}`,
    sql`from trace_variants v join ${records} x on x.trace_group <> v.grp where v.kind = 'without' and v.tab = ${table}`,
    sql`from trace_chosen v join ${records} x on x.trace_seen_row = v.row where v.tab = ${table}`
  ];
  const extra = raw('(trace_row, trace_seen, trace_seen_row, trace_group)');
  const selects = parts.map(part => sql`select x.* exclude ${extra} replace (${join(apart)}) ${part}`);
  await standIn(engine, table, join(selects, ' union all '));
}
