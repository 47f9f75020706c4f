import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/types.js';
import { dateOfDay, resolveAsOf } from '../../src/sources/calendar.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { buildSpine } from '../../src/sources/spine.js';
import { sql } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';
import { type Rows, source, testConfig, withEngine, writeFile, writeWorkspace } from './fixtures.js';

const COLUMNS = {
  accounts: ['account_id', 'created_at', 'parent_id'],
  subscriptions: [
    'subscription_id',
    'account_id',
    'started_at',
    'term_end',
    'ended_at',
    'notice_at',
    'mrr',
    'is_trial'
  ],
  invoices: ['invoice_id', 'account_id', 'issued_at', 'paid_at', 'failed_at']
} as const;
type Table = keyof typeof COLUMNS;
type Lines = Partial<Record<Table, readonly string[]>>;

function configOf(workspace: string, lines: Lines, partial: Partial<Config>): Config {
  const tables = Object.keys(lines) as Table[];
  const sources = tables.map(table => {
    const columns = Object.fromEntries(COLUMNS[table].map(name => [name, { from: name }]));
    const spec =
      table === 'accounts' ? { ...columns, parent_id: { from: 'parent_id', time: 'fixed' as const } } : columns;
    return source(table, spec, { knownAt: 'known_at' });
  });
  return testConfig({ workspace, sources, ...partial });
}

async function spineOf(
  engine: Engine,
  lines: Lines,
  dates: readonly string[],
  partial: Partial<Config> = {}
): Promise<Rows> {
  const workspace = writeWorkspace({});
  const config = configOf(workspace, lines, partial);
  for (const [table, rows] of Object.entries(lines)) {
    writeFile(workspace, `${table}.csv`, [[...COLUMNS[table as Table], 'known_at'].join(','), ...rows]);
  }
  const tables = await ingestSources(engine, config);
  rmSync(workspace, { recursive: true });
  await buildSpine(engine, { asOf: await resolveAsOf(engine, dates, config.calendar.timezone), config, tables });
  return engine.rows(sql`select * from spine`);
}

const ACCOUNT = 'A,2024-01-01,,2024-01-01';

/** Dates on which account A is on the spine, given its terms without id and account. */
async function datesOf(
  terms: readonly string[],
  dates: readonly string[],
  more: Lines = {},
  partial: Partial<Config> = {}
) {
  const lines = { accounts: [ACCOUNT], subscriptions: terms.map((term, i) => `S${i},A,${term}`), ...more };
  const rows = await withEngine(engine => spineOf(engine, lines, dates, partial));
  return rows.map(row => dateOfDay(row['as_of_day'] as number));
}

