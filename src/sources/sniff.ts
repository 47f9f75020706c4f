import { formatOf } from '../config/check.js';
import type { SniffedColumn, SniffedFile } from '../config/propose.js';
import { DataError } from '../errors.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { ColumnType, Engine, Sql } from '../types.js';
import { asDouble } from './cast.js';
import { readable } from './files.js';
import { instantOf } from './instants.js';
import { jsonTexts } from './json-lines.js';

/** Most distinct texts of a column that are worth listing in a proposal. */
const FEW = 40;

/**
 * Reads the columns of a file of CSV, Parquet or JSON lines with types, distinct texts where they are few, range and share of missing cells.
 * @throws DataError when the engine cannot read the file as a table
 */
export async function sniffFile(engine: Engine, file: { path: string; shown: string }): Promise<SniffedFile> {
  const { table, texts } = await readersOf(engine, file);
  const described = await engine
    .rows(sql`select column_name, column_type from (describe select * from ${table})`)
    .catch(cause => {
      throw new DataError(
        `expected a CSV or Parquet table with a header, or JSON lines, in ${file.shown}, but it cannot be read; check the file`,
        { cause }
      );
    });
  const columns = described.map(row => ({
    name: row['column_name'] as string,
    type: typeOf(row['column_type'] as string)
  }));
  const facts = await engine.rows(sql`select count(*) as n, ${join(columns.flatMap(factsOf))} from ${table}`);
  const first = facts[0] as Record<string, string | number | null>;
  const rows = first['n'] as number;
  const sniffed: SniffedColumn[] = [];
  for (const [k, column] of columns.entries())
    sniffed.push(await sniffColumn(engine, { texts, column, k, facts: first, rows }));
  return { path: file.shown, columns: sniffed, rows };
}

interface ColumnFacts {
  /** The file with its cells as they are written. */
  readonly texts: Sql;
  readonly column: { readonly name: string; readonly type: ColumnType };
  readonly k: number;
  readonly facts: Record<string, string | number | null>;
  readonly rows: number;
}

async function sniffColumn(engine: Engine, { texts, column, k, facts, rows }: ColumnFacts): Promise<SniffedColumn> {
  const distinct = facts[`distinct_${k}`] as number;
  const range = { min: facts[`min_${k}`], max: facts[`max_${k}`] };
  const base = { ...column, distinct, nullShare: rows === 0 ? 0 : (facts[`nulls_${k}`] as number) / rows };
  const ranged =
    range.min == null || range.max == null || column.type === 'text'
      ? base
      : { ...base, min: range.min, max: range.max };
  const cell = sql`trim(cast(${id(column.name)} as varchar))`;
  if (column.type === 'instant')
    return (await isIso(engine, cell, texts)) ? ranged : { ...base, type: 'text', note: NOT_ISO };
  if (distinct > FEW) return ranged;
  const values = await engine.rows(
    sql`select distinct v from (select ${cell} as v from ${texts}) where v <> '' order by v`
  );
  return { ...ranged, values: values.map(row => row['v'] as string) };
}

const NOT_ISO =
  'holds dates in another form than 2025-04-01 or 2025-04-01T06:00:00Z, which cannot be read; write them so';

/** Whether at least half of the instants are written in the form that ingest reads. */
async function isIso(engine: Engine, cell: Sql, texts: Sql): Promise<boolean> {
  const [row] = await engine.rows(sql`select count(*) as n, count(${instantOf(sql`v`, 'text', 'UTC')}) as iso
    from (select ${cell} as v from ${texts}) where v <> ''`);
  return 2 * (row?.['iso'] as number) >= (row?.['n'] as number);
}

function factsOf({ name, type }: { name: string; type: ColumnType }, k: number): Sql[] {
  const column = id(name);
  const shown =
    type === 'instant'
      ? sql`strftime(cast(${column} as timestamp), ${'%Y-%m-%dT%H:%M:%S'})`
      : type === 'number'
        ? sql`cast(${column} as double)`
        : sql`cast(${column} as varchar)`;
  return [
    sql`cast(count(distinct ${column}) as bigint) as ${id(`distinct_${k}`)}`,
    sql`cast(count(*) - count(${column}) as bigint) as ${id(`nulls_${k}`)}`,
    sql`min(${shown}) as ${id(`min_${k}`)}`,
    sql`max(${shown}) as ${id(`max_${k}`)}`
  ];
}

interface Readers {
  /** The file as a table of typed columns. */
  readonly table: Sql;
  /** The same with cells as they are written. */
  readonly texts: Sql;
}

async function readersOf(engine: Engine, { path, shown }: { path: string; shown: string }): Promise<Readers> {
  const format = formatOf(path);
  if (format === 'parquet') return { table: sql`read_parquet(${path})`, texts: sql`read_parquet(${path})` };
  if (format === 'jsonl') return jsonReaders(engine, { path, shown });
  const table = sql`read_csv(${path}, header = true, sample_size = ${raw('-1')})`;
  return { table, texts: sql`read_csv(${path}, header = true, all_varchar = true, sample_size = ${raw('-1')})` };
}

/** JSON says no type of an instant, and numbers come as texts too: a field is what all its cells can be. */
async function jsonReaders(engine: Engine, { path, shown }: { path: string; shown: string }): Promise<Readers> {
  const { names, relation } = await jsonTexts(engine, path, {
    shown,
    readable: reading => readable(reading, shown, { format: 'jsonl', label: 'init' })
  });
  await engine.run(sql`create or replace temp table sniffed as select * from ${relation}`);
  const facts = await engine.rows(sql`select ${join(names.flatMap(couldBe))} from sniffed`);
  const cells = names.map((name, i) => {
    const can = (kind: string) => facts[0]?.[`${kind}_${i}`] === 'true';
    if (can('number')) return sql`${asDouble(blankless(name))} as ${id(name)}`;
    if (can('instant')) return sql`make_timestamp(${instantOf(blankless(name), 'text', 'UTC')}) as ${id(name)}`;
    if (can('boolean')) return sql`cast(${blankless(name)} as boolean) as ${id(name)}`;
    return id(name);
  });
  return { table: sql`(select ${join(cells)} from sniffed)`, texts: sql`sniffed` };
}

function blankless(name: string): Sql {
  return sql`nullif(trim(${id(name)}), '')`;
}

/** Whether every cell of a field that is not blank could be of a type; false when all are blank. */
function couldBe(name: string, i: number): Sql[] {
  const cell = blankless(name);
  const all = (kind: string, fits: Sql) =>
    sql`coalesce(bool_and(${fits}) filter (where ${cell} is not null), false) as ${id(`${kind}_${i}`)}`;
  return [
    all('number', sql`${asDouble(cell)} is not null`),
    all('instant', sql`${instantOf(cell, 'text', 'UTC')} is not null`),
    all('boolean', sql`lower(${cell}) in ('true', 'false')`)
  ];
}

function typeOf(type: string): ColumnType {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|DECIMAL)/.test(type))
    return 'number';
  if (/^(DATE|TIMESTAMP)/.test(type)) return 'instant';
  return type === 'BOOLEAN' ? 'boolean' : 'text';
}
