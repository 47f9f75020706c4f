import { suggest } from '../config/suggest.js';
import { DataError } from '../errors.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import type { Fault } from './cast.js';
import { type FileColumn, type FileGroup, wrongDelimiter } from './files.js';

const SHOWN = 30;

/** A relation over all files of a source with the wanted columns as `r0`, `r1`, … and their engine types. */
export interface Located {
  readonly types: readonly string[];
  readonly relation: Sql;
  /** Faults of a record as it is written, told by its column `line_fault`; none where the format has no such faults. */
  readonly lineFaults: readonly Fault[];
}

export interface LocateOptions {
  readonly label: string;
  /** Adds a text column `rest` of all other cells of a record, which tells records without a key apart. */
  readonly rest: boolean;
}

/**
 * Finds the wanted columns in every group of files by their exact names.
 * @throws DataError that names the column, the nearest names and the columns found, or the wrong delimiter.
 */
export function locateColumns(
  groups: readonly FileGroup[],
  wanted: readonly string[],
  options: LocateOptions
): Located {
  const parts = groups.map(group => {
    const found = wanted.map(name => findColumn(group, name, options.label));
    const cells = found.map((column, i) => sql`${raw(column.alias)} as ${raw(`r${i}`)}`);
    const rest = options.rest ? [sql`${group.lines?.rest ?? restOf(group, found)} as ${id('rest')}`] : [];
    const fault = group.lines === undefined ? [] : [id('line_fault')];
    return sql`select ${join([...cells, ...rest, ...fault])} from ${group.scan}`;
  });
  const first = groups[0] as FileGroup;
  return {
    types: wanted.map(name => findColumn(first, name, options.label).type),
    relation: sql`(${join(parts, ' union all ')})`,
    lineFaults: (first.lines?.reasons ?? []).map((reason, i) => ({ when: sql`line_fault = ${i + 1}`, reason }))
  };
}

function findColumn(group: FileGroup, name: string, label: string): FileColumn {
  const matches = group.columns.filter(column => column.name === name);
  if (matches.length > 1) {
    throw new DataError(
      `${label}: ${group.file}: expected one column ${name}, got ${matches.length} of that name; rename one`
    );
  }
  const [column] = matches;
  if (column !== undefined) return checkType(column, group, label);
  const delimiter = wrongDelimiter(group);
  if (delimiter !== null) throw new DataError(`${label}: ${group.file}: expected a column ${name}; ${delimiter}`);
  const names = group.columns.map(found => found.name);
  const near = suggest(name, names);
  const hint = near === null ? 'correct columns in vitals.yaml' : `did you mean ${near}?`;
  throw new DataError(
    `${label}: ${group.file}: expected a column ${name}, got none; ${hint} (columns found: ${listNames(names)})`
  );
}

function checkType(column: FileColumn, group: FileGroup, label: string): FileColumn {
  if (!/\[\d*\]$|^(?:STRUCT|MAP|UNION|BLOB|BIT|INTERVAL|TIME\b)/.test(column.type)) return column;
  throw new DataError(
    `${label}: ${group.file}: expected a column of plain values in ${column.name}, got ${column.type}; write it as text or number`
  );
}

function listNames(names: readonly string[]): string {
  const short = names.slice(0, SHOWN).map(name => (name.length > 40 ? `${name.slice(0, 40)}…` : name));
  return names.length > SHOWN ? `${short.join(', ')}, … (${names.length} in all)` : short.join(', ');
}

function restOf(group: FileGroup, found: readonly FileColumn[]): Sql {
  const others = group.columns.filter(column => !found.includes(column));
  if (others.length === 0) return sql`''`;
  const cells = others.map(column => sql`coalesce(cast(${raw(column.alias)} as varchar), '')`);
  return join(cells, ` || chr(31) || `);
}
