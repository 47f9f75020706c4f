import type { SniffedColumn, SniffedFile } from '../config/propose.js';
import { DataError } from '../errors.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { ColumnType, Engine, Sql } from '../types.js';
import { instantOf } from './instants.js';

/** Most distinct texts of a column that are worth listing in a proposal. */
const FEW = 40;

/**
 * Reads a CSV or Parquet file's columns with types, distinct texts where they are few, range and share of missing cells.
 * @throws DataError when the engine cannot read the file as a table
 */
export async function sniffFile(engine: Engine, file: { path: string; shown: string }): Promise<SniffedFile> {
  const { table, texts } = readersOf(file.path);
  const described = await engine
    .rows(sql`select column_name, column_type from (describe select * from ${table})`)
    .catch(cause => {
      throw new DataError(
        `expected a CSV or Parquet table with a header in ${file.shown}, but it cannot be read; check the file`,
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

/** The file as a table of typed columns, and as one whose cells are as they are written. */
function readersOf(path: string): { table: Sql; texts: Sql } {
  if (/\.(parquet|pq)$/i.test(path)) return { table: sql`read_parquet(${path})`, texts: sql`read_parquet(${path})` };
  const table = sql`read_csv(${path}, header = true, sample_size = ${raw('-1')})`;
  return { table, texts: sql`read_csv(${path}, header = true, all_varchar = true, sample_size = ${raw('-1')})` };
}

function typeOf(type: string): ColumnType {
  if (/^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|FLOAT|DOUBLE|DECIMAL)/.test(type))
    return 'number';
  if (/^(DATE|TIMESTAMP)/.test(type)) return 'instant';
  return type === 'BOOLEAN' ? 'boolean' : 'text';
}
