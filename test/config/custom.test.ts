import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { configJsonSchema } from '../../src/config/schema-json.js';
import { ConfigError } from '../../src/errors.js';

const HEAD = `name: demo
data_end: 2025-06-01
currency: USD
sources: { accounts: { files: a.csv, columns: { account_id: id } } }
features:
  custom:
`;

const parse = (custom: string, head = HEAD) => parseConfig(head + custom, { file: 'vitals.yaml', workspace: '/w' });

function refusal(custom: string, head = HEAD): string {
  try {
    parse(custom, head);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('expected a refusal');
}

const COUNT = '    big: { about: Big ones., aggregate: count, table: events, window: 28 }\n';

describe('features.custom', () => {
  it('resolves an aggregate with every key, and one with the fewest', () => {
    const full = `    big_28d:
      about: Big exports.
      unit: exports
      aggregate: sum
      table: events
      of: value
      where: "event_type = 'export'"
      window: 28
      timing: leading
      actionable: true
      direction: higher_better
      minimum: -5
      step: 10
`;
    expect(parse(full + COUNT).features.custom).toEqual([
      {
        kind: 'aggregate',
        name: 'big_28d',
        about: 'Big exports.',
        unit: 'exports',
        aggregate: 'sum',
        table: 'events',
        of: 'value',
        where: "event_type = 'export'",
        window: 28,
        timing: 'leading',
        actionable: true,
        direction: 'higher_better',
        minimum: -5,
        step: 10
      },
      {
        kind: 'aggregate',
        name: 'big',
        about: 'Big ones.',
        unit: null,
        aggregate: 'count',
        table: 'events',
        of: null,
        where: null,
        window: 28,
        timing: 'lagging',
        actionable: false,
        direction: 'none',
        minimum: null,
        step: null
      }
    ]);
  });

  it('resolves an expression, a number unless it says otherwise', () => {
    const custom = parse(
      '    r: { about: Rate., expression: a / b }\n    f: { about: Flag., expression: a > b, type: flag }\n'
    );
    const shared = {
      kind: 'expression',
      timing: 'lagging',
      actionable: false,
      direction: 'none',
      unit: null,
      minimum: null,
      step: null
    };
    expect(custom.features.custom).toEqual([
      { ...shared, name: 'r', about: 'Rate.', expression: 'a / b', type: 'number' },
      { ...shared, name: 'f', about: 'Flag.', expression: 'a > b', type: 'flag' }
    ]);
  });

  it('knows where each feature and key stands, which is no part of the hash', () => {
    const config = parse(COUNT);
    expect(config.customPlaces).toEqual({
      big: 'vitals.yaml:7:5: ',
      'big.about': 'vitals.yaml:7:19: ',
      'big.aggregate': 'vitals.yaml:7:41: ',
      'big.table': 'vitals.yaml:7:55: ',
      'big.window': 'vitals.yaml:7:71: ',
      'big.timing': 'vitals.yaml:7:5: ',
      'big.actionable': 'vitals.yaml:7:5: ',
      'big.direction': 'vitals.yaml:7:5: '
    });
    const moved = parse(`    # a comment\n${COUNT}`);
    expect(moved.customPlaces['big']).toBe('vitals.yaml:8:5: ');
    expect(moved.hash).toBe(config.hash);
    expect(parse(COUNT.replace('28', '29')).hash).not.toBe(config.hash);
  });

  it.each([
    [
      'an unknown key',
      COUNT.replace('window', 'widnow'),
      'vitals.yaml:7:63: widnow is not a key of features.custom.big; did you mean window?'
    ],
    ['no sentence', COUNT.replace('about: Big ones., ', ''), 'features.custom.big.about: is required: expected text'],
    ['an unknown table', COUNT.replace('events', 'event'), 'got the text "event"; did you mean events?'],
    ['an unknown kind', COUNT.replace('count', 'mean'), 'features.custom.big.aggregate: expected one of count, sum'],
    [
      'a window of 0',
      COUNT.replace('28', '0'),
      'vitals.yaml:7:71: features.custom.big.window: expected a number of at least 1, got 0'
    ],
    ['a window of 3651', COUNT.replace('28', '3651'), 'expected a number of at most 3650, got 3651'],
    [
      'a window of half a day',
      COUNT.replace('28', '0.5'),
      'features.custom.big.window: expected a whole number, got 0.5'
    ],
    ['no table', COUNT.replace('table: events, ', ''), 'features.custom.big.table: is required beside aggregate'],
    ['no window', COUNT.replace(', window: 28', ''), 'features.custom.big.window: is required beside aggregate'],
    [
      'a sum of nothing',
      COUNT.replace('count', 'sum'),
      'features.custom.big.of: is required for sum: expected a measured column of events'
    ],
    [
      'an unknown column',
      COUNT.replace('count', 'sum, of: valeu'),
      'features.custom.big.of: expected a column of events, got valeu; did you mean value?'
    ],
    [
      'a count of a measure',
      COUNT.replace('count', 'count, of: value'),
      'expected no of for count: it reads no measure; remove it'
    ],
    ['a share without condition', COUNT.replace('count', 'share'), 'features.custom.big.where: is required for share'],
    [
      'a slope of half weeks',
      COUNT.replace('count', 'slope').replace('28', '30'),
      'expected whole weeks, at least 14 days, for slope, got 30; write 28'
    ],
    ['a slope of one week', COUNT.replace('count', 'slope').replace('28', '7'), 'for slope, got 7; write 14'],
    [
      'users of a table without',
      COUNT.replace('count', 'distinct_users').replace('events', 'tickets'),
      'expected a table with user_id for distinct_users (users, events, sessions, surveys, trainings), got tickets'
    ],
    ['a type of an aggregate', COUNT.replace('count', 'count, type: flag'), 'expected no type beside aggregate'],
    ['neither kind', '    x: { about: Nothing. }\n', 'features.custom.x: expected aggregate (one of count, sum'],
    [
      'both kinds',
      COUNT.replace('count', 'count, expression: a'),
      'features.custom.big.aggregate: expected no aggregate beside expression'
    ],
    [
      'a condition of an expression',
      '    x: { about: A., expression: a, where: b }\n',
      'features.custom.x.where: expected no where beside expression'
    ],
    [
      'a step of a category',
      '    x: { about: A., expression: a, type: category, step: 2 }\n',
      'expected no step of a category'
    ],
    [
      'a better category',
      '    x: { about: A., expression: a, type: category, direction: higher_better }\n',
      'expected none for a category, got higher_better'
    ],
    [
      'a condition that YAML reads as a flag',
      COUNT.replace('count', 'count, where: true'),
      'expected text, got true; write it in quotes: "true"'
    ]
  ])('refuses %s', (_, custom, words) => {
    expect(refusal(custom)).toContain(words);
    expect(refusal(custom)).toMatch(/^vitals\.yaml:7:\d+: /);
  });

  it.each(['Big', 'big-exports', '28d', 'big__x', '_big', 'big_', 'ä', 'a'.repeat(61)])('refuses the name %s', name => {
    expect(refusal(COUNT.replace('big', name))).toContain(`expected a name such as big_exports_28d`);
  });

  it('refuses them for ready snapshots', () => {
    const head = `name: flat
shape: snapshots
snapshots: { files: a.csv, account: id, outcome: { column: left, positive: "1" }, features: { seats: true } }
features:
  custom:
`;
    expect(refusal('    x: { about: A., expression: seats }\n', head)).toContain(
      'features.custom: expected no custom features when shape is snapshots'
    );
  });

  it('are in the JSON Schema for editors', () => {
    expect(JSON.stringify(configJsonSchema())).toContain('"distinct_users"');
  });
});
