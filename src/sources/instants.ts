import { raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';

/** Instants from here on (2200-01-01) mean "never": such an end is open. Stays exact in a double. */
export const NEVER_US = 7_258_118_400_000_000;

const NEVER = raw(String(NEVER_US));
const NAIVE = String.raw`\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?`;
const OFFSET = String.raw`\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)? ?(Z|UTC|[+-]\d{2}(:?\d{2})?)`;

/** Whether a zone is UTC under one of its names. */
export function isUtc(timezone: string): boolean {
  return timezone === 'UTC' || timezone === 'Etc/UTC';
}

/**
 * Microseconds since 1970-01-01T00:00Z of a cell; NULL when it is none. Naive timestamps and dates are local in
 * `timezone`: a time that a clock change skips moves on by the gap, one that happens twice is its later passing.
 * Texts are ISO, with an offset when they carry one; digits beyond microseconds are cut; `infinity` is `NEVER_US`.
 */
export function instantOf(cell: Sql, kind: 'text' | 'date' | 'naive' | 'zoned', timezone: string): Sql {
  if (kind === 'text') return instantOfText(cell, timezone);
  const stamp = kind === 'zoned' ? cell : sql`cast(${cell} as timestamp)`;
  const micros = kind === 'zoned' ? sql`epoch_us(${cell})` : naiveMicros(stamp, timezone);
  return sql`case when isfinite(${cell}) then ${micros} when ${cell} > date '2200-01-01' then ${NEVER} end`;
}

/** Microseconds of a naive TIMESTAMP that is local in a zone. */
export function naiveMicros(stamp: Sql, timezone: string): Sql {
  return isUtc(timezone) ? sql`epoch_us(${stamp})` : sql`epoch_us(timezone(${timezone}, ${stamp}))`;
}

function instantOfText(text: Sql, timezone: string): Sql {
  const stamp = sql`try_cast(${text} as timestamp)`;
  const common = sql`when ${text} like '____-__-__ __:__:__' then ${naiveMicros(stamp, timezone)}`;
  return sql`case ${isUtc(timezone) ? common : sql``}
    when regexp_full_match(${text}, ${NAIVE}) then ${naiveMicros(stamp, timezone)}
    when regexp_full_match(upper(${text}), ${OFFSET}) then epoch_us(try_cast(upper(${text}) as timestamptz))
    when lower(${text}) = 'infinity' then ${NEVER} end`;
}
