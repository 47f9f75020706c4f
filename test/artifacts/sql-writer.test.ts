import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildScorer } from '../../src/artifacts/scorer.js';
import { renderSql, sqlObstacle } from '../../src/artifacts/sql-writer.js';
import { ArtifactError } from '../../src/errors.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { double, id, join, raw, sql } from '../../src/sql/sql.js';
import type { Engine, ScoringArtifact, Sql } from '../../src/types.js';
import { artifacts, rowsFor } from './arbitrary.js';
import {
  artifactOf,
  categoryInput,
  importModule,
  logisticArtifact,
  manualArtifact,
  neuralArtifact,
  numberColumn,
  numberInput
} from './helpers.js';

type Row = Record<string, number | string | null>;

const FULL = process.env['VITALS_FULL'] === '1';
let engine: Engine;

beforeAll(async () => {
  engine = await openDuckDB({ path: ':memory:' });
});

afterAll(() => engine.close());

function cell(value: number | string | null): Sql {
  if (typeof value !== 'number') return sql`${value}`;
  return Number.isFinite(value) ? double(value) : sql`CAST(${String(value)} AS DOUBLE)`;
}

/** Scores rows with the artifact's SQL over a typed table, in the order of the rows. */
async function scoreSql(
  artifact: ScoringArtifact,
  rows: readonly Row[]
): Promise<Record<string, string | number | null>[]> {
  const { inputs } = artifact;
  const types = inputs.map(input => sql`${id(input.name)} ${raw(input.type === 'number' ? 'DOUBLE' : 'VARCHAR')}`);
  await engine.run(sql`CREATE OR REPLACE TABLE snapshots ("row number" INTEGER, ${join(types)})`);
  const values = rows.map((row, i) => sql`(${join([i, ...inputs.map(input => cell(row[input.name] ?? null))])})`);
  await engine.run(sql`INSERT INTO snapshots VALUES ${join(values)}`);
  return engine.rows(raw(`SELECT * FROM (${renderSql(artifact, { dialect: 'duckdb' })}) ORDER BY "row number"`));
}

async function compare(artifact: ScoringArtifact, rows: readonly Row[]): Promise<void> {
  const json = buildScorer(artifact);
  const module = await importModule(artifact);
  const table = await scoreSql(artifact, rows);
  rows.forEach((row, i) => {
    const expected = json(row);
    expect(module(row)).toEqual(expected);
    const got = table[i] as Record<string, string | number | null>;
    if (!expected.ok) {
      expect(got).toMatchObject({ probability: null, refusal: `${expected.code}: ${expected.input}` });
      return;
    }
    expect(got['refusal']).toBeNull();
    expect(Math.abs((got['probability'] as number) - expected.probability)).toBeLessThanOrEqual(1e-12);
    if (expected.health === undefined) return;
    const { low, high, coverage, score, category } = expected.health;
    expect(got).toMatchObject({ score, category });
    [
      ['low', low],
      ['high', high],
      ['coverage', coverage]
    ].forEach(([name, value]) => {
      expect(Math.abs((got[name as string] as number) - (value as number))).toBeLessThanOrEqual(1e-12);
    });
  });
}

describe('promise 39: JSON scorer, ES module and SQL agree', () => {
  it('on random artifacts and rows with extremes, 1e-12', { timeout: 900_000 }, async () => {
    const cases = artifacts.chain(artifact =>
      fc.tuple(fc.constant(artifact), fc.array(rowsFor(artifact), { minLength: 40, maxLength: 40 }))
    );
    const property = fc.asyncProperty(cases, ([artifact, rows]) => compare(artifact, rows));
    await fc.assert(property, { seed: 39, numRuns: FULL ? 2500 : 40 });
  });

  it('on a constant, and on a model with more columns than one expression may nest', async () => {
    await compare(
      artifactOf({ inputs: [numberInput('x', { nullable: false })], model: { kind: 'constant', intercept: -3 } }),
      [{ x: 1 }, { x: null }]
    );
    const names = Array.from({ length: 1200 }, (_, i) => `x${i}`);
    const wide = artifactOf({
      inputs: names.map(name => numberInput(name)),
      columns: names.map(name => numberColumn(name)),
      model: { kind: 'logistic', intercept: 0, coefficients: names.map((_, i) => Math.sin(i) / 30) }
    });
    await compare(wide, [Object.fromEntries(names.map((name, i) => [name, i % 17]))]);
  });
});

