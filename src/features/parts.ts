import type { Part } from './types.js';

/** Parts by name. @throws Error when two parts of one name differ. */
export function distinctParts(all: readonly Part[]): Part[] {
  const parts = new Map<string, Part>();
  for (const part of all) {
    const other = parts.get(part.name);
    if (other !== undefined && other.sql.text !== part.sql.text) {
      throw new Error(`two parts are named ${part.name}: ${other.sql.text} and ${part.sql.text}`);
    }
    parts.set(part.name, part);
  }
  return [...parts.values()];
}