describe('the spine', () => {
  it('has a paying account from the date after its start to its end', async () => {
    const term = '2024-02-01,2024-04-01,,,10,no,2024-02-01';
    const dates = ['2024-02-01', '2024-02-02', '2024-04-01', '2024-04-02'];
    expect(await datesOf([term], dates)).toEqual(['2024-02-02', '2024-04-01']);
  });

  it('knows a term only after it is known, and an open term has no end', async () => {
    expect(await datesOf(['2024-02-01,,,,10,no,2024-03-01'], ['2024-03-01', '2024-03-02', '2024-12-01'])).toEqual([
      '2024-03-02',
      '2024-12-01'
    ]);
  });

  it('knows an actual end only after it happened', async () => {
    const term = '2024-02-01,2025-02-01,2024-03-10,,10,no,2024-02-01';
    expect(await datesOf([term], ['2024-03-09', '2024-03-10', '2024-03-11'])).toEqual(['2024-03-09', '2024-03-10']);
  });

  it('leaves with a notice on an active paid term, not before it is given, not for an ended term or a trial', async () => {
    const dates = ['2024-03-10', '2024-03-11', '2024-07-01'];
    expect(await datesOf(['2024-02-01,2024-12-01,,2024-03-10,10,no,2024-02-01'], dates)).toEqual(['2024-03-10']);
    const renewed = ['2024-02-01,2024-06-01,,2024-03-10,10,no,2024-02-01', '2024-06-01,,,,10,no,2024-06-01'];
    expect(await datesOf(renewed, dates)).toEqual(['2024-03-10', '2024-07-01']);
    const besideTrial = ['2024-02-01,,,,10,no,2024-02-01', '2024-02-01,,,2024-03-01,0,yes,2024-02-01'];
    expect(await datesOf(besideTrial, dates)).toEqual(dates);
  });

  it('has no trial', async () => {
    expect(await datesOf(['2024-02-01,,,,10,yes,2024-02-01'], ['2024-03-01'])).toEqual([]);
  });

  it('has no account that is not known yet', async () => {
    const accounts = ['A,2024-01-01,,2024-04-01'];
    expect(await datesOf(['2024-02-01,,,,10,no,2024-02-01'], ['2024-04-01', '2024-04-02'], { accounts })).toEqual([
      '2024-04-02'
    ]);
  });

  it('leaves with a failed payment after grace, until a payment follows', async () => {
    const term = ['2024-02-01,,,,10,no,2024-02-01'];
    const dates = ['2024-03-11', '2024-03-16', '2024-03-17', '2024-05-01', '2024-05-03'];
    const failed = 'I1,A,2024-03-01,,2024-03-10T12:00:00,2024-03-01';
    const paid = 'I2,A,2024-05-01,2024-05-02,,2024-05-01';
    expect(await datesOf(term, dates, { invoices: [failed, paid] })).toEqual(['2024-05-03']);
    const outcomes = { churn: { leadDays: 0, horizonDays: 90, graceDays: 5 }, upsell: null };
    const kept = await datesOf(term, dates, { invoices: [failed, paid] }, { outcomes });
    expect(kept).toEqual(['2024-03-11', '2024-03-16', '2024-05-03']);
  });

  it('sums ARR of the active paid terms exactly and counts tenure in local days from the first of all', async () => {
    const subscriptions = [
      'S1,A,2024-01-31T23:30:00,2024-02-15,,,99.99,no,2024-01-31T23:30:00',
      'S2,A,2024-02-15,,,,0.10,no,2024-02-15',
      'S3,A,2024-02-20,,,,0.20,no,2024-02-20',
      'S4,A,2024-02-20,,,,5,yes,2024-02-20'
    ];
    const calendar = { timezone: 'Europe/Berlin', dates: null, every: 'month', first: null, last: null } as const;
    const [row] = await withEngine(engine =>
      spineOf(engine, { accounts: [ACCOUNT], subscriptions }, ['2024-03-01'], { calendar })
    );
    expect(row?.['arr']).toBe((12 * (10 + 20)) / 100);
    expect(row?.['tenure_days']).toBe(29);
    expect(row?.['start_us']).toBe(Date.parse('2024-01-31T23:30:00Z') * 1000);
  });

  it('names the top parent as known then, also in a circle and beyond the accounts', async () => {
    const accounts = [
      'A,2024-01-01,B,2024-01-01',
      'B,2024-01-01,C,2024-01-01',
      'C,2024-01-01,,2024-06-01',
      'D,2024-01-01,E,2024-01-01',
      'E,2024-01-01,D,2024-01-01',
      'F,2024-01-01,Holding,2024-01-01',
      'G,2024-01-01,G,2024-01-01'
    ];
    const subscriptions = ['A', 'B', 'C', 'D', 'E', 'F', 'G'].map((a, i) => `S${i},${a},2024-02-01,,,,1,no,2024-02-01`);
    const rows = await withEngine(engine => spineOf(engine, { accounts, subscriptions }, ['2024-03-01', '2024-07-01']));
    const tops = (date: string) =>
      Object.fromEntries(
        rows.filter(r => dateOfDay(r['as_of_day'] as number) === date).map(r => [r['account_id'], r['parent']])
      );
    expect(tops('2024-03-01')).toEqual({ A: 'C', B: 'C', D: 'D', E: 'D', F: 'Holding', G: 'G' });
    expect(tops('2024-07-01')).toEqual({ A: 'C', B: 'C', C: 'C', D: 'D', E: 'D', F: 'Holding', G: 'G' });
  });

  it('is ordered by date, then account, and empty without dates', async () => {
    const accounts = ['B,2024-01-01,,2024-01-01', 'A,2024-01-01,,2024-01-01'];
    const subscriptions = ['S1,B,2024-01-01,,,,1,no,2024-01-01', 'S2,A,2024-01-01,,,,1,no,2024-01-01'];
    await withEngine(async engine => {
      const rows = await spineOf(engine, { accounts, subscriptions }, ['2024-03-01', '2024-02-01']);
      expect(rows.map(row => `${row['account_id']}${row['as_of_day']}`)).toEqual([
        'A19754',
        'B19754',
        'A19783',
        'B19783'
      ]);
      expect(await spineOf(engine, { accounts, subscriptions }, [])).toEqual([]);
    });
  });
});

/** A date in 2024 by day number. */
const on = (day: number | null) =>
  day === null ? '' : new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10);
