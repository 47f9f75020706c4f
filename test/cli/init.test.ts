import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.js';
import { type Cells, day, makeDirectory, smallTables, start, toCsv, vitals, writeFiles } from './workspace.js';

const made: string[] = [];

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
});

function directoryWith(files: Readonly<Record<string, string>>): string {
  const directory = makeDirectory(files);
  made.push(directory);
  return directory;
}

/** A table with other column names, and a column that no contract knows. */
function renamed(rows: Cells, names: readonly string[], extra: string): Cells {
  return rows.map((row, i) => (i === 0 ? [...names, extra] : [...row, `${extra} ${i}`]));
}

/** The small company as another system exports it. */
function exports(): Record<string, string> {
  const { accounts, subscriptions, events } = smallTables();
  return {
    'customers.csv': toCsv(renamed(accounts, ['customer_id', 'signup_date', 'sector'], 'owner_email')),
    'contracts.csv': toCsv(
      renamed(
        subscriptions,
        [
          'contract_id',
          'customer_id',
          'plan_tier',
          'licenses',
          'monthly_price',
          'currency_code',
          'start_date',
          'cancelled_at'
        ],
        'signed_by'
      ),
      ';'
    ),
    'usage_log.csv': toCsv(renamed(events, ['customer_id', 'member_id', 'timestamp', 'event_name'], 'browser'))
  };
}

/** One ready table as people download it: an outcome column of Yes and No. */
function telco(): string {
  const rows: Cells = [['customerID', 'gender', 'SeniorCitizen', 'tenure', 'Contract', 'MonthlyCharges', 'Churn']];
  for (let i = 0; i < 240; i++) {
    const tenure = 1 + ((i * 37) % 72);
    const monthly = i % 3 === 0;
    const leaves = (i * 7919) % 100 < (monthly ? 70 - tenure / 2 : 12);
    rows.push([
      `${i}-X`,
      i % 2 ? 'Male' : 'Female',
      String(i % 5 === 0 ? 1 : 0),
      String(tenure),
      monthly ? 'Month-to-month' : 'One year',
      `${20 + (i % 90)}.5`,
      leaves ? 'Yes' : 'No'
    ]);
  }
  return toCsv(rows);
}

const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

describe('vitals init on raw tables with names of their own', () => {
  const directory = directoryWith(exports());
  const files = ['customers.csv', 'contracts.csv', 'usage_log.csv'];

  it('proposes a configuration that parses, over relative paths', async () => {
    const ended = await start(['init', 'acme', ...files], { cwd: directory }).ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    const config = parseConfig(read(directory, 'acme/vitals.yaml'), { file: 'vitals.yaml', workspace: directory });
    expect(config).toMatchObject({ name: 'acme', shape: 'events', dataEnd: '2025-01-01', currency: 'USD' });
    expect(config.features.eventTypes).toEqual(['login', 'report']);
    const mapped = config.sources.map(({ table, files: paths, columns }) => [
      table,
      paths,
      Object.entries(columns).map(([name, { from }]) => `${name}=${from}`)
    ]);
    expect(mapped).toEqual([
      ['accounts', ['../customers.csv'], ['account_id=customer_id', 'created_at=signup_date', 'industry=sector']],
      [
        'subscriptions',
        ['../contracts.csv'],
        [
          ...[
            'subscription_id=contract_id',
            'account_id=customer_id',
            'plan=plan_tier',
            'seats=licenses',
            'mrr=monthly_price'
          ],
          ...['currency=currency_code', 'started_at=start_date', 'ended_at=cancelled_at']
        ]
      ],
      [
        'events',
        ['../usage_log.csv'],
        ['account_id=customer_id', 'user_id=member_id', 'occurred_at=timestamp', 'event_type=event_name']
      ]
    ]);
    expect(config.sources.map(({ completeUntil }) => completeUntil)).toEqual(['2025-01-01', '2025-01-01', null]);
    for (const column of ['owner_email', 'signed_by', 'browser'])
      expect(ended.stdout).toMatch(new RegExp(`^  \\.\\./.*\\.csv: ${column}$`, 'm'));
    expect(ended.stdout).toContain('vitals run --workspace acme');
  });

  it('writes a .gitignore that keeps the manual profile, and a profile', () => {
    expect(read(directory, 'acme/.gitignore').split('\n')).toEqual(
      expect.arrayContaining(['data/', 'reports/', 'models/*', '!models/manual/'])
    );
    expect(read(directory, 'acme/models/manual/default.yaml')).toContain('feature: active_days_28d');
  });

  it('never overwrites: exit 2, and every byte stays', async () => {
    const before = read(directory, 'acme/vitals.yaml');
    const ended = await start(['init', 'acme', 'customers.csv'], { cwd: directory }).ended;
    expect(ended).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/^vitals: expected no vitals\.yaml in .*never overwrites.*\n$/)
    });
    expect(read(directory, 'acme/vitals.yaml')).toBe(before);
  });

  it('can be checked and run without an edit', async () => {
    const workspace = join(directory, 'acme');
    const checked = await vitals('check', '--json', '--workspace', workspace);
    expect(checked.code).toBe(0);
    const { rows, reasons } = JSON.parse(checked.stdout);
    expect(reasons).toEqual([]);
    expect(rows).toMatchObject({ accounts: { in: 60, used: 60 }, subscriptions: { in: 60, used: 60 } });
    const run = await vitals('run', '--json', '--workspace', workspace);
    expect(run.code).toBe(0);
    const { models, episodesNeeded, artifacts } = JSON.parse(run.stdout);
    expect(episodesNeeded).toBeGreaterThan(0);
    expect(models[0].rows.train).toBeGreaterThan(0);
    expect(Object.keys(artifacts)).toEqual(['health']);
    const scored = await vitals('score', '--json', '--workspace', workspace);
    const ended = smallTables()
      .subscriptions.slice(1)
      .filter(row => row[7] !== '').length;
    expect(JSON.parse(scored.stdout)).toHaveLength(60 - ended);
  });
});

