import { describe, expect, it } from 'vitest';
import { MASK_BITS } from '../../src/features/calendar-tables.js';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { packCounts } from '../../src/features/packed-counts.js';
import type { Part } from '../../src/features/types.js';
import { dayExpression, resolveAsOf } from '../../src/sources/calendar.js';
import { join, raw, sql } from '../../src/sql/sql.js';
import type { Engine, Sql, TableInfo, Tables } from '../../src/types.js';
import { randomSpine, randomWorld } from './history.js';
import {
  berlinDay,
  berlinMidnight,
  configOf,
  dayOf,
  loadSpine,
  loadWorld,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from './world.js';

const FAR = berlinMidnight(dayOf('2024-12-31'));
const LATE = tableInfos(FAR);
const NAMES = new Set(['usage', 'users', 'subscription']);

/** What ingest says of events whose source maps no known-at. */
function punctual(more: Partial<TableInfo> = {}): Tables {
  return { ...LATE, events: { ...(LATE.events as TableInfo), knownAtAssumed: true, ...more } };
}

const onTime = (world: World): World => ({
  ...world,
  events: world.events.map(row => ({ ...row, known_at: row['occurred_at'] ?? null }))
});

async function snapshots(engine: Engine, tables: Tables, timezone = 'Europe/Berlin') {
  const config = configOf({ timezone });
  const features = buildCatalogue(config, tables).features.filter(feature => NAMES.has(feature.family));
  await buildSnapshots(engine, { config, tables, features });
  return JSON.stringify(await engine.rows(raw('select * from snapshots')));
}

describe('the layout of events', () => {
  it('decides no value: rows without a known-at of their own are read in fewer steps to the same cells', async () => {
    for (const seed of [41, 42]) {
      const world = onTime(randomWorld(seed, 15));
      await withEngine(async engine => {
        await loadWorld(engine, world);
        await loadSpine(engine, randomSpine(seed, world, berlinDay));
        const late = await snapshots(engine, LATE);
        expect(await snapshots(engine, punctual())).toBe(late);
        await engine.run(
          raw(
            'alter table events add column account_key integer; update events set account_key = cast(account_id[2:] as integer)'
          )
        );
        const nativeKeys = { account_id: { column: 'account_key', id: "'a' || cast({key} as varchar)" } };
        expect(await snapshots(engine, punctual({ nativeKeys }))).toBe(late);
      });
    }
  });

  it('tells users apart over more intervals than fit one word', async () => {
    const world = onTime(randomWorld(43, 6));
    const first = dayOf('2024-01-03');
    const dates = Array.from({ length: 45 }, (_, i) => first + 7 * i);
    const spine = world.accounts.flatMap(({ account_id: account }) =>
      dates.map((asOfDay): SpineRow => {
        return {
          account: account as string,
          asOfDay,
          asOfUs: berlinMidnight(asOfDay),
          startUs: 0,
          tenureDays: 900,
          arr: 1
        };
      })
    );
    await withEngine(async engine => {
      await loadWorld(engine, world);
      await loadSpine(engine, spine);
      const all = JSON.parse(await snapshots(engine, punctual())) as { as_of_day: number }[];
      expect(dates.length * 2).toBeGreaterThan(MASK_BITS);
      expect(JSON.parse(await snapshots(engine, LATE))).toEqual(all);
      const alone = [];
      for (const day of dates) {
        await loadSpine(
          engine,
          spine.filter(row => row.asOfDay === day)
        );
        alone.push(...JSON.parse(await snapshots(engine, punctual())));
      }
      expect(alone).toEqual(all);
    });
  });

  it('holds in UTC, where a slot is a day, and where the clock is set at odd hours (promise 31)', async () => {
    for (const timezone of ['UTC', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Santiago']) {
      const world = onTime(randomWorld(44, 8));
      await withEngine(async engine => {
        const days = ['2024-04-07', '2024-09-08', '2024-10-07'];
        const dates = await resolveAsOf(engine, days, timezone);
        await loadWorld(engine, world);
        await loadSpine(
          engine,
          world.accounts.flatMap(({ account_id: account }) =>
            dates.map(({ day, us }) => ({
              account: account as string,
              asOfDay: day,
              asOfUs: us,
              startUs: 0,
              tenureDays: 900,
              arr: 1
            }))
          )
        );
        await snapshots(engine, punctual(), timezone);
        const day = dayExpression(sql`occurred_at`, timezone);
        const found = await engine.rows(
          raw('select account_id, as_of_day, events_28d, active_days_28d, active_users_28d from snapshots')
        );
        const want = await engine.rows(sql`select s.account_id, s.as_of_day, cast(count(d) as double) as events_28d,
            cast(count(distinct d) as double) as active_days_28d, cast(count(distinct user_id) as double) as active_users_28d
          from spine s left join (select *, ${day} as d from events) e
            on e.account_id = s.account_id and d >= s.as_of_day - 28 and occurred_at < s.as_of_us
          group by s.account_id, s.as_of_day order by s.as_of_day, s.account_id`);
        expect(found).toEqual(want);
        expect(found.some(row => Number(row['events_28d']) > 0)).toBe(true);
      });
    }
  });
});

describe('packed counts', () => {
  it('refuse more events of one account and interval than a lane holds, loudly', async () => {
    const types = ['a', 'b', 'c'].map(
      (type): Part => ({ name: type, sql: sql`count(*) filter (where e.event_type = ${type})`, eventType: type })
    );
    const { columns, sums, counts, others } = packCounts(types);
    expect(others).toEqual([]);
    await withEngine(async engine => {
      const group = (rows: Sql) => sql`select ${join(counts)} from (
        select ${join(sums)} from (select event_type, ${join(columns)} from ${rows}) e) g`;
      const few = raw("(values ('a'), ('b'), ('b'), ('c'), ('d'), (null)) t(event_type)");
      expect(await engine.rows(group(few))).toEqual([{ a: 1, b: 2, c: 1 }]);
      const many = sql`select ${join(counts)} from (select 5 as pack0, 7 as pack1, cast(2147483648 as bigint) as pack_rows) g`;
      await expect(engine.rows(many)).rejects.toThrow('expected at most 2147483647 events of one account');
      const full = sql`select ${join(counts)} from (
        select (cast(2147483647 as bigint) << 31) + 2147483647 as pack0, 0 as pack1, 2147483647 as pack_rows) g`;
      expect(await engine.rows(full)).toEqual([{ a: 2147483647, b: 2147483647, c: 0 }]);
    });
  });
});
