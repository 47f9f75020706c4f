import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { ConfigError } from '../../src/errors.js';

const EVENTS = `name: demo
data_end: 2025-06-01
currency: USD
sources:
  accounts:
    files: data/accounts.csv
    columns: { account_id: id }
`;

const SNAPSHOTS = `name: flat
shape: snapshots
snapshots:
  files: rows.csv
  account: id
  outcome: { column: left, positive: "1" }
  features:
    tenure: true
    plan: { type: category, about: Tariff, step: 2, direction: lower_better, actionable: true }
`;

const parse = (text: string, workspace = '/w') => parseConfig(text, { file: 'vitals.yaml', workspace });

/** Message of the error that the text gives. */
function refusal(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('expected a refusal');
}

describe('parseConfig: a column with a history', () => {
  const text = (history: string) =>
    EVENTS.replace(
      'columns: { account_id: id }',
      `timezone: Europe/Berlin\n    columns: { account_id: id, industry: { from: industry, time: { history: ${history} } } }`
    );

  it('takes format and zone from its files and source', () => {
    const { sources } = parse(text('{ files: data/industry.csv, key: id, at: changed_at, value: industry }'));
    expect(sources[0]?.columns['industry']?.time).toEqual({
      history: {
        files: ['data/industry.csv'],
        format: 'csv',
        delimiter: null,
        nullValues: [],
        timezone: 'Europe/Berlin',
        timezoneDeclared: true,
        key: 'id',
        at: 'changed_at',
        value: 'industry',
        knownAt: null,
        completeUntil: null,
        origin: null
      }
    });
  });

  it('is refused where it is complete past the data end, or its files are of no known format', () => {
    const late = '{ files: x.csv, key: id, at: t, value: v, complete_until: 2025-07-01 }';
    expect(refusal(text(late))).toContain('expected a date up to data_end (2025-06-01), got 2025-07-01');
    expect(refusal(text('{ files: x.doc, key: id, at: t, value: v }'))).toContain('or a format; add format: csv');
  });
});

describe('parseConfig: days before renewals', () => {
  it('are 90, 60 and 30 unless said, in descending order', () => {
    const days = (calendar: string) => parse(`${EVENTS}calendar: ${calendar}\n`).calendar.daysBefore;
    expect(days('{ every: renewal }')).toEqual([90, 60, 30]);
    expect(days('{ every: renewal, days_before: [14, 45] }')).toEqual([45, 14]);
    expect(days('{ every: month }')).toBeUndefined();
  });

  it('belong to every: renewal, each once', () => {
    expect(refusal(`${EVENTS}calendar: { every: month, days_before: [30] }`)).toContain('only with every: renewal');
    expect(refusal(`${EVENTS}calendar: { every: renewal, days_before: [30, 30] }`)).toContain('got 30 again');
  });
});

