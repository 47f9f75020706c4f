import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCalibrator, calibratedLogits } from '../../src/calibration/apply.js';
import { fitCalibrator } from '../../src/calibration/fit.js';
import { logit, meanLogLoss, sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import type { Calibrator } from '../../src/types.js';
import { fixture, relativeError } from '../math/fixtures.js';
import { oracle, PAIRS } from './fixtures.js';
import { simulateWorld } from './worlds.js';

function platt(calibrator: Calibrator): Extract<Calibrator, { kind: 'platt' }> {
  if (calibrator.kind !== 'platt') throw new Error(`expected platt, got ${calibrator.kind}`);
  return calibrator;
}

describe('Platt and beta maps are exact optima', () => {
  it.each(PAIRS)('promise 15: Platt with plain and smoothed targets equals the reference to 1e-10 (%s)', name => {
    const { logits, y, weights, maps } = oracle(name);
    const plain = platt(fitCalibrator('platt', { logits, y, weights, targets: 'plain' }).calibrator);
    expect(relativeError(plain.slope, maps.platt_on_logit_mle.a)).toBeLessThan(1e-10);
    expect(relativeError(plain.intercept, maps.platt_on_logit_mle.b)).toBeLessThan(1e-10);
    const smoothed = platt(fitCalibrator('platt', { logits, y, weights, targets: 'smoothed' }).calibrator);
    expect(relativeError(smoothed.slope, maps.platt_on_logit_prior_targets.a)).toBeLessThan(1e-10);
    expect(relativeError(smoothed.intercept, maps.platt_on_logit_prior_targets.b)).toBeLessThan(1e-10);
    expect(fitCalibrator('platt', { logits, y, weights }).calibrator).toEqual(plain);
    const grid = applyCalibrator(plain, Float64Array.from(maps.mapped_grid.s, logit));
    grid.forEach((p, i) => {
      expect(relativeError(p, maps.mapped_grid.platt_mle[i]!)).toBeLessThan(1e-10);
    });
  });

  it.each(PAIRS)('promise 15: beta equals the reference to 1e-9 (%s)', name => {
    const { logits, y, weights, maps } = oracle(name);
    const { calibrator } = fitCalibrator('beta', { logits, y, weights });
    const { a, b, c } = maps.beta_abm_unconstrained;
    expect(calibrator.kind).toBe('beta');
    if (calibrator.kind !== 'beta') return;
    expect(relativeError(calibrator.a, a)).toBeLessThan(1e-9);
    expect(relativeError(calibrator.b, b)).toBeLessThan(1e-9);
    expect(relativeError(calibrator.c, c)).toBeLessThan(1e-9);
    applyCalibrator(calibrator, Float64Array.from(maps.mapped_grid.s, logit)).forEach((p, i) => {
      expect(relativeError(p, maps.mapped_grid.beta[i]!)).toBeLessThan(1e-9);
    });
  });

  it('promise 15: a beta part that would be negative is 0, and the rest is the optimum of that face', () => {
    const { logits, y, maps } = oracle('beta_negative_coefficient');
    const expected = maps['beta_constrained_a_b>=0']!;
    const { calibrator } = fitCalibrator('beta', { logits, y });
    if (calibrator.kind !== 'beta') throw new Error(calibrator.kind);
    expect(calibrator.a).toBe(0);
    expect(relativeError(calibrator.b, expected.b)).toBeLessThan(1e-10);
    expect(relativeError(calibrator.c, expected.c)).toBeLessThan(1e-10);
  });

  it('promise 15: a tiny class takes smoothed targets by itself (three rows)', () => {
    const { input, expected } = fixture<{ score: number[]; y: number[] }, { A: number; B: number }>(
      'calibration',
      'hand_platt_3_points'
    );
    const fit = fitCalibrator('platt', { logits: Float64Array.from(input.score), y: Uint8Array.from(input.y) });
    const { slope, intercept } = platt(fit.calibrator);
    expect(relativeError(slope, -expected.A)).toBeLessThan(1e-10);
    expect(relativeError(intercept, -expected.B)).toBeLessThan(1e-10);
    expect(fit.reason).toContain('targets are smoothed');
  });

  it('promise 15: no point of the neighbourhood has a lower loss, with log-odds up to 1e5 and ties', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed, 15);
      const scale = 10 ** random.integer(0, 5);
      const logits = Float64Array.from({ length: 300 }, () => (Math.round(8 * random.normal()) / 8) * scale);
      const y = Uint8Array.from(logits, z => (random.uniform() < sigmoid(z / scale - 1) ? 1 : 0));
      const { slope, intercept } = platt(fitCalibrator('platt', { logits, y, targets: 'plain' }).calibrator);
      let pull = 0;
      let tilt = 0;
      logits.forEach((z, i) => {
        const r = y[i]! - sigmoid(slope * z + intercept);
        pull += r;
        tilt += (r * z) / scale;
      });
      expect(Math.abs(pull)).toBeLessThan(1e-10);
      expect(Math.abs(tilt)).toBeLessThan(1e-10);
    }
  });

  it('promise 15: the constrained beta map is not worse than any beta map with a, b >= 0', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const truth = [
        (z: number) => z,
        (z: number) => -1 + 0.3 * Math.max(0, z),
        (z: number) => -1 + 0.5 * Math.min(0, z)
      ];
      const world = simulateWorld(seed, { accounts: 400, dates: 1, truth: truth[seed % 3]!, level: 0 });
      const { calibrator } = fitCalibrator('beta', world);
      const best = meanLogLoss(calibratedLogits(calibrator, world.logits), world.y);
      const from = calibrator.kind === 'beta' ? calibrator : { a: 0, b: 0, c: 0 };
      for (const [da, db, dc] of [
        [1, 0, 0],
        [-1, 0, 0],
        [0, 1, 0],
        [0, -1, 0],
        [1, -1, 0],
        [-1, 1, 0],
        [0, 0, 1],
        [0, 0, -1]
      ] as const) {
        const near = { a: Math.max(0, from.a + da * 1e-3), b: Math.max(0, from.b + db * 1e-3), c: from.c + dc * 1e-3 };
        const other = meanLogLoss(calibratedLogits({ kind: 'beta', ...near }, world.logits), world.y);
        expect(other).toBeGreaterThanOrEqual(best - 1e-12);
      }
    }
  });

  it('an intercept makes expected and observed counts equal', () => {
    const world = simulateWorld(3, { accounts: 500, dates: 1, truth: z => z + 1 });
    const { calibrator } = fitCalibrator('intercept', world);
    const expected = applyCalibrator(calibrator, world.logits).reduce((s, p) => s + p, 0);
    expect(
      relativeError(
        expected,
        world.y.reduce((s, v) => s + v, 0)
      )
    ).toBeLessThan(1e-12);
  });

  it('weight 3 is the row three times, weight 0 is no row', () => {
    const world = simulateWorld(4, { accounts: 200, dates: 1, truth: z => 0.7 * z });
    const times = world.logits.map((_, i) => i % 4);
    const rows = [...times].flatMap((count, i) => Array.from({ length: count }, () => i));
    const weighted = platt(fitCalibrator('platt', { ...world, weights: times }).calibrator);
    const repeated = platt(
      fitCalibrator('platt', {
        logits: Float64Array.from(rows, i => world.logits[i]!),
        y: Uint8Array.from(rows, i => world.y[i]!)
      }).calibrator
    );
    expect(relativeError(weighted.slope, repeated.slope)).toBeLessThan(1e-11);
    expect(relativeError(weighted.intercept, repeated.intercept)).toBeLessThan(1e-11);
  });
});

