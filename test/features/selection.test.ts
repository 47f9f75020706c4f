import { describe, expect, it } from 'vitest';
import { buildCatalogue, chosenNames, coreNames } from '../../src/features/index.js';
import { berlinMidnight, configOf, dayOf, tableInfos } from './world.js';

const CONFIG = configOf();
const NAMES = buildCatalogue(CONFIG, tableInfos(berlinMidnight(dayOf('2024-12-31')))).all.map(info => info.name);

const using = (...use: readonly string[]) => configOf({ features: { use } });

describe('the features that a workspace computes', () => {
  it('are the main measure of every idea unless it says otherwise, each of them in the catalogue', () => {
    const core = coreNames(CONFIG);
    expect(core.filter(name => !NAMES.includes(name))).toEqual([]);
    expect(new Set(core).size).toBe(core.length);
    expect(chosenNames(CONFIG, NAMES, [])).toEqual(new Set(core));
    expect(core.length).toBeLessThan(NAMES.length / 2);
  });

  it('are all, or the named ones, with those of the manual score', () => {
    expect(chosenNames(using('all'), NAMES, []).size).toBe(NAMES.length);
    expect([...chosenNames(using('events_7d', 'mrr'), NAMES, ['seats'])].sort()).toEqual(['events_7d', 'mrr', 'seats']);
    expect(chosenNames(using('core', 'tickets_load_30d'), NAMES, []).has('tickets_load_30d')).toBe(true);
  });

  it('are refused when the catalogue does not have them', () => {
    expect(() => chosenNames(using('event_7d'), NAMES, [])).toThrow(
      'expected core, all or names of features in features.use, got event_7d; did you mean events_7d?'
    );
  });
});
