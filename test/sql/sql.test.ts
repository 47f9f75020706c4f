import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { double, id, join, literal, raw, sql } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';

const HOSTILE = [
  "' or 1=1 --",
  "'; drop table victim; --",
  "a''b",
  '\\',
  '$$',
  '\n',
  'é',
  '\u202e',
  '"',
  '/* */',
  '🙂',
  '?',
  '%'
];

async function withEngine(work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await openDuckDB({ path: ':memory:', threads: 1 });
  try {
    await work(engine);
  } finally {
    engine.close();
  }
}

describe('sql', () => {
  it('splices fragments and writes every other value as a literal', () => {
    const where = sql`x > ${1} and name = ${"O'Hara"}`;
    expect(sql`select ${id('a b')} from t where ${where} or y is ${null} or z = ${true}`.text).toBe(
      `select "a b" from t where x > 1 and name = 'O''Hara' or y is NULL or z = TRUE`
    );
    expect(sql`${false} ${-5} ${12n}`.text).toBe('FALSE -5 CAST(12 AS BIGINT)');
  });

  it('writes numbers that keep their bits: integers as they are, all others as DOUBLE (promise 41)', () => {
    expect(sql`${2 ** 31}`.text).toBe('CAST(2147483648 AS BIGINT)');
    expect(sql`${0.1} ${-0} ${1e21}`.text).toBe(
      `CAST('1e-1' AS DOUBLE) CAST('-0e0' AS DOUBLE) CAST('1e+21' AS DOUBLE)`
    );
    expect(double(2).text).toBe(`CAST('2e+0' AS DOUBLE)`);
  });

  it('refuses what SQL cannot hold', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      expect(() => sql`${value}`).toThrow(RangeError);
      expect(() => double(value)).toThrow(RangeError);
    }
    expect(() => sql`${'a\0b'}`).toThrow(/NUL/);
    expect(() => id('')).toThrow(RangeError);
    expect(() => id('a\0b')).toThrow(RangeError);
  });

  it('reads every double back bit by bit (promise 41)', async () => {
    await withEngine(async engine => {
      const values = fc.sample(fc.double({ noNaN: true, noDefaultInfinity: true }), { seed: 7, numRuns: 500 });
      values.push(5e-324, Number.MAX_VALUE, -Number.MIN_VALUE, 2 ** 53 - 1, -(2 ** 53 - 1), 0.1 + 0.2);
      const rows = join(values.map((value, i) => sql`(${i}, ${double(value)}, cast(${value} as double))`));
      const back = await engine.rows(sql`select * from (values ${rows}) as v(i, a, b) order by i`);
      back.forEach((row, i) => {
        expect(Object.is(row['a'], values[i])).toBe(true);
        expect(Object.is(row['b'], values[i])).toBe(true);
      });
    });
  });

  it('keeps any text data, and any name one name (promise 42)', async () => {
    await withEngine(async engine => {
      await engine.run(raw('create table victim as select 1 as x'));
      const texts = [...HOSTILE, ...fc.sample(fc.string({ unit: 'binary' }), { seed: 8, numRuns: 300 })].filter(
        text => !text.includes('\0')
      );
      for (const text of texts) {
        const [row] = await engine.rows(sql`select ${text} as cell`);
        expect(row).toEqual({ cell: text });
        if (text === '') continue;
        const { names } = await engine.columns(sql`select 1 as ${id(text)}`);
        expect(names).toEqual([text]);
      }
      expect(await engine.rows(raw('select * from victim'))).toEqual([{ x: 1 }]);
    });
  });
});

describe('id', () => {
  it('quotes each part of a path and doubles quotes inside', () => {
    expect(id('main', 'a"b', 'select').text).toBe('"main"."a""b"."select"');
  });
});

describe('join', () => {
  it('puts a separator between fragments and values', () => {
    expect(join([id('a'), 2, 'x']).text).toBe(`"a", 2, 'x'`);
    expect(join([raw('a'), raw('b')], ' and ').text).toBe('a and b');
    expect(join([]).text).toBe('');
  });
});

describe('literal', () => {
  it('is the text of one value', () => {
    expect(literal("it's").text).toBe(`'it''s'`);
    expect(literal(null).text).toBe('NULL');
  });
});
