import { didYouMean } from '../config/suggest.js';
import { DataError } from '../errors.js';
import { double, id, join, literal, raw, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { MOST } from './cast.js';
import type { FileGroup, FileSpec } from './file-types.js';

/** Lines that are looked at for names, and their greatest length. */
const SAMPLE = 200;
const SHORT = 65_536;
const DEPTH = 3;
const SHOWN = 30;
/** Fields that a proposal looks at. */
const MOST_FIELDS = 500;

export interface JsonOptions {
  /** Names of the fields that are wanted: `plan`, or `properties.plan` of a nested object. */
  readonly wanted: readonly string[];
  /** First file as messages name it. */
  readonly shown: string;
  /** Waits for a read of the file and words its failure. */
  readonly readable: <T>(reading: Promise<T>) => Promise<T>;
}

/** Where a field is: the keys from the outermost object down. */
type Path = readonly string[];

/**
 * Files of JSON lines as a group whose columns are the wanted fields, as text. A line that is no object, that has a key
 * twice where a field is read, or whose field is no plain value is a fault of its row; it is never guessed. Blank lines are
 * skipped and not numbered.
 * @throws DataError when the file holds no objects at all, or a field occurs in none of its lines.
 */
export async function openJsonLines(
  engine: Engine,
  files: readonly string[],
  { spec, options }: { readonly spec: FileSpec; readonly options: JsonOptions }
): Promise<FileGroup> {
  const lines = linesOf(files);
  const place = `${spec.label}: ${options.shown}`;
  const names = await sampleNames(engine, lines, { place, readable: options.readable });
  const paths: Path[] = [];
  for (const name of options.wanted) paths.push(await findPath(engine, lines, { name, names, place, options }));
  const columns = options.wanted.map((name, i) => ({ name, type: 'VARCHAR', alias: `c${i + 1}` }));
  return {
    file: options.shown,
    columns,
    delimiter: null,
    scan: fieldsOf(lines, paths),
    lines: { rest: raw('line'), reasons: lineReasons(options.wanted) }
  };
}

/**
 * A file of JSON lines with all fields of its first lines that hold plain values, as texts under their dotted names.
 * @throws DataError when the file holds no objects
 */
export async function jsonTexts(
  engine: Engine,
  file: string,
  { shown, readable }: Pick<JsonOptions, 'shown' | 'readable'>
): Promise<{ readonly names: readonly string[]; readonly relation: Sql }> {
  const lines = linesOf([file]);
  const names = await sampleNames(engine, lines, { place: shown, readable });
  const owners = new Set([...names.values()].flatMap(path => path.map((_, i) => path.slice(0, i).join('\0'))));
  const plain = [...names].filter(([, path]) => !owners.has(path.join('\0'))).slice(0, MOST_FIELDS);
  if (plain.length === 0) throw new DataError(`${shown}: expected objects with fields, got empty ones`);
  const cells = plain.map(([name], i) => sql`${raw(`c${i + 1}`)} as ${id(name)}`);
  return {
    names: plain.map(([name]) => name),
    relation: sql`(select ${join(cells)} from ${fieldsOf(
      lines,
      plain.map(([, path]) => path)
    )} where line_fault <> 1)`
  };
}

/** Every line as text; a second cell is what follows the separator, which no JSON holds. Lines end at 2 MB. */
function linesOf(files: readonly string[]): Sql {
  return sql`read_csv([${join(files)}], columns = {'line': 'VARCHAR', 'more': 'VARCHAR'}, header = false, auto_detect = false,
    delim = ${'\u0001'}, quote = '', escape = '', null_padding = true, strict_mode = false)`;
}

const OBJECT = raw(
  `case when more is null and json_valid(line) then case when json_type(line) = 'OBJECT' then line end end`
);

interface SampleOptions {
  readonly place: string;
  readonly readable: JsonOptions['readable'];
}

/** Names of the fields of the first lines, nested ones by their dotted paths. */
async function sampleNames(
  engine: Engine,
  lines: Sql,
  { place, readable }: SampleOptions
): Promise<ReadonlyMap<string, Path>> {
  const rows = await readable(
    engine.rows(sql`select case when length(line) <= ${SHORT} then ${OBJECT} end as object, coalesce(${OBJECT} is not null, false) as good
      from (select * from ${lines} limit ${SAMPLE})`)
  );
  if (rows.length === 0) throw new DataError(`${place}: expected lines of JSON objects, got an empty file`);
  if (!rows.some(row => row['good'] === 'true')) {
    throw new DataError(
      `${place}: expected one JSON object per line, got none in the first ${rows.length} lines; write an array or a pretty-printed object as one object per line`
    );
  }
  const names = new Map<string, Path>();
  for (const { object } of rows) if (object !== null) addNames(parsed(String(object)), [], names);
  return names;
}

/** The engine also takes NaN and Infinity for JSON; such a line tells no names. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function addNames(value: unknown, path: Path, names: Map<string, Path>): void {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    const full = [...path, key];
    const name = full.join('.');
    const other = names.get(name);
    if (other === undefined || other.length > full.length) names.set(name, full);
    if (full.length < DEPTH) addNames(inner, full, names);
  }
}

interface FindOptions {
  readonly name: string;
  readonly names: ReadonlyMap<string, Path>;
  readonly place: string;
  readonly options: JsonOptions;
}

/** A field of that whole name before one that its dots lead to; all lines are read only for names that the first lack. */
async function findPath(engine: Engine, lines: Sql, { name, names, place, options }: FindOptions): Promise<Path> {
  const known = names.get(name);
  if (known !== undefined) return known;
  const candidates = name.includes('.') ? [[name], name.split('.')] : [[name]];
  const usable = candidates.filter(path => path.every(key => key !== ''));
  const tests = usable.map((path, i) => sql`bool_or(json_exists(j, ${jsonPath(path)})) as ${raw(`p${i}`)}`);
  if (tests.length > 0) {
    const query = sql`select ${join(tests)} from (select ${OBJECT} as j from ${lines})`;
    const [row] = await options.readable(engine.rows(query));
    const found = usable.find((_, i) => row?.[`p${i}`] === 'true');
    if (found !== undefined) return found;
  }
  const all = [...names.keys()];
  const shown = all.slice(0, SHOWN).map(other => (other.length > 40 ? `${other.slice(0, 40)}…` : other));
  throw new DataError(
    `${place}: expected a field ${name}, got none in any line; ${didYouMean(name, all)} (fields found: ${shown.join(', ')})`
  );
}

/** Path of the engine: every key in quotes, so that no character of it means anything. */
function jsonPath(path: Path): string {
  return `$${path.map(key => `."${key.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join('')}`;
}

const WHOLE = ['expected a JSON object in the line, got other text', 'expected every key once, got one twice'] as const;
const PER_FIELD = [
  'expected a plain value, got an object or a list',
  'expected a finite number below 2^53, got another; write a longer id as text',
  'expected text without NUL, got one'
] as const;

/** Reasons of `line_fault` 1, 2, …: those of the line, then those of each field. */
function lineReasons(wanted: readonly string[]): string[] {
  return [...WHOLE, ...wanted.flatMap(name => PER_FIELD.map(reason => `${name}: ${reason}`))];
}

/** The relation of fields `c1`, `c2`, …, the whole `line` and `line_fault` (0: none). */
function fieldsOf(lines: Sql, paths: readonly Path[]): Sql {
  const owners = [...new Set(paths.flatMap(path => path.map((_, i) => jsonPath(path.slice(0, i)))))];
  const cells = paths.map((_, i) => sql`${cellOf(i + 1)} as ${raw(`c${i + 1}`)}`);
  const twice = owners.map((_, i) => sql`len(k[${i + 1}]) <> list_unique(k[${i + 1}])`);
  const faults = [sql`j is null`, sql`(${join(twice, ' or ')})`, ...paths.flatMap((_, i) => fieldFaults(i + 1))];
  const cases = faults.map((when, i) => sql`when ${when} then ${literal(i + 1)}`);
  return sql`(select ${join(cells)}, line, cast(case ${join(cases, ' ')} else 0 end as integer) as line_fault
    from (select line, j, json_extract_string(j, [${join(paths.map(jsonPath))}]) as x,
      json_type(j, [${join(paths.map(jsonPath))}]) as t, json_keys(j, [${join(owners)}]) as k
      from (select line, ${OBJECT} as j from ${lines})))`;
}

/** Text of the field; a whole number that is written with a point has none, so that ids stay ids. */
function cellOf(i: number): Sql {
  return sql`case when t[${i}] = 'DOUBLE' then regexp_replace(x[${i}], '\\.0$', '') else x[${i}] end`;
}

function fieldFaults(i: number): Sql[] {
  const number = sql`try_cast(x[${i}] as double)`;
  return [
    sql`t[${i}] in ('OBJECT', 'ARRAY')`,
    sql`t[${i}] in ('UBIGINT', 'BIGINT', 'HUGEINT', 'DOUBLE') and coalesce(not isfinite(${number}) or abs(${number}) > ${double(MOST)}, true)`,
    sql`contains(x[${i}], chr(0))`
  ];
}
