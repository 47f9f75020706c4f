import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExpression } from '../../src/sources/admit.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { type Admitted, admit, type Scope, type SqlKind } from '../../src/sql/admit.js';
import { id, sql } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';

class Refused extends Error {}

const KINDS: Readonly<Record<string, SqlKind>> = {
  a: 'number',
  b: 'number',
  z: 'number',
  t: 'text',
  n: 'text',
  f: 'boolean',
  due_at: 'instant'
};
const ROW = sql`(select cast(7 as double) as a, cast(-2.5 as double) as b, cast(0 as double) as z, 'Export' as t,
  cast(null as varchar) as n, true as f, cast(1 as bigint) as due_at) r`;

const fail = (problem: string) => new Refused(problem);
const scope: Scope = {
  fail,
  column: name => {
    const kind = KINDS[name];
    if (kind === undefined) throw fail(`no column ${name}`);
    return { kind, sql: id('r', name), depth: 1 };
  }
};

let engine: Engine;
beforeAll(async () => {
  engine = await openDuckDB({ path: ':memory:', threads: 1 });
});
afterAll(() => engine.close());

const admitted = async (text: string): Promise<Admitted> => admit(await parseExpression(engine, text, fail), scope);

async function evaluate(text: string): Promise<string | number | null> {
  const [row] = await engine.rows(sql`select ${(await admitted(text)).sql} as v from ${ROW}`);
  return row?.['v'] ?? null;
}

