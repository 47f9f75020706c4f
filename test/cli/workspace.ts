import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The built command. */
export const MAIN = resolve('dist/cli/main.js');

/** A CSV table: its header, then its records. */
export type Cells = string[][];

export type Tables = Record<'accounts' | 'subscriptions' | 'events' | 'tickets', Cells>;

const DATA_END = '2025-01-01';
const YEAR_DAYS = 366;

/**
 * A year of a small company: accounts with one open-ended subscription each, weekly use and a few tickets. A share
 * `leavers` of the accounts cancels, after some weeks in which it uses the product less.
 */
export function smallTables({ accounts: n = 60, leavers = 0.3 } = {}): Tables {
  const accounts: Cells = [['account_id', 'created_at', 'industry']];
  const subscriptions: Cells = [
    ['subscription_id', 'account_id', 'plan', 'seats', 'mrr', 'currency', 'started_at', 'ended_at']
  ];
  const events: Cells = [['account_id', 'user_id', 'occurred_at', 'event_type']];
  const tickets: Cells = [['ticket_id', 'account_id', 'opened_at', 'resolved_at', 'priority']];
  for (let i = 0; i < n; i++) {
    const id = `A${String(i + 1).padStart(3, '0')}`;
    const born = Math.floor(chance(i, 1) * 60);
    const left = chance(i, 2) < leavers ? born + 60 + Math.floor(chance(i, 3) * (YEAR_DAYS - born - 70)) : null;
    accounts.push([id, day(born), ['retail', 'finance', 'health'][i % 3] as string]);
    subscriptions.push([
      `S${i}`,
      id,
      i % 2 ? 'pro' : 'basic',
      String(2 + (i % 9)),
      `${50 + (i % 7) * 10}.00`,
      'USD',
      day(born),
      left === null ? '' : day(left)
    ]);
    for (let at = born; at < Math.min(left ?? YEAR_DAYS, YEAR_DAYS); at += 7) {
      const fading = left !== null && i % 3 > 0 && left - at < 45;
      const uses = Math.floor(chance(i, at, 4) * (fading ? 2.5 : 4));
      for (let k = 0; k < uses; k++) {
        events.push([id, `${id}-u${k}`, `${day(at + k)}T0${k}:30:00Z`, k % 2 ? 'report' : 'login']);
      }
      if (chance(i, at, 5) < 0.06)
        tickets.push([`T${tickets.length}`, id, `${day(at)}T08:00:00Z`, `${day(at)}T20:00:00Z`, 'normal']);
    }
  }
  return {
    accounts,
    subscriptions,
    events: events.filter(row => (row[2] as string) < `${DATA_END}T` || row[2] === 'occurred_at'),
    tickets
  };
}

/** A number in [0, 1) for a few whole numbers. */
function chance(...keys: readonly number[]): number {
  return createHash('sha256').update(keys.join(':')).digest().readUInt32BE(0) / 2 ** 32;
}

/** ISO date of a day of 2024, counted from 0. */
export function day(offset: number): string {
  return new Date(Date.UTC(2024, 0, 1 + offset)).toISOString().slice(0, 10);
}

/** `vitals.yaml` of the small company, one key per line so that tests can change single lines. */
export const CONFIG = `name: small
shape: events
data_end: ${DATA_END}
currency: USD
calendar:
  timezone: UTC
  every: month
sources:
  accounts:
    files: accounts.csv
    origin: the CRM export
    complete_until: 2025-01-01
    assume_fixed: true
    columns:
      account_id: account_id
      created_at: created_at
      industry: industry
  subscriptions:
    files: subscriptions.csv
    complete_until: 2025-01-01
    columns:
      subscription_id: subscription_id
      account_id: account_id
      plan: plan
      seats: seats
      mrr: mrr
      currency: currency
      started_at: started_at
      ended_at: ended_at
  events:
    files: events.csv
    columns:
      account_id: account_id
      user_id: user_id
      occurred_at: occurred_at
      event_type: event_type
  tickets:
    files: tickets.csv
    columns:
      ticket_id: ticket_id
      account_id: account_id
      opened_at: opened_at
      resolved_at: resolved_at
      priority: priority
outcomes:
  churn: { horizon_days: 30 }
  upsell: false
features:
  event_types: [login, report]
  core_events: [report]
models:
  neural: false
`;

/** A manual profile over usage and tenure. */
export const PROFILE = `name: default
purpose: predictor
owner: success
approver: lead
date: 2025-01-01
min_coverage: 0.5
factors:
  - { name: Usage, feature: active_days_28d, dimension: adoption, weight: 60, timing: leading, actionable: true, transform: { kind: linear, from: 0, to: 20 }, about: Days with any use., evidence: a guess }
  - { name: Tenure, feature: tenure_days, dimension: relationship, weight: 40, timing: leading, actionable: false, transform: { kind: linear, from: 0, to: 730 }, about: Days since the first start., evidence: a guess }
categories:
  - { label: Weak, color: "#c62828", meaning: Act now, from: 0 }
  - { label: Strong, color: "#2e7d32", meaning: Healthy, from: 0.5 }
`;

/** A new directory that holds the given files. */
export function makeDirectory(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'vitals-cli-'));
  writeFiles(directory, files);
  return directory;
}

export function writeFiles(directory: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
  }
}

/** All files of the small company's workspace. */
export function workspaceFiles(tables: Tables = smallTables(), config = CONFIG): Record<string, string> {
  const csv = Object.entries(tables).map(([name, rows]) => [`${name}.csv`, toCsv(rows)]);
  return { ...Object.fromEntries(csv), 'vitals.yaml': config, 'models/manual/default.yaml': PROFILE };
}

export function toCsv(rows: Cells, delimiter = ','): string {
  return `${rows.map(row => row.join(delimiter)).join('\n')}\n`;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A started command: its process, and how it ends. */
export function start(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: options.cwd, env: { ...process.env, ...options.env } });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', chunk => {
    stdout += chunk;
  });
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs `vitals` with arguments to its end. */
export function vitals(...args: readonly string[]): Promise<Ended> {
  return start(args).ended;
}

/** Every file and link under some folders of a directory: path to SHA-256 of its bytes, or the target of the link. */
export function fingerprint(
  directory: string,
  folders: readonly string[] = ['models', 'reports']
): Record<string, string> {
  const found: Record<string, string> = {};
  const visit = (path: string) => {
    const at = join(directory, path);
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (stat === undefined) return;
    if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(at)}`;
    else if (stat.isDirectory()) for (const name of readdirSync(at).sort()) visit(join(path, name));
    else found[path] = createHash('sha256').update(readFileSync(at)).digest('hex');
  };
  for (const folder of folders) visit(folder);
  return found;
}
