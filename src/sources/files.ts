import { posix } from 'node:path';
import { DataError } from '../errors.js';
import { join, raw, sql } from '../sql/sql.js';
import type { Engine } from '../types.js';
import type { FileGroup, FileSpec } from './file-types.js';
import { guessDelimiter, showDelimiter, splitHeader } from './header.js';
import { openJsonLines } from './json-lines.js';

export type { FileColumn, FileGroup, FileSpec } from './file-types.js';

/**
 * Finds the files of a source and reads their headers or schemas; rows only of JSON lines, which have no schema.
 * @param wanted the fields that will be read, of which the columns of JSON lines are made
 * @throws DataError when a pattern matches no file, or a file is empty or unreadable.
 */
export async function openFiles(engine: Engine, spec: FileSpec, wanted: readonly string[] = []): Promise<FileGroup[]> {
  const files = await listFiles(engine, spec);
  if (spec.format !== 'parquet') await refuseLongLines(engine, files, spec);
  if (spec.format === 'jsonl') {
    const shown = shortName(files[0] as string, spec);
    const options = { wanted, shown, readable: <T>(reading: Promise<T>) => readable(reading, shown, spec) };
    return [await openJsonLines(engine, files, { spec, options })];
  }
  return spec.format === 'parquet' ? [await openParquet(engine, files, spec)] : openCsv(engine, files, spec);
}

async function listFiles(engine: Engine, spec: FileSpec): Promise<string[]> {
  const found: string[] = [];
  for (const pattern of spec.files) {
    const path = globOf(spec.workspace, pattern);
    const rows = await engine.rows(sql`select file from glob(${path}) order by file`);
    if (rows.length === 0) throw missing(pattern, spec);
    found.push(...rows.map(row => row['file'] as string));
  }
  return [...new Set(found)];
}

function missing(pattern: string, spec: FileSpec): DataError {
  const hint = spec.origin === null ? 'put it there, or correct files in vitals.yaml' : `get it from ${spec.origin}`;
  return new DataError(`${spec.label}: expected a file ${pattern} in the workspace, found none; ${hint}`);
}

/**
 * The glob of the regular files that a path or pattern of a configuration names; a workspace's own name is no pattern. The
 * engine lists pipes and devices for a plain path only, so a plain path becomes a pattern of itself.
 */
export function globOf(workspace: string, pattern: string): string {
  const path = posix.isAbsolute(pattern) ? pattern : posix.join(escapeGlob(workspace), pattern);
  return /[[*?]/.test(path) ? path : path.replace(/[\p{L}\p{N}]$/u, '[$&]');
}

function escapeGlob(path: string): string {
  return path.replaceAll(/[[*?]/g, char => `[${char}]`);
}

function shortName(file: string, spec: FileSpec): string {
  return file.startsWith(`${spec.workspace}/`) ? file.slice(spec.workspace.length + 1) : file;
}

/** Files of which a whole line of this size fits into one buffer of the reader. */
const BUFFER = 16_777_216;

/**
 * The engine's reader of lines gives no error for a last line that is longer than its buffer, and none of its rows: the
 * reader of JSON objects, which refuses such lines, looks at every file that may hold one.
 */
async function refuseLongLines(engine: Engine, files: readonly string[], spec: FileSpec): Promise<void> {
  const sizes = await engine.rows(sql`select filename as file, size from read_blob([${join(files)}])`);
  for (const { file, size } of sizes) {
    const path = String(file);
    if (Number(size) < BUFFER && !/\.(gz|zst)$/i.test(path)) continue;
    const query = sql`select count(*) as n from read_json_objects(${path}, format = 'newline_delimited',
      ignore_errors = true, maximum_object_size = ${BUFFER})`;
    await readable(engine.rows(query), shortName(path, spec), spec);
  }
}

async function openParquet(engine: Engine, files: readonly string[], spec: FileSpec): Promise<FileGroup> {
  const file = shortName(files[0] as string, spec);
  const scan = sql`read_parquet([${join(files)}], union_by_name = true, hive_partitioning = false)`;
  const describe = sql`select column_name as name, column_type as type from (describe select * from ${scan})`;
  const rows = await readable(engine.rows(describe), file, spec);
  const columns = rows.map((row, i) => ({ name: String(row['name']), type: String(row['type']), alias: `c${i + 1}` }));
  const aliases = join(columns.map(column => raw(column.alias)));
  return { file, columns, delimiter: null, scan: sql`(select * from ${scan}) as files(${aliases})` };
}

/** Errors of the engine that a file cannot cause. */
const OWN_FAULTS = /\b(?:Binder|Parser|Catalog|Conversion|Out of Range|Out of Memory|Internal|INTERNAL) Error/;

/** Waits for a read of a file. @throws DataError that names the file and, in CSV, the line, without its text. */
export async function readable<T>(
  reading: Promise<T>,
  file: string,
  spec: Pick<FileSpec, 'format' | 'label'>
): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    if (cause instanceof DataError || OWN_FAULTS.test(String(cause))) throw cause;
    throw new DataError(`${spec.label}: ${file} ${unreadable(String(cause), spec.format)}`, { cause });
  }
}