describe('parseConfig: events', () => {
  it('fills in every default', () => {
    const { hash, ...config } = parse(EVENTS);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(config).toEqual({
      name: 'demo',
      workspace: '/w',
      shape: 'events',
      dataEnd: '2025-06-01',
      currency: 'USD',
      calendar: { timezone: 'UTC', dates: null, every: 'month', first: null, last: null },
      sources: [
        {
          table: 'accounts',
          name: null,
          files: ['data/accounts.csv'],
          format: 'csv',
          delimiter: null,
          nullValues: [],
          timezone: 'UTC',
          timezoneDeclared: false,
          knownAt: null,
          completeUntil: null,
          assumeFixed: false,
          inPlace: false,
          select: null,
          columns: { account_id: { from: 'id', values: null, time: null, decimals: null } },
          origin: null
        }
      ],
      snapshots: null,
      outcomes: {
        churn: { leadDays: 0, horizonDays: 90, graceDays: 0 },
        upsell: { leadDays: 0, horizonDays: 90, graceDays: 0 }
      },
      features: {
        eventTypes: [],
        coreEvents: [],
        loginEvents: [],
        keyEvents: [],
        loyaltyDays: 30,
        retention: [1, 2, 4, 8, 12].map(week => ({ week, days: 7, weight: 1 })),
        windows: [7, 28, 84],
        badRating: 2,
        npsMin: 5,
        csatSatisfied: 4,
        tags: [],
        sentimentDays: 90,
        newContactDays: 90,
        use: ['core'],
        exclude: [],
        custom: []
      },
      customPlaces: {},
      models: {
        seed: 1,
        neural: { hidden: [32, 16], learningRate: 0.003, weightDecay: 0.003, maxEpochs: 60, patience: 8, batch: 512 },
        drivers: null,
        backend: 'auto'
      },
      health: { profile: 'default' },
      blocks: null,
      gates: { skill: true }
    });
  });

  it('reads every key', () => {
    const config = parse(`${EVENTS}  events:
    files: [a.csv.gz, b.csv]
    delimiter: "\\t"
    null_values: ["", NA]
    timezone: Europe/Berlin
    known_at: loaded
    complete_until: 2025-05-31T22:00:00Z
    assume_fixed: true
    origin: https://example.org/data
    columns:
      account_id: a
      occurred_at: t
      event_type: { from: kind, values: { "0": post }, time: fixed }
      value: { from: v, time: { at: occurred_at }, decimals: 2 }
calendar: { timezone: Europe/Paris, dates: [2025-01-01, 2025-02-01] }
outcomes: { churn: { lead_days: 7, horizon_days: 30, grace_days: 3 }, upsell: { horizon_days: 60 } }
features: { event_types: [post, like], core_events: [post], windows: [7, 14], bad_rating: 1.5, exclude: [tenure_days] }
models: { seed: 9, neural: { hidden: [8], batch: 64 }, drivers: [a, b], backend: cpu }
health: { profile: strict }
blocks:
  train: { from: 2024-01-01, to: 2024-06-01 }
  calibration: { from: 2024-10-01, to: 2024-11-01 }
  test: { from: 2025-01-01, to: 2025-02-01 }
gates: { skill: false }
`);
    expect(config.sources[1]).toEqual({
      table: 'events',
      name: null,
      files: ['a.csv.gz', 'b.csv'],
      format: 'csv',
      delimiter: '\t',
      nullValues: ['', 'NA'],
      timezone: 'Europe/Berlin',
      timezoneDeclared: true,
      knownAt: 'loaded',
      completeUntil: '2025-05-31T22:00:00Z',
      assumeFixed: true,
      inPlace: false,
      select: null,
      origin: 'https://example.org/data',
      columns: {
        account_id: { from: 'a', values: null, time: null, decimals: null },
        occurred_at: { from: 't', values: null, time: null, decimals: null },
        event_type: { from: 'kind', values: { '0': 'post' }, time: 'fixed', decimals: null },
        value: { from: 'v', values: null, time: { at: 'occurred_at' }, decimals: 2 }
      }
    });
    expect(config.calendar.dates).toEqual(['2025-01-01', '2025-02-01']);
    expect(config.outcomes.upsell).toEqual({ leadDays: 7, horizonDays: 60, graceDays: 3 });
    expect(config.models.neural).toMatchObject({ hidden: [8], batch: 64, patience: 8 });
    expect(config.blocks).toMatchObject({ validation: null, test: { from: '2025-01-01', to: '2025-02-01' } });
    expect(config.features).toMatchObject({ windows: [7, 14], badRating: 1.5, exclude: ['tenure_days'] });
    expect(config.gates.skill).toBe(false);
  });

  it('takes what decides the features of satisfaction and relationship', () => {
    const settings = 'nps_min: 1, csat_satisfied: 3.5, tags: [champion left], sentiment_days: 30, new_contact_days: 60';
    expect(parse(`${EVENTS}features: { ${settings} }`).features).toMatchObject({
      npsMin: 1,
      csatSatisfied: 3.5,
      tags: ['champion left'],
      sentimentDays: 30,
      newContactDays: 60
    });
  });

  it('turns parts off with false', () => {
    const config = parse(`${EVENTS}models: { neural: false }\noutcomes: { upsell: false }\nhealth: false\n`);
    expect([config.models.neural, config.outcomes.upsell, config.health]).toEqual([null, null, null]);
  });
});

