import { describe, expect, it } from 'vitest';
import { transformValue } from '../../src/health/transform.js';

describe('transformValue', () => {
  it('thresholds: the last step at or below the value', () => {
    const steps = {
      kind: 'thresholds',
      below: 0.1,
      steps: [
        { at: 2, s: 0.5 },
        { at: 5, s: 1 }
      ]
    } as const;
    expect([-1, 1.999, 2, 4.9, 5, 1e9].map(x => transformValue(steps, x))).toEqual([0.1, 0.1, 0.5, 0.5, 1, 1]);
  });

  it('linear: between the anchors, clamped, in both directions', () => {
    const up = { kind: 'linear', from: 10, to: 20 } as const;
    const down = { kind: 'linear', from: 20, to: 10 } as const;
    expect([0, 10, 12.5, 20, 99].map(x => transformValue(up, x))).toEqual([0, 0, 0.25, 1, 1]);
    expect([0, 10, 12.5, 20, 99].map(x => transformValue(down, x))).toEqual([1, 1, 0.75, 0, 0]);
  });

  it('R10: percentile / 100, or its complement when lower is better', () => {
    expect(transformValue({ kind: 'percentile', lowerBetter: false }, 37.5)).toBe(0.375);
    expect(transformValue({ kind: 'percentile', lowerBetter: true }, 37.5)).toBe(1 - 0.375);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('%d is missing', x => {
    expect(transformValue({ kind: 'linear', from: 0, to: 1 }, x)).toBeNaN();
    expect(transformValue({ kind: 'thresholds', below: 1, steps: [{ at: 0, s: 0 }] }, x)).toBeNaN();
  });
});
