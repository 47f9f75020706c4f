import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findConeDirection } from '../../src/math/cone.js';
import {
  cholesky,
  gram,
  inverse,
  logDeterminant,
  multiply,
  multiplyTransposed,
  sandwich,
  solve
} from '../../src/math/linear-algebra.js';
import { seededRandom } from '../../src/math/random.js';

function randomMatrix(seed: number, n: number, k: number) {
  const random = seededRandom(seed, n, k);
  return { X: new Float64Array(n * k).map(() => random.normal()), n, k };
}

function naiveGram({ X, n, k }: ReturnType<typeof randomMatrix>, w: Float64Array): number[] {
  const G: number[] = [];
  for (let a = 0; a < k; a++) {
    for (let b = 0; b < k; b++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += w[i]! * X[i * k + a]! * X[i * k + b]!;
      G.push(sum);
    }
  }
  return G;
}

describe('gram', () => {
  it('equals the plain sum for every size around the block and tile edges', () => {
    for (const n of [1, 2, 63, 64, 65, 130]) {
      for (const k of [1, 2, 3, 4, 5, 7, 8, 9]) {
        const matrix = randomMatrix(1, n, k);
        const random = seededRandom(2, n);
        const w = new Float64Array(n).map(() => random.uniform());
        const expected = naiveGram(matrix, w);
        gram(matrix, w).forEach((v, at) => {
          expect(Math.abs(v - expected[at]!)).toBeLessThan(1e-12 * n);
        });
      }
    }
    const unweighted = gram({ X: Float64Array.of(1, 2, 3, 4), n: 2, k: 2 });
    expect([...unweighted]).toEqual([1 + 9, 2 + 12, 2 + 12, 4 + 16]);
    expect([...gram({ X: new Float64Array(0), n: 0, k: 2 })]).toEqual([0, 0, 0, 0]);
  });
});

describe('cholesky', () => {
  it('solves, inverts and gives the determinant of random positive definite matrices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 12 }), (seed, k) => {
        const A = gram(randomMatrix(seed, 3 * k + 2, k));
        const factor = cholesky(A, k);
        const b = new Float64Array(k).map((_, i) => Math.sin(i + 1));
        multiply({ X: A, n: k, k }, solve(factor, b)).forEach((v, i) => {
          expect(Math.abs(v - b[i]!)).toBeLessThan(1e-10);
        });
        const identity = multiplyMatrices(A, inverse(factor), k);
        identity.forEach((v, at) => {
          expect(Math.abs(v - (at % (k + 1) === 0 ? 1 : 0))).toBeLessThan(1e-9);
        });
        expect(factor.dropped).toEqual([]);
      }),
      { seed: 3, numRuns: 50 }
    );
    expect(logDeterminant(cholesky(Float64Array.of(4, 2, 2, 3), 2))).toBeCloseTo(Math.log(4 * 3 - 2 * 2), 14);
  });

  it('keeps the first of aliased columns and leaves the others at zero', () => {
    const { X, n } = randomMatrix(5, 40, 2);
    const wide = new Float64Array(n * 4);
    for (let i = 0; i < n; i++) wide.set([X[2 * i]!, X[2 * i + 1]!, X[2 * i]! - 3 * X[2 * i + 1]!, X[2 * i]!], 4 * i);
    const A = gram({ X: wide, n, k: 4 });
    const factor = cholesky(A, 4, 1e-10);
    expect(factor.dropped).toEqual([2, 3]);
    const b = multiplyTransposed({ X: wide, n, k: 4 }, new Float64Array(n).fill(1));
    const small = cholesky(gram({ X, n, k: 2 }), 2);
    const expected = solve(small, b.slice(0, 2));
    const found = solve(factor, b);
    expect([...found.slice(2)]).toEqual([0, 0]);
    expect(Math.abs(found[0]! - expected[0]!) + Math.abs(found[1]! - expected[1]!)).toBeLessThan(1e-12);
    expect([...inverse(factor).slice(8)]).toEqual(new Array(8).fill(0));
  });

  it('drops an indefinite or missing pivot instead of taking its root', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2).dropped).toEqual([1]);
    expect(cholesky(Float64Array.of(Number.NaN), 1).dropped).toEqual([0]);
  });
});

describe('products', () => {
  it('multiplies by a matrix and its transpose', () => {
    const matrix = { X: Float64Array.of(1, 2, 3, 4, 5, 6), n: 3, k: 2 };
    expect([...multiply(matrix, Float64Array.of(1, -1))]).toEqual([-1, -1, -1]);
    expect([...multiplyTransposed(matrix, Float64Array.of(1, 0, 2))]).toEqual([1 + 10, 2 + 12]);
  });

  it('sandwiches a symmetric matrix', () => {
    const T = Float64Array.of(1, 2, 0, 1, 3, -1);
    const C = Float64Array.of(2, 1, 1, 5);
    const expected = [
      [1 * 2 + 2 * 1 + (1 * 1 + 2 * 5) * 2, 1 * 1 + 2 * 5, (2 + 2) * 3 - (1 + 10)],
      [11, 5, 3 - 5],
      [1, -2, (6 - 1) * 3 - (3 - 5)]
    ];
    expect([...sandwich(T, C, 2)]).toEqual(expected.flat());
  });
});

describe('findConeDirection', () => {
  it('finds a direction that every row accepts, or proves with zero that there is none', () => {
    for (let seed = 0; seed < 60; seed++) {
      const k = 1 + (seed % 5);
      const n = 3 * k + seed;
      const { X } = randomMatrix(seed, n, k);
      const accepted = X.slice();
      for (let i = 0; i < n; i++)
        if (accepted[i * k]! < 0) for (let j = 0; j < k; j++) accepted[i * k + j] = -accepted[i * k + j]!;
      const direction = findConeDirection({ X: accepted, n, k })!;
      const margins = multiply({ X: accepted, n, k }, direction);
      expect(Math.min(...margins)).toBeGreaterThan(-1e-8);
      expect(Math.max(...margins)).toBeGreaterThan(0);
      // Every row beside its opposite accepts no direction.
      const opposed = Float64Array.of(...X, ...X.map(v => -v));
      expect([...findConeDirection({ X: opposed, n: 2 * n, k })!].every(v => v === 0)).toBe(true);
    }
  });
});

function multiplyMatrices(A: Float64Array, B: Float64Array, k: number): Float64Array {
  return new Float64Array(k * k).map((_, at) => {
    const i = Math.floor(at / k);
    const j = at % k;
    let sum = 0;
    for (let l = 0; l < k; l++) sum += A[i * k + l]! * B[l * k + j]!;
    return sum;
  });
}