describe('parseConfig: churn by silence', () => {
  const events = `${EVENTS}  events:\n    files: e.csv\n    columns: { account_id: a, occurred_at: t, event_type: e }\n`;

  it('is off unless configured, and without subscriptions leaves no upsell', () => {
    expect(parse(EVENTS).outcomes.churn).toEqual({ leadDays: 0, horizonDays: 90, graceDays: 0 });
    const { outcomes } = parse(`${events}outcomes: { churn: { silence_days: 28 } }\n`);
    expect(outcomes).toEqual({ churn: { leadDays: 0, horizonDays: 90, graceDays: 0, silenceDays: 28 }, upsell: null });
  });

  it('needs a week, events, and subscriptions for upsell', () => {
    expect(refusal(`${events}outcomes: { churn: { silence_days: 6 } }\n`)).toContain('outcomes.churn.silence_days');
    expect(refusal(`${EVENTS}outcomes: { churn: { silence_days: 7 } }\n`)).toContain('add sources.events');
    expect(refusal(`${events}outcomes: { churn: { silence_days: 7 }, upsell: {} }\n`)).toContain('write upsell: false');
  });
});

describe('parseConfig: snapshots', () => {
  it('needs neither currency, data end nor health when rows carry no date', () => {
    const config = parse(SNAPSHOTS);
    expect(config).toMatchObject({ dataEnd: null, currency: 'USD', sources: [], health: null });
    expect(config.outcomes).toEqual({ churn: { leadDays: 0, horizonDays: 90, graceDays: 0 }, upsell: null });
    expect(config.snapshots).toEqual({
      files: ['rows.csv'],
      format: 'csv',
      delimiter: null,
      nullValues: [],
      account: 'id',
      parent: null,
      asOf: null,
      outcome: { column: 'left', positive: '1' },
      target: 'churn',
      horizonDays: 90,
      value: null,
      features: {
        tenure: { type: 'auto', unit: '', about: '', step: null, direction: 'none', actionable: false },
        plan: { type: 'category', unit: '', about: 'Tariff', step: 2, direction: 'lower_better', actionable: true }
      },
      folds: 5,
      origin: null
    });
  });

  it('takes login for the login event and every other type for a key feature, unless they are named', () => {
    const features = (text: string) => parse(`${EVENTS}features: { event_types: [login, post], ${text} }`).features;
    expect(features('windows: [7]')).toMatchObject({ loginEvents: ['login'], keyEvents: ['post'] });
    expect(features('login_events: [post], key_events: []')).toMatchObject({ loginEvents: ['post'], keyEvents: [] });
  });

  it('takes retention intervals of a week, or of the days and weight they say (R16)', () => {
    const text = 'features: { loyalty_days: 28, retention_weeks: [1, { week: 4, days: 14, weight: 3 }] }';
    expect(parse(`${EVENTS}${text}`).features).toMatchObject({
      loyaltyDays: 28,
      retention: [
        { week: 1, days: 7, weight: 1 },
        { week: 4, days: 14, weight: 3 }
      ]
    });
  });

  it('needs a data end when rows carry a date', () => {
    expect(refusal(SNAPSHOTS.replace('account: id', 'account: id\n  as_of: day'))).toContain('data_end: is required');
    expect(refusal(`${SNAPSHOTS}data_end: 2025-01-01\n`)).toContain('data_end: expected no data_end without');
  });

  it('refuses the outcome among the features', () => {
    expect(refusal(SNAPSHOTS.replace('tenure: true', 'left: true'))).toContain('got the outcome column left');
  });
});

