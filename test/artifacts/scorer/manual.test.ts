import { describe, expect, it } from 'vitest';
import { factorScore, healthScore } from '../../../src/artifacts/scorer/manual.js';
import { scoreRow } from '../../../src/artifacts/scorer.js';
import type { FactorTransform } from '../../../src/types.js';
import { artifactOf, factor, manualArtifact, manualModel, numberInput } from '../helpers.js';

describe('factorScore', () => {
  it('thresholds: s of the last step at or under the value', () => {
    const steps = [
      { at: 5, s: 0.5 },
      { at: 10, s: 0.9 }
    ];
    const transform: FactorTransform = { kind: 'thresholds', below: 0.1, steps };
    expect([4.999, 5, 9.999, 10, 1e9].map(v => factorScore(transform, v))).toEqual([0.1, 0.5, 0.5, 0.9, 0.9]);
  });

  it('linear: from maps to 0 and to maps to 1, also downwards, clamped', () => {
    expect([-1, 0, 2.5, 10, 99].map(v => factorScore({ kind: 'linear', from: 0, to: 10 }, v))).toEqual([
      0, 0, 0.25, 1, 1
    ]);
    expect([9, 8, 2, 0].map(v => factorScore({ kind: 'linear', from: 8, to: 0 }, v))).toEqual([0, 0, 0.75, 1]);
  });

  it('percentile: a share, or its complement', () => {
    expect(factorScore({ kind: 'percentile', lowerBetter: false }, 25)).toBe(0.25);
    expect(factorScore({ kind: 'percentile', lowerBetter: true }, 25)).toBe(0.75);
  });
});

describe('healthScore', () => {
  const model = manualModel([factor('a', 0.5), factor('b', 0.25), factor('c', 0.25)], 0.6);

  it('counts a missing factor at its worst, at its best, and not at all', () => {
    const health = healthScore(model, [0.8, null, 0.4]);
    expect(health.low).toBeCloseTo(0.5 * 0.8 + 0.25 * 0.4, 15);
    expect(health.high).toBeCloseTo(0.5 * 0.8 + 0.25 + 0.25 * 0.4, 15);
    expect(health.alike).toBeCloseTo((0.5 * 0.8 + 0.25 * 0.4) / 0.75, 15);
    expect(health.coverage).toBe(0.75);
    expect(health.score).toBe(1 + Math.floor(99 * 0.5 + 0.5));
    expect(health.category).toBe('Fair');
    expect(health.reason).toBeNull();
  });

  it('categories are [from, next), the top closed', () => {
    const category = (s: number) => healthScore(model, [s, s, s]).category;
    expect([0, 0.4999, 0.5, 0.7499, 0.75, 1].map(category)).toEqual([
      'Critical',
      'Critical',
      'Fair',
      'Fair',
      'Good',
      'Good'
    ]);
    expect([healthScore(model, [0, 0, 0]).score, healthScore(model, [1, 1, 1]).score]).toEqual([1, 100]);
  });

  it('is Undefined under the minimum coverage, with the reason in words', () => {
    const health = healthScore(model, [null, 1, 1]);
    expect(health).toMatchObject({ category: 'Undefined', score: null, coverage: 0.5, low: 0.5, high: 1, alike: 1 });
    expect(health.reason).toBe('1 of 3 factors missing (a); 50 % of the weight is known, 60 % is needed');
    expect(healthScore(model, [null, null, null])).toMatchObject({ low: 0, high: 1, alike: null, coverage: 0 });
  });

  it('is Undefined when a required factor is missing, however much is known', () => {
    const strict = manualModel([factor('a', 0.5), factor('b', 0.4), factor('c', 0.1, { required: true })]);
    expect(healthScore(strict, [1, 1, null])).toMatchObject({ category: 'Undefined', score: null });
    expect(healthScore(strict, [1, 1, null]).reason).toBe('1 of 3 factors missing (c); required: c');
  });

  it('full coverage is exactly 1, although ten tenths sum to less', () => {
    const names = Array.from({ length: 10 }, (_, i) => `f${i}`);
    const tenths = manualModel(
      names.map(name => factor(name, 0.1)),
      1
    );
    expect(names.reduce(sum => sum + 0.1, 0)).toBeLessThan(1);
    expect(
      healthScore(
        tenths,
        names.map(() => 1)
      )
    ).toMatchObject({ coverage: 1, category: 'Good', reason: null });
  });
});

describe('manual artifact', () => {
  it('log-odds are 4 (0.5 - u), calibrated; contributions count against a fully healthy account', () => {
    const result = scoreRow(manualArtifact(), { logins: 7, tickets: 2, growth__percentile: 40 });
    if (!result.ok) throw new Error(result.message);
    const u = 0.5 * 0.5 + 0.25 * 0.75 + 0.25 * 0.4;
    const z = 1.5 * (4 * (0.5 - u)) - 1;
    expect(result.health?.low).toBeCloseTo(u, 15);
    expect(result.probability).toBeCloseTo(1 / (1 + Math.exp(-z)), 14);
    expect(result.baseline).toBeCloseTo(1.5 * (4 * (0.5 - 1)) - 1, 14);
    const expected = [1.5 * -4 * 0.5 * (0.5 - 1), 1.5 * -4 * 0.25 * (0.75 - 1), 1.5 * -4 * 0.25 * (0.4 - 1)];
    result.contributions.forEach((part, i) => {
      expect(part.logOdds).toBeCloseTo(expected[i] as number, 14);
    });
    expect(result.residual).toBe(0);
    expect(result.reasons[0]).toBe(`about logins: 7 days (raises the odds ${Math.exp(1.5).toFixed(1)} times)`);
  });

  it('gives the low-end probability for Undefined rows too; a lost source never raises the score', () => {
    const full = scoreRow(manualArtifact(), { logins: 7, tickets: 2, growth__percentile: 40 });
    const lost = scoreRow(manualArtifact(), { logins: null, tickets: 2, growth__percentile: 40 });
    if (!full.ok || !lost.ok) throw new Error('expected scores');
    expect(lost.health?.category).toBe('Undefined');
    expect(lost.probability).toBeGreaterThan(full.probability);
    expect(lost.health?.low).toBeLessThan(full.health?.low as number);
    expect(lost.reasons[0]).toMatch(/^about logins: not known/);
  });

  it('two factors may read one input', () => {
    const model = manualModel([
      factor('up', 0.5, { input: 'x' }),
      factor('down', 0.5, { input: 'x', transform: { kind: 'linear', from: 10, to: 0 } })
    ]);
    const result = scoreRow(artifactOf({ inputs: [numberInput('x')], model }), { x: 3 });
    expect(result).toMatchObject({ ok: true, health: { low: 0.5 * 0.3 + 0.5 * 0.7 } });
  });
});
