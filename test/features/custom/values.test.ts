import { describe, expect, it } from 'vitest';
import { CANONICAL } from '../../../src/features/event-layout.js';
import { sql } from '../../../src/sql/sql.js';
import type { Tables } from '../../../src/types.js';
import { randomSpine, randomWorld } from '../history.js';
import {
  berlinDay,
  berlinMidnight,
  dayOf,
  EMPTY,
  type Row,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from '../world.js';
import { catalogueOf, declaring, measure } from './declared.js';

const T = dayOf('2024-06-15');
const NOON = 12 * 3_600_000_000;
const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));

/** An event of account a0 at noon, `days` before the date; its value is in units. */
function event(days: number, event_type: string, { value, user }: { value?: number; user?: string } = {}): Row {
  const occurred_at = berlinMidnight(T - days) + NOON;
  return {
    account_id: 'a0',
    user_id: user ?? null,
    occurred_at,
    event_type,
    value: value === undefined ? null : value * 1000,
    duration_seconds: null,
    known_at: occurred_at
  };
}

/** Days 1..28 are the window; two records share the latest instant. */
const WORLD: World = {
  ...EMPTY,
  events: [
    event(1, 'export', { value: 1500, user: 'u1' }),
    event(1, 'export', { value: 1200, user: 'u2' }),
    event(3, 'export', { value: 1000, user: 'u1' }),
    event(10, 'login', { user: 'u3' }),
    event(20, 'export', { value: 2000.5 }),
    event(28, 'export', { value: 3000, user: 'u1' }),
    event(29, 'export', { value: 5000, user: 'u4' }),
    event(40, 'login', { value: 10, user: 'u4' }),
    event(200, 'login', { user: 'u4' })
  ]
};

const at = (account: string, tenureDays: number): SpineRow => ({
  account,
  asOfDay: T,
  asOfUs: berlinMidnight(T),
  startUs: berlinMidnight(T - tenureDays),
  tenureDays,
  arr: 0
});

/** An active account, a silent one and a young one. */
const SPINE = [at('a0', 300), at('a1', 300), at('a2', 20)];

/** One aggregate over events in 28 days, as it is written in `vitals.yaml`. */
function over(name: string, keys: string): string {
  return `${name}: { about: A test., table: events, window: 28, ${keys} }`;
}

/** [value, state] of one feature for the three accounts. */
async function found(yaml: string, name: string, tables: Tables = TABLES) {
  const rows = await withEngine(engine =>
    measure(engine, { config: declaring(yaml), tables, world: WORLD, spine: SPINE })
  );
  return rows.map(row => [row[name], row[`${name}__state`]]);
}

const ZERO = [0, 0];
const UNKNOWN = [null, 1];
const YOUNG = [null, 2];

