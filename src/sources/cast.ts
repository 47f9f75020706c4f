import { DataError } from '../errors.js';
import { double, join, literal, raw, sql } from '../sql/sql.js';
import type { IngestedColumn, Sql } from '../types.js';
import { instantOf } from './instants.js';

/** How one column of a database table is made from a column of the files. */
export interface CellSpec {
  /** Column of the database. */
  readonly name: string;
  /** Column of the file. */
  readonly from: string;
  /** `number` is a finite DOUBLE and `date` an ISO date as text; both only in ready snapshots. */
  readonly type: IngestedColumn['type'] | 'number' | 'date';
  readonly decimals: number;
  readonly nullable: boolean;
  readonly minimum?: number;
  readonly allowed?: readonly string[];
  readonly values: Readonly<Record<string, string>> | null;
  /** Zone of naive timestamps and dates. */
  readonly timezone: string;
}

/** A condition under which a row is quarantined, and why. */
export interface Fault {
  readonly when: Sql;
  readonly reason: string;
}

/** SQL of one cell: `raw` reads the file's cell (NULL when blank), `value` the database's, NULL where it is at fault. */
export interface Cast {
  readonly raw: Sql;
  readonly value: Sql;
  readonly faults: readonly Fault[];
}

/** Integers below 2^53 are exact in every program that reads them. */
export const MOST = Number.MAX_SAFE_INTEGER;

type Kind = 'text' | 'float' | 'integer' | 'decimal' | 'boolean' | 'date' | 'naive' | 'zoned';

/** Engine type of a file column, as far as casting cares. */
function kindOf(fileType: string): Kind {
  if (/^(DOUBLE|FLOAT|REAL)$/.test(fileType)) return 'float';
  if (fileType.startsWith('DECIMAL')) return 'decimal';
  if (fileType.endsWith('INT') || fileType === 'INTEGER') return 'integer';
  if (fileType === 'BOOLEAN') return 'boolean';
  if (fileType === 'DATE') return 'date';
  if (fileType === 'TIMESTAMP WITH TIME ZONE') return 'zoned';
  return fileType.startsWith('TIMESTAMP') ? 'naive' : 'text';
}

/** Whether a file column holds whole numbers. */
export function isWhole(fileType: string): boolean {
  return kindOf(fileType) === 'integer';
}

/**
 * Plans one cell. `source` is the file's cell, `cell` the name under which its `raw` form can be read afterwards and
 * `value` the name of its value (both are columns of the row when faults are judged).
 * @throws DataError when no cell of the file's type can hold the column's values.
 */
export function castCell(
  spec: CellSpec,
  fileType: string,
  { source, cell, value }: { source: Sql; cell: Sql; value: Sql }
): Cast {
  const kind = kindOf(fileType);
  const native = spec.values === null && isNative(spec.type, kind);
  const text = spec.values === null ? cell : mapped(cell, spec.values);
  if (spec.type === 'instant' && !native && kind !== 'text' && spec.values === null) {
    throw new DataError(
      `${place(spec)}: expected dates or timestamps, got a column of ${fileType}; write it as a timestamp`
    );
  }
  const made = native ? fromNative(spec, kind, cell) : fromText(spec, text);
  return {
    raw: native ? source : textOf(source, kind),
    value: made,
    faults: cellFaults(spec, { native, cell, text, value })
  };
}

function isNative(type: CellSpec['type'], kind: Kind): boolean {
  if (type === 'instant') return kind === 'date' || kind === 'naive' || kind === 'zoned';
  if (type === 'measure' || type === 'integer') return kind === 'float' || kind === 'integer' || kind === 'decimal';
  if (type === 'number') return kind === 'float';
  if (type === 'text') return kind === 'integer';
  return type === 'boolean' && kind === 'boolean';
}

/** Trimmed text of a cell, NULL when blank. Whole floats lose their `.0`, so that ids read as numbers stay ids. */
function textOf(source: Sql, kind: Kind): Sql {
  if (kind === 'text') return sql`nullif(trim(cast(${source} as varchar)), '')`;
  if (kind !== 'float') return sql`cast(${source} as varchar)`;
  const whole = sql`isfinite(${source}) and abs(${source}) <= ${MOST} and ${source} = trunc(${source})`;
  return sql`case when ${whole} then cast(cast(${source} as bigint) as varchar) else cast(${source} as varchar) end`;
}

function mapped(text: Sql, values: Readonly<Record<string, string>>): Sql {
  const cases = Object.entries(values).map(([from, to]) => sql`when ${from} then ${to}`);
  return cases.length === 0 ? sql`cast(null as varchar)` : sql`(case ${text} ${join(cases, ' ')} end)`;
}

function fromNative(spec: CellSpec, kind: Kind, cell: Sql): Sql {
  if (spec.type === 'instant') return instantOf(cell, kind as 'date' | 'naive' | 'zoned', spec.timezone);
  if (spec.type === 'boolean') return cell;
  if (spec.type === 'text') return sql`cast(${cell} as varchar)`;
  if (spec.type === 'number') return sql`case when isfinite(${cell}) then cast(${cell} as double) end`;
  if (kind === 'decimal') return scaledInteger(cell, spec.decimals);
  if (kind === 'integer') return timesTen(cell, spec.decimals);
  const scaled = sql`cast(${cell} as double) * ${double(10 ** spec.decimals)}`;
  const whole = spec.type === 'integer' ? sql`and ${cell} = trunc(${cell})` : sql``;
  return sql`case when isfinite(${cell}) and abs(${scaled}) <= ${double(MOST)} ${whole} then cast(round(${scaled}) as bigint) end`;
}

