import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { computeSnapshots, ingest } from '../../src/pipeline/prepare-data.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import { raw } from '../../src/sql/sql.js';
import {
  copyConfiguration,
  copyWorkspace,
  fillWorld,
  hashRows,
  quietEffects,
  removeDirectories,
  rewriteTable,
  withDatabase
} from './workspaces.js';

/** The cut, inside a term, a ticket, an invoice and a survey of many accounts, and a date that may see what came after. */
const CUT = '2025-06-01';
const LATER = '2025-09-01';
const T = `timestamp '${CUT}'`;

interface WorldTable {
  /** When a row became known. */
  readonly known: string;
  readonly key: string | null;
  /** Cells with an instant of their own, and what hangs on it. */
  readonly cells: Readonly<Record<string, readonly string[]>>;
  /** What a garbage row says. */
  readonly garbage: string;
}

const TABLES: Readonly<Record<string, WorldTable>> = {
  accounts: { known: 'created_at', key: 'account_id', cells: {}, garbage: `'x''; drop table events; --' as industry` },
  users: {
    known: 'created_at',
    key: 'user_id',
    cells: { deactivated_at: [] },
    garbage: `'ghost' as role, ${T} + interval 9 month as deactivated_at`
  },
  subscriptions: {
    known: 'started_at',
    key: 'subscription_id',
    cells: { ended_at: [], notice_at: [] },
    garbage: `99999 as seats, 9999999 as mrr, 'scale' as plan, ${T} as notice_at, null as ended_at, null as term_end`
  },
  events: {
    known: 'occurred_at',
    key: null,
    cells: {},
    garbage: `case when rowid % 2 = 0 then 'never_seen' else 'report' end as event_type, 999999 as value`
  },
  tickets: {
    known: 'opened_at',
    key: 'ticket_id',
    cells: { resolved_at: [], escalated_at: [], rated_at: ['rating'] },
    garbage: `case when rowid % 5 = 0 then 'no such priority' else 'urgent' end as priority, null as resolved_at, null as rated_at`
  },
  invoices: {
    known: 'issued_at',
    key: 'invoice_id',
    cells: { paid_at: [], failed_at: [] },
    garbage: `8888888 as amount, null as paid_at, ${T} + interval 90 day as failed_at`
  },
  surveys: {
    known: 'sent_at',
    key: 'survey_id',
    cells: { responded_at: ['score'] },
    garbage: `0 as score, ${T} + interval 90 day as responded_at`
  },
  touchpoints: {
    known: 'occurred_at',
    key: 'touchpoint_id',
    cells: {},
    garbage: `'call' as kind, true as two_way, 'customer' as cancelled_by`
  }
};

type Rewrite = (table: WorldTable) => string[];

const deleteFuture: Rewrite = ({ known }) => [`delete from old where ${known} >= ${T}`];

/** Rows from the cut on, up to 80 days of them: some new, some with the key of an older row but other content. */
const addGarbage: Rewrite = ({ known, key, garbage }) => {
  const late = `${T} + (rowid % 80) * interval 1 day as ${known}`;
  const rows = (where: string, name: string) =>
    `insert into old by name select * replace (${late}, ${garbage}${name}) from old where ${where}`;
  if (key === null) return [rows('rowid % 2 = 0', '')];
  return [rows(`rowid % 7 = 0 and ${known} < ${T}`, ''), rows('rowid % 3 = 0', `, ${key} || '-garbage' as ${key}`)];
};

/** What happened from the cut on to rows that were known before it never happened. */
const clearFutureCells: Rewrite = ({ known, cells }) =>
  Object.entries(cells).map(([cell, hanging]) => {
    const cleared = [cell, ...hanging].map(name => `${name} = null`).join(', ');
    return `update old set ${cleared} where ${known} < ${T} and ${cell} >= ${T}`;
  });

/** What had not happened before the cut to rows that were known then happens from its very midnight on. */
const fillFutureCells: Rewrite = ({ known, cells }) =>
  Object.entries(cells).map(([cell, hanging]) => {
    const filled = [`${cell} = ${T} + (rowid % 80) * interval 1 day`, ...hanging.map(name => `${name} = 9`)].join(', ');
    return `update old set ${filled} where ${known} < ${T} and (${cell} is null or ${cell} >= ${T})`;
  });

/** Older rows are filled first, so that garbage repeats them as they then are. */
const both: Rewrite = table => [...fillFutureCells(table), ...addGarbage(table)];

let workspace: string;
let expected: Snapshots;

beforeAll(async () => {
  workspace = copyConfiguration([]);
  await fillWorld(workspace, { seed: 28, accounts: 80 });
  expected = await snapshotsOf(workspace);
}, 60_000);

afterAll(removeDirectories);

interface Snapshots {
  readonly n: number;
  readonly cut: string;
  readonly later: string;
  readonly sourceRows: number;
}

/** The snapshots at both dates as hashes over every cell. */
async function snapshotsOf(directory: string): Promise<Snapshots> {
  const config = await loadConfig(directory);
  return withDatabase(directory, async engine => {
    const context = { config, engine, effects: await quietEffects() };
    const { tables } = await ingest(context);
    const dates = await resolveAsOf(engine, [CUT, LATER], config.calendar.timezone);
    await computeSnapshots(context, tables, dates, names => new Set(names));
    const at = (date: string) => `from snapshots where as_of_day = date_diff('day', date '1970-01-01', date '${date}')`;
    const [counted] = await engine.rows(raw(`select count(*) as n ${at(CUT)}`));
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows.in, 0);
    const hash = (date: string) => hashRows(engine, `select * ${at(date)} order by account_id`);
    return { n: counted?.['n'] as number, cut: await hash(CUT), later: await hash(LATER), sourceRows: rows };
  });
}

async function rewritten(rewrite: Rewrite): Promise<Snapshots> {
  const copy = copyWorkspace(workspace);
  for (const [name, table] of Object.entries(TABLES)) {
    const statements = rewrite(table);
    if (statements.length > 0) await rewriteTable(copy, name, statements);
  }
  return snapshotsOf(copy);
}

describe('a snapshot', () => {
  it('has rows at the cut', () => {
    expect(expected.n).toBeGreaterThan(30);
  });

  it.each([
    ['rows known at or after its date are deleted', 'promise 28', deleteFuture],
    ['rows of garbage appear at or after its date', 'promise 29', addGarbage],
    ['cells dated at or after its date are emptied', 'promise 28', clearFutureCells],
    ['cells of older rows are filled with what happens at or after its date', 'promise 29', fillFutureCells],
    ['garbage appears and cells are filled', 'promise 29', both]
  ])(
    'keeps every byte when %s (%s)',
    async (_what, _promise, rewrite) => {
      const found = await rewritten(rewrite);
      expect(found.cut).toBe(expected.cut);
      expect(found.n).toBe(expected.n);
      expect(found.later, 'the change must be one that a later snapshot sees').not.toBe(expected.later);
    },
    60_000
  );
});
