import type { Sql } from '../types.js';

/** What may stand in a `sql` template: a fragment, or a value that is written as a literal. */
export type SqlValue = Sql | string | number | bigint | boolean | null;

/**
 * Template tag for SQL. Substituted fragments are spliced; every other value becomes a literal
 * (`'text'` quoted, numbers as exact DOUBLE or BIGINT literals), so text from data or configuration stays data.
 */
export function sql(strings: TemplateStringsArray, ...values: readonly SqlValue[]): Sql {
  let text = strings[0] as string;
  values.forEach((value, i) => {
    text += render(value) + (strings[i + 1] as string);
  });
  return { text };
}

/** A quoted identifier: any text is one name, whatever it contains. */
export function id(...path: readonly string[]): Sql {
  for (const part of path) {
    if (part === '' || part.includes('\0')) throw new RangeError('expected a non-empty SQL name without NUL');
  }
  return { text: path.map(part => `"${part.replaceAll('"', '""')}"`).join('.') };
}

/** Fragments or values with a separator between them (default a comma). */
export function join(parts: readonly SqlValue[], separator = ', '): Sql {
  return { text: parts.map(render).join(separator) };
}

/** Text of a literal; the only place where a value becomes SQL. */
export function literal(value: Exclude<SqlValue, Sql>): Sql {
  return { text: render(value) };
}

/** Trusted SQL text of our own; never data. */
export function raw(text: string): Sql {
  return { text };
}

function render(value: SqlValue): string {
  if (value === null) return 'NULL';
  if (typeof value === 'object') return value.text;
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'bigint') return `CAST(${value} AS BIGINT)`;
  if (typeof value === 'number') return renderNumber(value);
  if (value.includes('\0')) throw new RangeError('expected text without NUL in a SQL literal');
  return `'${value.replaceAll("'", "''")}'`;
}

function renderNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number in a SQL literal, got ${value}`);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return Math.abs(value) < 2 ** 31 ? String(value) : `CAST(${value} AS BIGINT)`;
  }
  return doubleText(value);
}

/** A number as a DOUBLE literal that reads back with the same bits; a plain `0.1` would be a DECIMAL. */
export function double(value: number): Sql {
  if (!Number.isFinite(value)) throw new RangeError(`expected a finite number in a SQL literal, got ${value}`);
  return { text: doubleText(value) };
}

function doubleText(value: number): string {
  return `CAST('${Object.is(value, -0) ? '-0e0' : value.toExponential()}' AS DOUBLE)`;
}