const day = fc.integer({ min: 0, max: 300 });
const later = fc.option(fc.integer({ min: 0, max: 120 }), { nil: null });
const term = fc.record({
  account: fc.constantFrom('A', 'B', 'C'),
  start: day,
  end: later,
  ended: later,
  notice: later,
  late: fc.integer({ min: 0, max: 40 }),
  cents: fc.integer({ min: 0, max: 9999 }),
  trial: fc.boolean()
});
type Term = typeof term extends fc.Arbitrary<infer T> ? T : never;

const plus = (start: number, days: number | null) => (days === null ? null : start + days);

function line(t: Term, i: number): string {
  const cells = [t.start, plus(t.start, t.end), plus(t.start, t.ended), plus(t.start, t.notice)].map(on);
  return [`S${i}`, t.account, ...cells, (t.cents / 100).toFixed(2), t.trial ? 'yes' : 'no', on(t.start + t.late)].join(
    ','
  );
}

/** The rules of the spine for one account, term by term. */
function naive(terms: readonly Term[], account: string, t: number): number | null {
  const known = terms.filter(x => x.account === account && !x.trial && x.start < t && x.start + x.late < t);
  const active = known.filter(
    x => (x.end === null || x.start + x.end >= t) && (x.ended === null || x.start + x.ended >= t)
  );
  if (active.length === 0 || active.some(x => x.notice !== null && x.start + x.notice < t)) return null;
  return (12 * active.reduce((total, x) => total + x.cents, 0)) / 100;
}

const accounts = ['A', 'B', 'C'].map(name => `${name},2023-12-31,,2023-12-31`);

describe('the spine against a naive reading', () => {
  it('agrees on random terms (promise 32)', async () => {
    await withEngine(async engine => {
      await fc.assert(
        fc.asyncProperty(fc.array(term, { minLength: 1, maxLength: 12 }), async terms => {
          const days = [10, 100, 200, 300];
          const rows = await spineOf(engine, { accounts, subscriptions: terms.map(line) }, days.map(on), {
            dataEnd: '2026-01-01'
          });
          const expected = days
            .flatMap(t => ['A', 'B', 'C'].map(name => [name, on(t), naive(terms, name, t)] as const))
            .filter(row => row[2] !== null);
          expect(rows.map(row => [row['account_id'], dateOfDay(row['as_of_day'] as number), row['arr']])).toEqual(
            expected
          );
        }),
        { numRuns: 25, seed: 11 }
      );
    });
  });
});

/** The same terms as they stood before day t: without later records, later cells empty. */
const past = (terms: readonly Term[], t: number): string[] =>
  terms.flatMap((x, i) => {
    if (x.start + x.late >= t) return [];
    const seen = (days: number | null) => (days !== null && x.start + days < t ? days : null);
    return [line({ ...x, ended: seen(x.ended), notice: seen(x.notice) }, i)];
  });

/** Later cells moved, later records replaced by ten times as many others. */
function poisoned(terms: readonly Term[], t: number): string[] {
  const kept = terms.flatMap((x, i) => {
    if (x.start + x.late >= t) return [];
    const moved = (days: number | null) => (days === null || x.start + days < t ? days : days + 7);
    return [line({ ...x, ended: moved(x.ended) ?? t - x.start + 1, notice: moved(x.notice) ?? t - x.start }, i)];
  });
  const garbage = Array.from(
    { length: 10 * terms.length },
    (_, i) => `P${i},${['A', 'Q', ''][i % 3]},${on(t + i)},,x,1e308,NaN,maybe,${on(t + (i % 2))}`
  );
  const copies = terms.map((x, i) => line({ ...x, cents: 1, late: t + 5 - x.start }, i));
  return [...kept, ...garbage, ...copies.filter((_, i) => (terms[i] as Term).start + (terms[i] as Term).late < t)];
}

describe('the future', () => {
  it('deleted (promise 28) or poisoned (promise 29), in rows and cells, changes nothing', async () => {
    await withEngine(async engine => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(term, { minLength: 1, maxLength: 10 }),
          fc.integer({ min: 150, max: 250 }),
          async (terms, t) => {
            const first = { ...(terms[0] as Term), start: 0, late: 0 };
            const all = [first, ...terms.slice(1)];
            const spine = (subscriptions: readonly string[], dataEnd: string) =>
              spineOf(engine, { accounts, subscriptions }, [on(t - 60), on(t)], { dataEnd });
            const full = await spine(all.map(line), '2026-01-01');
            expect(await spine(past(all, t), '2026-01-01')).toEqual(full);
            expect(await spine(past(all, t), on(t))).toEqual(full);
            expect(await spine(poisoned(all, t), on(t))).toEqual(full);
          }
        ),
        { numRuns: 15, seed: 5 }
      );
    });
  });
});
