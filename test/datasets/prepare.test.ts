import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/artifacts/scorer/input.js';
import { bindColumns, prepareRow } from '../../src/artifacts/scorer/prepare.js';
import { selectDataset } from '../../src/datasets/frame.js';
import {
  applyPreparation,
  fitPreparation,
  type PreparationOptions,
  transformValue
} from '../../src/datasets/prepare.js';
import { ModelError } from '../../src/errors.js';
import type { FeatureInfo, Preparation } from '../../src/types.js';
import { allRows, frameOfRows, infosOf, type SnapshotRow } from './frames.js';

type Values = readonly (number | string | null)[];

/** One column of values as a dataset, each row an account of its own. */
function single(info: FeatureInfo, values: Values) {
  const frame = frameOfRows(
    [info],
    values.map((value, i): SnapshotRow => ({ account: `a${i}`, values: [value] }))
  );
  return selectDataset(frame, allRows(values.length), 'churn');
}

function fitSingle(info: FeatureInfo, values: Values, options: PreparationOptions = {}) {
  return fitPreparation(single(info, values), [info], options);
}

function apply(preparation: Preparation, info: FeatureInfo, values: Values): number[] {
  return [...applyPreparation(preparation, single(info, values))];
}

const [NUMBER] = infosOf(['x']) as [FeatureInfo];
const [COUNT] = infosOf(['x'], { minimum: 0 }) as [FeatureInfo];
const [CATEGORY] = infosOf(['plan?']) as [FeatureInfo];

/** 101 values, so that every percentile is a value: f(-50) … f(50) or f(0) … f(100). */
function ramp(from: number, f: (i: number) => number): number[] {
  return Array.from({ length: 101 }, (_, i) => f(from + i));
}

describe('numbers', () => {
  it('are centred at the mean, divided by the standard deviation and clipped at 6; missing is the mean', () => {
    // Mean (2 + 4 + 4 + 4 + 5 + 5 + 7 + 9) / 8 = 5; squares (9 + 3 + 0 + 0 + 4 + 16) / 8 = 4.
    const { preparation, inputs } = fitSingle(COUNT, [2, 4, 4, 4, 5, 5, 7, 9]);
    expect(preparation.columns).toEqual([
      { name: 'x', input: 'x', kind: 'number', transform: 'identity', center: 5, scale: 2, clip: 6 }
    ]);
    expect(apply(preparation, COUNT, [2, 5, 9, 17, 18, 1e9, -1e9, null])).toEqual([-1.5, 0, 2, 6, 6, 6, -6, 0]);
    expect(inputs).toEqual([
      { name: 'x', type: 'number', unit: 'events', about: 'about x', nullable: false, definitionHash: 'h', minimum: 0 }
    ]);
  });

  it('of at least 0 take log1p when the upper half reaches over three times as far as the lower', () => {
    // Percentiles 1, 50 and 99 of cubes: (99³ - 50³) = 6.8 (50³ - 1); of squares 2.9 times.
    const transform = (f: (i: number) => number, info: FeatureInfo) =>
      fitSingle(info, ramp(0, f)).preparation.columns[0]?.transform;
    expect(transform(i => i ** 3, COUNT)).toBe('log1p');
    expect(transform(i => i ** 2, COUNT)).toBe('identity');
    expect(transform(i => i ** 3, NUMBER)).toBe('identity');
  });

  it('of any sign take the signed log when a tail reaches over eight times the middle half', () => {
    // 49⁷ = 55 (2 · 25⁷) and 49³ = 3.8 (2 · 25³).
    const transform = (power: number) =>
      fitSingle(
        NUMBER,
        ramp(-50, i => i ** power)
      ).preparation.columns[0]?.transform;
    expect(transform(7)).toBe('signed_log1p');
    expect(transform(3)).toBe('identity');
  });

  it('are standardised after the transform', () => {
    // ln(1 + x) is 0 in 60 rows and 4 in 20: mean 1, squares (60 + 20 · 9) / 80 = 3.
    const values = Array.from({ length: 80 }, (_, i) => (i < 60 ? 0 : Math.exp(4) - 1));
    const { preparation } = fitSingle(COUNT, values);
    const [column] = preparation.columns;
    expect(column?.transform).toBe('log1p');
    expect(column?.center).toBeCloseTo(1, 12);
    expect(column?.scale).toBeCloseTo(Math.sqrt(3), 12);
    expect(apply(preparation, COUNT, [Math.E - 1])[0]).toBeCloseTo(0, 12);
    expect(transformValue('signed_log1p', -(Math.E - 1))).toBeCloseTo(-1, 14);
    expect(transformValue('identity', -7)).toBe(-7);
  });
});

