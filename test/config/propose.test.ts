import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { proposeConfig, type SniffedColumn, type SniffedFile } from '../../src/config/propose.js';
import { TABLE_NAMES } from '../../src/config/vocabulary.js';
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

/** One file each of the tables that are recognised by their names, as other systems write them. */
const NAMED: readonly (readonly [string, readonly SniffedColumn[], string, Readonly<Record<string, string>>])[] =
  (() => {
    const at = (name: string) => column(name, 'instant', { max: '2024-12-01' });
    const number = (name: string) => column(name, 'number');
    const account = column('customer_id');
    return [
      [
        'contacts.csv',
        [column('id'), account, at('created'), column('persona'), column('dept')],
        'contacts',
        { contact_id: 'id', department: 'dept' }
      ],
      [
        'Cancellations.csv',
        [account, at('cancellation_date'), column('source')],
        'notices',
        { notice_at: 'cancellation_date', system: 'source' }
      ],
      [
        'fx-rates.csv',
        [column('iso_code'), at('day'), number('fx_rate')],
        'fx_rates',
        { currency: 'iso_code', valid_from: 'day', rate: 'fx_rate' }
      ],
      [
        'sessions.jsonl',
        [column('visit_id'), column('customer.id'), column('actor.id'), at('start_time'), at('end_time')],
        'sessions',
        {
          session_id: 'visit_id',
          account_id: 'customer.id',
          user_id: 'actor.id',
          started_at: 'start_time',
          ended_at: 'end_time'
        }
      ],
      [
        'page_loads.parquet',
        [account, at('ts'), column('url'), number('load_time_seconds')],
        'page_loads',
        { page: 'url', load_seconds: 'load_time_seconds' }
      ],
      [
        'payments.csv',
        [column('transaction_id'), account, column('invoice_number'), at('payment_date'), number('total')],
        'payments',
        { payment_id: 'transaction_id', invoice_id: 'invoice_number', occurred_at: 'payment_date', amount: 'total' }
      ],
      [
        'trainings.csv',
        [column('id'), account, column('member_id'), at('invited_on'), at('completed_at')],
        'trainings',
        { user_id: 'member_id', attended_at: 'completed_at' }
      ],
      [
        'campaigns.csv',
        [account, column('recipient_id'), column('type'), at('send_date'), at('click_date')],
        'campaigns',
        { contact_id: 'recipient_id', kind: 'type', sent_at: 'send_date', clicked_at: 'click_date' }
      ],
      [
        'tags.csv',
        [account, column('tag_name'), column('tone'), at('tagged_at'), at('until')],
        'tags',
        { tag: 'tag_name', polarity: 'tone', valid_from: 'tagged_at', valid_to: 'until' }
      ],
      [
        'sentiment.csv',
        [account, at('noted_on'), number('sentiment_score')],
        'sentiments',
        { recorded_at: 'noted_on', score: 'sentiment_score' }
      ],
      [
        'reviews.csv',
        [column('id'), account, at('published_at'), column('site'), number('stars')],
        'reviews',
        { source: 'site', rating: 'stars' }
      ],
      [
        'programs.csv',
        [account, column('program'), at('offer_date'), at('joined_on'), number('milestone_count')],
        'programmes',
        { programme: 'program', joined_at: 'joined_on' }
      ],
      [
        'contexts.csv',
        [account, column('effect'), at('start_date'), at('end_date')],
        'contexts',
        { starts_at: 'start_date', ends_at: 'end_date' }
      ],
      [
        'overrides.csv',
        [account, at('overridden_at'), number('health_score'), column('comment')],
        'overrides',
        { set_at: 'overridden_at', score: 'health_score', reason: 'comment' }
      ],
      [
        'interventions.csv',
        [account, at('performed_at'), column('playbook')],
        'interventions',
        { occurred_at: 'performed_at', kind: 'playbook' }
      ],
      [
        'actions.csv',
        [
          column('task_id'),
          account,
          at('created_at'),
          column('title'),
          at('deadline'),
          at('closed_at'),
          column('result')
        ],
        'actions',
        { due_at: 'deadline', done_at: 'closed_at', outcome: 'result' }
      ],
      [
        'labels.csv',
        [account, at('labeled_at'), column('judgement')],
        'labels',
        { labelled_at: 'labeled_at', verdict: 'judgement' }
      ]
    ];
  })();

describe('proposeConfig: tables that are recognised by their file names', () => {
  const accounts = file('accounts.csv', [column('account_id'), column('created_at', 'instant', { max: '2024-12-30' })]);

  it.each(NAMED)('%s', (path, columns, table, expected) => {
    const config = parse(proposeConfig([accounts, file(path, columns)], 'x').yaml);
    const source = config.sources.find(candidate => candidate.table === table);
    expect(source?.files).toEqual([path]);
    const mapping = Object.fromEntries(Object.entries(source?.columns ?? {}).map(([name, { from }]) => [name, from]));
    expect(mapping).toMatchObject(expected);
  });

  it('all together, each file once', () => {
    const files = NAMED.map(([path, columns]) => file(path, columns));
    const config = parse(proposeConfig([accounts, ...files], 'x').yaml);
    expect(config.sources.map(source => source.table)).toEqual(
      TABLE_NAMES.filter(table => table === 'accounts' || NAMED.some(entry => entry[2] === table))
    );
  });

  const at = (name: string) => column(name, 'instant', { max: '2024-12-01' });
  it.each<[string, readonly SniffedColumn[], string]>([
    ['product-actions.csv', [column('account_id'), column('user_id'), at('created_at'), column('action')], 'events'],
    ['session-events.csv', [column('account_id'), column('user_id'), at('ts'), column('event')], 'events'],
    ['contacts.csv', [column('contact_id'), column('account_id'), at('created_at'), column('role')], 'users'],
    [
      'payments.csv',
      [column('payment_id'), column('account_id'), at('issue_date'), at('due_date'), column('amount', 'number')],
      'invoices'
    ],
    [
      'churn_export.csv',
      [column('account_id'), at('start_date'), at('churn_date'), column('mrr', 'number')],
      'subscriptions'
    ],
    ['visits.csv', [column('meeting_id'), column('account_id'), at('meeting_date'), column('type')], 'touchpoints']
  ])('leave %s to the table that it is', (path, columns, table) => {
    const config = parse(proposeConfig([accounts, file(path, columns)], 'x').yaml);
    expect(config.sources.map(source => [source.table, source.files])).toContainEqual([table, [path]]);
  });

  it('leave out a value that no mapped instant dates', () => {
    const tickets = [column('ticket_id'), column('account_id'), at('opened_at'), column('csat', 'number')];
    const mapped = (columns: readonly SniffedColumn[]) =>
      parse(proposeConfig([accounts, file('tickets.csv', columns)], 'x').yaml).sources[1]?.columns['rating'];
    expect(mapped(tickets)).toBeUndefined();
    expect(mapped([...tickets, at('csat_at')])).toMatchObject({ from: 'csat' });
  });
});

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
