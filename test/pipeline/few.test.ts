import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { starterProfile } from '../../src/config/init-profile.js';
import { REQUIRED_EPISODES } from '../../src/pipeline/enough.js';
import { type RunResult, run } from '../../src/pipeline/run.js';
import { score } from '../../src/pipeline/score.js';
import { verify } from '../../src/pipeline/verify.js';
import type { ReportModel } from '../../src/reports/model.js';
import type { BlockName } from '../../src/types.js';
import { newDirectory, quietEffects, removeDirectories, vitals } from './workspaces.js';

const CONFIG = `name: few
data_end: 2025-01-01
currency: USD
sources:
  accounts:
    files: data/accounts.csv
    timezone: UTC
    complete_until: 2025-01-01
    columns: { account_id: account_id, created_at: created_at }
  subscriptions:
    files: data/subscriptions.csv
    timezone: UTC
    complete_until: 2025-01-01
    columns:
      account_id: account_id
      mrr: mrr
      currency: currency
      plan: plan
      started_at: started_at
      term_end: term_end
      notice_at: notice_at
  events:
    files: data/events.csv
    timezone: UTC
    complete_until: 2025-01-01
    columns: { account_id: account_id, occurred_at: occurred_at, event_type: event_type }
outcomes:
  churn: { horizon_days: 30 }
features: { event_types: [login] }
`;

const PROFILE = {
  date: '2025-01-01',
  tenureDays: 'tenure_days',
  activeDays28: 'active_days_28d',
  overdueInvoices: null
};

interface Account {
  readonly started: string;
  readonly termEnd?: string;
  readonly notice?: string;
}

/** A workspace of accounts that pay 100 a month each; account k logs in on day 1 + k mod 20 of every month of 2023 and 2024. */
function workspaceOf(accounts: readonly Account[]): string {
  const workspace = newDirectory();
  const write = (path: string, lines: readonly string[]) =>
    writeFileSync(join(workspace, path), `${lines.join('\n')}\n`);
  for (const folder of ['data', 'models/manual']) mkdirSync(join(workspace, folder), { recursive: true });
  write('vitals.yaml', [CONFIG]);
  write('models/manual/default.yaml', [starterProfile(PROFILE)]);
  const ids = accounts.map((_, k) => `C${String(k).padStart(3, '0')}`);
  write('data/accounts.csv', ['account_id,created_at', ...accounts.map(({ started }, k) => `${ids[k]},${started}`)]);
  const terms = accounts.map(
    ({ started, termEnd = '', notice = '' }, k) => `${ids[k]},100,USD,basic,${started},${termEnd},${notice}`
  );
  write('data/subscriptions.csv', ['account_id,mrr,currency,plan,started_at,term_end,notice_at', ...terms]);
  const months = Array.from(
    { length: 24 },
    (_, m) => `${2023 + Math.floor(m / 12)}-${String(1 + (m % 12)).padStart(2, '0')}`
  );
  const events = accounts.flatMap(({ started, termEnd = '9' }, k) =>
    months
      .map(month => `${month}-${String(1 + (k % 20)).padStart(2, '0')}`)
      .filter(day => started <= day && day < termEnd)
      .map(day => `${ids[k]},${day}T12:00:00Z,login`)
  );
  write('data/events.csv', ['account_id,occurred_at,event_type', ...events]);
  return workspace;
}

/** Accounts since early 2023 that stay. */
function staying(n: number): Account[] {
  return Array.from({ length: n }, (_, k) => ({ started: `2023-0${1 + (k % 3)}-05` }));
}

function reportOf(result: RunResult): ReportModel {
  return JSON.parse(readFileSync(result.reports['json'] as string, 'utf8'));
}

/** What holds however little has happened; `paying` accounts are there at data end, `episodes` churned in the blocks. */
async function expectManualOnly(
  result: RunResult,
  { paying, episodes }: { paying: number; episodes: number }
): Promise<void> {
  const churn = result.models.filter(model => model.target === 'churn');
  expect(churn.map(({ kind, status }) => [kind, status])).toEqual([
    ['logistic', 'too_few_episodes'],
    ['neural', 'too_few_episodes'],
    ['manual', 'uncalibrated'],
    ['constant', 'too_few_episodes'],
    ['single', 'too_few_episodes']
  ]);
  expect(result.models.every(model => model.test === null)).toBe(true);
  const seen = churn[0]?.episodes as Readonly<Record<BlockName, number>>;
  expect(Object.values(seen).reduce((a, b) => a + b)).toBe(episodes);
  const short = (Object.keys(seen) as BlockName[]).map(name => Math.max(0, REQUIRED_EPISODES[name] - seen[name]));
  expect(result.episodesNeeded).toBe(short.reduce((a, b) => a + b));
  expect(result.episodesNeeded).toBeGreaterThan(0);
  expect(result.gates).toEqual([]);
  expectReport(result, paying);
  await expectHealthInForce(result, paying);
}

