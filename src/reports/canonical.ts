import { ModelError } from '../errors.js';

/** JSON with keys in code-unit order and two spaces of indent. Throws a ModelError for a number that JSON cannot carry. */
export function canonicalJson(value: unknown): string {
  return `${JSON.stringify(sorted(value, '$'), null, 2)}\n`;
}

function sorted(value: unknown, path: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new ModelError(`expected a finite number at ${path} of the report, got ${value}`);
  if (Array.isArray(value)) return value.map((item, i) => sorted(item, `${path}[${i}]`));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item, `${path}.${key}`)]));
}
