import { cellBefore } from '../sources/cells.js';
import { CONTRACTS } from '../sources/contracts.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Engine, IngestedColumn, TableInfo, TableName, Tables } from '../types.js';
import type { TableTrace } from './trace.js';
import { plainTables, recordsTable, type SpineRow } from './trace-lab.js';
import { columnOf, type FeatureDef, tableOf } from './types.js';

/** `made`: it made the value · `outside`: it was read and did not count · `later`: it was not known yet, or had not happened. */
export type Mark = 'made' | 'outside' | 'later';

export type Cell = number | string | null;

/** A record of the account, as it stands in the database: instants in microseconds, measures scaled, booleans as text. */
export interface TraceRecord {
  readonly mark: Mark;
  /** Instant of the event; null when the table has none or it is not told. */
  readonly happened: number | null;
  readonly knownAt: number | null;
  /** Key and read columns as they read before the date; of a later record as they stand. */
  readonly cells: Readonly<Record<string, Cell>>;
  /** Columns that read as empty because the instant of their own was not before the date. */
  readonly hidden: readonly { readonly column: string; readonly until: number }[];
}

export interface RecordsInput {
  readonly tables: Tables;
  readonly feature: FeatureDef;
  readonly at: SpineRow;
}

/** Columns of a table that an explanation shows: its key, then what the feature reads. */
export function shownColumns(table: TableName, { tables, feature }: Omit<RecordsInput, 'at'>): string[] {
  const key = CONTRACTS[table].key.filter(name => tables[table]?.columns[name] !== undefined);
  const reads = feature.reads.filter(read => tableOf(read) === table).map(columnOf);
  return [...new Set([...key, ...reads])].filter(name => name !== 'account_id');
}

/** Every record of the account in a table, with its mark, in order of time. Needs the tables that `traceFeature` left. */
export async function traceRecords(
  engine: Engine,
  { table, made }: TableTrace,
  input: RecordsInput
): Promise<TraceRecord[]> {
  const info = plainTables(input.tables)[table] as TableInfo;
  const shown = shownColumns(table, input);
  const dated = shown.flatMap(column => {
    const at = ownTime(info.columns[column]);
    return at === null ? [] : [{ column, at }];
  });
  const time = CONTRACTS[table].eventTime;
  const t = sql`cast(${input.at.asOfUs} as bigint)`;
  const cell = (column: string) =>
    sql`case when x.trace_seen then ${cellBefore(info, column, { alias: 'x', t })} else x.${id(column)} end`;
  const until = ({ column, at }: { column: string; at: string }) =>
    sql`case when x.trace_seen and x.${id(column)} is not null and x.${id(at)} >= ${t} then x.${id(at)} end`;
  const rows = await engine.rows(
    sql`select ${join([
      raw('cast(x.trace_seen as varchar) as trace_seen, x.trace_seen_row, x.known_at as trace_known'),
      sql`${time === null ? raw('null::bigint') : sql`x.${id(time)}`} as trace_happened`,
      ...shown.map(column => sql`${cell(column)} as ${id(`cell_${column}`)}`),
      ...dated.map(one => sql`${until(one)} as ${id(`until_${one.column}`)}`)
    ])} from ${recordsTable(table)} x order by x.trace_row`
  );
  const counted = new Set(made);
  return rows.map(row => ({
    mark: row['trace_seen'] !== 'true' ? 'later' : counted.has(row['trace_seen_row'] as number) ? 'made' : 'outside',
    happened: row['trace_happened'] as number | null,
    knownAt: row['trace_known'] as number | null,
    cells: Object.fromEntries(shown.map(column => [column, row[`cell_${column}`] ?? null])),
    hidden: dated.flatMap(({ column }) => {
      const us = row[`until_${column}`];
      return typeof us === 'number' ? [{ column, until: us }] : [];
    })
  }));
}

/** The column with the instant from which a cell is true; null when it is true with its record. */
function ownTime(column: IngestedColumn | undefined): string | null {
  return typeof column?.time === 'object' && 'at' in column.time ? column.time.at : null;
}
