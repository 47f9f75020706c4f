import type { FactorTransform } from '../types.js';

/**
 * s in [0, 1] (1 = healthy) of a factor's raw value, NaN when the value is missing (NaN) or not finite.
 * Thresholds: s of the last step with at <= value. Linear: (value - from) / (to - from), clamped. Percentile:
 * value / 100, clamped, or its complement when lower is better.
 */
export function transformValue(transform: FactorTransform, value: number): number {
  if (!Number.isFinite(value)) return Number.NaN;
  switch (transform.kind) {
    case 'thresholds':
      return transform.steps.reduce((s, step) => (value >= step.at ? step.s : s), transform.below);
    case 'linear':
      return clamp((value - transform.from) / (transform.to - transform.from));
    case 'percentile':
      return clamp(transform.lowerBetter ? 1 - value / 100 : value / 100);
  }
}

function clamp(s: number): number {
  return Math.min(1, Math.max(0, s));
}
