import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildScorer, scoreRow } from '../../../src/artifacts/scorer.js';
import { artifactOf, categoryInput, logisticArtifact, numberColumn, numberInput } from '../helpers.js';

const artifact = artifactOf({
  inputs: [
    numberInput('days', { minimum: 0, maximum: 100, nullable: false }),
    numberInput('seats'),
    categoryInput('plan', ['basic', 'pro'])
  ],
  columns: [
    numberColumn('days'),
    numberColumn('seats'),
    { name: 'plan=pro', input: 'plan', kind: 'level', level: 'pro', center: 0, scale: 1, clip: 9 }
  ],
  model: { kind: 'logistic', intercept: 0, coefficients: [1, 1, 1] }
});
const good = { days: 10, seats: 3, plan: 'pro' };
const score = buildScorer(artifact);

function code(row: unknown): string {
  const result = score(row);
  return result.ok ? 'scored' : `${result.code}: ${result.input}`;
}

describe('promise 40: a bad row is a typed refusal, never a number', () => {
  it('refuses what is not a plain row', () => {
    class Row {
      days = 10;
    }
    const rows = [
      null,
      undefined,
      1,
      'row',
      true,
      Symbol('x'),
      10n,
      [],
      [good],
      () => good,
      new Date(0),
      new Map(),
      new Row()
    ];
    for (const row of rows) expect(code(row)).toBe('not_a_row: ');
    expect(code(Object.create(good))).toBe('not_a_row: ');
    expect(code(JSON.parse('{"__proto__": {"days": 1}, "days": 10, "seats": 3, "plan": "pro"}'))).toBe('not_a_row: ');
    expect(code(Object.assign(Object.create(null), good))).toBe('scored');
    expect(code(Object.freeze({ ...good }))).toBe('scored');
  });

  it.each([
    ['missing key', { seats: 3, plan: 'pro' }, 'missing_key: days'],
    ['undefined', { ...good, seats: undefined }, 'missing_key: seats'],
    ['NaN', { ...good, seats: Number.NaN }, 'not_finite: seats'],
    ['Infinity', { ...good, seats: Number.POSITIVE_INFINITY }, 'not_finite: seats'],
    ['-Infinity', { ...good, days: Number.NEGATIVE_INFINITY }, 'not_finite: days'],
    ['null', { ...good, days: null }, 'null_refused: days'],
    ['text for a number', { ...good, seats: '12' }, 'wrong_type: seats'],
    ['array', { ...good, seats: [12] }, 'wrong_type: seats'],
    ['boolean', { ...good, seats: true }, 'wrong_type: seats'],
    ['object with valueOf', { ...good, seats: { valueOf: () => 3 } }, 'wrong_type: seats'],
    ['boxed number', { ...good, seats: Object(3) }, 'wrong_type: seats'],
    ['BigInt', { ...good, seats: 12n }, 'wrong_type: seats'],
    ['Date', { ...good, seats: new Date(0) }, 'wrong_type: seats'],
    ['symbol', { ...good, seats: Symbol('3') }, 'wrong_type: seats'],
    ['number for a category', { ...good, plan: 1 }, 'wrong_type: plan'],
    ['unknown level', { ...good, plan: 'gold' }, 'unknown_level: plan'],
    ['level in another case', { ...good, plan: 'Pro' }, 'unknown_level: plan'],
    ['level with a space', { ...good, plan: 'pro ' }, 'unknown_level: plan'],
    ['level named like a method', { ...good, plan: 'toString' }, 'unknown_level: plan'],
    ['under the minimum', { ...good, days: -1e-9 }, 'out_of_range: days'],
    ['over the maximum', { ...good, days: 100.0001 }, 'out_of_range: days'],
    ['the first fault in input order', { ...good, days: -1, seats: 'x' }, 'out_of_range: days']
  ])('%s', (_, row, expected) => {
    expect(code(row)).toBe(expected);
  });

  it('accepts the limits, -0, null where it is nullable, and ignores further keys', () => {
    expect(['days', 'days'].map((key, i) => code({ ...good, [key]: i * 100 }))).toEqual(['scored', 'scored']);
    expect(code({ ...good, days: -0 })).toBe('scored');
    expect(code({ ...good, seats: null, plan: null, more: Number.NaN, constructor: 1 })).toBe('scored');
  });

  it('reads data properties alone: getters, hidden and inherited ones and hostile proxies are refused', () => {
    let called = 0;
    const getter = Object.defineProperty({ ...good }, 'seats', { enumerable: true, get: () => ++called });
    expect(code(getter)).toBe('wrong_type: seats');
    expect(called).toBe(0);
    expect(code(Object.defineProperty({ ...good }, 'seats', { enumerable: false, value: 3 }))).toBe(
      'missing_key: seats'
    );
    const { proxy, revoke } = Proxy.revocable({ ...good }, {});
    revoke();
    expect(code(proxy)).toBe('not_a_row: ');
    const traps = ['getPrototypeOf', 'getOwnPropertyDescriptor'] as const;
    for (const trap of traps) {
      const hostile = new Proxy(
        { ...good },
        {
          [trap]: () => {
            throw new Error('trap');
          }
        }
      );
      expect(code(hostile)).toBe('not_a_row: ');
    }
    const changing = new Proxy({ ...good }, { get: () => 99 });
    expect(score(changing)).toEqual(score(good));
  });

  it('an input that log1p reads is at least 0 even without a declared minimum', () => {
    const open = artifactOf({
      inputs: [numberInput('x')],
      columns: [numberColumn('x', { transform: 'log1p' })],
      model: { kind: 'logistic', intercept: 0, coefficients: [1] }
    });
    expect(scoreRow(open, { x: -0.5 })).toMatchObject({ ok: false, code: 'out_of_range', input: 'x' });
  });

  it('messages never repeat a text', () => {
    const result = score({ ...good, plan: 'Secret Corp' });
    expect(result).toMatchObject({ ok: false, message: expect.not.stringContaining('Secret') });
  });

  it('any value anywhere gives a score within [0, 1] or a refusal, and leaves prototypes alone', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    const cell = fc.oneof(
      fc.double(),
      fc.constantFrom(null, undefined, 'pro', 'basic', '__proto__', 10, 50),
      fc.anything()
    );
    const rows = fc.oneof(fc.record({ days: cell, seats: cell, plan: cell }, { requiredKeys: [] }), fc.anything());
    const scorers = [score, buildScorer(logisticArtifact())];
    fc.assert(
      fc.property(rows, row => {
        for (const scorer of scorers) {
          const result = scorer(row);
          if (result.ok) expect(result.probability >= 0 && result.probability <= 1).toBe(true);
          else expect(result.message.length).toBeGreaterThan(0);
        }
      }),
      { seed: 40, numRuns: 10_000 }
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
  });
});