const YES = join(['true', 't', 'yes', 'y', '1']);
const NO = join(['false', 'f', 'no', 'n', '0']);
const NUMBER = String.raw`[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?`;

function fromText(spec: CellSpec, text: Sql): Sql {
  switch (spec.type) {
    case 'text':
      return spec.allowed === undefined ? text : sql`lower(${text})`;
    case 'boolean':
      return sql`case when lower(${text}) in (${YES}) then true when lower(${text}) in (${NO}) then false end`;
    case 'instant':
      return instantOf(text, 'text', spec.timezone);
    case 'date':
      return sql`case when length(${text}) >= 10 and try_cast(${text} as timestamp) is not null
        then cast(try_cast(left(${text}, 10) as date) as varchar) end`;
    case 'number':
      return sql`case when isfinite(${asDouble(text)}) then ${asDouble(text)} end`;
    default:
      return scaledText(text, spec.decimals);
  }
}

/** DOUBLE of a text that is a plain number, else NULL. */
export function asDouble(text: Sql): Sql {
  return sql`(case when regexp_full_match(${text}, ${NUMBER}) then try_cast(${text} as double) end)`;
}

/** `scaledInteger` of a text; texts with at most as many decimals as are kept need no second parse to be known as exact. */
function scaledText(text: Sql, decimals: number): Sql {
  const point = decimals === 0 ? '' : String.raw`(\.\d{1,${decimals}})?`;
  const plain = String.raw`-?\d{1,${15 - decimals}}${point}`;
  const any = scaledInteger(sql`replace(${text}, '_', '?')`, decimals);
  return sql`case when regexp_full_match(${text}, ${plain}) then ${shifted(sql`try_cast(${text} as decimal(18, ${decimals}))`, decimals)}
    else ${any} end`;
}

/** BIGINT of a decimal number or text times 10^decimals, NULL when it is no number, is too large or has more decimals. */
function scaledInteger(number: Sql, decimals: number): Sql {
  const kept = sql`try_cast(${number} as decimal(18, ${decimals}))`;
  const exact = sql`try_cast(${number} as decimal(38, 18))`;
  return sql`case when ${kept} = ${exact} then ${shifted(kept, decimals)} end`;
}

/** BIGINT of a DECIMAL(18, decimals) times 10^decimals, through a type that is wide enough for the product. */
function shifted(decimal: Sql, decimals: number): Sql {
  return sql`cast(cast(${decimal} as decimal(38, ${decimals})) * ${10 ** decimals} as bigint)`;
}

/** BIGINT of a whole number times 10^decimals, NULL when that leaves 2^53. */
function timesTen(number: Sql, decimals: number): Sql {
  const limit = Math.floor(MOST / 10 ** decimals);
  return sql`case when ${number} between ${-limit} and ${limit} then cast(${number} as bigint) * ${10 ** decimals} end`;
}

/** Where a value comes from, for messages: `mrr (column MRR)`. */
function place(spec: CellSpec): string {
  return spec.name === spec.from ? spec.name : `${spec.name} (column ${spec.from})`;
}

interface CellNames {
  readonly native: boolean;
  readonly cell: Sql;
  readonly text: Sql;
  readonly value: Sql;
}

function cellFaults(spec: CellSpec, names: CellNames): Fault[] {
  const { cell, text, value } = names;
  const faults: Fault[] = [];
  const add = (when: Sql, reason: string) => faults.push({ when, reason: `${place(spec)}: ${reason}` });
  if (!spec.nullable) add(sql`${cell} is null`, 'expected a value, got an empty cell');
  if (spec.values !== null) {
    const translated = spec.type === 'text' ? value : text;
    add(sql`${translated} is null and ${cell} is not null`, 'expected a text that values translates, got another');
  }
  if (spec.type === 'measure' || spec.type === 'integer') addNumberFaults(spec, names, add);
  else if (spec.type !== 'text') add(sql`${value} is null and ${cell} is not null`, WRONG_TYPE[spec.type]);
  if (spec.allowed !== undefined) {
    add(sql`${value} not in (${join(spec.allowed)})`, `expected one of ${spec.allowed.join(', ')}, got another text`);
  }
  if (spec.type === 'instant') add(sql`${value} < 0`, 'expected an instant from 1970 on, got an earlier one');
  if (spec.minimum !== undefined) {
    const least = spec.type === 'number' ? double(spec.minimum) : literal(spec.minimum * 10 ** spec.decimals);
    add(sql`${value} < ${least}`, `expected at least ${spec.minimum}, got a smaller number`);
  }
  return faults;
}

const WRONG_TYPE = {
  boolean: 'expected true or false, got other text',
  instant: 'expected a date or timestamp such as 2025-04-01T06:00:00Z, got other text',
  date: 'expected a date such as 2025-04-01, got other text',
  number: 'expected a finite number such as 12.5, got other text'
} as const;

function addNumberFaults(
  spec: CellSpec,
  { native, cell, text, value }: CellNames,
  add: (when: Sql, reason: string) => void
): void {
  const lost = sql`${value} is null and ${cell} is not null`;
  const number = native ? sql`cast(${cell} as double)` : asDouble(text);
  const limit = double(MOST / 10 ** spec.decimals);
  add(sql`${lost} and coalesce(not isfinite(${number}), true)`, 'expected a number such as 12.5, got other text');
  add(
    sql`(${lost} and abs(${number}) > ${limit}) or abs(${value}) > ${raw(String(MOST))}`,
    `expected a number below 2^53 after scaling by 10^${spec.decimals}, got a larger one; declare fewer decimals`
  );
  const whole = spec.decimals === 0 ? 'a whole number' : `at most ${spec.decimals} decimals`;
  add(lost, `expected ${whole}, got more decimals`);
}
