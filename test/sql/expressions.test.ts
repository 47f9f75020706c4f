import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDB } from '../../src/sources/duckdb.js';
import {
  allOf,
  countWhere,
  isOneOf,
  orZero,
  ratio,
  sumWhere,
  unscale,
  whenAtLeast,
  withinGrace
} from '../../src/sql/expressions.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine, Sql } from '../../src/types.js';

let engine: Engine;
beforeAll(async () => {
  engine = await openDuckDB({ path: ':memory:', threads: 2 });
  await engine.run(raw('create table t as select * from (values (1, 3), (2, null), (3, 4)) as v(k, x)'));
});
afterAll(() => engine.close());

async function value(expression: Sql, from = raw('')): Promise<string | number | null | undefined> {
  return (await engine.rows(sql`select ${expression} as v ${from}`))[0]?.['v'];
}

describe('ratio', () => {
  it('is one division of two exact integers, NULL over 0 or NULL', async () => {
    expect(await value(ratio(sql`${1}`, sql`${3}`))).toBe(1 / 3);
    expect(await value(ratio(sql`${9_007_199_254_740_991}`, sql`${7}`))).toBe(9_007_199_254_740_991 / 7);
    expect(await value(ratio(sql`${1}`, sql`${0}`))).toBe(null);
    expect(await value(ratio(sql`${0}`, sql`${0}`))).toBe(null);
    expect(await value(ratio(sql`${null}`, sql`${2}`))).toBe(null);
  });
});

describe('unscale', () => {
  it('divides a scaled integer once by its power of ten', async () => {
    expect(await value(unscale(sql`${12345}`, 2))).toBe(123.45);
    expect(await value(unscale(sql`${7}`, 0))).toBe(7);
    expect(await value(unscale(sql`${-1}`, 3))).toBe(-0.001);
  });
});

describe('whenAtLeast', () => {
  it('gives the value of a large enough group, NULL of a smaller one or of none', async () => {
    expect(await value(whenAtLeast(3, sql`${3}`, sql`${7}`))).toBe(7);
    expect(await value(whenAtLeast(3, sql`${2}`, sql`${7}`))).toBe(null);
    expect(await value(whenAtLeast(3, sql`${null}`, sql`${7}`))).toBe(null);
  });
});

describe('countWhere and sumWhere', () => {
  const from = raw('from t');
  it('count and add exactly, 0 when nothing fits', async () => {
    expect(await value(countWhere(raw('k > 1')), from)).toBe(2);
    expect(await value(sumWhere(raw('x'), raw('k > 0')), from)).toBe(3 + 4);
    expect(await value(sumWhere(raw('x'), raw('k > 9')), from)).toBe(0);
    expect(await value(sql`typeof(${sumWhere(raw('x'), raw('true'))})`, from)).toBe('BIGINT');
  });
});

describe('orZero, allOf and isOneOf', () => {
  it('stand for nothing, for every condition, for any of the texts', async () => {
    expect(await value(orZero(sql`${null}`))).toBe(0);
    expect(allOf().text).toBe('true');
    expect(allOf(raw('a or b'), raw('c')).text).toBe('(a or b) and (c)');
    expect(isOneOf(raw('p'), []).text).toBe('false');
    expect(isOneOf(raw('p'), ["a'b", 'c']).text).toBe(`p in ('a''b', 'c')`);
  });
});

describe('withinGrace', () => {
  const DAY = 86_400_000_000;
  const day = (us: Sql) => sql`cast((${us}) // ${DAY} as integer)`;
  const holds = (instant: number, later: number, graceDays: number) =>
    value(sql`cast(${withinGrace({ instant: sql`${instant}`, later: sql`${later}`, graceDays }, day)} as integer)`);

  it('is exact to the microsecond without grace', async () => {
    expect(await holds(5 * DAY, 5 * DAY, 0)).toBe(1);
    expect(await holds(5 * DAY, 5 * DAY + 1, 0)).toBe(0);
  });

  it('ends at the midnight that closes the last day of grace', async () => {
    expect(await holds(5 * DAY, 8 * DAY, 3)).toBe(1);
    expect(await holds(5 * DAY, 8 * DAY + 1, 3)).toBe(0);
    expect(await holds(5 * DAY + 1, 9 * DAY, 3)).toBe(1);
    expect(await holds(5 * DAY + 1, 9 * DAY + 1, 3)).toBe(0);
  });

  it('is NULL when either side is', async () => {
    expect(await value(withinGrace({ instant: sql`${null}`, later: sql`${1}`, graceDays: 1 }, day))).toBe(null);
  });
});
