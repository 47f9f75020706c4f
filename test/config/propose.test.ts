import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { proposeConfig, type SniffedColumn, type SniffedFile } from '../../src/config/propose.js';
import { ConfigError } from '../../src/errors.js';
import type { ColumnType } from '../../src/types.js';

function column(name: string, type: ColumnType = 'text', more: Partial<SniffedColumn> = {}): SniffedColumn {
  return { name, type, ...more };
}

function file(path: string, columns: readonly SniffedColumn[], rows = 100): SniffedFile {
  return { path, columns, rows };
}

const parse = (text: string) => parseConfig(text, { file: 'vitals.yaml', workspace: '/w' });

const FILES: readonly SniffedFile[] = [
  file('data/customers.csv', [
    column('customerId'),
    column('Signup Date', 'instant', { max: '2024-12-30' }),
    column('industry'),
    column('favourite colour')
  ]),
  file('data/contracts.parquet', [
    column('contract_id'),
    column('customer_id'),
    column('plan_tier'),
    column('mrr_amount', 'number'),
    column('currency', 'text', { values: ['EUR'] }),
    column('start_date', 'instant', { max: '2025-01-10' }),
    column('contract_end_date', 'instant', { max: '2027-01-10' }),
    column('cancelled_at', 'instant', { max: '2026-01-01' })
  ]),
  file('data/usage-2024.csv', [
    column('org_id'),
    column('ts', 'instant', { max: '2024-12-31T23:59:59.5Z' }),
    column('event_name', 'text', { values: ['report', 'login', "it's: # odd"] })
  ]),
  file('data/usage-2025.csv', [
    column('org_id'),
    column('ts', 'instant', { max: '2025-01-04T10:00:00Z' }),
    column('event_name', 'text', { values: ['login', 'export'] })
  ]),
  file('data/notes.csv', [column('note'), column('written_by')])
];

describe('proposeConfig: raw tables', () => {
  const proposed = proposeConfig(FILES, 'Acme: health');
  const config = parse(proposed.yaml);

  it('gives text that parses, with tables recognised by file and column names', () => {
    expect(config.name).toBe('Acme: health');
    const mapping = config.sources.map(({ table, files, columns }) => [
      table,
      files,
      Object.fromEntries(Object.entries(columns).map(([name, { from }]) => [name, from]))
    ]);
    expect(mapping).toEqual([
      [
        'accounts',
        ['data/customers.csv'],
        { account_id: 'customerId', created_at: 'Signup Date', industry: 'industry' }
      ],
      [
        'subscriptions',
        ['data/contracts.parquet'],
        {
          subscription_id: 'contract_id',
          account_id: 'customer_id',
          plan: 'plan_tier',
          mrr: 'mrr_amount',
          currency: 'currency',
          started_at: 'start_date',
          term_end: 'contract_end_date',
          ended_at: 'cancelled_at'
        }
      ],
      [
        'events',
        ['data/usage-2024.csv', 'data/usage-2025.csv'],
        { account_id: 'org_id', occurred_at: 'ts', event_type: 'event_name' }
      ]
    ]);
  });

  it('proposes the day after the newest thing that happened, not a contract end in the future', () => {
    expect(config.dataEnd).toBe('2025-01-05');
    expect(proposed.notes.join()).toContain('events.occurred_at (2025-01-04)');
  });

  it('proposes currency and event types that it saw', () => {
    expect(config.currency).toBe('EUR');
    expect(config.features.eventTypes).toEqual(['export', "it's: # odd", 'login', 'report']);
  });

  it('assumes changing columns fixed only where there are some, and says so', () => {
    expect(config.sources.map(source => [source.table, source.assumeFixed])).toEqual([
      ['accounts', true],
      ['subscriptions', false],
      ['events', false]
    ]);
    expect(proposed.yaml).toContain('# industry may have changed');
    expect(proposed.notes.join()).toContain('accounts: industry may have changed');
  });

  it('lists what it could not use', () => {
    expect(proposed.unmapped).toEqual([
      { file: 'data/customers.csv', column: 'favourite colour' },
      { file: 'data/notes.csv', column: 'note' },
      { file: 'data/notes.csv', column: 'written_by' }
    ]);
    expect(proposed.yaml).toContain('# not used: favourite colour');
    expect(proposed.notes.join()).toContain('data/notes.csv is not a table');
  });

  it('assumes USD aloud when no single currency was seen', () => {
    const mixed = FILES.map(one => ({
      ...one,
      columns: one.columns.map(c => (c.name === 'currency' ? { ...c, values: ['EUR', 'USD'] } : c))
    }));
    const other = proposeConfig(mixed);
    expect(parse(other.yaml).currency).toBe('USD');
    expect(other.yaml).toContain('currency: USD   # assumed; confirm');
    expect(other.notes.join()).toContain('several currencies (EUR, USD)');
  });

  it('keeps the contract names as they are for all nine tables', () => {
    const instants = ['created_at', 'started_at', 'occurred_at', 'opened_at', 'issued_at', 'sent_at'];
    const table = (name: string, columns: string) =>
      file(
        `${name}.csv`,
        columns.split(' ').map(c =>
          column(c, instants.includes(c) ? 'instant' : /^(rank|score|amount|mrr)$/.test(c) ? 'number' : 'text', {
            max: '2024-05-05'
          })
        )
      );
    const files = [
      table('accounts', 'account_id created_at'),
      table('users', 'user_id account_id created_at role'),
      table('subscriptions', 'subscription_id account_id started_at mrr'),
      table('plans', 'plan rank'),
      table('events', 'account_id user_id occurred_at event_type'),
      table('tickets', 'ticket_id account_id opened_at'),
      table('invoices', 'invoice_id account_id issued_at amount'),
      table('surveys', 'survey_id account_id kind sent_at score'),
      table('touchpoints', 'touchpoint_id account_id occurred_at kind')
    ];
    const sources = parse(proposeConfig(files.toReversed()).yaml).sources;
    expect(sources.map(({ table: name, files: paths }) => [name, paths[0]])).toEqual(
      files.map(f => [f.path.slice(0, -4), f.path])
    );
    for (const source of sources)
      for (const [name, { from }] of Object.entries(source.columns)) expect(from).toBe(name);
  });
});