describe('missing values', () => {
  const measured = Array.from({ length: 30 }, (_, i) => i);
  const without = (missing: number, from = 0) =>
    measured.map((value, i) => (i >= from && i < from + missing ? null : value));

  it('have an indicator from 10 rows on, as long as 10 rows are measured', () => {
    const kinds = (missing: number) => fitSingle(NUMBER, without(missing)).preparation.columns.map(c => c.kind);
    expect(kinds(9)).toEqual(['number']);
    expect(kinds(10)).toEqual(['number', 'missing']);
    expect(kinds(20)).toEqual(['number', 'missing']);
    expect(kinds(21)).toEqual(['number']);
  });

  it('that are missing together have one indicator', () => {
    const infos = infosOf(['first', 'second', 'third']);
    const [early, late] = [without(12), without(12, 3)];
    const rows = measured.map((_, i) => ({ account: `a${i}`, values: [early[i], early[i], late[i]] as Values }));
    const train = selectDataset(frameOfRows(infos, rows), allRows(30), 'churn');
    expect(fitPreparation(train, infos).preparation.columns.map(column => column.name)).toEqual([
      'first',
      'first (missing)',
      'second',
      'third',
      'third (missing)'
    ]);
  });

  it('make the input nullable, or all inputs are when asked for', () => {
    const nullable = (missing: number, options: PreparationOptions = {}) =>
      fitSingle(NUMBER, without(missing), options).inputs[0]?.nullable;
    expect([nullable(0), nullable(1), nullable(0, { alwaysNullable: true })]).toEqual([false, true, true]);
  });

  it('are flags: centred at their share, divided by 1/2', () => {
    // 12 of 30 missing: (1 - 0.4) / 0.5 = 1.2 and (0 - 0.4) / 0.5 = -0.8.
    const { preparation } = fitSingle(NUMBER, without(12));
    expect(preparation.columns[1]).toEqual({
      name: 'x (missing)',
      input: 'x',
      kind: 'missing',
      center: 12 / 30,
      scale: 0.5,
      clip: 2
    });
    // The measured values 12 … 29 have the mean 20.5.
    expect(apply(preparation, NUMBER, [null, 20.5])).toEqual([0, 1.2, 0, -0.8]);
  });
});

describe('categories', () => {
  /** `count` rows of a level, spread over as many parents as given. */
  const level = (plan: string | null, count: number, parents: number): SnapshotRow[] =>
    Array.from({ length: count }, (_, i) => ({
      account: `${plan}-${i}`,
      parent: `${plan}-${i % parents}`,
      values: [plan]
    }));
  const fitPlans = (rows: readonly SnapshotRow[]) =>
    fitPreparation(selectDataset(frameOfRows([CATEGORY], rows), allRows(rows.length), 'churn'), [CATEGORY]);

  it('have a column per level of at least 10 clusters; rarer levels are pooled, however many rows they have', () => {
    const { preparation, inputs } = fitPlans([
      ...level('basic', 20, 10),
      ...level('plus', 40, 9),
      ...level('solo', 20, 1)
    ]);
    expect(preparation.columns).toEqual([
      { name: 'plan=basic', input: 'plan', kind: 'level', level: 'basic', center: 20 / 80, scale: 0.5, clip: 2 },
      { name: 'plan=(other)', input: 'plan', kind: 'other', center: 60 / 80, scale: 0.5, clip: 2 }
    ]);
    expect(inputs[0]?.levels).toEqual(['basic']);
    // (1 - 1/4) / (1/2) = 1.5, (0 - 3/4) / (1/2) = -1.5 and so on; a level never seen is pooled, missing is neither.
    expect(apply(preparation, CATEGORY, ['basic', 'plus', 'new', null])).toEqual([
      ...[1.5, -1.5],
      ...[-0.5, 0.5],
      ...[-0.5, 0.5],
      ...[-0.5, -1.5]
    ]);
  });

  it('without a rare level have no pool', () => {
    const { preparation, inputs } = fitPlans([...level('basic', 10, 10), ...level('plus', 30, 15)]);
    expect(preparation.columns.map(column => column.name)).toEqual(['plan=basic', 'plan=plus']);
    expect(inputs[0]?.levels).toEqual(['basic', 'plus']);
  });

  it('tell a level named (other) from the pool', () => {
    const { preparation } = fitPlans([...level('(other)', 20, 20), ...level('rare', 20, 2)]);
    expect(preparation.columns.map(({ kind, level: own }) => [kind, own])).toEqual([
      ['level', '(other)'],
      ['other', undefined]
    ]);
    expect(apply(preparation, CATEGORY, ['(other)', 'rare'])).toEqual([1, -1, -1, 1]);
  });

  it('promise 48: a level of few accounts is named nowhere', () => {
    const { preparation, inputs } = fitPlans([...level('basic', 40, 20), ...level('jane.doe@example.com', 9, 9)]);
    expect(JSON.stringify({ preparation, inputs })).not.toContain('jane');
  });
});

describe('features without information', () => {
  it.each<[string, FeatureInfo, Values]>([
    ['a constant number', NUMBER, [3, 3, 3]],
    ['a number that is never measured', NUMBER, [null, null, null]],
    ['a category of one level', CATEGORY, Array<string>(20).fill('basic')],
    ['a category of rare levels alone', CATEGORY, ['a', 'b', 'c']]
  ])('%s is dropped with a reason', (_, info, values) => {
    expect(fitSingle(info, values)).toEqual({
      preparation: { columns: [] },
      inputs: [],
      dropped: [{ name: info.name, reason: 'the same for every training row' }]
    });
  });
});