function expectReport(result: RunResult, paying: number): void {
  const report = reportOf(result);
  expect(report.episodesNeeded).toBe(result.episodesNeeded);
  expect(report.inForce).toEqual({});
  const counted = report.health?.categories.reduce((sum, { accounts }) => sum + accounts, 0);
  expect(counted).toBe(paying);
  const arr = report.health?.categories.reduce((sum, category) => sum + category.arr, 0);
  expect(arr).toBe(paying * 12 * 100);
  const text = readFileSync(result.reports['markdown'] as string, 'utf8');
  expect(text).toContain(`${result.episodesNeeded} more`);
  const page = readFileSync(result.reports['html'] as string, 'utf8');
  expect(page).toContain(`${result.episodesNeeded} more`);
}

async function expectHealthInForce({ workspace, artifacts }: RunResult, paying: number): Promise<void> {
  expect(Object.keys(artifacts)).toEqual(['health']);
  const latest = join(workspace, 'models', 'latest');
  expect(readdirSync(latest).sort()).toEqual(['candidates', 'health', 'manifest.json']);
  expect(readdirSync(join(latest, 'candidates'))).toEqual(['churn-manual']);
  expect((await verify({ workspace, directory: null })).ok).toBe(true);
  const rows = await score({ workspace, asOf: null }, await quietEffects());
  expect(rows).toHaveLength(paying);
  for (const row of rows) {
    expect(row).toMatchObject({ asOf: '2025-01-01', target: 'health', refusal: null });
    expect(row.probability).toBeGreaterThan(0);
    expect(row.probability).toBeLessThan(1);
  }
}

afterAll(removeDirectories);

describe('60 accounts and 3 churn episodes', () => {
  let result: RunResult;
  let closing: string;

  beforeAll(async () => {
    const leaving: Account[] = [
      { started: '2023-01-05', termEnd: '2024-03-05' },
      { started: '2023-02-05', termEnd: '2024-08-05' },
      { started: '2023-03-05', termEnd: '2025-06-05', notice: '2024-10-10T09:00:00Z' }
    ];
    const workspace = workspaceOf([...leaving, ...staying(57)]);
    const { code, stdout, stderr } = await vitals(['run', '--workspace', workspace, '--json', '--quiet']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    result = JSON.parse(stdout);
    closing = (await vitals(['run', '--workspace', workspace, '--quiet'])).stdout;
  }, 60_000);

  it('end with the manual score in force, counts, and how many more episodes are needed', async () => {
    await expectManualOnly(result, { paying: 57, episodes: 3 });
  });

  it('are told on the closing screen', () => {
    expect(closing).toContain(`${result.episodesNeeded} more churn episodes needed. The manual score stays in force.`);
  });
});

describe('even less', () => {
  it.each([
    ['60 accounts of which none churned', staying(60), 60],
    ['a single account', staying(1), 1]
  ])(
    '%s: the manual score, counts and the episodes needed',
    async (_name, accounts, paying) => {
      const workspace = workspaceOf(accounts);
      await expectManualOnly(await run({ workspace }, await quietEffects()), { paying, episodes: 0 });
    },
    60_000
  );
});

describe('everyone churned', () => {
  const brief = Array.from({ length: 60 }, (_, k): Account => {
    const at = (month: number, day: number) => new Date(Date.UTC(2023, month, day)).toISOString().slice(0, 10);
    return { started: at(1 + (k % 20), 10), termEnd: at(2 + (k % 20), 20) };
  });

  it.each([
    [
      'nobody pays at data end',
      brief,
      /^vitals: expected accounts that still pay at the data end 2025-01-01, got none of 60: .*check .*\n$/
    ],
    [
      'nobody stayed to learn from',
      [...brief, { started: '2024-12-20' }],
      /^vitals: expected accounts that stayed among the \d+ training rows, got churn in every one; check .*\n$/
    ]
  ])(
    'is refused as data in one paragraph when %s, and nothing is written',
    async (_case, accounts, message) => {
      const workspace = workspaceOf(accounts);
      const { code, stdout, stderr } = await vitals(['run', '--workspace', workspace, '--json', '--quiet']);
      expect({ code, stdout, stderr }).toEqual({ code: 3, stdout: '', stderr: expect.stringMatching(message) });
      expect(existsSync(join(workspace, 'models', 'latest'))).toBe(false);
      expect(readdirSync(join(workspace, 'models'))).toEqual(['manual']);
      expect(readdirSync(join(workspace, 'reports'))).toEqual([]);
    },
    60_000
  );
});
