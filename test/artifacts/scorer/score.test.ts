import { describe, expect, it } from 'vitest';
import { scoreRow } from '../../../src/artifacts/scorer.js';
import type { Calibrator, Scored, ScoringArtifact } from '../../../src/types.js';
import { artifactOf, categoryInput, logisticArtifact, neuralArtifact, numberColumn, numberInput } from '../helpers.js';

function score(artifact: ScoringArtifact, row: unknown): Scored {
  const result = scoreRow(artifact, row);
  if (!result.ok) throw new Error(result.message);
  return result;
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const logit = (p: number) => Math.log(p / (1 - p));

/** Raw log-odds z through a calibrator. */
function calibrated(calibrator: Calibrator, intercept: number): number {
  return score(artifactOf({ inputs: [], model: { kind: 'constant', intercept }, calibrator }), {}).probability;
}

describe('prepared columns', () => {
  const prepared = (column: Parameters<typeof numberColumn>[1], value: number | null) => {
    const artifact = artifactOf({
      inputs: [numberInput('x')],
      columns: [numberColumn('x', column)],
      model: { kind: 'logistic', intercept: 0, coefficients: [1] }
    });
    return logit(score(artifact, { x: value }).probability);
  };

  it('number: (transform(x) - center) / scale', () => {
    expect(prepared({ center: 10, scale: 4 }, 16)).toBeCloseTo((16 - 10) / 4, 12);
    expect(prepared({ center: 1, scale: 2, transform: 'log1p' }, 9)).toBeCloseTo((Math.log(10) - 1) / 2, 12);
    expect(prepared({ center: 1, scale: 2, transform: 'signed_log1p' }, -9)).toBeCloseTo((-Math.log(10) - 1) / 2, 12);
    expect(prepared({ center: 0, scale: 1, transform: 'signed_log1p' }, 0)).toBeCloseTo(0, 12);
  });

  it('number: clipped on both sides, missing is the mean', () => {
    expect(prepared({ clip: 3 }, 1e308)).toBeCloseTo(3, 10);
    expect(prepared({ clip: 3 }, -1e308)).toBeCloseTo(-3, 10);
    expect(prepared({ center: -1e308, scale: 1e-5, clip: 2 }, 1e308)).toBeCloseTo(2, 10);
    expect(prepared({}, null)).toBe(0);
  });

  it('missing, level and other are 0/1 before scaling', () => {
    const artifact = (kind: 'missing' | 'level' | 'other') =>
      artifactOf({
        inputs: [categoryInput('c', ['a', 'b'])],
        columns: [
          {
            name: 'k',
            input: 'c',
            kind,
            center: 0.25,
            scale: 0.5,
            clip: 9,
            ...(kind === 'level' ? { level: 'a' } : {})
          },
          { name: 'pool', input: 'c', kind: 'other', center: 0, scale: 1, clip: 9 }
        ],
        model: { kind: 'logistic', intercept: 0, coefficients: [1, 0] }
      });
    const z = (kind: 'missing' | 'level' | 'other', c: string | null) =>
      logit(score(artifact(kind), { c }).probability);
    const [off, on] = [(0 - 0.25) / 0.5, (1 - 0.25) / 0.5];
    expect([z('missing', null), z('missing', 'a')]).toEqual([on, off].map(v => expect.closeTo(v, 12)));
    expect([z('level', null), z('level', 'a'), z('level', 'b')]).toEqual(
      [off, on, off].map(v => expect.closeTo(v, 12))
    );
    expect([z('other', null), z('other', 'a'), z('other', 'zzz')]).toEqual(
      [off, off, on].map(v => expect.closeTo(v, 12))
    );
  });
});

describe('calibrators', () => {
  it('identity, intercept, platt', () => {
    expect(calibrated({ kind: 'identity' }, 1.5)).toBeCloseTo(sigmoid(1.5), 14);
    expect(calibrated({ kind: 'intercept', intercept: -2 }, 1.5)).toBeCloseTo(sigmoid(1.5 - 2), 14);
    expect(calibrated({ kind: 'platt', slope: 0.5, intercept: 1 }, 3)).toBeCloseTo(sigmoid(0.5 * 3 + 1), 14);
  });

  it('beta: a ln(p) - b ln(1 - p) + c', () => {
    const p = sigmoid(0.7);
    const z = 0.8 * Math.log(p) - 1.3 * Math.log(1 - p) + 0.2;
    expect(calibrated({ kind: 'beta', a: 0.8, b: 1.3, c: 0.2 }, 0.7)).toBeCloseTo(sigmoid(z), 14);
    expect(calibrated({ kind: 'beta', a: 1, b: 1, c: 0 }, -650)).toBeCloseTo(sigmoid(-650), 300);
  });

  it('isotonic: the step at or under z, the first below all', () => {
    const calibrator: Calibrator = { kind: 'isotonic', z: [-1, 0, 2], probability: [0.1, 0.4, 0.9] };
    expect([-9, -1, -0.001, 0, 1.999, 2, 99].map(z => calibrated(calibrator, z))).toEqual([
      0.1, 0.1, 0.1, 0.4, 0.4, 0.9, 0.9
    ]);
  });

  it('clips log-odds to ±700', () => {
    expect(calibrated({ kind: 'identity' }, 1e300)).toBe(1);
    expect(calibrated({ kind: 'identity' }, -1e300)).toBe(1 / (1 + Math.exp(700)));
    expect(calibrated({ kind: 'platt', slope: 1e300, intercept: 0 }, -5)).toBe(1 / (1 + Math.exp(700)));
  });
});

describe('logistic explanation', () => {
  const row = { silence: 73, seats: 14, contract: 'year' };

  it('contributions per input, times the Platt slope, add up to the calibrated log-odds', () => {
    const result = score(logisticArtifact(), row);
    const silence = 0.9 * (0.7 * ((Math.log(74) - 3) / 1.5) + 0.1 * ((0 - 0.1) / 0.3));
    const seats = 0.9 * -0.3 * ((14 - 10) / 4);
    const contract = 0.9 * (0.4 * ((0 - 0.4) / 0.5) + 0.05 * ((0 - 0.05) / 0.2));
    expect(result.baseline).toBeCloseTo(0.9 * -2 - 0.2, 14);
    expect(result.contributions.map(c => c.input)).toEqual(['silence', 'seats', 'contract']);
    expect(result.contributions.map(c => c.value)).toEqual([73, 14, 'year']);
    [silence, seats, contract].forEach((expected, i) => {
      expect(result.contributions[i]?.logOdds).toBeCloseTo(expected, 13);
    });
    expect(result.residual).toBe(0);
    expect(result.probability).toBeCloseTo(sigmoid(result.baseline + silence + seats + contract), 14);
    expect(result.band).toBe('low');
  });

  it('beta: the secant slope leaves no residual; isotonic: the residual is what the steps change', () => {
    const beta = score(logisticArtifact({ kind: 'beta', a: 0.5, b: 1.5, c: 0.1 }), row);
    const sum = beta.contributions.reduce((total, c) => total + c.logOdds, beta.baseline);
    expect(beta.residual).toBe(0);
    expect(sum).toBeCloseTo(logit(beta.probability), 12);
    const steps: Calibrator = { kind: 'isotonic', z: [-5, -2.03], probability: [0.1, 0.3] };
    const isotonic = score(logisticArtifact(steps), row);
    const parts = isotonic.contributions.reduce((total, c) => total + c.logOdds, isotonic.baseline);
    expect(isotonic.baseline).toBeCloseTo(logit(0.3), 12);
    expect(parts + isotonic.residual).toBeCloseTo(logit(0.1), 12);
    expect(Math.abs(isotonic.residual)).toBeGreaterThan(0.1);
  });

  it('says in words what raises the odds, most first, at most three', () => {
    const result = score(logisticArtifact(), row);
    const times = Math.exp(0.9 * (0.7 * ((Math.log(74) - 3) / 1.5) + 0.1 * ((0 - 0.1) / 0.3)));
    expect(result.reasons).toEqual([
      `days since last two-way contact: 73 days (raises the odds ${times.toFixed(1)} times)`
    ]);
    const worst = score(logisticArtifact(), { silence: 1000, seats: 2, contract: 'month' });
    expect(worst.reasons).toHaveLength(3);
    expect(worst.reasons[1]).toMatch(/^about seats: 2 seats \(raises the odds 1\.7 times\)$/);
    expect(worst.reasons[2]).toMatch(/^about contract: "month" \(raises the odds 1\.5 times\)$/);
  });

  it('tells a missing value and a pooled level without repeating a customer text', () => {
    const missing = score(logisticArtifact(), { silence: null, seats: 10, contract: null });
    expect(missing.reasons).toContain('days since last two-way contact: not known (raises the odds 1.3 times)');
    const artifact = logisticArtifact();
    const model = { kind: 'logistic' as const, intercept: 0, coefficients: [0, 0, 0, 0, 1] };
    const pooled = score({ ...artifact, model }, { silence: 0, seats: 10, contract: 'Secret Corp' });
    expect(pooled.reasons[0]).toMatch(/^about contract: a value outside the known levels/);
  });
});

describe('neural network', () => {
  const row = { silence: 73, seats: 14, contract: 'year' };

  it('equals the layers worked by hand', () => {
    const artifact = artifactOf({
      inputs: [numberInput('x')],
      columns: [numberColumn('x', { center: 0, scale: 1 })],
      model: {
        kind: 'neural',
        layers: [
          { inputs: 1, units: 2, weights: [2, -1], bias: [-1, 0.5], activation: 'relu' },
          { inputs: 2, units: 1, weights: [1.5, 4], bias: [0.25], activation: 'identity' }
        ]
      }
    });
    expect(score(artifact, { x: 1 }).probability).toBeCloseTo(sigmoid(1.5 * (2 * 1 - 1) + 4 * 0 + 0.25), 14);
    expect(score(artifact, { x: -1 }).probability).toBeCloseTo(sigmoid(1.5 * 0 + 4 * (1 + 0.5) + 0.25), 14);
    const { baseline, contributions, residual } = score(artifact, { x: 1 });
    // Along the way the first unit opens at x = 1/2 and the second closes there: slopes -4, then 3; the midpoint rule is exact.
    expect(baseline).toBeCloseTo(4 * 0.5 + 0.25, 14);
    expect(contributions[0]?.logOdds).toBeCloseTo(-4 * 0.5 + 3 * 0.5, 12);
    expect(residual).toBeCloseTo(0, 12);
  });

  it('baseline + contributions + residual is the calibrated log-odds', () => {
    const result = score(neuralArtifact(), row);
    const sum = result.contributions.reduce((total, c) => total + c.logOdds, result.baseline + result.residual);
    expect(sum).toBeCloseTo(logit(result.probability), 12);
    expect(Math.abs(result.residual)).toBeLessThan(0.05);
    expect(result.contributions.map(c => c.input)).toEqual(['silence', 'seats', 'contract']);
  });

  it('refuses when the network overflows to NaN', () => {
    const layers = [
      { inputs: 1, units: 2, weights: [3e38, -3e38].map(Math.fround), bias: [0, 0], activation: 'identity' as const },
      { inputs: 2, units: 1, weights: [3e38, 3e38].map(Math.fround), bias: [0], activation: 'identity' as const }
    ];
    const columns = [numberColumn('x', { center: 0, scale: 1, clip: 1e300 })];
    const artifact = artifactOf({ inputs: [numberInput('x')], columns, model: { kind: 'neural', layers } });
    expect(scoreRow(artifact, { x: 1e300 })).toMatchObject({ ok: false, code: 'not_finite' });
  });
});
