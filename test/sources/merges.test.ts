import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { buildOutcomes } from '../../src/outcomes/index.js';
import { dateOfDay, resolveAsOf } from '../../src/sources/calendar.js';
import { type Merge, ownersOf } from '../../src/sources/merges.js';
import { buildSpine } from '../../src/sources/spine.js';
import { type Ingested, ingestError, ingestWorld, type Rows, source, testConfig, type World } from './fixtures.js';

describe('owners of merged accounts', () => {
  const merge = (member: string, into: string, us: number): Merge => ({ member, into, us });
  const told = (merges: readonly Merge[]) => ownersOf(merges).map(o => `${o.member}>${o.account}@${o.since}`);

  it('follow a chain, each from the later of the merges on', () => {
    expect(told([merge('A', 'B', 5), merge('B', 'C', 9)])).toEqual(['A>B@5', 'A>C@9', 'B>C@9']);
    expect(told([merge('A', 'B', 9), merge('B', 'C', 5)])).toEqual(['A>C@9', 'B>C@5']);
    expect(told([merge('A', 'B', 5), merge('B', 'C', 5)])).toEqual(['A>C@5', 'B>C@5']);
  });

  it('ignore the merge that closes a circle, at one instant that of the smallest id', () => {
    expect(told([merge('A', 'B', 5), merge('B', 'A', 9)])).toEqual(['A>B@5']);
    expect(told([merge('A', 'B', 9), merge('B', 'A', 5)])).toEqual(['B>A@5']);
    expect(told([merge('A', 'B', 5), merge('B', 'A', 5)])).toEqual(['B>A@5']);
    expect(told([merge('A', 'B', 1), merge('B', 'C', 2), merge('C', 'A', 3)])).toEqual(['A>B@1', 'A>C@2', 'B>C@2']);
  });

  it('never depend on later merges', () => {
    const names = ['A', 'B', 'C', 'D', 'E'];
    const drawn = fc.array(fc.record({ into: fc.constantFrom(...names), us: fc.integer({ min: 1, max: 6 }) }), {
      minLength: 5,
      maxLength: 5
    });
    fc.assert(
      fc.property(drawn, fc.integer({ min: 1, max: 6 }), (links, t) => {
        const merges = links.flatMap((link, i) =>
          link.into === names[i] ? [] : [merge(names[i] as string, link.into, link.us)]
        );
        const until = (all: readonly Merge[]) => told(all).filter(line => Number(line.split('@')[1]) < t);
        expect(until(merges)).toEqual(until(merges.filter(link => link.us < t)));
        const owners = ownersOf(merges);
        for (const name of names) {
          const gone = new Set(owners.filter(o => o.since < t).map(o => o.member));
          const now = owners.filter(o => o.member === name && o.since < t).at(-1);
          if (now !== undefined) expect(gone.has(now.account)).toBe(false);
        }
      }),
      { numRuns: 300, seed: 1 }
    );
  });
});

const DATES = ['2024-05-01', '2024-06-01', '2024-06-02', '2024-08-01'];
const NEW = 'B,2024-01-05,,';
const USE = { eventTypes: ['login'], coreEvents: ['login'], retention: [{ week: 4, days: 7, weight: 1 }] };

/** Account A that went into B on 2024-06-01, with records of both. */
function merged(accounts: readonly string[], more: readonly string[] = []): World {
  const columns = ['account_id', 'created_at', 'merged_at', 'merged_into'];
  const terms = ['subscription_id', 'account_id', 'started_at', 'ended_at', 'mrr', 'seats'];
  const users = ['user_id', 'account_id', 'created_at'];
  const events = ['account_id', 'user_id', 'occurred_at', 'event_type'];
  const tickets = ['ticket_id', 'account_id', 'opened_at', 'priority', 'resolved_at'];
  const invoices = ['invoice_id', 'account_id', 'issued_at', 'paid_at', 'failed_at', 'amount'];
  const days = Array.from({ length: 7 }, (_, month) => [3, 14, 25].map(day => [month + 1, day] as const)).flat();
  const use = ['A', 'B'].flatMap(account =>
    days.map(([month, day]) => `${account},${account}1,2024-0${month}-${String(day).padStart(2, '0')},login`)
  );
  const until = { completeUntil: '2025-01-01' };
  return {
    files: {
      'accounts.csv': [columns.join(','), ...accounts],
      'subscriptions.csv': [terms.join(','), 'S1,A,2024-01-01,,10,5', 'S2,B,2024-02-01,,20,7', ...more],
      'users.csv': [users.join(','), 'A1,A,2024-01-02', 'A2,A,2024-01-02', 'B1,B,2024-02-02'],
      'events.csv': [events.join(','), ...use],
      'tickets.csv': [tickets.join(','), 'T1,A,2024-05-20,high,', 'T2,B,2024-05-25,low,2024-05-26'],
      'invoices.csv': [invoices.join(','), 'I1,A,2024-03-01,2024-03-02,,10', 'I2,B,2024-03-01,2024-03-05,,20']
    },
    sources: [
      source('accounts', columns, until),
      source('subscriptions', terms, until),
      source('users', users, until),
      source('events', events, until),
      source('tickets', tickets, until),
      source('invoices', invoices, until)
    ],
    config: { features: { ...testConfig().features, ...USE } }
  };
}

async function snapshots({ engine, tables, config, read }: Ingested): Promise<Rows> {
  const asOf = await resolveAsOf(engine, DATES, 'UTC');
  await buildSpine(engine, { asOf, config, tables });
  await buildSnapshots(engine, { config, tables, features: buildCatalogue(config, tables).features });
  return read('snapshots');
}

