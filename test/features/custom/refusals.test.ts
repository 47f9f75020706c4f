import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.js';
import { buildCatalogue } from '../../../src/features/index.js';
import { openDuckDB } from '../../../src/sources/duckdb.js';
import type { Engine, Tables } from '../../../src/types.js';
import { berlinMidnight, configOf, dayOf, EMPTY, loadWorld, type Overrides, tableInfos } from '../world.js';
import { catalogueOf, declaring } from './declared.js';

const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));
/** 100 days before data end. */
const FIRST = berlinMidnight(dayOf('2024-09-22'));

let engine: Engine;
beforeAll(async () => {
  engine = await openDuckDB({ path: ':memory:', threads: 1 });
  const event = { account_id: 'a0', occurred_at: FIRST, event_type: 'login', known_at: FIRST };
  await loadWorld(engine, { ...EMPTY, events: [event] });
});
afterAll(() => engine.close());

async function refusal(yaml: string, overrides: Overrides = {}, tables: Tables = TABLES): Promise<string> {
  try {
    await catalogueOf(engine, declaring(yaml, overrides), tables);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return 'admitted';
}

const counting = (keys: string) => `x:\n  about: A test.\n  aggregate: count\n  table: events\n  window: 28\n  ${keys}`;
const computing = (text: string, more = '') => `x:\n  about: A test.\n  expression: ${JSON.stringify(text)}\n${more}`;

describe('features.custom is refused', () => {
  it('with file, line and column of the key, and its path', async () => {
    const message = await refusal(counting('where: valeu > 1'));
    expect(message).toBe(
      'vitals.yaml:12:14: features.custom.x.where: expected a column of events, got valeu; did you mean value?'
    );
  });

  it.each([
    ['an unknown column', counting('where: valeu > 1'), 'got valeu; did you mean value?'],
    ['a column of another table', counting("where: priority = 'high'"), 'got priority (a column of tickets)'],
    [
      'a qualified column',
      counting('where: tickets.priority is null'),
      'expected a column by its plain name, got tickets.priority'
    ],
    ['an instant in a comparison', counting('where: occurred_at > 0'), 'expected instants only before "is null"'],
    [
      'a condition that is none',
      counting('where: value + 1'),
      'expected a condition, true or false of a record, got a number'
    ],
    ['adding text', counting('where: event_type + 1 > 2'), 'one kind in +, got text and number'],
    ['the clock', counting('where: now() is null'), 'got now'],
    ['chance', counting('where: value > random()'), 'got random'],
    ['a subquery', counting('where: value > (select max(value) from events)'), 'got a subquery'],
    ['a file', counting("where: read_text('a') = event_type"), 'got read_text'],
    ['an aggregate', counting('where: value > max(value)'), 'got max'],
    ['several statements', counting('where: value > 1; drop table events'), 'several statements'],
    ['a comment', counting('where: "value > 1 -- and more"'), 'expected no comment'],
    ['a parameter', counting('where: value > ?'), 'expected no parameter']
  ])('for %s in a condition', async (_, yaml, words) => {
    const message = await refusal(yaml);
    expect(message).toMatch(/^vitals\.yaml:12:14: features\.custom\.x\.where: expected /);
    expect(message).toContain(words);
  });

  it.each([
    [
      'an unknown feature',
      computing('event_28d + 1'),
      'expected the name of a feature, got event_28d; did you mean events_28d?'
    ],
    ['adding text', computing('industry + 1'), 'one kind in +, got text and number'],
    [
      'another type',
      computing('events_28d > 1'),
      'expected a number as type number says, got a boolean; write type: flag'
    ],
    ['another type of text', computing('industry'), 'got a text; write type: category'],
    ['a number as a category', computing('events_28d', '  type: category\n'), 'got a number; write type: number'],
    ['null', computing('case when events_28d > 1 then null end'), 'expected a number as type number says, got a null'],
    ['a constant', computing('1 + 1'), 'at least one feature, got a constant'],
    ['a window function', computing('avg(events_28d) over ()'), 'got a window function'],
    ['an aggregate', computing('avg(events_28d)'), 'got avg'],
    ['itself', computing('x + 1'), 'expected no circle of expressions, got x -> x']
  ])('for %s in an expression', async (_, yaml, words) => {
    const message = await refusal(yaml);
    expect(message).toMatch(/^vitals\.yaml:9:19: features\.custom\.x\.expression: expected /);
    expect(message).toContain(words);
  });

  it('for a circle, which is printed', async () => {
    const names = ['a', 'b', 'c'];
    const yaml = names
      .map((name, i) => `${name}: { about: A test., expression: "${names[(i + 1) % 3]} + mrr" }`)
      .join('\n');
    expect(await refusal(yaml)).toContain(
      'features.custom.a.expression: expected no circle of expressions, got a -> b -> c -> a'
    );
    expect(await refusal(`z: { about: A test., expression: a }\n${yaml}`)).toContain('got a -> b -> c -> a');
  });

  it('for a chain without end and SQL that doubles without end', async () => {
    const chain = (text: (before: string) => string, n: number) =>
      Array.from(
        { length: n },
        (_, i) => `f${i}: { about: A test., expression: "${i === 0 ? 'mrr' : text(`f${i - 1}`)}" }`
      );
    expect(
      await refusal(
        chain(f => `${f} + 1`, 60)
          .reverse()
          .join('\n')
      )
    ).toContain('at most 50 expressions');
    expect(await refusal(chain(f => `${f} + ${f}`, 40).join('\n'))).toContain('at most 50000 characters');
    expect(await refusal(chain(f => `${f} + 1`, 300).join('\n'))).toContain('at most 200 levels');
    expect(await refusal(chain(f => `${f} + 1`, 40).join('\n'))).toBe('admitted');
  });

  it.each(['events_28d', 'industry', 'arr', 'as_of_us', 'parent', 'churn', 'upsell_kind'])(
    'for the name %s, which is taken',
    async name => {
      const message = await refusal(counting('').replace('x:', `${name}:`));
      expect(message).toBe(
        `vitals.yaml:7:5: features.custom.${name}: expected a new name, got that of a built-in feature or column`
      );
    }
  );

  it.each([
    [
      'events',
      'event_type',
      'expected a measured column of events (value, duration_seconds), got event_type, which is a text'
    ],
    ['events', 'occurred_at', 'got occurred_at, which is an instant'],
    ['touchpoints', 'two_way', 'expected a measured column of touchpoints (it has none), got two_way, which is a flag']
  ])('for a sum over %s of %s', async (table, of, words) => {
    const message = await refusal(`x: { about: A test., aggregate: sum, table: ${table}, of: ${of}, window: 28 }`);
    expect(message).toContain('features.custom.x.of: ');
    expect(message).toContain(words);
  });

  it.each(['plans', 'fx_rates'])('for the table %s, whose records belong to no account', async table => {
    const message = await refusal(`x: { about: A test., aggregate: count, table: ${table}, window: 28 }`);
    expect(message).toContain(
      `features.custom.x.table: expected a table of dated records of accounts, such as events, got ${table}`
    );
  });

  it('for a window that is longer than the data', async () => {
    const days = dayOf('2024-12-31') - dayOf('2024-09-22');
    const over = (window: number, aggregate = 'count') =>
      `x: { about: A test., aggregate: ${aggregate}, table: events, window: ${window} }`;
    expect(await refusal(over(days))).toBe('admitted');
    expect(await refusal(over(days + 1))).toBe(
      `vitals.yaml:7:67: features.custom.x.window: expected at most ${days} days, as events begin on 2024-09-22 and the data end on 2024-12-31, got ${days + 1}; shorten it`
    );
    expect(await refusal(over(days / 2, 'change'))).toBe('admitted');
    expect(await refusal(over(days / 2 + 1, 'change'))).toContain(
      `at most ${days / 2} days (change compares two windows)`
    );
  });

  it('never by leaving a condition out: a catalogue without the parsed SQL is a bug', () => {
    expect(() => buildCatalogue(declaring(counting('where: value > 1')), TABLES)).toThrow('call admitCustom first');
  });
});

describe('features.custom in the catalogue', () => {
  const definitions = async (yaml: string, overrides: Overrides = {}, tables: Tables = TABLES) => {
    const { features } = await catalogueOf(engine, declaring(yaml, overrides), tables);
    return new Map(features.map(feature => [feature.name, feature.definitionHash]));
  };

  it('has what was declared, and the safe defaults of its kind', async () => {
    const yaml = `${counting('unit: exports\n  direction: higher_better\n  timing: leading\n  actionable: true\n  minimum: 0\n  step: 5')}
y: { about: Another., aggregate: last, table: invoices, of: amount, window: 30 }
z: { about: A third., expression: "x > 2", type: flag }`;
    const { features, all } = await catalogueOf(engine, declaring(yaml), TABLES);
    const [x, y, z] = features.slice(-3);
    const shown = { family: 'custom', type: 'number', requires: ['events'] };
    expect(x).toMatchObject({
      ...shown,
      name: 'x',
      about: 'A test.',
      unit: 'exports',
      direction: 'higher_better',
      timing: 'leading',
      actionable: true,
      minimum: 0,
      step: 5,
      windowDays: 28,
      minAgeDays: 28
    });
    expect(y).toMatchObject({
      ...shown,
      unit: 'amount',
      requires: ['invoices'],
      direction: 'none',
      timing: 'lagging',
      actionable: false,
      windowDays: 30,
      minAgeDays: 0
    });
    expect(y).not.toHaveProperty('minimum');
    expect(z).toMatchObject({ ...shown, unit: 'flag', windowDays: 28, minAgeDays: 28 });
    expect(all.slice(-3).map(info => info.name)).toEqual(['x', 'y', 'z']);
  });

  it('leaves out what the sources do not map, with the reason', async () => {
    const yaml = `${counting('where: value > 1')}\ny: { about: Another., expression: x + tickets_28d }`;
    const { skipped, all } = await catalogueOf(engine, declaring(yaml), tableInfos(0, ['tickets', 'events.value']));
    const reasons = new Map(skipped.map(({ name, reason }) => [name, reason]));
    expect(reasons.get('x')).toBe('events.value not mapped');
    expect(reasons.get('y')).toBe('no source for tickets');
    expect(all.map(info => info.name)).toContain('y');
  });

  it('has a definition hash that follows the meaning, not the formatting', async () => {
    const yaml = (where: string, text: string, window = 28) =>
      `x: { about: A test., aggregate: count, table: events, where: "${where}", window: ${window} }\ny: { about: A test., expression: "${text}" }`;
    const hash = async (...args: Parameters<typeof yaml>) => {
      const found = await definitions(yaml(...args));
      return [found.get('x'), found.get('y')];
    };
    const [x, y] = await hash('value > 1000', 'x / mrr');
    expect([x, y]).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(await hash('  VALUE>(1000.0)', '(x)  /  MRR')).toEqual([x, y]);
    const [other, using] = await hash('value >= 1000', 'x / mrr');
    expect(other).not.toBe(x);
    expect(using).not.toBe(y);
    expect((await hash('value > 1000', 'mrr / x'))[0]).toBe(x);
    expect((await hash('value > 1000', 'mrr / x'))[1]).not.toBe(y);
    expect((await hash('value > 1000', 'x / mrr', 27))[0]).not.toBe(x);
  });

  it('leaves the definition of every other feature as it is', async () => {
    const without = buildCatalogue(configOf(), TABLES).features.map(f => [f.name, f.definitionHash] as const);
    const withCustom = await definitions(counting("where: event_type = 'login'"));
    withCustom.delete('x');
    const later = await definitions(`${counting('')}\ny: { about: A., aggregate: count, table: events, window: 90 }`);
    const alone = await definitions(counting(''));
    expect(without.length).toBeGreaterThan(50);
    expect(withCustom).toEqual(new Map(without));
    expect(later.get('x')).toBe(alone.get('x'));
  });
});