describe('renderSql', () => {
  it('promise 40: a column of the wrong type is a refusal, not a cast', async () => {
    const artifact = logisticArtifact();
    const query = (columns: string) =>
      engine.rows(raw(renderSql(artifact, { dialect: 'duckdb', table: raw(`(SELECT ${columns})`) })));
    const typed = async (columns: string) => (await query(columns))[0]?.['refusal'];
    expect(await typed("1::BIGINT AS silence, 2.5::DECIMAL(4,2) AS seats, 'month' AS contract")).toBeNull();
    expect(await typed("1 AS silence, 2 AS seats, 'month'::ENUM('month', 'x') AS contract")).toBeNull();
    expect(await typed('NULL AS silence, 2 AS seats, NULL AS contract')).toBeNull();
    for (const wrong of [
      "'12'",
      'true',
      "DATE '2024-01-01'",
      '[12]',
      "{'a': 12}",
      "'12'::BLOB",
      "TIMESTAMP WITH TIME ZONE '2024-01-01 00:00:00Z'"
    ]) {
      expect(await typed(`1 AS silence, ${wrong} AS seats, 'month' AS contract`), wrong).toBe('wrong_type: seats');
    }
    expect(await typed('1 AS silence, 2 AS seats, 5 AS contract')).toBe('wrong_type: contract');
    await expect(query("1 AS silence, 'month' AS contract")).rejects.toThrow(/seats/);
  });

  it('keeps the columns of the table, and hides inputs that are named like an output', async () => {
    const artifact = artifactOf({
      inputs: [numberInput('Probability'), numberInput('z')],
      columns: [numberColumn('Probability'), numberColumn('z')],
      model: { kind: 'logistic', intercept: 0, coefficients: [1, 1] }
    });
    const table = raw('(SELECT 10 AS "Probability", 14 AS z, \'acme\' AS account)');
    const [row] = await engine.rows(raw(renderSql(artifact, { dialect: 'duckdb', table })));
    expect(Object.keys(row ?? {})).toEqual(['z', 'account', 'probability', 'refusal']);
    expect(row?.['probability']).toBeCloseTo(1 / (1 + Math.exp(-1)), 14);
  });

  it('says why an artifact has no SQL form', () => {
    expect(sqlObstacle(neuralArtifact())).toMatch(/neural/);
    const twins = artifactOf({
      inputs: [numberInput('a'), numberInput('A')],
      model: { kind: 'constant', intercept: 0 }
    });
    expect(sqlObstacle(twins)).toMatch(/case/);
    const bad = artifactOf({ inputs: [categoryInput('a', ['\ud800'])], model: { kind: 'constant', intercept: 0 } });
    expect(sqlObstacle(bad)).toMatch(/character/);
    expect(() => renderSql(bad, { dialect: 'duckdb' })).toThrow(ArtifactError);
    expect(sqlObstacle(manualArtifact())).toBeNull();
  });
});

