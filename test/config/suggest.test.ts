import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean, editDistance, suggest } from '../../src/config/suggest.js';

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['horizon_day', 'horizon_days', 1],
    ['seed', 'sede', 1],
    ['ca', 'abc', 3]
  ])('%s to %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, 0 only for equal texts, and never more than the longer length', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
      }),
      { seed: 1, numRuns: 300 }
    );
  });
});

describe('suggest', () => {
  it('finds the nearest name, whatever the order of the candidates', () => {
    const keys = ['lead_days', 'horizon_days', 'grace_days'];
    expect(suggest('horizon_day', keys)).toBe('horizon_days');
    expect(suggest('gracedays', keys)).toBe('grace_days');
    expect(suggest('bat', ['cat', 'hat'])).toBe(suggest('bat', ['hat', 'cat']));
  });

  it('takes case and dashes for nothing', () => {
    expect(suggest('Data-End', ['data_end', 'calendar'])).toBe('data_end');
  });

  it('says nothing when nothing is near', () => {
    expect(suggest('xyz', ['calendar', 'currency'])).toBeNull();
    expect(suggest('ab', ['cd'])).toBeNull();
    expect(suggest('a', [])).toBeNull();
  });
});

describe('didYouMean', () => {
  it('lists what may stand there when nothing is near', () => {
    expect(didYouMean('zzzzzz', ['from', 'to'])).toBe('expected one of from, to');
    expect(didYouMean('fron', ['from', 'to'])).toBe('did you mean from?');
  });
});
