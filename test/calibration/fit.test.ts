import { describe, expect, it } from 'vitest';
import { applyCalibrator, calibratedLogits } from '../../src/calibration/apply.js';
import { fitCalibrator } from '../../src/calibration/fit.js';
import { ModelError } from '../../src/errors.js';
import { meanLogLoss } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import type { Calibrator } from '../../src/types.js';
import { simulateWorld } from './worlds.js';

const count = (y: Uint8Array) => y.reduce((s, v) => s + v, 0);

/** Clusters of their own, so that every positive row is an episode. */
function byRow<W extends { readonly logits: Float64Array }>(world: W): W {
  return { ...world, clusters: Int32Array.from(world.logits, (_, i) => i) };
}

describe('the choice goes by distinct episodes', () => {
  it('under 50: identity when the level is right, intercept when it is off', () => {
    const right = simulateWorld(1, { accounts: 250, dates: 1, truth: z => z });
    expect(count(right.y)).toBeLessThan(50);
    const kept = fitCalibrator('auto', right);
    expect(kept.method).toBe('identity');
    expect(kept.reason).toMatch(/under 50/);
    const off = simulateWorld(1, { accounts: 250, dates: 1, truth: z => z - 1.5 });
    const moved = fitCalibrator('auto', off);
    expect(moved.method).toBe('intercept');
    expect(moved.reason).toMatch(/likelihood ratio \d/);
    const expected = applyCalibrator(moved.calibrator, off.logits).reduce((s, p) => s + p, 0);
    expect(expected).toBeCloseTo(count(off.y), 8);
  });

  it('under 50: rows that repeat an episode do not count as evidence of their own', () => {
    const off = simulateWorld(2, { accounts: 120, dates: 1, truth: z => z + 0.45 });
    const copies = 4;
    const repeat = <T extends number>(values: ArrayLike<T>) =>
      Array.from({ length: copies }, () => Array.from(values)).flat();
    const once = fitCalibrator('auto', off);
    const many = fitCalibrator('auto', {
      logits: Float64Array.from(repeat(off.logits)),
      y: Uint8Array.from(repeat(off.y)),
      clusters: Int32Array.from(repeat(off.clusters))
    });
    expect(many.episodes).toBe(once.episodes);
    expect(many.method).toBe(once.method);
    expect(many.reason).toContain('4.00 positive rows per episode');
  });

  it('50 to 199: Platt, or an intercept when the ranking is reversed', () => {
    const world = simulateWorld(3, { accounts: 600, dates: 1, truth: z => 0.5 * z - 1 });
    const fit = fitCalibrator('auto', world);
    expect(fit.episodes).toBeGreaterThanOrEqual(50);
    expect(fit.episodes).toBeLessThan(200);
    expect(fit.method).toBe('platt');
    const reversed = simulateWorld(3, { accounts: 600, dates: 1, truth: z => -0.8 * z - 3.5, spread: 0.7 });
    const fallback = fitCalibrator('auto', reversed);
    expect(fallback.episodes).toBeGreaterThanOrEqual(50);
    expect(['intercept', 'identity']).toContain(fallback.method);
    expect(fallback.reason).toMatch(/not positive|raises the held-out log loss/);
  });

  it('50 to 199: the slope is drawn towards 1 by the shrinkage factor of its likelihood ratio, and counts agree', () => {
    const world = byRow(simulateWorld(3, { accounts: 600, dates: 1, truth: z => 0.75 * z - 1 }));
    const { logits, y } = world;
    const loss = (map: Calibrator) => meanLogLoss(calibratedLogits(map, logits), y) * y.length;
    const free = fitCalibrator('platt', world).calibrator as Extract<Calibrator, { kind: 'platt' }>;
    const chiSquare = 2 * (loss(fitCalibrator('intercept', world).calibrator) - loss(free));
    expect(chiSquare).toBeGreaterThan(1);
    const drawn = fitCalibrator('auto', world).calibrator as Extract<Calibrator, { kind: 'platt' }>;
    expect(drawn.slope).toBeCloseTo(1 + (1 - 1 / chiSquare) * (free.slope - 1), 10);
    expect(applyCalibrator(drawn, logits).reduce((s, p) => s + p, 0)).toBeCloseTo(count(y), 8);
  });

  it('50 to 199: a slope that the rows do not tell from 1 is 1', () => {
    const fits = Array.from({ length: 40 }, (_, i) =>
      fitCalibrator('auto', byRow(simulateWorld(100 + i, { accounts: 600, dates: 1, truth: z => z })))
    );
    const slopes = fits.map(({ calibrator }) => (calibrator.kind === 'platt' ? calibrator.slope : 1));
    // P(chi-square on 1 degree of freedom < 1) = 0.683.
    expect(slopes.filter(slope => slope === 1).length).toBeGreaterThan(0.5 * fits.length);
    expect(fits.every(({ episodes }) => episodes >= 50 && episodes < 200)).toBe(true);
  });

  it('from 200: the simplest map that nothing clearly beats, judged on later dates', () => {
    const level = byRow(simulateWorld(4, { accounts: 500, dates: 6, truth: z => z + 0.6 }));
    const chosen = fitCalibrator('auto', level);
    expect(chosen.method).toBe('intercept');
    expect(chosen.candidates.map(c => c.kind)).toEqual(['intercept', 'platt', 'beta', 'isotonic']);
    expect(chosen.reason).toContain('in time order');
    const flat = byRow(simulateWorld(5, { accounts: 500, dates: 6, truth: z => 0.4 * z - 0.5 }));
    expect(fitCalibrator('auto', flat).method).toBe('platt');
    const stepped = byRow(simulateWorld(6, { accounts: 3000, dates: 6, truth: z => (z > -2 ? 0.5 : -4) }));
    expect(fitCalibrator('auto', stepped).method).toBe('isotonic');
  });

  it('from 200 with one date: folds of whole accounts', () => {
    const fit = fitCalibrator('auto', simulateWorld(7, { accounts: 2500, dates: 1, truth: z => 0.5 * z }));
    expect(fit.episodes).toBeGreaterThanOrEqual(200);
    expect(fit.reason).toContain('folds of whole accounts');
    expect(fit.method).toBe('platt');
  });

  it('promise 27: small sets never get isotonic', () => {
    const few = byRow(simulateWorld(8, { accounts: 800, dates: 1, truth: z => (z > 0 ? 3 : -3), level: 0 }));
    expect(count(few.y)).toBeGreaterThanOrEqual(200);
    expect(fitCalibrator('auto', few).candidates.map(c => c.kind)).not.toContain('isotonic');
    expect(() => fitCalibrator('isotonic', few)).toThrow(/at least 1000 rows.*got 800/);
  });

  it('gives the same bytes again', () => {
    const world = byRow(simulateWorld(9, { accounts: 400, dates: 4, truth: z => 0.6 * z }));
    expect(JSON.stringify(fitCalibrator('auto', world))).toBe(JSON.stringify(fitCalibrator('auto', world)));
  });
});

