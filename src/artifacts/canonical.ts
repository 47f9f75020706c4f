import { createHash } from 'node:crypto';
import { ArtifactError } from '../errors.js';

/**
 * JSON with one form per value: keys sorted by code unit, shortest numbers that read back with the same bits, -0 as 0,
 * two spaces of indentation, arrays of scalars on one line, a newline at the end. Properties that are undefined are
 * left out.
 * @throws ArtifactError for NaN, infinities, functions and other values that JSON cannot hold.
 */
export function canonicalJson(value: unknown): string {
  return `${render(value, '')}\n`;
}

/** SHA-256 of a text (as UTF-8) or of bytes, in lower-case hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function render(value: unknown, indent: string): string {
  if (Array.isArray(value)) return renderArray(value, indent);
  if (typeof value === 'object' && value !== null) return renderObject(value, indent);
  return scalar(value);
}

function renderArray(values: readonly unknown[], indent: string): string {
  if (values.every(value => typeof value !== 'object' || value === null)) return `[${values.map(scalar).join(', ')}]`;
  const inner = `${indent}  `;
  return `[\n${values.map(value => inner + render(value, inner)).join(',\n')}\n${indent}]`;
}

function renderObject(value: object, indent: string): string {
  const inner = `${indent}  `;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) return '{}';
  const lines = entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${inner}${JSON.stringify(key)}: ${render(item, inner)}`);
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

function scalar(value: unknown): string {
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new ArtifactError(`expected a finite number in JSON, got ${value}`);
    return String(value + 0);
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  throw new ArtifactError(`expected a value that JSON can hold, got ${typeof value}`);
}
