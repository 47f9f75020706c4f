import { ConfigError } from '../errors.js';

interface Named {
  readonly key: string;
  readonly column: string;
  /** Put before a name that starts with a digit. */
  readonly stem: string;
}

const EVENT_TYPES: Named = { key: 'event types', column: 'event_type', stem: 'event_' };
export const TAGS: Named = { key: 'tags', column: 'tag', stem: '' };

/** Lower-case letters, digits and underscores of an event type or a tag, the stem of its features' names. */
export function slugOf(name: string, { key, column, stem }: Named = EVENT_TYPES): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  if (slug === '') {
    const setting = `features.${column}s`;
    throw new ConfigError(
      `expected ${key} with a letter a-z or a digit in ${setting}, got ${JSON.stringify(name)}; ` +
        `translate it with \`values:\` in the mapping of ${column}`
    );
  }
  return /^[0-9]/.test(slug) ? `${stem}${slug}` : slug;
}