describe('promise 41: constants are DOUBLE and exact', () => {
  const coefficients = [1e-300, 1e300, -0, 0.1, 1 / 3, 5e-324, 123456789.12345679, -1e-17, 2 ** 53 + 2, 1];

  it('read back with the same bits, and no DECIMAL is in the plan', async () => {
    const names = coefficients.map((_, i) => `x${i}`);
    const artifact = artifactOf({
      inputs: names.map(name => numberInput(name, { minimum: 0 })),
      columns: names.map(name => numberColumn(name, { center: 0.3, scale: 0.7 })),
      model: { kind: 'logistic', intercept: -0.2, coefficients },
      calibrator: { kind: 'platt', slope: 0.1, intercept: 0.7 }
    });
    const text = renderSql(artifact, { dialect: 'duckdb' });
    const literals = Array.from(text.matchAll(/CAST\('([^']*)' AS DOUBLE\)/g), match => match[1] as string);
    const outside = text.replaceAll(/CAST\('[^']*' AS DOUBLE\)|"[^"]*"|'[^']*'/g, '');
    expect(outside).not.toMatch(/\d/);
    const read = await engine.columns(
      raw(`SELECT CAST(t AS DOUBLE) AS v FROM (VALUES ${literals.map(l => `('${l}')`).join(', ')}) AS x(t)`)
    );
    const values = Array.from(read.numbers['v'] as Float64Array);
    for (const constant of [...coefficients, -0.2, 0.3, 0.7, 0.1]) {
      expect(
        values.some(value => Object.is(value, constant)),
        String(constant)
      ).toBe(true);
    }
    await scoreSql(artifact, [Object.fromEntries(names.map(name => [name, 1]))]);
    const plan = await engine.rows(raw(`EXPLAIN ${text}`));
    expect(JSON.stringify(plan)).not.toMatch(/DECIMAL\(\d/);
    const types = await engine.rows(raw(`DESCRIBE ${text}`));
    expect(types.slice(-2).map(row => [row['column_name'], row['column_type']])).toEqual([
      ['probability', 'DOUBLE'],
      ['refusal', 'VARCHAR']
    ]);
  });
});

describe('promise 42: generated SQL is one inert SELECT', () => {
  const hostile = [
    'a"b',
    '"',
    '""',
    'a;DROP TABLE victim--',
    '*/',
    '/* ',
    '--',
    "'",
    "' OR 1=1--",
    '\\',
    '\\"',
    'a\nb',
    '$$',
    '$1',
    '?',
    '{x}',
    '🙂',
    'select',
    'source',
    'vitals value 1',
    'vitals refusal',
    'probability',
    'REFUSAL',
    'low',
    'x'.repeat(1000),
    ' ',
    '\t',
    'é',
    'é',
    '\u202e',
    'a.b',
    '[0]',
    '%',
    '"; DROP TABLE victim; --',
    "CAST('1' AS DOUBLE)"
  ];

  it('whatever names and levels hold: one statement, other tables intact', { timeout: 900_000 }, async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await engine.run(raw('CREATE OR REPLACE TABLE victim AS SELECT 42 AS v'));
    const text = fc.oneof(
      fc.constantFrom(...hostile),
      fc
        .tuple(fc.constantFrom(...hostile), fc.string({ unit: 'binary' }))
        .map(([a, b]) => a + b.replaceAll(/\0|\p{Surrogate}/gu, ''))
    );
    const property = fc.asyncProperty(text, text, text, async (a, b, level) => {
      fc.pre(sqlObstacle(hostileArtifact(a, b, level)) === null);
      const artifact = hostileArtifact(a, b, level);
      const statements = await connection.extractStatements(renderSql(artifact, { dialect: 'duckdb' }));
      expect(statements.count).toBe(1);
      await compare(artifact, [
        { [a]: 12, [b]: level },
        { [a]: null, [b]: `${level}x` },
        { [a]: 12, [b]: null }
      ]);
    });
    await fc.assert(property, {
      seed: 42,
      numRuns: FULL ? 500 : 60,
      examples: hostile.map(mark => [mark, `${mark}2`, mark])
    });
    expect(await engine.rows(raw('SELECT v FROM victim'))).toEqual([{ v: 42 }]);
    const tables = await engine.rows(raw('SELECT table_name FROM duckdb_tables() ORDER BY table_name'));
    expect(tables.map(row => row['table_name'])).toEqual(['snapshots', 'victim']);
  });

  function hostileArtifact(a: string, b: string, level: string): ScoringArtifact {
    return artifactOf({
      inputs: [numberInput(a), categoryInput(b, [level])],
      columns: [numberColumn(a), { name: level, input: b, kind: 'level', level, center: 0, scale: 1, clip: 9 }],
      model: { kind: 'logistic', intercept: 0, coefficients: [0.5, 1] }
    });
  }
});
