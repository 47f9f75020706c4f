import { describe, expect, it } from 'vitest';
import { logit, logLoss, meanLogLoss, sigmoid, softplus } from '../../src/math/links.js';
import { fixture, relativeError } from './fixtures.js';

describe('links', () => {
  it('sigmoid and softplus keep relative precision in both tails', () => {
    const { input, expected } = fixture<
      { eta: number[] },
      { sigmoid: number[]; one_minus_sigmoid: number[]; softplus: number[]; softplus_neg: number[] }
    >('stats', 'stable_sigmoid_softplus');
    input.eta.forEach((z, i) => {
      const pairs = [
        [sigmoid(z), expected.sigmoid[i]],
        [sigmoid(-z), expected.one_minus_sigmoid[i]],
        [softplus(z), expected.softplus[i]],
        [softplus(-z), expected.softplus_neg[i]]
      ];
      for (const [actual, want] of pairs) {
        expect(relativeError(actual as number, Number(want), 2.3e-308), `z = ${z}`).toBeLessThan(5e-16);
      }
    });
  });

  it('logit is the inverse of sigmoid', () => {
    const { input, expected } = fixture<{ p: number[] }, { logit: number[] }>('stats', 'logit');
    for (const [i, p] of input.p.entries())
      expect(relativeError(logit(p), expected.logit[i] as number)).toBeLessThan(1e-15);
    expect([logit(0), logit(0.5), logit(1)]).toEqual([-Infinity, 0, Infinity]);
    for (const z of [-30, -2, 0.3, 5]) expect(relativeError(logit(sigmoid(z)), z)).toBeLessThan(1e-13);
  });

  it('log loss is -y ln p - (1 - y) ln(1 - p), finite where p rounds to 0 or 1', () => {
    expect(logLoss(Math.log(3), 1)).toBeCloseTo(-Math.log(3 / 4), 15);
    expect(logLoss(Math.log(3), 0)).toBeCloseTo(-Math.log(1 / 4), 15);
    expect(logLoss(Math.log(3), 0.25)).toBeCloseTo(-Math.log(3 / 4) / 4 - (3 * Math.log(1 / 4)) / 4, 15);
    expect(logLoss(1_000, 0)).toBe(1_000);
    expect(logLoss(1_000, 1)).toBe(0);
    expect(logLoss(800, 1)).toBe(0);
  });

  it('mean log loss weights rows', () => {
    const z = [0.3, -1, 2];
    const y = [1, 0, 0];
    const losses = z.map((v, i) => logLoss(v, y[i] as number));
    expect(meanLogLoss(z, y)).toBeCloseTo(losses.reduce((a, b) => a + b) / 3, 15);
    expect(meanLogLoss(z, y, [2, 1, 0])).toBeCloseTo((2 * (losses[0] as number) + (losses[1] as number)) / 3, 15);
    expect(meanLogLoss([], [])).toBeNaN();
  });
});
