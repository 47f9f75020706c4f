import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/math/random.js';

const draw = (seed: number, ...path: number[]) => {
  const random = seededRandom(seed, ...path);
  return Array.from({ length: 5 }, () => random.uniform());
};

function moments(n: number, value: () => number) {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const x = value();
    sum += x;
    squares += x * x;
  }
  const mean = sum / n;
  return { mean, variance: squares / n - mean * mean };
}

describe('seededRandom', () => {
  it('repeats itself, and differs by seed, path and path length', () => {
    expect(draw(7, 1, 2)).toEqual(draw(7, 1, 2));
    const streams = [draw(7), draw(8), draw(7, 0), draw(7, 1), draw(7, 0, 0), draw(0, 7), draw(7 + 2 ** 32), draw(-7)];
    expect(new Set(streams.map(s => s.join())).size).toBe(streams.length);
  });

  it('gives uniforms in [0, 1) that use all 53 bits', () => {
    const random = seededRandom(1);
    const values = Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    expect(values.every(u => Number.isInteger(u * 2 ** 53))).toBe(true);
    expect(values.some(u => (u * 2 ** 53) % 2 === 1)).toBe(true);
    const { mean, variance } = moments(20_000, () => random.uniform());
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / 20_000));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.003);
  });

  it('streams of neighbouring seeds are uncorrelated in their first value', () => {
    const first = Array.from({ length: 4_000 }, (_, seed) => seededRandom(seed).uniform() - 0.5);
    const lag = first.slice(1).reduce((sum, x, i) => sum + x * (first[i] as number), 0) / first.length;
    expect(Math.abs(lag)).toBeLessThan((4 * (1 / 12)) / Math.sqrt(4_000));
  });

  it('has standard normals', () => {
    const random = seededRandom(2);
    const n = 40_000;
    const { mean, variance } = moments(n, () => random.normal());
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  it.each([0.3, 4, 30, 75.5])('has Poisson counts of mean and variance %d', mean => {
    const random = seededRandom(3);
    const n = 20_000;
    const found = moments(n, () => random.poisson(mean));
    expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(mean / n));
    expect(Math.abs(found.variance / mean - 1)).toBeLessThan(4 * Math.sqrt((2 + 1 / mean) / n));
  });

  it('has a Poisson of mean 0 that is 0 and refuses a negative or infinite mean', () => {
    const random = seededRandom(4);
    expect(random.poisson(0)).toBe(0);
    expect(() => random.poisson(-1)).toThrow('got -1');
    expect(() => random.poisson(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });

  it('draws integers from a closed range evenly', () => {
    const random = seededRandom(5);
    const counts = new Map<number, number>();
    for (let i = 0; i < 7_000; i++) {
      const k = random.integer(-3, 3);
      counts.set(k, (counts.get(k) ?? 0) + 1);
    }
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(4 * Math.sqrt(1_000));
  });

  it('permutes: every index once, every order reached', () => {
    const random = seededRandom(6);
    expect([...random.permutation(50)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(new Set(Array.from({ length: 200 }, () => random.permutation(3).join())).size).toBe(1 * 2 * 3);
    expect(random.permutation(0).length).toBe(0);
  });

  it('refuses a seed that is not a safe integer', () => {
    expect(() => seededRandom(0.5)).toThrow('got 0.5');
    expect(() => seededRandom(1, Number.NaN)).toThrow(RangeError);
  });
});
