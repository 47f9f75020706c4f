import { z } from 'zod';
import { isDate, isInstant, isTimezone, timezoneNames } from './dates.js';
import { describe } from './issues.js';
import { suggest } from './suggest.js';

/** Non-empty text. */
export const text = z.string().min(1);

/** A list of different non-empty texts. */
export const names = z.array(text).refine(list => new Set(list).size === list.length, {
  error: 'expected every name once, got a name twice'
});

/** An ISO date that exists, as text; YAML leaves unquoted dates as text. */
export const date = z.string().refine(isDate, {
  error: issue => `expected a date YYYY-MM-DD that exists, got ${describe(issue.input)}`
});

/** An ISO date or instant. */
export const instant = z.string().refine(isInstant, {
  error: issue => `expected a date or an instant such as 2025-04-01T06:00:00Z, got ${describe(issue.input)}`
});

/** A zone of the IANA database. */
export const timezone = z.string().refine(isTimezone, {
  error: issue => {
    const near = typeof issue.input === 'string' ? suggest(issue.input, timezoneNames()) : null;
    const hint = near === null ? '' : `; did you mean ${near}?`;
    return `expected a time zone such as Europe/Berlin, got ${describe(issue.input)}${hint}`;
  }
});

/** ISO 4217 code. */
export const currency = z.string().regex(/^[A-Z]{3}$/, {
  error: issue => `expected a currency code of three capitals such as USD, got ${describe(issue.input)}`
});

/** A name that is safe as a file name. */
export const fileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
  error: issue => `expected a name of letters, digits, - and _ (at most 64), got ${describe(issue.input)}`
});

/** Days from 0. */
export const daysFrom0 = z.int().min(0).max(3650);

/** Days from 1. */
export const daysFrom1 = z.int().min(1).max(3650);

/** One path or glob, or several. */
export const files = z.union([text, z.array(text).min(1)]);

/** By extension when absent. */
export const format = z.enum(['csv', 'parquet', 'jsonl']).optional();

/** One character between cells. */
export const delimiter = z.string().regex(/^[^"\r\n]$/, {
  error: issue => `expected one character such as "," or "\\t", got ${describe(issue.input)}`
});
