import { describe, expect, it } from 'vitest';
import {
  betaI,
  chiSquareSf,
  gammaP,
  gammaQ,
  logGamma,
  logNormalCdf,
  logNormalSf,
  normalCdf,
  normalDensity,
  normalQuantile,
  normalSf,
  normalTwoSided
} from '../../src/math/distributions.js';
import { fixture, relativeError } from './fixtures.js';

const SMALLEST_NORMAL = 2.3e-308;

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number) {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    const want = Number(expected[i]);
    if (Math.abs(want) < SMALLEST_NORMAL) expect(Math.abs(value - want), `case ${i}`).toBeLessThanOrEqual(1e-323);
    else expect(relativeError(value, want), `case ${i}: ${value} for ${want}`).toBeLessThan(tolerance);
  });
}

describe('normal distribution', () => {
  const { input, expected } = fixture<
    { z: number[] },
    { cdf: number[]; sf: number[]; log_sf: number[]; pdf: number[]; log10_p_two_sided: number[] }
  >('stats', 'normal_cdf_sf');

  it('has both tails to 1e-13, subnormal values included', () => {
    expectClose(input.z.map(normalCdf), expected.cdf, 1e-13);
    expectClose(input.z.map(normalSf), expected.sf, 1e-13);
    expectClose(input.z.map(normalDensity), expected.pdf, 1e-14);
  });

  it('has logarithms of the tails where the tails underflow', () => {
    // ln(1 - ε) = -ε to double precision for the smallest ε, where the reference keeps only a few digits.
    const want = expected.log_sf.map((v, i) => (Math.abs(v) < 1e-40 ? -normalCdf(input.z[i] as number) : v));
    expectClose(input.z.map(logNormalSf), want, 1e-13);
    expectClose(
      input.z.map(z => logNormalCdf(-z)),
      want,
      1e-13
    );
    expect(logNormalSf(200)).toBeLessThan(-20_000);
    expect(logNormalSf(Infinity)).toBe(-Infinity);
    expect(Math.abs(logNormalSf(-Infinity))).toBe(0);
  });

  it('promise 1: two-sided p-values are right down to 1e-300', () => {
    input.z.forEach((z, i) => {
      const log10 = Number(expected.log10_p_two_sided[i]);
      if (log10 > -300) expect(relativeError(Math.log10(normalTwoSided(z)), log10, 1e-3)).toBeLessThan(1e-11);
    });
  });

  it('handles the edges', () => {
    expect([normalSf(Infinity), normalSf(-Infinity), normalCdf(0)]).toEqual([0, 1, 0.5]);
    expect(normalSf(Number.NaN)).toBeNaN();
  });

  it('inverts to 1e-14, and refuses what is not a probability', () => {
    const { input, expected } = fixture<{ p: number[] }, { quantile: number[] }>('stats', 'normal_quantile');
    expectClose(input.p.map(normalQuantile), expected.quantile, 1e-14);
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect(() => normalQuantile(1.5)).toThrow('got 1.5');
    expect(() => normalQuantile(Number.NaN)).toThrow('got NaN');
  });
});

describe('gamma and beta functions', () => {
  it('chi-square tails to 1e-11', () => {
    const { input, expected } = fixture<{ x_df: [number, number][] }, { sf: number[] }>('stats', 'chi2_sf');
    const kept = input.x_df.map((_, i) => i).filter(i => Number(expected.sf[i]) >= 1e-300);
    expect(kept.length).toBeGreaterThan(40);
    expectClose(
      kept.map(i => chiSquareSf(...(input.x_df[i] as [number, number]))),
      kept.map(i => expected.sf[i] as number),
      1e-11
    );
    expect(chiSquareSf(0, 3)).toBe(1);
    expect(chiSquareSf(2 * Math.log(4), 2)).toBeCloseTo(1 / 4, 15);
  });

  it('incomplete gamma, lower and upper', () => {
    const { input, expected } = fixture<{ a_x: [number, number][] }, { P: number[]; Q: number[] }>(
      'stats',
      'regularised_incomplete_gamma'
    );
    input.a_x.forEach(([a, x], i) => {
      if (Number(expected.P[i]) >= 1e-300)
        expect(relativeError(gammaP(a, x), Number(expected.P[i]))).toBeLessThan(1e-11);
      if (Number(expected.Q[i]) >= 1e-300)
        expect(relativeError(gammaQ(a, x), Number(expected.Q[i]))).toBeLessThan(1e-11);
    });
    expect([gammaP(2, 0), gammaQ(2, 0), gammaQ(2, Infinity)]).toEqual([0, 1, 0]);
    expect(() => gammaP(0, 1)).toThrow('a = 0');
  });

  it('incomplete beta', () => {
    const { input, expected } = fixture<{ a_b_x: [number, number, number][] }, { I: number[] }>(
      'stats',
      'regularised_incomplete_beta'
    );
    input.a_b_x.forEach(([a, b, x], i) => {
      if (Number(expected.I[i]) >= 1e-300)
        expect(relativeError(betaI(a, b, x), Number(expected.I[i]))).toBeLessThan(1e-11);
    });
    expect([betaI(2, 3, 0), betaI(2, 3, 1)]).toEqual([0, 1]);
    expect(() => betaI(1, 1, 2)).toThrow('got 1, 1, 2');
  });

  it('log gamma', () => {
    const { input, expected } = fixture<{ x: number[] }, { lgamma: number[] }>('stats', 'lgamma');
    input.x.forEach((x, i) => {
      expect(Math.abs(logGamma(x) - (expected.lgamma[i] as number))).toBeLessThan(
        1e-13 * Math.abs(expected.lgamma[i] as number) + 1e-14
      );
    });
    expect(logGamma(5)).toBeCloseTo(Math.log(4 * 3 * 2), 14);
    expect(() => logGamma(-1)).toThrow('got -1');
  });
});