async function refusal(text: string): Promise<string> {
  try {
    const { sql: rendered } = await admitted(text);
    return `admitted: ${rendered.text}`;
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

describe('SQL that is admitted', () => {
  it.each([
    ['a + b * 2 - -a', 7 + -2.5 * 2 + 7],
    ['a / 2', 3.5],
    ['1 / 2', 0.5],
    ['a / z', null],
    ['a % 4', 3],
    ['a % z', null],
    ['0.1 + 0.2', 0.1 + 0.2],
    ['1.5e3', 1500],
    ['abs(b) + floor(b) + ceil(b)', 2.5 - 3 - 2],
    ['round(b) + round(a / 3, 2)', -3 + 2.33],
    ['least(a, b, z) + greatest(a, b)', -2.5 + 7],
    ['coalesce(a / z, 9)', 9],
    ['nullif(a, 7)', null],
    ['nullif(a, 8)', 7],
    ['length(t)', 6],
    ['case when a > 5 then 1 when a > 3 then 2 else 3 end', 1],
    ["case t when 'Export' then 5 end", 5],
    ['cast(2.5 as integer) + cast(3.5 as bigint)', 2 + 4],
    ["cast('1e3' as double)", 1000],
    ["cast('many' as double)", null],
    ["cast('nan' as double)", null],
    ["cast('infinity' as double)", null],
    ['cast(1e300 as integer)', null],
    ['cast(f as double)', 1],
    ['2147483647 + 1', 2147483648],
    ['9007199254740991', 9007199254740991]
  ])('%s is %s', async (text, wanted) => {
    expect((await admitted(text)).kind).toBe('number');
    expect(await evaluate(text)).toBe(wanted);
  });

  it.each([
    ['a > 5 and not b > 0 or z <> 0', 'true'],
    ['a between 7 and 8', 'true'],
    ['a not between 7 and 8', 'false'],
    ["t in ('Export', 'x')", 'true'],
    ["t not in ('Export')", 'false'],
    ["lower(t) like 'exp%' and t not like 'exp%' and t ilike 'EXP%'", 'true'],
    ["t = 'it''s'", 'false'],
    ['n is null and t is not null and due_at is not null', 'true'],
    ["n = 'x'", null],
    ["n is distinct from 'x'", 'true'],
    ['f is true', 'true'],
    ['cast(a as boolean)', 'true'],
    ['F and TRUE', 'true']
  ])('%s is %s', async (text, wanted) => {
    expect((await admitted(text)).kind).toBe('boolean');
    expect(await evaluate(text)).toBe(wanted);
  });

  it('knows texts', async () => {
    expect(await evaluate("case when f then upper(t) else 'none' end")).toBe('EXPORT');
    expect(await evaluate("coalesce(n, 'none')")).toBe('none');
    expect(await evaluate('cast(f as varchar)')).toBe('true');
  });

  it('is rendered anew: formatting, case and quotes of the text leave no trace', async () => {
    const one = await admitted("A+b/2 > 1 AND t='x'");
    const other = await admitted('\n  "a" + (b / 2) > 1.0\n  and   T = \'x\'');
    expect(other.sql.text).toBe(one.sql.text);
  });
});

describe('SQL that is refused', () => {
  it.each([
    ['a b', 'cannot be parsed at character 3'],
    ['', 'expected one SQL expression'],
    ['a; select 1', 'several statements'],
    ['a) ; drop table t; select (1', 'several statements'],
    ['a) from r where (f', 'clauses of a query'],
    ['a), (b', 'clauses of a query'],
    ['a) limit (1', 'clauses of a query'],
    ['a) union select (1', 'clauses of a query'],
    ['a) union (select 1', 'clauses of a query'],
    ['a, b', 'expected one of the allowed functions'],
    ['a -- and b', 'expected no comment'],
    ['a /* and b */', 'expected no comment'],
    ['a = ?', 'expected no parameter'],
    ['a = $1', 'expected no parameter'],
    ["t = E'\\' or f or t = '", 'with a prefix'],
    ['$$x$$', 'expected no parameter'],
    ['r.a', 'expected a column by its plain name, got r.a'],
    ['unknown', 'no column unknown'],
    ['current_date', 'no column current_date'],
    ['*', 'got *'],
    ['(select max(a) from r)', 'got a subquery'],
    ['a in (select 1)', 'got a subquery'],
    ['exists (select 1)', 'got a subquery'],
    ['sum(a) over ()', 'got a window function'],
    ['row_number() over ()', 'got a window function'],
    ['x -> a', 'got a lambda'],
    ["t collate nocase = 'x'", 'got a collation'],
    ['[a]', 'got list_value'],
    ["{'k': a}", 'got '],
    ['t[1]', 'got array extract'],
    ['try(a)', 'got operator try'],
    ['now()', 'got now'],
    ['random()', 'got random'],
    ['hash(t)', 'got hash'],
    ['sum(a)', 'got sum'],
    ['count(*)', 'got count_star'],
    ["read_text('/etc/passwd')", 'got read_text'],
    ["getenv('HOME')", 'got getenv'],
    ["current_setting('threads')", 'got current_setting'],
    ["regexp_matches(t, '(a+)+$')", 'got regexp_matches'],
    ['a ^ 2', 'got ^'],
    ['a // 2', 'got //'],
    ["t || 'x'", 'got ||'],
    ['main.abs(a)', 'expected one of the allowed functions'],
    ['abs(distinct a)', 'a clause of aggregates'],
    ['abs(a) filter (where f)', 'a clause of aggregates'],
    ['abs(a, b)', 'expected 1 argument of abs, got 2'],
    ['round(a, 1, 2)', 'expected 1 to 2 arguments of round, got 3'],
    ['a + t', 'expected values of one kind in +, got number and text'],
    ["'x' + 'y'", 'expected a number in +, got a text'],
    ['t > 1', 'expected values of one kind in >, got text and number'],
    ['a and f', 'expected a boolean in and, got a number'],
    ['not a', 'expected a boolean in not, got a number'],
    ['case when a then 1 else 2 end', 'expected a boolean in when, got a number'],
    ["case when f then 1 else 'x' end", 'the branches of case, got number and text'],
    ['lower(a)', 'expected a text in lower, got a number'],
    ['a = null', 'write "is null"'],
    ['a in (1, null)', 'write "is null"'],
    ['due_at > 1', 'expected instants only before "is null"'],
    ['coalesce(due_at, due_at) is null', 'expected instants only before "is null"'],
    ['cast(a as varchar)', 'expected no cast of a number to text'],
    ['cast(t as date)', 'expected a cast to double, integer, bigint, boolean or varchar, got one to date'],
    ["date '2024-01-01'", 'got one to date'],
    ["interval '1' day", 'got trunc'],
    ['12345678901234567890', 'at most 15 digits'],
    ['9007199254740993', 'at most 15 digits'],
    ['0x10', 'cannot be parsed']
  ])('%s', async (text, words) => {
    expect(await refusal(text)).toContain(words);
  });

  it('refuses a nesting that the engine would choke on, and SQL that grows without end', async () => {
    expect(await refusal(`${'-(a + '.repeat(150)}1${')'.repeat(150)}`)).toContain('at most 200 levels');
    const doubling = Array.from({ length: 20 }).reduce((text: string) => `1 / (${text})`, 'a');
    expect(await refusal(doubling)).toContain('at most 50000 characters');
  });

  it('gives SQL that runs, or a refusal, for any row of words', async () => {
    const words = [
      'a',
      'b',
      't',
      'n',
      'f',
      'due_at',
      '(',
      ')',
      '+',
      '-',
      '*',
      '/',
      '%',
      '=',
      '<',
      'and',
      'or',
      'not',
      'is null',
      ',',
      "'x'",
      "'1'",
      '1',
      '0.5'
    ];
    const calls = [
      'abs(',
      'lower(',
      'coalesce(',
      'nullif(',
      'case when',
      'then',
      'else',
      'end',
      'in (',
      'between',
      'like',
      'cast(',
      'as double)',
      'as integer)',
      'null',
      'true',
      'sum(',
      '--',
      ';',
      'select',
      'from r'
    ];
    const text = fc
      .array(fc.constantFrom(...words, ...calls), { minLength: 1, maxLength: 9 })
      .map(list => list.join(' '));
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(text, async candidate => {
        if ((await refusal(candidate)).startsWith('admitted')) {
          await evaluate(candidate);
          ran++;
        }
      }),
      { numRuns: 3000, seed: 5 }
    );
    expect(ran).toBeGreaterThan(30);
  });
});