describe('parseConfig: more ways to read a source', () => {
  const events = (keys: string) => `${EVENTS}  events:\n    columns: { account_id: a }\n${keys}`;
  const listed = (table: string, ...names: string[]) =>
    `${EVENTS}  ${table}:\n${names.map(name => `    - { ${name}files: a.csv, columns: { account_id: a } }\n`).join('')}`;

  it('reads a source in place, a SELECT, JSON lines, and several sources of notices', () => {
    const inPlace = parse(events('    files: e/*.parquet\n    in_place: true\n'));
    expect(inPlace.sources[1]).toMatchObject({ inPlace: true, format: 'parquet', select: null, name: null });
    expect(parse(events('    files: e.pq\n    in_place: unique_key\n')).sources[1]?.inPlace).toBe('unique_key');
    const select = parse(events('    files: e.csv\n    select: select a from files\n'));
    expect(select.sources[1]?.select).toBe('select a from files');
    for (const file of ['e.jsonl', 'e.ndjson.gz', 'e.json']) {
      expect(parse(events(`    files: ${file}\n`)).sources[1]?.format).toBe('jsonl');
    }
    const several = parse(listed('notices', 'name: crm, ', 'name: billing, '));
    expect(several.sources.map(source => [source.table, source.name])).toEqual([
      ['accounts', null],
      ['notices', 'crm'],
      ['notices', 'billing']
    ]);
  });

  it.each<[string, string, string]>([
    [
      'in place for CSV',
      events('    files: e.csv\n    in_place: true\n'),
      'vitals.yaml:11:15: sources.events.in_place: expected in_place only for Parquet files, got csv'
    ],
    [
      'in place for accounts',
      EVENTS.replace('files: data/accounts.csv', 'files: a.parquet\n    in_place: true'),
      'sources.accounts.in_place: expected no in_place for accounts'
    ],
    [
      'in place with another word',
      events('    files: e.pq\n    in_place: yes please\n'),
      'expected true or false or unique_key'
    ],
    [
      'a SELECT over JSON lines',
      events('    files: e.jsonl\n    select: select a from files\n'),
      'sources.events.select: expected select only for CSV and Parquet, got JSON lines'
    ],
    [
      'a SELECT in place',
      events('    files: e.parquet\n    in_place: true\n    select: select a from files\n'),
      'sources.events.select: expected either select or in_place, got both'
    ],
    [
      'null values of JSON',
      events('    files: e.jsonl\n    null_values: [x]\n'),
      'expected no null_values for jsonl; remove them'
    ],
    [
      'a list of tickets',
      listed('tickets', 'name: a, '),
      'vitals.yaml:9:5: sources.tickets: expected one source, got a list; only events and notices may have several: give all files of one kind under files'
    ],
    ['an empty list', `${EVENTS}  notices: []\n`, 'sources.notices: expected at least 1 entries, got a list of 0'],
    [
      'a list without names',
      listed('notices', 'name: crm, ', ''),
      'vitals.yaml:10:7: sources.notices[1]: expected a name for each of several sources, got none'
    ],
    ['a name twice', listed('events', 'name: a, ', 'name: a, '), 'sources.events[1].name: expected another name'],
    [
      'a misspelled key in a list',
      listed('notices', 'name: crm, ', 'nmae: x, '),
      'nmae is not a key of sources.notices[1]; did you mean name?'
    ]
  ])('refuses %s', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });
});

