import { normalQuantile } from '../math/distributions.js';
import type { Evaluation } from '../types.js';
import type { Rows } from './rows.js';

/**
 * Counts and values that the probabilities expect beside those observed. The interval is where the observed count lies with
 * 95 % when the probabilities are true: normal limits with the Poisson-binomial variance Σ w² p (1 - p), times the positive rows
 * per distinct outcome where snapshots repeat an outcome; at least 0.
 */
export function expectedAndObserved(
  rows: Rows
): Pick<Evaluation, 'expected' | 'observed' | 'expectedInterval' | 'expectedValue' | 'observedValue'> {
  let expected = 0;
  let observed = 0;
  let variance = 0;
  let expectedValue = 0;
  let observedValue = 0;
  for (let i = 0; i < rows.n; i++) {
    const p = rows.p[i]!;
    const w = rows.w[i]!;
    expected += w * p;
    observed += w * rows.y[i]!;
    variance += w * w * p * (1 - p);
    expectedValue += w * p * rows.value[i]!;
    observedValue += w * rows.y[i]! * rows.value[i]!;
  }
  const half = normalQuantile(0.975) * Math.sqrt(variance * rows.repeats);
  const expectedInterval = [Math.max(0, expected - half), expected + half] as const;
  return { expected, observed, expectedInterval, expectedValue, observedValue };
}