describe('proposeConfig: one ready table', () => {
  const telco = file('Telco.csv', [
    column('customerID', 'text', { distinct: 100 }),
    column('gender', 'text', { values: ['F', 'M'] }),
    column('tenure', 'number'),
    column('Total: Charges', 'number'),
    column('comment', 'text', { distinct: 90 }),
    column('Churn Reason', 'text', { values: ['price', 'service'] }),
    column('Churn', 'text', { values: ['No', 'Yes'] })
  ]);

  it('becomes snapshots without a date; texts, keys and other columns about the outcome are no features', () => {
    const proposed = proposeConfig([telco]);
    const config = parse(proposed.yaml);
    expect(config.snapshots).toMatchObject({
      account: 'customerID',
      asOf: null,
      outcome: { column: 'Churn', positive: 'Yes' }
    });
    expect(Object.keys(config.snapshots?.features ?? {})).toEqual(['gender', 'tenure', 'Total: Charges']);
    expect(proposed.unmapped.map(({ column: name }) => name)).toEqual(['comment', 'Churn Reason']);
    expect(proposed.notes.join()).toContain('not time-ordered');
  });

  it('keeps a positive value of digits as text', () => {
    const digits = {
      ...telco,
      columns: telco.columns.map(c => (c.name === 'Churn' ? column('Churn', 'number', { values: ['0', '1'] }) : c))
    };
    expect(parse(proposeConfig([digits]).yaml).snapshots?.outcome.positive).toBe('1');
  });

  it('takes a date column and ARR when they are there', () => {
    const dated = {
      ...telco,
      columns: [...telco.columns, column('snapshot_date', 'instant', { max: '2024-02-29' }), column('ARR', 'number')]
    };
    const config = parse(proposeConfig([dated]).yaml);
    expect(config.dataEnd).toBe('2024-03-01');
    expect(config.snapshots).toMatchObject({ asOf: 'snapshot_date', value: 'ARR' });
  });
});

describe('proposeConfig: hostile and unusable input', () => {
  it('names cannot leave their line or become keys', () => {
    const evil = 'x: true\nmodels: { seed: 7 } #';
    const files = [
      file(`data/${evil}.csv`, [
        column('account_id'),
        column('created_at', 'instant', { max: '2024-01-01' }),
        column(evil),
        column('industry')
      ])
    ];
    const proposed = proposeConfig(
      files.map(f => ({ ...f, path: `accounts ${f.path}` })),
      evil
    );
    const config = parse(proposed.yaml);
    expect(config.name).toBe(evil);
    expect(config.models.seed).toBe(1);
    expect(config.sources[0]?.files).toEqual([`accounts data/${evil}.csv`]);
  });

  it('any column names, values and paths give text that parses to the same names', () => {
    const name = fc.oneof(
      fc.string({ minLength: 1, maxLength: 12 }),
      fc.string({ minLength: 1, maxLength: 12, unit: 'binary' })
    );
    fc.assert(
      fc.property(name, name, name, (path, feature, value) => {
        fc.pre(feature !== 'account_id' && feature !== 'created_at' && feature !== 'churned');
        const events = file(`${path}/accounts`, [
          column('account_id'),
          column('created_at', 'instant', { max: '2024-01-01' }),
          column(feature)
        ]);
        expect(parse(proposeConfig([events], value).yaml)).toMatchObject({
          name: value,
          sources: [{ files: [events.path] }]
        });
        const flat = file(path, [
          column('account_id'),
          column('churned', 'text', { values: ['yes', value] }),
          column(feature, 'number'),
          column('x', 'number')
        ]);
        const features = parse(proposeConfig([flat]).yaml).snapshots?.features ?? {};
        expect(Object.keys(features)).toContain('x');
      }),
      { seed: 5, numRuns: 300 }
    );
  });

  it('refuses files without accounts, and tables without any instant', () => {
    expect(() => proposeConfig([])).toThrow(ConfigError);
    expect(() => proposeConfig([file('a.csv', [column('x')])])).toThrow('expected a file of accounts');
    expect(() => proposeConfig([file('accounts.csv', [column('account_id'), column('industry')])])).toThrow(
      'expected a column with dates'
    );
  });
});