function unreadable(reason: string, format: FileSpec['format']): string {
  if (format === 'parquet') {
    return 'cannot be read as Parquet: expected a whole Parquet file, got a damaged one or another format; write it again';
  }
  const line = /Line: (\d+)/.exec(reason)?.[1];
  const kind = format === 'jsonl' ? 'JSON lines' : 'CSV';
  const place = line === undefined ? `cannot be read as ${kind}` : `cannot be read as ${kind}, line ${line}`;
  const [, expected, got] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(reason) ?? [];
  if (got !== undefined) return `${place}: expected ${expected} cells, got ${got}; quote cells that hold the delimiter`;
  if (reason.includes('unicode')) return `${place}: expected UTF-8 text, got other bytes; save it as UTF-8`;
  if (format === 'csv' && reason.includes('quote'))
    return `${place}: expected every quoted cell to end with a quote; double quotes inside cells`;
  if (reason.includes('GZIP')) return `${place}: expected a gzip file, got another format; compress it, or rename it`;
  const what = format === 'jsonl' ? 'one object per line' : 'lines of cells';
  return `${place}: expected ${what} in UTF-8 below 2 MB; write it again`;
}

interface Header {
  readonly file: string;
  readonly delimiter: string;
  readonly names: readonly string[];
}

async function openCsv(engine: Engine, files: readonly string[], spec: FileSpec): Promise<FileGroup[]> {
  const runs: Header[][] = [];
  for (const file of files) {
    const header = await readHeader(engine, file, spec);
    const last = runs.at(-1);
    if (last !== undefined && sameHeader(last[0] as Header, header)) last.push(header);
    else runs.push([header]);
  }
  return runs.map(run => csvGroup(run, spec));
}

function sameHeader(a: Header, b: Header): boolean {
  return a.delimiter === b.delimiter && JSON.stringify(a.names) === JSON.stringify(b.names);
}

async function readHeader(engine: Engine, file: string, spec: FileSpec): Promise<Header> {
  const query = sql`select line from read_csv(${file}, columns = {'line': 'VARCHAR'}, header = false, auto_detect = false,
    delim = ${'\u0001'}, quote = '', escape = '', strict_mode = false) limit 1`;
  const [row] = await readable(engine.rows(query), shortName(file, spec), spec);
  const line = row?.['line'];
  if (typeof line !== 'string') {
    throw new DataError(`${spec.label}: ${shortName(file, spec)}: expected a header line, got an empty file`);
  }
  if (line.includes('\0')) {
    throw new DataError(
      `${spec.label}: ${shortName(file, spec)}: expected UTF-8 text, got UTF-16 or binary; save it as UTF-8`
    );
  }
  const delimiter = spec.delimiter ?? guessDelimiter(line);
  return { file, delimiter, names: splitHeader(line, delimiter) };
}

function csvGroup(run: readonly Header[], spec: FileSpec): FileGroup {
  const { file, delimiter, names } = run[0] as Header;
  const columns = names.map((name, i) => ({ name, type: 'VARCHAR', alias: `c${i + 1}` }));
  const shape = join(columns.map(column => sql`${column.alias}: 'VARCHAR'`));
  const scan = sql`read_csv([${join(run.map(header => header.file))}], columns = {${shape}}, header = true,
    auto_detect = false, delim = ${delimiter}, quote = '"', escape = '"', nullstr = [${join(['', ...spec.nullValues])}])`;
  return { file: shortName(file, spec), columns, delimiter, scan };
}

/** Says that a header is one column that holds another delimiter, or null when it does not. */
export function wrongDelimiter(group: FileGroup): string | null {
  const only = group.columns.length === 1 ? group.columns[0]?.name : undefined;
  if (only === undefined || group.delimiter === null) return null;
  const other = guessDelimiter(only);
  const cells = splitHeader(only, other).length;
  if (cells === 1) return null;
  return `its header is a single column when read with delimiter ${showDelimiter(group.delimiter)}, but splits into ${cells} with ${showDelimiter(other)}; set delimiter: ${showDelimiter(other)}`;
}
