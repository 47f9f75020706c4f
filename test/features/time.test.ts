import { describe, expect, it } from 'vitest';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { CONTRACTS } from '../../src/sources/contracts.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine, TableName, Tables } from '../../src/types.js';
import { DATES, mulberry, randomSpine, randomWorld } from './history.js';
import {
  berlinDay,
  berlinMidnight,
  type Cell,
  configOf,
  dayOf,
  EMPTY,
  loadSpine,
  loadWorld,
  type Row,
  SCHEMA,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from './world.js';

const FAR = berlinMidnight(dayOf('2024-12-31'));
const TABLES = tableInfos(FAR);
const CONFIG = configOf();
const FEATURES = buildCatalogue(CONFIG, TABLES).features;
const NAMES = Object.keys(SCHEMA) as TableName[];
const TIME = Object.fromEntries(
  Object.values(CONTRACTS).map(({ name, eventTime }) => [name, eventTime ?? 'known_at'])
) as Readonly<Record<TableName, string>>;

async function snapshots(engine: Engine, world: World, spine: readonly SpineRow[], tables: Tables = TABLES) {
  await loadWorld(engine, world);
  await loadSpine(engine, spine);
  await buildSnapshots(engine, { config: CONFIG, tables, features: FEATURES });
  return engine.rows(raw('select * from snapshots'));
}

const each = (world: World, change: (rows: readonly Row[], name: TableName) => readonly Row[]): World =>
  Object.fromEntries(NAMES.map(name => [name, change(world[name], name)])) as unknown as World;
const isPast = (row: Row, name: TableName, t: number) =>
  (row['known_at'] as number) < t && (row[TIME[name]] === null || (row[TIME[name]] as number) < t);

/** The world as it stood just before `t`. */
function withoutFuture(world: World, t: number): World {
  return each(world, (rows, name) => rows.filter(row => isPast(row, name, t)));
}

/** Every cell whose own instant is not before `t`, replaced by `fake`. */
function withFutureCells(world: World, t: number, fake: (type: string) => Cell): World {
  return each(world, (rows, name) =>
    rows.map(row => {
      const future = Object.entries(SCHEMA[name]).filter(([, [, , at]]) => {
        if (at === undefined) return false;
        const clock = row[at];
        return clock === null || clock === undefined || (clock as number) >= t;
      });
      return { ...row, ...Object.fromEntries(future.map(([column, [type]]) => [column, fake(type)])) };
    })
  );
}

/** Ten rows of nonsense per row, all at or after `t`, some known or dated before it by the other clock. */
function withGarbage(world: World, t: number, seed: number): World {
  const next = mulberry(seed);
  const odd: Readonly<Record<string, () => Cell>> = {
    text: () => (next() < 0.5 ? 'login' : `x'; drop table events; --${next()}`),
    boolean: () => next() < 0.5,
    integer: () => Math.floor(next() * 2 ** 40),
    measure: () => Math.floor((next() - 0.5) * 2 ** 50),
    instant: () => t + Math.floor(next() * 1e14)
  };
  const garbage = (row: Row, name: TableName): Row => {
    const made = Object.fromEntries(
      Object.entries(SCHEMA[name]).map(([column, [type]]) => [column, odd[type]?.() ?? null])
    );
    const late = t + Math.floor(next() * 1e13);
    const clocks =
      next() < 0.5
        ? { known_at: late, [TIME[name]]: t - 1 }
        : { known_at: next() < 0.5 ? t - 1 : late, [TIME[name]]: late };
    return { ...made, account_id: row['account_id'] ?? null, user_id: row['user_id'] ?? null, ...clocks };
  };
  return each(world, (rows, name) => {
    if (name === 'plans') return rows;
    return rows.flatMap(row => [row, ...Array.from({ length: 10 }, () => garbage(row, name))]);
  });
}

const FULL = process.env['VITALS_FULL'] === '1';
const SEEDS = FULL ? Array.from({ length: 40 }, (_, i) => 31 + i) : [31];

describe.each(SEEDS)('the future, seed %i', seed => {
  const world = randomWorld(seed, 8);
  const spine = randomSpine(seed, world, berlinDay);

  it('changes no byte of a snapshot when it is deleted, poisoned or rewritten (promise 28, promise 29)', async () => {
    await withEngine(async engine => {
      for (const day of FULL ? DATES.slice(1) : [dayOf('2024-03-01'), dayOf('2024-04-01')]) {
        const t = berlinMidnight(day);
        const at = spine.filter(s => s.asOfDay === day);
        const before = JSON.stringify(await snapshots(engine, world, at));
        const past = withoutFuture(world, t);
        expect(past.events.length).toBeLessThan(world.events.length);
        expect(JSON.stringify(await snapshots(engine, past, at))).toBe(before);
        expect(
          JSON.stringify(
            await snapshots(
              engine,
              withFutureCells(past, t, () => null),
              at
            )
          )
        ).toBe(before);
        const later = (type: string) => (type === 'instant' ? t : type === 'boolean' ? true : 9_999_999);
        expect(JSON.stringify(await snapshots(engine, withFutureCells(world, t, later), at))).toBe(before);
        expect(JSON.stringify(await snapshots(engine, withGarbage(past, t, day), at))).toBe(before);
      }
    });
  });

  it('does not matter to a backfill: all dates at once equal each date on its own day (promise 33)', async () => {
    await withEngine(async engine => {
      const backfill = await snapshots(engine, world, spine);
      const live = [];
      for (const day of DATES) {
        const t = berlinMidnight(day);
        const at = spine.filter(s => s.asOfDay === day);
        live.push(
          ...(await snapshots(
            engine,
            withFutureCells(withoutFuture(world, t), t, () => null),
            at
          ))
        );
      }
      expect(JSON.stringify(live)).toBe(JSON.stringify(backfill));
    });
  });
});

const event = (occurred_at: number, known_at = occurred_at): Row => ({
  account_id: 'a',
  user_id: 'u',
  event_type: 'login',
  value: 1,
  duration_seconds: 1,
  occurred_at,
  known_at
});
const spineAt = (date: string, tenureDays = 500): SpineRow => {
  const asOfDay = dayOf(date);
  return {
    account: 'a',
    asOfDay,
    asOfUs: berlinMidnight(asOfDay),
    startUs: berlinMidnight(asOfDay - tenureDays),
    tenureDays,
    arr: 1
  };
};
const utc = (text: string) => Date.parse(text) * 1000;

describe('windows', () => {
  it.each([
    ['2024-04-01', '2024-03-24T23:00:00Z', '2024-03-31T22:00:00Z', 'the clocks went forward on 31 March'],
    ['2024-10-28', '2024-10-20T22:00:00Z', '2024-10-27T23:00:00Z', 'the clocks went back on 27 October'],
    ['2024-03-01', '2024-02-22T23:00:00Z', '2024-02-29T23:00:00Z', 'a leap day']
  ])(
    'of 7 days before %s run from local midnight to local midnight: %s to %s, %s (promise 31)',
    async (date, from, to) => {
      const edges = [utc(from), utc(to)].flatMap(us => [us - 1, us, us + 1]);
      expect(berlinMidnight(dayOf(date))).toBe(utc(to));
      const events = edges.map((us, i) => ({ ...event(us), account_id: `a${i}` }));
      const spine = edges.map((_, i) => ({ ...spineAt(date), account: `a${i}` }));
      const rows = await withEngine(engine => snapshots(engine, { ...EMPTY, events }, spine));
      const names = ['events_7d', 'active_days_7d', 'active_users_7d', 'days_since_last_event'];
      const counts = rows.map(row => names.map(name => row[name]));
      expect(counts).toEqual([
        [0, 0, 0, 8],
        [1, 1, 1, 7],
        [1, 1, 1, 7],
        [1, 1, 1, 1],
        [0, 0, 0, null],
        [0, 0, 0, null]
      ]);
    }
  );

  it('count a late record from the first date after its arrival on, on the day it happened (promise 30)', async () => {
    const t = berlinMidnight(dayOf('2024-04-01'));
    const spine = ['2024-04-01', '2024-04-02'].map(date => spineAt(date));
    const events = [event(t - 1, t - 1), event(t - 2, t), event(t - 3, t + 1)];
    const rows = await withEngine(engine => snapshots(engine, { ...EMPTY, events }, spine));
    expect(rows.map(row => [row['events_7d'], row['active_days_7d']])).toEqual([
      [1, 1],
      [3, 1]
    ]);
  });

  it('read a resolution, a payment and a rating only after they happened (promise 31)', async () => {
    const t = berlinMidnight(dayOf('2024-04-01'));
    const opened = t - 10_000_000_000;
    const cases = [t - 1, t, t + 1].map((us, i) => ({ us, account_id: `a${i}`, known_at: opened }));
    const world: World = {
      ...EMPTY,
      tickets: cases.map(({ us, ...row }) => ({
        ...row,
        ticket_id: row.account_id,
        opened_at: opened,
        resolved_at: us,
        priority: 'high',
        rating: 3,
        rated_at: us,
        escalated_at: us
      })),
      invoices: cases.map(({ us, ...row }) => ({
        ...row,
        invoice_id: row.account_id,
        issued_at: opened,
        due_at: us,
        paid_at: us,
        failed_at: us,
        amount: 1250
      }))
    };
    const names = [
      'tickets_open',
      'tickets_rating_mean_90d',
      'tickets_escalated_90d',
      'invoices_overdue',
      'invoices_failed_90d',
      'invoices_on_time_share_365d'
    ];
    const spine = cases.map(({ account_id }) => ({ ...spineAt('2024-04-01'), account: account_id }));
    const rows = await withEngine(engine => snapshots(engine, world, spine));
    const found = rows.map(row => names.map(name => row[name]));
    expect(found).toEqual([
      [0, 3, 1, 0, 1, 1],
      [1, null, 0, 0, 0, null],
      [1, null, 0, 0, 0, null]
    ]);
  });
});

describe('the three kinds of nothing', () => {
  it('are zero for a silent account, unknown past a watermark, too young before the window fits', async () => {
    const t = berlinMidnight(dayOf('2024-04-01'));
    const late = (name: TableName, watermarkUs: number): Tables =>
      ({ ...TABLES, [name]: { ...TABLES[name], watermarkUs } }) as Tables;
    const of = (row: Row | undefined, name: string) => [row?.[name], row?.[`${name}__state`]];
    await withEngine(async engine => {
      const [silent] = await snapshots(engine, EMPTY, [spineAt('2024-04-01')], late('tickets', t));
      expect(of(silent, 'tickets_28d')).toEqual([0, 0]);
      expect(of(silent, 'events_change_28d')).toEqual([null, 1]);
      const [stopped] = await snapshots(engine, EMPTY, [spineAt('2024-04-01')], late('tickets', t - 1));
      for (const { name, requires } of FEATURES) {
        expect(of(stopped, name)).toEqual(requires.includes('tickets') ? [null, 1] : of(silent, name));
      }
      const ages = [6, 7, 27, 28];
      const young = [];
      for (const age of ages)
        young.push((await snapshots(engine, { ...EMPTY, events: [event(t - 1)] }, [spineAt('2024-04-01', age)]))[0]);
      expect(young.map(row => of(row, 'events_28d'))).toEqual([
        [null, 2],
        [null, 2],
        [null, 2],
        [1, 0]
      ]);
      expect(young.map(row => of(row, 'login_rate_28d'))).toEqual([
        [null, 2],
        [28 / 7, 0],
        [28 / 27, 0],
        [28 / 28, 0]
      ]);
    });
  });

  it('hold for features of two sources: one feed that stops makes them unknown', async () => {
    const t = berlinMidnight(dayOf('2024-04-01'));
    const tables = { ...TABLES, events: { ...TABLES.events, watermarkUs: t - 1 } } as Tables;
    const user: Row = { user_id: 'u', account_id: 'a', created_at: t - 1e13, known_at: t - 1e13 };
    const rows = await withEngine(engine =>
      snapshots(engine, { ...EMPTY, users: [user] }, [spineAt('2024-04-01')], tables)
    );
    expect(rows[0]).toMatchObject({
      users_total: 1,
      users_inactive_30d: null,
      users_inactive_30d__state: 1,
      seat_utilisation_28d__state: 1
    });
  });
});