describe('vitals init on one ready table', () => {
  const directory = directoryWith({ 'telco.csv': telco() });

  it('takes the outcome as it is written in the file', async () => {
    const { code, stdout } = await vitals('init', directory, join(directory, 'telco.csv'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      workspace: directory,
      written: ['vitals.yaml', '.gitignore'],
      unmapped: []
    });
    const config = parseConfig(read(directory, 'vitals.yaml'), { file: 'vitals.yaml', workspace: directory });
    expect(config.snapshots).toMatchObject({
      files: ['telco.csv'],
      account: 'customerID',
      asOf: null,
      outcome: { column: 'Churn', positive: 'Yes' }
    });
    expect(Object.keys(config.snapshots?.features ?? {})).toEqual([
      'gender',
      'SeniorCitizen',
      'tenure',
      'Contract',
      'MonthlyCharges'
    ]);
  });

  it('can be checked and run without an edit, and says that nothing is time-ordered', async () => {
    const checked = await vitals('check', '--json', '--workspace', directory);
    expect(JSON.parse(checked.stdout).rows).toEqual({ snapshots: { in: 240, used: 240, quarantined: 0, dropped: 0 } });
    const { code, stdout } = await vitals('run', '--json', '--workspace', directory);
    expect(code).toBe(0);
    const { models, reports } = JSON.parse(stdout);
    expect(models.map(({ name }: { name: string }) => name)).toEqual([
      'churn logistic',
      'churn neural',
      'churn constant',
      'churn single'
    ]);
    expect(models[0].test.auc).toBeGreaterThan(0.6);
    expect(readFileSync(reports.markdown, 'utf8')).toContain('Not time-ordered');
    const scored = JSON.parse((await vitals('score', '--json', '--workspace', directory)).stdout);
    expect(scored).toHaveLength(240);
    const dated = await vitals('score', '--asof', '2025-01-01', '--workspace', directory);
    expect(dated).toMatchObject({ code: 2, stderr: expect.stringContaining('leave it out') });
  });

  it('everyone churned: exit 3', async () => {
    writeFiles(directory, { 'telco.csv': telco().replaceAll(',No\n', ',Yes\n') });
    const { code, stdout, stderr } = await vitals('run', '--quiet', '--workspace', directory);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^vitals: expected .* got .*\n$/);
  });
});

describe('vitals init on files that it cannot use', () => {
  const refused = async (files: Readonly<Record<string, string>>, code: number, said: RegExp) => {
    const directory = directoryWith(files);
    const ended = await vitals('init', join(directory, 'w'), ...Object.keys(files).map(name => join(directory, name)));
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(said) });
  };

  it('none given: 2', () => refused({}, 2, /^vitals: expected CSV or Parquet files.*\n$/));
  it('no table of accounts: 2', () =>
    refused({ 'notes.csv': 'a,b\n1,2\n' }, 2, /^vitals: expected a file of accounts.*notes\.csv.*\n$/));
  it('no date anywhere: 2', () =>
    refused({ 'accounts.csv': 'account_id,industry\nA,IT\n' }, 2, /^vitals: expected a column with dates.*\n$/));
  it('damaged Parquet: 3', () =>
    refused(
      { 'accounts.parquet': 'nothing of the kind' },
      3,
      /^vitals: expected a CSV or Parquet table.*accounts\.parquet.*\n$/
    ));

  it('an absent file: 3', async () => {
    const directory = directoryWith({});
    const ended = await vitals('init', directory, join(directory, 'accounts.csv'));
    expect(ended).toMatchObject({
      code: 3,
      stdout: '',
      stderr: expect.stringMatching(/^vitals: expected a file at .*accounts\.csv, found none.*\n$/)
    });
  });

  it('dates that are not ISO: a note, and the column is listed', async () => {
    const files = exports();
    const american = (text: string) => text.replaceAll(/(\d{4})-(\d\d)-(\d\d)/g, '$2/$3/$1');
    const directory = directoryWith({ ...files, 'customers.csv': american(files['customers.csv'] as string) });
    const { code, stdout } = await vitals('init', directory, ...Object.keys(files).map(name => join(directory, name)));
    expect(code).toBe(0);
    expect(stdout).toMatch(/customers\.csv: signup_date holds dates in another form than 2025-04-01/);
    expect(stdout).toMatch(/^ {2}customers\.csv: signup_date$/m);
    expect(day(0)).toBe('2024-01-01');
  });
});