describe('calibration is honest', () => {
  it('promise 17: ids of the training block abort, naming the first shared one', () => {
    const world = simulateWorld(10, { accounts: 100, dates: 1, truth: z => z });
    const ids = Array.from({ length: 100 }, (_, i) => `a${i}@2025-01-01`);
    const calibrate = (trainingIds: string[]) => fitCalibrator('auto', { ...world, ids, trainingIds });
    expect(() => calibrate(['x', 'a60@2025-01-01', 'a7@2025-01-01'])).toThrow(ModelError);
    expect(() => calibrate(['x', 'a60@2025-01-01', 'a7@2025-01-01'])).toThrow(/got a7@2025-01-01 in both/);
    expect(calibrate(['a7@2024-12-01']).episodes).toBeGreaterThan(0);
  });

  it('promise 17: a model that memorised random labels gets a slope near 0 on new rows, or none', () => {
    let fitted = 0;
    for (let seed = 1; seed <= 50; seed++) {
      const random = seededRandom(seed, 17);
      const logits = Float64Array.from({ length: 1000 }, () => (random.uniform() < 0.3 ? 8 : -8));
      const y = Uint8Array.from(logits, () => (random.uniform() < 0.3 ? 1 : 0));
      const { calibrator, reason } = fitCalibrator('platt', { logits, y });
      if (calibrator.kind === 'platt') {
        fitted++;
        expect(calibrator.slope).toBeLessThan(0.05);
      } else expect(reason).toContain('not positive');
    }
    expect(fitted).toBeGreaterThan(10);
  });

  it('promise 18: what is shipped is not worse than raw on a later block, beyond noise', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const slope = 0.5 + (seed % 4) * 0.25;
      const options = { accounts: 700, dates: 2, truth: (z: number) => slope * z };
      const block = byRow(simulateWorld(seed, options));
      const later = simulateWorld(seed + 1000, options);
      const { calibrator, reason } = fitCalibrator('auto', block);
      const raw = meanLogLoss(later.logits, later.y);
      expect(meanLogLoss(calibratedLogits(calibrator, later.logits), later.y), reason).toBeLessThan(raw + 0.004);
    }
  });

  it('promise 18: a map that the later dates refute is dropped for identity, with the reason', () => {
    const half = simulateWorld(20, { accounts: 350, dates: 2, truth: z => z });
    const early = half.asOf.map(day => (day === 0 ? 1 : 0));
    const random = seededRandom(20, 18);
    const y = half.y.map((v, i) => (early[i] === 1 ? (random.uniform() < 0.15 ? 1 : 0) : v));
    const fit = fitCalibrator('auto', byRow({ ...half, y }));
    expect(fit.method).toBe('identity');
    expect(fit.reason).toMatch(/raises the held-out log loss by 0\.\d+, more than one standard error/);
  });
});