describe('parseConfig: refusals name file, line, column, key and what to do', () => {
  it.each<[string, string, string]>([
    [
      'misspelled key',
      `${EVENTS}outcomes:\n  churn:\n    horizon_day: 30\n`,
      'vitals.yaml:10:5: horizon_day is not a key of outcomes.churn; did you mean horizon_days?'
    ],
    [
      'misspelled table',
      EVENTS.replace('accounts:', 'acounts:'),
      'vitals.yaml:5:3: acounts is not a key of sources; did you mean accounts?'
    ],
    [
      'misspelled contract column',
      EVENTS.replace('account_id:', 'acount_id:'),
      'acount_id is not a key of sources.accounts.columns; did you mean account_id?'
    ],
    [
      'misspelled key inside a union',
      `${EVENTS}models: { neural: { hiden: [3] } }`,
      'hiden is not a key of models.neural; did you mean hidden?'
    ],
    ['misspelled choice', `${EVENTS}calendar: { every: mont }`, 'got the text "mont"; did you mean month?'],
    [
      'text for a number',
      `${EVENTS}outcomes: { churn: { horizon_days: "90" } }`,
      'vitals.yaml:8:36: outcomes.churn.horizon_days: expected a number, got the text "90"'
    ],
    [
      'number for a text',
      EVENTS.replace('name: demo', 'name: 5'),
      'vitals.yaml:1:7: name: expected text, got 5; write it in quotes: "5"'
    ],
    [
      'text for a boolean',
      `${EVENTS}gates: { skill: "false" }`,
      'gates.skill: expected true or false, got the text "false"'
    ],
    [
      'true where only false is allowed',
      `${EVENTS}models: { neural: true }`,
      'models.neural: expected false or keys with values, got true'
    ],
    ['a fraction', `${EVENTS}models: { seed: 1.5 }`, 'models.seed: expected a whole number, got 1.5'],
    ['infinity', `${EVENTS}models: { neural: { learning_rate: .inf } }`, 'models.neural.learning_rate: expected'],
    [
      'negative horizon',
      `${EVENTS}outcomes: { churn: { horizon_days: -1 } }`,
      'expected a number of at least 1, got -1'
    ],
    ['negative lead', `${EVENTS}outcomes: { churn: { lead_days: -1 } }`, 'expected a number of at least 0, got -1'],
    [
      'a day that does not exist',
      EVENTS.replace('2025-06-01', '2025-02-29'),
      'vitals.yaml:2:11: data_end: expected a date YYYY-MM-DD that exists, got the text "2025-02-29"'
    ],
    [
      'unknown zone',
      `${EVENTS}calendar: { timezone: Europe/Berln }`,
      'got the text "Europe/Berln"; did you mean Europe/Berlin?'
    ],
    ['currency in small letters', EVENTS.replace('USD', 'usd'), 'currency: expected a currency code of three capitals'],
    ['no data end', EVENTS.replace('data_end: 2025-06-01\n', ''), 'data_end: is required'],
    ['no currency', EVENTS.replace('currency: USD\n', ''), 'currency: is required'],
    [
      'no accounts',
      EVENTS.replace('accounts:', 'users:').replace('account_id', 'user_id'),
      'sources.accounts: is required'
    ],
    [
      'unknown extension',
      EVENTS.replace('accounts.csv', 'accounts'),
      'sources.accounts.files: expected files that all end in'
    ],
    [
      'delimiter for parquet',
      EVENTS.replace('accounts.csv', 'a.parquet\n    delimiter: ","'),
      'sources.accounts.delimiter: expected no delimiter'
    ],
    [
      'time of an unmapped column',
      EVENTS.replace('account_id: id', 'account_id: { from: id, time: { at: created_at } }'),
      'expected a column that this source maps, got created_at'
    ],
    [
      'core event that is no type',
      `${EVENTS}features: { event_types: [post], core_events: [pots] }`,
      'features.core_events[0]: expected one of features.event_types, got pots; did you mean post?'
    ],
    [
      'login event that is no type',
      `${EVENTS}features: { event_types: [post], login_events: [login] }`,
      'features.login_events[0]: expected one of features.event_types, got login'
    ],
    [
      'key event that is no type',
      `${EVENTS}features: { event_types: [post], key_events: [like] }`,
      'features.key_events[0]: expected one of features.event_types, got like'
    ],
    [
      'loyalty of less than four weeks (R21)',
      `${EVENTS}features: { loyalty_days: 27 }`,
      'features.loyalty_days: expected a number of at least 28, got 27'
    ],
    [
      'retention interval shorter than a week (R16)',
      `${EVENTS}features: { retention_weeks: [1, { week: 2, days: 6 }] }`,
      'features.retention_weeks[1].days: expected a number of at least 7, got 6'
    ],
    [
      'retention weeks out of order',
      `${EVENTS}features: { retention_weeks: [2, 1] }`,
      'features.retention_weeks[1]: expected weeks in ascending order, got 1 after 2'
    ],
    [
      'windows out of order',
      `${EVENTS}features: { windows: [28, 7] }`,
      'features.windows[1]: expected windows in ascending order, got 7 after 28'
    ],
    [
      'window of 0 days',
      `${EVENTS}features: { windows: [0, 7] }`,
      'features.windows[0]: expected a number of at least 1, got 0'
    ],
    [
      'NPS of no answers',
      `${EVENTS}features: { nps_min: 0 }`,
      'features.nps_min: expected a number of at least 1, got 0'
    ],
    [
      'a tag twice',
      `${EVENTS}features: { tags: [acquired, acquired] }`,
      'features.tags: expected every name once, got a name twice'
    ],
    [
      'dates with a rhythm',
      `${EVENTS}calendar: { every: week, dates: [2025-01-01] }`,
      'calendar.every: expected either dates, or every'
    ],
    [
      'dates out of order',
      `${EVENTS}calendar: { dates: [2025-02-01, 2025-01-01] }`,
      'calendar.dates[1]: expected a date after 2025-02-01'
    ],
    [
      'a date after the data end',
      `${EVENTS}calendar: { dates: [2025-07-01] }`,
      'expected a date up to data_end (2025-06-01), got 2025-07-01'
    ],
    [
      'last before first',
      `${EVENTS}calendar: { first: 2025-02-01, last: 2025-01-01 }`,
      'calendar.last: expected a date from 2025-02-01'
    ],
    ['profile with a path', `${EVENTS}health: { profile: ../secret }`, 'health.profile: expected a name of letters'],
    [
      'snapshots beside events',
      `${EVENTS}snapshots: { files: a.csv, account: a, outcome: { column: b, positive: c }, features: { d: true } }`,
      'write shape: snapshots'
    ]
  ])('%s', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('blocks out of time order', () => {
    const blocks = (train: string, calibration: string) =>
      `${EVENTS}blocks:\n  train: ${train}\n  calibration: ${calibration}\n  test: { from: 2025-01-01, to: 2025-02-01 }\n`;
    const good = '{ from: 2024-01-01, to: 2024-06-01 }';
    expect(refusal(blocks('{ from: 2024-06-01, to: 2024-01-01 }', '{ from: 2024-09-01, to: 2024-09-01 }'))).toContain(
      'blocks.train.to: expected a date from 2024-06-01'
    );
    expect(refusal(blocks(good, '{ from: 2024-06-01, to: 2024-09-01 }'))).toContain(
      'blocks.calibration.from: expected a date after 2024-06-01 (end of train), got 2024-06-01'
    );
    expect(parse(blocks(good, '{ from: 2024-07-01, to: 2024-09-01 }')).blocks?.train.to).toBe('2024-06-01');
  });

  it('names the places of further problems', () => {
    expect(refusal(`${EVENTS}outcomes: { churn: { horizon_days: "9" } }\nmodels: { seed: 1.5 }`)).toMatch(
      /Also wrong: line 9 \(models\.seed\)$/
    );
  });
});

describe('parseConfig: hash', () => {
  it('is the same in another directory and changes with every setting', () => {
    const hash = parse(EVENTS).hash;
    expect(parse(EVENTS, '/elsewhere').hash).toBe(hash);
    expect(parse(`# a comment\n${EVENTS}models: { seed: 1 }\n`).hash).toBe(hash);
    expect(parse(`${EVENTS}models: { seed: 2 }\n`).hash).not.toBe(hash);
    expect(parse(EVENTS.replace('accounts.csv', 'b.csv')).hash).not.toBe(hash);
  });

  it('does not depend on the order of sources, but on the order of ready features', () => {
    const users = '  users:\n    files: u.csv\n    columns: { user_id: u, account_id: a }\n';
    const first = EVENTS.replace('sources:\n', `sources:\n${users}`);
    expect(parse(first).hash).toBe(parse(EVENTS + users).hash);
    const other = SNAPSHOTS.replace('    tenure: true\n', '').concat('    tenure: true\n');
    expect(parse(other).hash).not.toBe(parse(SNAPSHOTS).hash);
  });
});

describe('parseConfig: any text', () => {
  it('gives a configuration or a ConfigError', () => {
    const lines = EVENTS.split('\n');
    const junk = fc.constantFrom(
      '',
      '- a',
      'x: [',
      '  y: &a *a',
      '? !!set',
      'sources: null',
      'name:',
      '\t',
      '"',
      'data_end: {}'
    );
    const edited = fc.tuple(fc.nat({ max: lines.length - 1 }), junk, fc.boolean()).map(([at, line, replace]) => {
      return lines.toSpliced(at, replace ? 1 : 0, line).join('\n');
    });
    fc.assert(
      fc.property(fc.oneof(edited, fc.string({ maxLength: 60 })), text => {
        try {
          parse(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ConfigError);
        }
      }),
      { seed: 2, numRuns: 400 }
    );
  });
});
