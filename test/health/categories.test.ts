import { describe, expect, it } from 'vitest';
import { categoryIndex, displayHundred, displayTen, healthLogOdds } from '../../src/health/categories.js';

const U = [0, 1 / 198, 1 / 99, 1 / 66, 1 / 3, 1 / 2, 2 / 3, 197 / 198, 98 / 99, 1];

describe('display scales', () => {
  it('R5: 1..100, rounded half up', () => {
    expect(U.map(displayHundred)).toEqual([1, 2, 2, 3, 34, 51, 67, 100, 99, 100]);
  });

  it('R6: 0..10 with one decimal, rounded half up', () => {
    expect(U.map(displayTen)).toEqual([0, 0.1, 0.1, 0.2, 3.3, 5, 6.7, 9.9, 9.9, 10]);
  });
});

describe('categoryIndex', () => {
  const categories = [0, 1 / 3, 2 / 3].map((from, i) => ({ label: `c${i}`, color: '#000000', meaning: '', from }));

  it('R8: half open, lower bound inclusive, the last closed at 1', () => {
    expect(U.map(u => categoryIndex(categories, u))).toEqual([0, 0, 0, 0, 1, 1, 2, 2, 2, 2]);
  });

  it('R8: comes from the unrounded score, not from the display', () => {
    const justBelow = 2 / 3 - 1e-15;
    expect(displayHundred(justBelow)).toBe(displayHundred(2 / 3));
    expect(categoryIndex(categories, justBelow)).toBe(1);
  });
});

describe('healthLogOdds', () => {
  it('is 4 (0.5 - u)', () => {
    expect([0, 0.25, 0.5, 1].map(healthLogOdds)).toEqual([2, 1, 0, -2]);
  });
});
