import { describe, expect, it } from 'vitest';
import { equalMassBins } from '../../src/evaluation/bins.js';
import { eceNullBand, expectedCalibrationError } from '../../src/evaluation/ece.js';
import { evaluate } from '../../src/evaluation/evaluate.js';
import { expectedAndObserved } from '../../src/evaluation/expected.js';
import { rankScores } from '../../src/evaluation/ranking.js';
import { evaluationRows } from '../../src/evaluation/rows.js';
import { calibrationSlope, logits } from '../../src/evaluation/slope.js';
import { logit, sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import { wilsonInterval } from '../../src/math/statistics.js';
import { oracle, PAIRS } from '../calibration/fixtures.js';
import { relativeError } from '../math/fixtures.js';
import { simulateClustered, simulateRepeated } from './worlds.js';

describe('measures of probabilities', () => {
  it.each(PAIRS)('promise 23: log loss, Brier, slope and intercept equal the reference (%s)', name => {
    const { scores, y, weights, metrics } = oracle(name);
    const e = evaluate({ y, probability: scores, weights });
    expect(relativeError(e.logLoss, metrics.log_loss)).toBeLessThan(1e-13);
    expect(relativeError(e.brier, metrics.brier)).toBeLessThan(1e-14);
    expect(relativeError(e.calibrationSlope!, metrics.recalibration.slope)).toBeLessThan(1e-10);
    expect(relativeError(e.calibrationIntercept!, metrics.recalibration.citl_slope_fixed_1)).toBeLessThan(1e-10);
  });

  it.each(['n400_coarse_ties_64', 'n2000_fine_4096'])('ECE of ten equal-mass bins with ties together (%s)', name => {
    const { scores, y, metrics } = oracle(name);
    const e = evaluate({ y, probability: scores });
    const expected = metrics.equal_mass_quantile_edges_10!;
    expect(relativeError(e.ece, expected.ECE)).toBeLessThan(1e-13);
    expect(e.reliability.map(bin => bin.n)).toEqual(expected.counts);
  });

  it('log loss and Brier by hand, and a certain probability that is wrong costs 34.5 nats', () => {
    const y = Uint8Array.of(1, 0, 1);
    const e = evaluate({ y, probability: Float64Array.of(0.5, 0.25, 0.8) });
    expect(e.logLoss).toBeCloseTo((Math.log(2) + Math.log(4 / 3) + Math.log(5 / 4)) / 3, 15);
    expect(e.brier).toBeCloseTo((0.25 + 0.0625 + 0.04) / 3, 15);
    const sure = evaluate({ y: Uint8Array.of(0, 1), probability: Float64Array.of(1, 1) });
    expect(sure.logLoss).toBeCloseTo((15 * Math.log(10)) / 2, 1);
    expect(evaluate({ y: Uint8Array.of(0, 1), probability: Float64Array.of(0, 1) }).logLoss).toBeCloseTo(0, 14);
  });

  it('sums expected and observed counts and values', () => {
    const y = Uint8Array.of(1, 0, 0, 1);
    const probability = Float64Array.of(0.5, 0.25, 0, 1);
    const e = evaluate({ y, probability, value: Float64Array.of(100, 40, 7, 10) });
    expect(e.expected).toBe(1.75);
    expect(e.observed).toBe(2);
    expect(e.expectedValue).toBe(50 + 10 + 10);
    expect(e.observedValue).toBe(110);
    const half = 1.959963984540054 * Math.sqrt(0.25 + 0.25 * 0.75);
    expect(e.expectedInterval[0]).toBeCloseTo(1.75 - half, 12);
    expect(e.expectedInterval[1]).toBeCloseTo(1.75 + half, 12);
    const repeated = evaluate({ y, probability, episode: Int32Array.of(5, -1, -1, 5) });
    expect(repeated.expectedInterval[1]).toBeCloseTo(1.75 + half * Math.SQRT2, 12);
  });

  it('expected count interval holds the observed count in about 95 of 100 calibrated worlds', () => {
    let inside = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const e = expectedAndObserved(evaluationRows(simulateClustered(seed, { accounts: 200, rowsEach: 1, level: -2 })));
      if (e.expectedInterval[0] <= e.observed && e.observed <= e.expectedInterval[1]) inside++;
    }
    expect(inside).toBeGreaterThanOrEqual(180);
    expect(inside).toBeLessThan(200);
  });
});

