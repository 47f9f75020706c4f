import { rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { CONFIG, type Ended, makeDirectory, type Tables, vitals, workspaceFiles } from './workspace.js';

const SECRET = 'Miller Ltd pays a lot';
const ZONE = CONFIG.replace('timezone: UTC', 'timezone: Europe/Berlin');

/** Three accounts: A001 pays, A002 left on 1 June, A003 never paid. Naive times are UTC. */
const TABLES: Tables = {
  accounts: [
    ['account_id', 'created_at', 'industry'],
    ['A001', '2024-01-01', SECRET],
    ['A002', '2024-01-01', 'finance'],
    ['A003', '2024-02-01', 'health']
  ],
  subscriptions: [
    ['subscription_id', 'account_id', 'plan', 'seats', 'mrr', 'currency', 'started_at', 'ended_at'],
    ['S1', 'A001', 'pro', '5', '50.00', 'USD', '2024-01-10', ''],
    ['S2', 'A002', 'basic', '5', '20.00', 'USD', '2024-01-10', '2024-06-01']
  ],
  events: [
    ['account_id', 'user_id', 'occurred_at', 'event_type'],
    ['A001', 'u1', '2024-05-31T21:59:59Z', 'login'],
    ['A001', 'u1', '2024-06-02T08:30:00Z', 'login'],
    ['A001', 'u2', '2024-06-27T08:30:00Z', 'report'],
    ['A001', 'u2', '2024-06-28T22:00:00Z', 'login'],
    ['A002', 'u9', '2024-05-02T08:30:00Z', 'login'],
    ['A003', 'u8', '2024-06-02T08:30:00Z', 'login']
  ],
  tickets: [
    ['ticket_id', 'account_id', 'opened_at', 'resolved_at', 'priority'],
    ['T1', 'A001', '2024-06-01T08:00:00Z', '2024-06-02T20:00:00Z', 'high'],
    ['T2', 'A001', '2024-06-20T08:00:00Z', '2024-07-03T20:00:00Z', 'normal'],
    ['T3', 'A001', '2024-07-04T08:00:00Z', '', 'low']
  ]
};

const DIRECTORY = makeDirectory(workspaceFiles(TABLES, ZONE));
afterAll(() => rmSync(DIRECTORY, { recursive: true, force: true }));

interface Told {
  readonly value: unknown;
  readonly state: number;
  readonly stateName: string;
  readonly why: string | null;
  readonly rule: string;
  readonly atRisk: boolean;
  readonly lastAtRisk: string | null;
  readonly startedAt: string;
  readonly tenureDays: number;
  readonly arr: number;
  readonly feature: { readonly name: string; readonly unit: string; readonly reads: string[]; readonly sql: string };
  readonly tables: readonly {
    readonly table: string;
    readonly counts: Record<string, number>;
    readonly records: readonly {
      readonly mark: string;
      readonly happened: string;
      readonly knownAt: string;
      readonly cells: Record<string, unknown>;
      readonly hidden: readonly { readonly column: string; readonly until: string }[];
    }[];
  }[];
}

function explain(feature: string, account: string, ...more: readonly string[]): Promise<Ended> {
  return vitals('explain', '--workspace', DIRECTORY, '--feature', feature, '--account', account, ...more);
}

async function told(feature: string, account: string, asof: string): Promise<Told> {
  const ended = await explain(feature, account, '--asof', asof, '--json');
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  return JSON.parse(ended.stdout) as Told;
}

describe('vitals explain', () => {
  it('tells the value, its definition, and every record with its mark, in the zone of the workspace', async () => {
    const found = await told('events_28d', 'A001', '2024-06-29');
    expect(found).toMatchObject({ value: 2, state: 0, stateName: 'measured', why: null, rule: 'count' });
    expect(found.feature).toMatchObject({ name: 'events_28d', unit: 'events', reads: ['events.occurred_at'] });
    expect(found).toMatchObject({ atRisk: true, startedAt: '2024-01-10T01:00:00+01:00', tenureDays: 171, arr: 600 });
    const [events] = found.tables;
    expect(events?.counts).toEqual({ made: 2, outside: 1, later: 1 });
    expect(events?.records.map(({ mark, happened }) => [mark, happened])).toEqual([
      ['outside', '2024-05-31T23:59:59+02:00'],
      ['made', '2024-06-02T10:30:00+02:00'],
      ['made', '2024-06-27T10:30:00+02:00'],
      ['later', '2024-06-29T00:00:00+02:00']
    ]);
  });

  it('tells what was hidden because its own time had not come, and until when', async () => {
    const found = await told('tickets_open', 'A001', '2024-07-01');
    expect(found).toMatchObject({ value: 1, rule: 'count' });
    expect(found.tables[0]?.records).toEqual([
      {
        mark: 'outside',
        happened: '2024-06-01T10:00:00+02:00',
        knownAt: '2024-06-01T10:00:00+02:00',
        cells: { ticket_id: 'T1', opened_at: '2024-06-01T10:00:00+02:00', resolved_at: '2024-06-02T22:00:00+02:00' },
        hidden: []
      },
      {
        mark: 'made',
        happened: '2024-06-20T10:00:00+02:00',
        knownAt: '2024-06-20T10:00:00+02:00',
        cells: { ticket_id: 'T2', opened_at: '2024-06-20T10:00:00+02:00', resolved_at: null },
        hidden: [{ column: 'resolved_at', until: '2024-07-03T22:00:00+02:00' }]
      },
      {
        mark: 'later',
        happened: '2024-07-04T10:00:00+02:00',
        knownAt: '2024-07-04T10:00:00+02:00',
        cells: { ticket_id: 'T3', opened_at: '2024-07-04T10:00:00+02:00', resolved_at: null },
        hidden: []
      }
    ]);
  });

  it('prints it on one screen: value, sentence, rule, and a list per kind', async () => {
    const { code, stdout } = await explain('tickets_open', 'A001', '--asof', '2024-07-01');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^tickets_open of A001 at 2024-07-01: 1 tickets \(measured\)\nTickets open at the date\./);
    expect(stdout).toContain('Each record that made the value counts one.');
    expect(stdout).toContain('tickets: 1 made the value, 1 read, but outside, 1 not known yet; complete until');
    expect(stdout).toMatch(/^ {2}2024-06-20T10:00:00\+02:00 +T2 +resolved_at until 2024-07-03T22:00:00\+02:00$/m);
  });

  it('explains an account that is not at risk all the same, and says so', async () => {
    const left = await told('events_28d', 'A002', '2024-06-20');
    expect(left).toMatchObject({ value: 0, atRisk: false, lastAtRisk: '2024-06-01', tenureDays: 162, arr: 240 });
    expect(left.rule).toBe('none');
    const never = await told('events_28d', 'A003', '2024-06-20');
    expect(never).toMatchObject({ value: 1, atRisk: false, lastAtRisk: null, tenureDays: 140, arr: 0 });
    const { stdout } = await explain('events_28d', 'A002', '--asof', '2024-06-20');
    expect(stdout).toContain('Not at risk at 2024-06-20 (last on 2024-06-01): no snapshot has it');
  });

  it('says why there is no value: too young, undefined, or past what a table is complete to', async () => {
    const young = await told('events_28d', 'A001', '2024-01-20');
    expect(young).toMatchObject({ value: null, state: 2, stateName: 'too young' });
    expect(young.why).toBe('the account is 10 days old; measured from 28 days on');
    const nothing = await told('days_since_last_event', 'A001', '2024-03-01');
    expect(nothing).toMatchObject({ value: null, state: 1, stateName: 'unknown' });
    expect(nothing.why).toMatch(/^undefined at this date/);
    const behind = await told('events_28d', 'A001', '2025-01-01');
    expect(behind).toMatchObject({ value: null, state: 1 });
    expect(behind.why).toMatch(/^events is complete only until 2024-.*, which is before the date$/);
  });

  it('never shows a free text of a customer in full', async () => {
    const found = await explain('industry', 'A001', '--asof', '2024-07-01', '--json');
    const { tables, value } = JSON.parse(found.stdout) as Told;
    expect(value).toMatch(/^text of 21 characters \(#[0-9a-f]{8}\)$/);
    expect(tables[0]?.records[0]?.cells['industry']).toBe(value);
    expect(found.stdout + (await explain('industry', 'A001', '--asof', '2024-07-01')).stdout).not.toContain('Miller');
    const plain = await told('industry', 'A002', '2024-05-01');
    expect([plain.value, plain.tables[0]?.records[0]?.cells['industry']]).toEqual(['finance', 'finance']);
  });

  it('leaves the database as it was', async () => {
    const scores = () => vitals('features', '--plan', '--json', '--workspace', DIRECTORY);
    const before = await scores();
    await told('events_28d', 'A001', '2024-06-29');
    expect(await scores()).toEqual(before);
  });

  const refusals: readonly (readonly [string, readonly string[], string])[] = [
    ['an unknown account', ['events_28d', 'A0001'], 'got A0001; did you mean A001?'],
    ['an unknown feature', ['event_28d', 'A001'], 'got event_28d; did you mean events_28d?'],
    ['a feature without its source', ['invoices_overdue', 'A001'], 'which is left out: no source for invoices'],
    ['no date', ['events_28d', 'A001', '--asof', '2024-02-30'], 'expected --asof as a date YYYY-MM-DD, got 2024-02-30'],
    ['a date after data end', ['events_28d', 'A001', '--asof', '2025-02-01'], 'at or before data end 2025-01-01']
  ];

  it.each(refusals)('refuses %s with what to do: exit 2', async (_, [feature = '', account = '', ...more], said) => {
    const ended = await explain(feature, account, ...more);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});