describe('fallbacks are written down', () => {
  it('a reversed ranking keeps the slope and maps the level', () => {
    const world = simulateWorld(5, { accounts: 400, dates: 1, truth: z => -z - 3 });
    for (const method of ['platt', 'beta'] as const) {
      const fit = fitCalibrator(method, world);
      expect(fit.method).toBe('intercept');
      expect(fit.reason).toMatch(/not positive|neither part/);
    }
  });

  it('equal log-odds leave only a level', () => {
    const y = Uint8Array.from({ length: 40 }, (_, i) => (i < 10 ? 1 : 0));
    for (const method of ['platt', 'beta', 'intercept'] as const) {
      const { calibrator } = fitCalibrator(method, { logits: new Float64Array(40).fill(2), y });
      if (calibrator.kind !== 'intercept') throw new Error(calibrator.kind);
      expect(calibrator.intercept).toBeCloseTo(Math.log(10 / 30) - 2, 12);
    }
  });

  it('separated classes have finite maps, and no plain optimum', () => {
    const logits = Float64Array.from({ length: 60 }, (_, i) => i - 30);
    const y = Uint8Array.from(logits, z => (z >= 0 ? 1 : 0));
    expect(Number.isFinite(platt(fitCalibrator('platt', { logits, y }).calibrator).slope)).toBe(true);
    expect(fitCalibrator('beta', { logits, y }).reason).toContain('smoothed');
    expect(() => fitCalibrator('platt', { logits, y, targets: 'plain' })).toThrow(/do not separate.*smoothed/);
  });
});

describe('promise 19: rankings are kept', () => {
  it('no pair of log-odds changes its order under intercept, Platt or beta', () => {
    const z = fc.double({ min: -30, max: 30, noNaN: true });
    const positive = fc.double({ min: 1e-3, max: 10, noNaN: true });
    const level = fc.double({ min: -5, max: 5, noNaN: true });
    const map: fc.Arbitrary<Calibrator> = fc.oneof(
      level.map(intercept => ({ kind: 'intercept' as const, intercept })),
      fc.tuple(positive, level).map(([slope, intercept]) => ({ kind: 'platt' as const, slope, intercept })),
      fc.tuple(positive, positive, level).map(([a, b, c]) => ({ kind: 'beta' as const, a, b, c }))
    );
    fc.assert(
      fc.property(map, z, z, (calibrator, x, w) => {
        const [a, b] = calibratedLogits(calibrator, Float64Array.of(Math.min(x, w), Math.max(x, w)));
        return a! <= b! && (Math.abs(x - w) < 1e-6 || a! < b!);
      }),
      { seed: 19, numRuns: 500 }
    );
  });
});