describe('refusals name the row', () => {
  const logits = Float64Array.of(0, 1, 2, 3);
  const y = Uint8Array.of(0, 1, 0, 1);

  it.each([
    [
      'a log-odds that is not a number',
      { logits: Float64Array.of(0, Number.NaN, 1, 2), y },
      /finite log-odds, got NaN in row 1/
    ],
    ['infinite log-odds', { logits: Float64Array.of(0, 1, 1, -Infinity), y }, /got -Infinity in row 3/],
    ['an outcome of 2', { logits, y: Uint8Array.of(0, 2, 0, 1) }, /0 or 1, got 2 in row 1/],
    [
      'a negative weight',
      { logits, y, weights: Float64Array.of(1, 1, -1, 1) },
      /weight of at least 0, got -1 in row 2/
    ],
    ['another length', { logits, y: Uint8Array.of(0, 1) }, /expected 4 values in y.*got 2/],
    ['no positive row', { logits, y: new Uint8Array(4) }, /both outcomes, got 0 positive among 4/],
    ['no negative row', { logits, y: new Uint8Array(4).fill(1) }, /both outcomes, got 4 positive among 4/],
    ['no row', { logits: new Float64Array(0), y: new Uint8Array(0) }, /both outcomes, got 0 positive among 0/]
  ])('%s', (_, data, message) => {
    expect(() => fitCalibrator('auto', data)).toThrow(ModelError);
    expect(() => fitCalibrator('auto', data)).toThrow(message);
  });

  it('identity needs no outcome', () => {
    expect(fitCalibrator('identity', { logits, y: new Uint8Array(4) }).calibrator).toEqual({ kind: 'identity' });
  });

  it('calibrated log-odds stay finite', () => {
    const z = Float64Array.of(-1e5, 1e5);
    expect([...calibratedLogits({ kind: 'platt', slope: 2, intercept: 0 }, z)]).toEqual([-700, 700]);
    expect([...calibratedLogits({ kind: 'isotonic', z: [0, 1], probability: [0, 1] }, z)]).toEqual([-700, 700]);
  });
});