describe('values at the edge of double precision', () => {
  it('that differ by less than a square can hold are the same', () => {
    expect(fitSingle(NUMBER, [0, 1e-200, 0]).dropped).toEqual([
      { name: 'x', reason: 'the same for every training row' }
    ]);
  });

  it('of which the squares overflow are refused, unless a logarithm tames them', () => {
    expect(() => fitSingle(NUMBER, [1e200, -1e200, 0])).toThrow(ModelError);
    expect(() => fitSingle(NUMBER, [1e308, 1e308, -1e308, -1e308])).toThrow('training values of x');
    expect(
      apply(
        fitSingle(
          COUNT,
          ramp(0, i => 10 ** (3 * i))
        ).preparation,
        COUNT,
        [1e308]
      )[0]
    ).toBeGreaterThan(1);
  });
});

const INFOS = [...infosOf(['a', 'b']), ...infosOf(['c', 'd'], { minimum: 0 }), ...infosOf(['plan?', 'region?'])];
const amount = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const count = fc.oneof(fc.nat({ max: 3 }), fc.double({ min: 0, max: 1e12, noNaN: true }));
const cell = <T>(value: fc.Arbitrary<T>) => fc.option(value, { freq: 4 });
const values = fc.tuple(
  cell(amount),
  cell(fc.integer({ min: -2, max: 2 })),
  cell(count),
  cell(count),
  cell(fc.constantFrom('basic', 'plus', 'solo')),
  cell(fc.constantFrom('north', 'south', 'ö', ''))
);
const strange = fc.tuple(
  amount.map(x => x * 1e6),
  cell(amount),
  cell(count.map(x => x * 1e6)),
  cell(count),
  cell(fc.constantFrom('a new plan', 'basic', 'zz')),
  cell(fc.string({ maxLength: 4 }))
);
const many = <T>(row: fc.Arbitrary<T>, minLength: number) => fc.array(row, { minLength, maxLength: 60, size: 'max' });

function framed(train: readonly Values[], others: readonly Values[]) {
  const rows = [...train, ...others].map((row, i) => ({ account: `a${i % 45}`, values: row }));
  const frame = frameOfRows(INFOS, rows);
  const pick = (from: number, to: number) => selectDataset(frame, allRows(rows.length).slice(from, to), 'churn');
  return { train: pick(0, train.length), others: pick(train.length, rows.length) };
}

describe('promise 35: fitted transforms see train only', () => {
  it('train statistics are bit-equal whatever the other rows hold', () => {
    fc.assert(
      fc.property(many(values, 30), many(values, 1), many(strange, 1), (train, plain, changed) => {
        const before = fitPreparation(framed(train, plain).train, INFOS);
        const after = fitPreparation(framed(train, changed).train, INFOS);
        expect(after).toStrictEqual(before);
        expect(before.preparation.columns.length).toBeGreaterThan(0);
      }),
      { seed: 35, numRuns: 100 }
    );
  });

  it('and see every training row', () => {
    const train = Array.from({ length: 30 }, (_, i): Values => [i, i % 3, i, i % 4, 'basic', 'north']);
    const changed = train.map((row, i): Values => (i === 17 ? [18, ...row.slice(1)] : row));
    expect(fitPreparation(framed(changed, []).train, INFOS)).not.toEqual(
      fitPreparation(framed(train, []).train, INFOS)
    );
  });
});

describe('prepared rows', () => {
  it('promise 39: are those of the artifact scorer, bit for bit, and finite', () => {
    fc.assert(
      fc.property(many(values, 30), many(fc.oneof(values, strange), 1), (train, rows) => {
        const data = framed(train, rows);
        const { preparation, inputs } = fitPreparation(data.train, INFOS, { alwaysNullable: true });
        const bound = bindColumns(preparation.columns, inputs);
        const scorer = rows.flatMap(row => {
          const cells = inputs.map(({ name }) => (row[INFOS.findIndex(info => info.name === name)] ?? null) as Cell);
          return [...prepareRow(bound, cells)];
        });
        const trainer = [...applyPreparation(preparation, data.others)];
        expect(trainer).toEqual(scorer);
        expect(trainer.every(Number.isFinite)).toBe(true);
      }),
      { seed: 39, numRuns: 100 }
    );
  });

  it('of training have mean 0 where nothing is missing or clipped', () => {
    const train = Array.from({ length: 60 }, (_, i): Values => [i, i % 3, i % 7, i % 4, i % 2 ? 'basic' : 'plus', 'ö']);
    const { train: data } = framed(train, []);
    const { preparation } = fitPreparation(data, INFOS);
    const q = preparation.columns.length;
    const Z = applyPreparation(preparation, data);
    expect(q).toBe(6);
    for (let k = 0; k < q; k++) {
      const sum = Array.from({ length: 60 }, (_, i) => Z[i * q + k] as number).reduce((a, b) => a + b, 0);
      expect(sum / 60).toBeCloseTo(0, 12);
    }
  });
});
