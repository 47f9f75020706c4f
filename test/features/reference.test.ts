import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../src/features/index.js';
import { referencePage } from '../../src/features/reference.js';
import { configOf, tableInfos } from './world.js';

const page = referencePage();
const lines = page.split('\n').filter(line => line.startsWith('| `'));

describe('docs/features.md', () => {
  it('is what scripts/reference.mjs writes from the catalogue', () => {
    const written = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'features.md'), 'utf8');
    expect(written, 'run node scripts/reference.mjs and commit docs/features.md').toBe(page);
  });

  it('has every feature, variants by window or event type in one line', () => {
    const config = configOf({ features: { eventTypes: ['login', 'report', 'share'], coreEvents: ['report'] } });
    const { features } = buildCatalogue(config, tableInfos(0));
    const names = lines.flatMap(line => {
      const pattern = (line.match(/^\| `([^`]+)`/) as RegExpMatchArray)[1] as string;
      const typed = pattern.includes('{type}')
        ? config.features.eventTypes.map(type => pattern.replace('{type}', type))
        : [pattern];
      return typed.flatMap(name =>
        name.includes('{days}') ? config.features.windows.map(days => name.replace('{days}', String(days))) : [name]
      );
    });
    const declared = /^(never_used|tag)_/;
    const fixed = features.map(feature => feature.name).filter(name => !declared.test(name));
    expect(names.filter(name => !declared.test(name)).sort()).toEqual(fixed.sort());
    expect(page).toContain(`: ${names.length} features in `);
    const counts = [...page.matchAll(/^## \w+ \((\d+)\)$/gm)].map(match => Number(match[1]));
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(names.length);
    expect(new Set(names).size).toBe(names.length);
    expect(lines.length).toBeLessThan(names.length);
  });

  it('tells unit, sentence, timing, actionable, direction, tables, window, age and whether it is core', () => {
    const cells = (name: string) =>
      lines
        .find(line => line.startsWith(`| \`${name}\` `))
        ?.split(' | ')
        .map(cell => cell.replaceAll(/^\| | \|$/g, ''));
    expect(cells('tickets_{days}d')).toEqual([
      '`tickets_{days}d`',
      'tickets',
      'Tickets opened in the {days} days before the date.',
      'leading',
      'yes',
      'lower better',
      'tickets',
      '{days}',
      '{days}',
      'yes'
    ]);
    expect(cells('{type}_{days}d')?.[2]).toBe('Events of type {type} in the {days} days before the date.');
    expect(cells('tenure_days')?.slice(6)).toEqual(['snapshot', '-', '0', 'yes']);
  });
});