const nameOf = (row: Rows[number]) => `${row['account_id']}@${dateOfDay(row['as_of_day'] as number)}`;
const rowsOf = (world: World) =>
  ingestWorld(world, async ingested => new Map((await snapshots(ingested)).map(row => [nameOf(row), row])));

describe('a merged account', () => {
  it('leaves the spine from the merge on, and its records count for the new account', async () => {
    const rows = await rowsOf(merged(['A,2024-01-01,2024-06-01,B', NEW]));
    expect([...rows.keys()]).toEqual([
      'A@2024-05-01',
      'B@2024-05-01',
      'A@2024-06-01',
      'B@2024-06-01',
      'B@2024-06-02',
      'B@2024-08-01'
    ]);
    const cells = (name: string, columns: readonly string[]) => columns.map(column => rows.get(name)?.[column]);
    const columns = ['arr', 'seats', 'users_total', 'tenure_days'];
    expect(cells('B@2024-06-01', columns)).toEqual([12 * 20, 7, 1, 121]);
    expect(cells('B@2024-06-02', columns)).toEqual([12 * (10 + 20), 5 + 7, 3, 153]);
    const use = ['events_28d', 'active_users_28d'];
    expect(cells('B@2024-06-01', use)).toEqual([2, 1]);
    expect(cells('B@2024-06-02', use)).toEqual([2 + 2, 1 + 1]);
  });

  it('changes no byte of a date before (promises 28, 29): neither its merge, nor a poisoned one', async () => {
    const until = async (line: string) => {
      const rows = [...(await rowsOf(merged([line, NEW]))).values()].slice(0, 4);
      return JSON.stringify(rows);
    };
    const without = await until('A,2024-01-01,,');
    expect(await until('A,2024-01-01,2024-06-01,B')).toBe(without);
    expect(await until('A,2024-01-01,2024-07-15,Q')).toBe(without);
    expect(await until('A,2024-01-01,2024-07-15,A')).toBe(without);
  });

  it('is no churn, and the new account neither churns nor buys by it', async () => {
    const outcomes = {
      churn: { leadDays: 0, horizonDays: 60, graceDays: 0 },
      upsell: { leadDays: 0, horizonDays: 60, graceDays: 0 }
    };
    const world = merged(['A,2024-01-01,2024-06-01,B', NEW], ['S3,A,2024-03-01,2024-06-10,1,1']);
    const told = await ingestWorld({ ...world, config: { ...world.config, outcomes } }, async ingested => {
      await snapshots(ingested);
      await buildOutcomes(ingested.engine, ingested);
      return ingested.read('outcomes');
    });
    expect(told.map(row => [nameOf(row), row['churn'], row['upsell']])).toEqual([
      ['A@2024-05-01', 0, 0],
      ['B@2024-05-01', 0, 0],
      ['A@2024-06-01', 0, 0],
      ['B@2024-06-01', 0, 0],
      ['B@2024-06-02', 0, 0],
      ['B@2024-08-01', 0, 0]
    ]);
  });

  it('whose terms all went over churns with them as the new account', async () => {
    const outcomes = { churn: { leadDays: 0, horizonDays: 60, graceDays: 0 }, upsell: null };
    const world = merged(['A,2024-01-01,2024-06-01,C', NEW, 'C,2024-01-01,,']);
    const files = {
      ...world.files,
      'subscriptions.csv': [
        'subscription_id,account_id,started_at,ended_at,mrr,seats',
        'S1,A,2024-01-01,2024-09-01,10,5',
        'S2,B,2024-02-01,,20,7'
      ]
    };
    const told = await ingestWorld({ ...world, files, config: { ...world.config, outcomes } }, async ingested => {
      await snapshots(ingested);
      await buildOutcomes(ingested.engine, ingested);
      return ingested.read('outcomes');
    });
    expect(
      told.filter(row => row['account_id'] !== 'B').map(row => [nameOf(row), row['churn'], row['churn_kind']])
    ).toEqual([
      ['A@2024-05-01', 0, null],
      ['A@2024-06-01', 0, null],
      ['C@2024-06-02', 0, null],
      ['C@2024-08-01', 1, 'cancelled']
    ]);
  });

  it('gives way to its new account as the parent of others', async () => {
    const columns = {
      account_id: 'account_id',
      created_at: 'created_at',
      merged_at: 'merged_at',
      merged_into: 'merged_into',
      parent_id: { time: 'fixed' as const }
    };
    const files = {
      'accounts.csv': [
        'account_id,created_at,merged_at,merged_into,parent_id',
        'A,2024-01-01,,,P',
        'B,2024-01-01,,,',
        'P,2024-01-01,2024-06-01,N,',
        'N,2024-01-01,2024-07-01,M,',
        'M,2024-01-01,,,'
      ]
    };
    await ingestWorld({ files, sources: [source('accounts', columns)] }, async ({ engine, tables, config, read }) => {
      await buildSpine(engine, { asOf: await resolveAsOf(engine, DATES, 'UTC'), config, tables });
      const rows = (await read('spine')).filter(row => row['account_id'] === 'A');
      expect(rows.map(row => row['parent'])).toEqual(['P', 'P', 'N', 'M']);
    });
  });

  it('needs the instant of its merge', async () => {
    const spec = source('accounts', ['account_id', 'created_at', 'merged_into'], { assumeFixed: true });
    const error = await ingestError({ sources: [spec] });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('expected merged_at beside merged_into');
  });
});
