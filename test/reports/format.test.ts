import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  count,
  decimals,
  estimate,
  expected,
  money,
  odds,
  percent,
  plain,
  points,
  pValue,
  range,
  score,
  tidy
} from '../../src/reports/format.js';

describe('numbers as text', () => {
  it('groups thousands with commas whatever the locale', () => {
    expect([0, 7, 999, 1000, 12_345, 1_234_567, -1234].map(count)).toEqual([
      '0',
      '7',
      '999',
      '1,000',
      '12,345',
      '1,234,567',
      '-1,234'
    ]);
    expect(count(-0.2)).toBe('0');
  });

  it('keeps a decimal of small expected numbers', () => {
    expect([3.42, 3, 9.94, 9.96, 41.7].map(expected)).toEqual(['3.4', '3', '9.9', '10', '42']);
  });

  it('prints shares with sensible digits and never a false 0% or 100%', () => {
    expect([0, 0.00001, 0.0042, 0.0423, 0.42, 0.994, 0.99999, 1].map(percent)).toEqual([
      '0%',
      '<0.01%',
      '0.42%',
      '4.2%',
      '42%',
      '99.4%',
      '>99.9%',
      '100%'
    ]);
  });

  it('compacts money and carries into the next unit', () => {
    const amounts = [0, 950, 999.6, 1234, 99_949, 99_951, 999_499, 999_500, 1_234_567, 24_318_400, 123_456_789, 1.5e9];
    expect(amounts.map(amount => money(amount, 'USD'))).toEqual([
      '$0',
      '$950',
      '$1.0K',
      '$1.2K',
      '$99.9K',
      '$100K',
      '$999K',
      '$1.0M',
      '$1.2M',
      '$24.3M',
      '$123M',
      '$1.5B'
    ]);
    expect(money(-1234, 'EUR')).toBe('-€1.2K');
    expect(money(1_200_000, 'CHF')).toBe('CHF 1.2M');
    expect(money(5, '__proto__')).toBe('__proto… 5'.replace('__proto…', tidy('__proto__', 8)));
  });

  it('prints ratios and p-values without pretending precision', () => {
    expect([0.0001, 0.0213, 0.8217, 12.34, 240.6, 1e7].map(odds)).toEqual([
      '<0.001',
      '0.021',
      '0.82',
      '12.3',
      '241',
      '>99,999'
    ]);
    expect([0.0001, 0.0123, 1].map(pValue)).toEqual(['<0.001', '0.012', '1.000']);
    expect([0.1, 0.01, 0.025].map(points)).toEqual([
      '10 percentage points',
      '1 percentage point',
      '2.5 percentage points'
    ]);
    expect([0, 0.6641, 1].map(score)).toEqual(['1 of 100', '67 of 100', '100 of 100']);
    expect([10, 0.1, 1 / 3, 1500].map(plain)).toEqual(['10', '0.1', '0.333', '1,500']);
  });

  it('writes intervals in words and says when there is no value', () => {
    expect(range([0.7438, 0.8298], decimals(2))).toBe('0.74 to 0.83');
    expect(estimate(0.789, [0.7438, 0.8298], decimals(2))).toBe('0.79 (0.74 to 0.83)');
    expect(estimate(0.789, null, decimals(2))).toBe('0.79');
    expect(estimate(null, null, decimals(2))).toBe('n/a');
    expect([Number.NaN, Number.POSITIVE_INFINITY].map(percent)).toEqual(['n/a', 'n/a']);
  });

  it('rounds every amount to within half of its last printed digit', () => {
    const unit = { '': 1, K: 1e3, M: 1e6, B: 1e9 } as const;
    fc.assert(
      fc.property(fc.double({ min: 0, max: 9e11, noNaN: true }), amount => {
        const [, digits = '', suffix = ''] = /^\$([\d.,]+)([KMB]?)$/.exec(money(amount, 'USD')) ?? [];
        const scale = unit[suffix as keyof typeof unit];
        const last = digits.includes('.') ? 0.1 : 1;
        return Math.abs(Number(digits.replaceAll(',', '')) * scale - amount) <= 0.5 * last * scale * (1 + 1e-9);
      }),
      { seed: 11, numRuns: 500 }
    );
  });
});

describe('texts from data', () => {
  it('become one short line without controls, direction overrides or broken surrogates', () => {
    expect(tidy('a\u0000b\u202ec\ud800d')).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(tidy(' two\n\tlines ')).toBe('two lines');
    expect(tidy('x'.repeat(10_000), 20)).toBe(`${'x'.repeat(19)}…`);
    expect(tidy('😀😀😀', 2)).toBe('😀…');
  });
});