describe('calibration slope', () => {
  it('is exactly 1 / 2 when log-odds are doubled', () => {
    const world = simulateClustered(1, { accounts: 500, rowsEach: 2 });
    const once = evaluate(world);
    const doubled = evaluate({ ...world, probability: world.probability.map(p => sigmoid(2 * logit(p))) });
    expect(doubled.calibrationSlope!).toBeCloseTo(once.calibrationSlope! / 2, 10);
    expect(doubled.calibrationSlopeInterval![0]).toBeCloseTo(once.calibrationSlopeInterval![0] / 2, 10);
  });

  it('has an interval that contains 1 in about 95 of 100 calibrated worlds', () => {
    let covered = 0;
    for (let seed = 1; seed <= 300; seed++) {
      const rows = evaluationRows(simulateClustered(seed, { accounts: 300, rowsEach: 4, shared: 0.6 }));
      const [lo, hi] = calibrationSlope(rows, logits(rows))!.interval!;
      if (lo <= 1 && 1 <= hi) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(0.9 * 300);
    expect(covered).toBeLessThanOrEqual(0.99 * 300);
  });

  it('has a wider interval when rows of an account repeat each other', () => {
    const world = simulateRepeated(5, { accounts: 120, rowsEach: 12 });
    const width = ([lo, hi]: readonly [number, number]) => hi - lo;
    const clustered = width(evaluate(world).calibrationSlopeInterval!);
    expect(clustered).toBeGreaterThan(
      1.5 * width(evaluate({ ...world, clusters: undefined }).calibrationSlopeInterval!)
    );
  });

  it('does not exist for separated classes or equal probabilities', () => {
    const y = Uint8Array.from({ length: 20 }, (_, i) => (i < 10 ? 0 : 1));
    const separated = evaluate({ y, probability: Float64Array.from(y, (_, i) => (i + 1) / 22) });
    expect([separated.calibrationSlope, separated.calibrationSlopeInterval]).toEqual([null, null]);
    const level = evaluate({ y, probability: new Float64Array(20).fill(0.2) });
    expect(level.calibrationSlope).toBeNull();
    expect(level.calibrationIntercept!).toBeCloseTo(Math.log(4), 10);
  });
});

describe('ECE and reliability', () => {
  const calibrated = (seed: number, n: number) => simulateClustered(seed, { accounts: n, rowsEach: 1, level: -2.2 });
  const verdict = (world: ReturnType<typeof calibrated>) => {
    const rows = evaluationRows(world);
    const bins = equalMassBins(rankScores(rows.p, rows), rows);
    return expectedCalibrationError(bins) > eceNullBand(bins, rows, seededRandom(1))[1] ? 'off' : 'not distinguishable';
  };

  it('promise 22: calibrated worlds are not distinguishable from calibrated', () => {
    let within = 0;
    for (let seed = 1; seed <= 120; seed++) {
      if (verdict(calibrated(seed, 500)) === 'not distinguishable') within++;
    }
    expect(within).toBeGreaterThanOrEqual(0.935 * 120);
  });

  it('promise 22: too extreme probabilities are flagged', () => {
    let flagged = 0;
    for (let seed = 1; seed <= 30; seed++) {
      if (verdict(simulateClustered(seed, { accounts: 2000, rowsEach: 1, truth: z => 0.6 * z })) === 'off') flagged++;
    }
    expect(flagged).toBeGreaterThanOrEqual(27);
  });

  it('the null band widens by the root of the rows per outcome', () => {
    const world = calibrated(1, 400);
    const episode = Int32Array.from(world.y, (v, i) => (v === 1 ? i : -1));
    const plain = evaluate({ ...world, episode }).eceNullBand;
    const four = <T extends number>(values: ArrayLike<T>) => Array.from(values).flatMap(v => [v, v, v, v]);
    const repeated = evaluate({
      y: Uint8Array.from(four(world.y)),
      probability: Float64Array.from(four(world.probability)),
      episode: Int32Array.from(four(episode))
    }).eceNullBand;
    expect(repeated[1] / plain[1]).toBeGreaterThan(0.9);
    expect(repeated[1] / plain[1]).toBeLessThan(1.1);
  });

  it('large bins take the normal limit and agree with draws of every row', () => {
    const world = simulateClustered(2, { accounts: 4000, rowsEach: 1 });
    const [lo, hi] = evaluate(world).eceNullBand;
    const small = evaluate({
      ...world,
      y: world.y.slice(0, 1000),
      probability: world.probability.slice(0, 1000),
      clusters: undefined
    });
    expect(small.eceNullBand[0] / lo).toBeGreaterThan(1.6);
    expect(small.eceNullBand[0] / lo).toBeLessThan(2.4);
    expect(small.eceNullBand[1] / hi).toBeGreaterThan(1.6);
    expect(small.eceNullBand[1] / hi).toBeLessThan(2.4);
  });

  it('bins cover [0, 1] and hold ties together', () => {
    const probability = Float64Array.from({ length: 100 }, (_, i) => (i < 60 ? 0.1 : (i - 50) / 60));
    const y = Uint8Array.from(probability, (_, i) => (i % 4 === 0 ? 1 : 0));
    const { reliability } = evaluate({ y, probability });
    expect(reliability[0]).toEqual({
      lo: 0,
      hi: 10 / 60,
      n: 60,
      predicted: expect.closeTo(0.1, 12),
      observed: 15 / 60,
      interval: wilsonInterval(15, 60)
    });
    expect(reliability.at(-1)!.hi).toBe(1);
    expect(reliability.reduce((s, b) => s + b.n, 0)).toBe(100);
    reliability.slice(1).forEach((bin, k) => {
      expect(bin.lo).toBe(reliability[k]!.hi);
    });
  });

  it('weighted rows widen the interval by their effective number', () => {
    const weights = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 3 : 1));
    const y = Uint8Array.from(weights, (_, i) => (i % 5 === 0 ? 1 : 0));
    const { reliability } = evaluate({ y, weights, probability: new Float64Array(40).fill(0.3) });
    const effective = 80 ** 2 / (20 * 9 + 20);
    const rate = (4 * 3 + 4 * 1) / 80;
    expect(reliability).toHaveLength(1);
    expect(reliability[0]!.observed).toBeCloseTo(rate, 14);
    const [lo, hi] = wilsonInterval(rate * effective, effective);
    expect(reliability[0]!.interval[0]).toBeCloseTo(lo, 12);
    expect(reliability[0]!.interval[1]).toBeCloseTo(hi, 12);
  });
});