describe('declared aggregates', () => {
  const BIG = `"event_type = 'export' and value > 1000"`;

  it('count the records that meet a condition, measures in their unit (R25)', async () => {
    expect(await found(over('x', `aggregate: count, where: ${BIG}`), 'x')).toEqual([[1 + 1 + 1 + 1, 0], ZERO, YOUNG]);
  });

  it('sum a measure (R25)', async () => {
    const total = 1500 + 1200 + 1000 + 2000.5 + 3000;
    expect(await found(over('x', 'aggregate: sum, of: value'), 'x')).toEqual([[total, 0], ZERO, YOUNG]);
  });

  it('count users once, unnamed ones never (R25)', async () => {
    const users = new Set(['u1', 'u2', 'u3']).size;
    expect(await found(over('x', 'aggregate: distinct_users'), 'x')).toEqual([[users, 0], ZERO, YOUNG]);
  });

  it('give the middle value of an odd, the mean of the middles of an even number; unknown without any (R25)', async () => {
    const rest = [UNKNOWN, UNKNOWN];
    expect(await found(over('x', 'aggregate: median, of: value'), 'x')).toEqual([[1500, 0], ...rest]);
    const even = over('x', 'aggregate: median, of: value, where: value < 3000');
    expect(await found(even, 'x')).toEqual([[(1200 + 1500) / 2, 0], ...rest]);
    const none = over('x', 'aggregate: median, of: duration_seconds');
    expect(await found(none, 'x')).toEqual([UNKNOWN, ...rest]);
  });

  it('give the latest value, the smallest of one instant; unknown without any (R25)', async () => {
    expect(await found(over('x', 'aggregate: last, of: value'), 'x')).toEqual([[1200, 0], UNKNOWN, UNKNOWN]);
    const valued = over('x', 'aggregate: last, of: value, where: "event_type = \'login\' or value > 1800"');
    expect(await found(valued, 'x')).toEqual([[2000.5, 0], UNKNOWN, UNKNOWN]);
  });

  it('tell the days since the last matching record of the window; unknown without one (R25)', async () => {
    const login = over('x', "aggregate: days_since, where: event_type = 'login'");
    expect(await found(login, 'x')).toEqual([[10, 0], UNKNOWN, UNKNOWN]);
    expect(await found(login.replace('window: 28', 'window: 9'), 'x')).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it('give the share of the records that meet a condition; unknown without records (R25)', async () => {
    const share = over('x', "aggregate: share, where: event_type = 'export'");
    expect(await found(share, 'x')).toEqual([[5 / 6, 0], UNKNOWN, UNKNOWN]);
  });

  it('compare with the window before; unknown when that has nothing (R25)', async () => {
    expect(await found(over('x', 'aggregate: change'), 'x')).toEqual([[(6 - 2) / 2, 0], UNKNOWN, YOUNG]);
    const sums = over('x', 'aggregate: change, of: value');
    expect(await found(sums, 'x')).toEqual([[(8700.5 - 5010) / 5010, 0], UNKNOWN, YOUNG]);
    const none = over('x', 'aggregate: change, where: user_id is null');
    expect(await found(none, 'x')).toEqual([UNKNOWN, UNKNOWN, YOUNG]);
  });

  it('give the least-squares slope of weekly amounts (R25)', async () => {
    // Weeks from the oldest: days 28..22, 21..15, 14..8, 7..1.
    const counts = (-3 * 1 - 1 * 1 + 1 * 1 + 3 * 3) / ((4 * (16 - 1)) / 6);
    expect(await found(over('x', 'aggregate: slope'), 'x')).toEqual([[counts, 0], ZERO, YOUNG]);
    const sums = (-3 * 3000 - 1 * 2000.5 + 1 * 0 + 3 * (1500 + 1200 + 1000)) / ((4 * (16 - 1)) / 6);
    expect(await found(over('x', 'aggregate: slope, of: value'), 'x')).toEqual([[sums, 0], ZERO, YOUNG]);
  });

  it('are unknown past the watermark of their table', async () => {
    const early = tableInfos(berlinMidnight(T) - 1);
    expect(await found(over('x', 'aggregate: count'), 'x', early)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });
});

describe('declared expressions', () => {
  const BASE = [
    over('big', 'aggregate: count, where: value > 1000'),
    over('since_api', "aggregate: days_since, where: event_type = 'api'")
  ].join('\n');
  const expression = (text: string, more = '') => `${BASE}\nx: { about: A test., expression: "${text}"${more} }`;

  it('read other features, built-in and declared; division by zero is unknown (R25)', async () => {
    const rows = await found(expression('big / nullif(active_users_28d, 0)'), 'x');
    expect(rows).toEqual([[4 / 3, 0], UNKNOWN, YOUNG]);
    expect(await found(expression('big / active_users_28d'), 'x')).toEqual(rows);
    expect(await found(expression('big / 2'), 'x')).toEqual([[4 / 2, 0], ZERO, YOUNG]);
  });

  it('give flags as 0 and 1 (R25)', async () => {
    expect(await found(expression('big > 3', ', type: flag'), 'x')).toEqual([[1, 0], ZERO, YOUNG]);
    expect(await found(expression('since_api > 3', ', type: flag'), 'x')).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
  });

  it('give categories (R25)', async () => {
    const named = expression("case when big > 3 then 'heavy' when big > 0 then 'light' end", ', type: category');
    expect(await found(named, 'x')).toEqual([['heavy', 0], UNKNOWN, YOUNG]);
  });

  it('may name what they do with an undefined input, never with a young or unfed one', async () => {
    const stated = expression('coalesce(since_api, 999) + 0 * big');
    expect(await found(stated, 'x')).toEqual([[999, 0], [999, 0], YOUNG]);
    const early = { ...TABLES, ...tableInfos(berlinMidnight(T) - 1, ['tickets']), tickets: TABLES.tickets } as Tables;
    expect(await found(expression('tickets_28d + coalesce(big, 1)'), 'x', early)).toEqual([UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(await found(expression('tickets_28d + 1'), 'x', early)).toEqual([[1, 0], [1, 0], YOUNG]);
  });

  it('are unknown where a number leaves the range of a double', async () => {
    expect(await found(expression('1e308 * (big + 1)'), 'x')).toEqual([UNKNOWN, [1e308, 0], YOUNG]);
  });

  it('may build on each other in any order, and on features that are excluded', async () => {
    const yaml = `y: { about: A test., expression: "x + x" }\n${expression('big + 1')}`;
    const config = declaring(yaml, { features: { exclude: ['x', 'big'] } });
    const [row] = await withEngine(engine => measure(engine, { config, tables: TABLES, world: WORLD, spine: SPINE }));
    expect(row?.['y']).toBe(2 * (4 + 1));
    expect(Object.keys(row ?? {})).not.toContain('x');
  });
});

describe('the pass over declared events', () => {
  it('is the same on any number of threads (promise 51)', async () => {
    const world = randomWorld(5, 20);
    const spine = randomSpine(5, world, berlinDay);
    const config = declaring(
      [
        over('m', 'aggregate: median, of: value'),
        over('l', 'aggregate: last, of: value'),
        over('s', 'aggregate: change, of: value')
      ].join('\n')
    );
    const hash = (threads: number) =>
      withEngine(async engine => {
        await measure(engine, { config, tables: TABLES, world, spine });
        return engine.rows(
          sql`select md5(string_agg(s::varchar, '|' order by as_of_day, account_id)) as h from snapshots s`
        );
      }, threads);
    expect(await hash(8)).toEqual(await hash(1));
  });

  it('meets each date only with records of its neighbourhood, whatever the history', async () => {
    const rows = await withEngine(async engine => {
      const config = declaring(over('x', 'aggregate: distinct_users'));
      await measure(engine, { config, tables: TABLES, world: WORLD, spine: SPINE });
      const { features } = await catalogueOf(engine, config, TABLES);
      const pass = features.find(feature => feature.name === 'x')?.aggregates[0]?.pass;
      const input = {
        tables: TABLES,
        reads: new Set(['events.occurred_at', 'events.user_id']),
        aggregates: features.flatMap(f => f.aggregates),
        events: CANONICAL,
        timezone: 'UTC'
      };
      const from = pass?.from({ ...input, day: us => sql`cast(${us} // 86400000000 as integer)` });
      return engine.rows(
        sql`select min(occurred_at__age) as youngest, max(occurred_at__age) as oldest from (${from ?? null}) r`
      );
    });
    expect(rows).toEqual([{ youngest: 1, oldest: 28 }]);
  });
});
