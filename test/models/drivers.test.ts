import { describe, expect, it } from 'vitest';
import { normalTwoSided } from '../../src/math/distributions.js';
import { adjustHolm } from '../../src/math/statistics.js';
import { fitDrivers } from '../../src/models/drivers.js';
import { fitFirth } from '../../src/models/firth.js';
import { fitLogistic } from '../../src/models/logistic.js';
import type { Dataset } from '../../src/types.js';
import { asDataset, featureInfo, makeWorld } from './worlds.js';

const names = ['logins', 'tickets', 'seats', 'age'];
const infos = names.map(name => featureInfo(name, name === 'logins' ? { step: 10 } : {}));
const data = asDataset(makeWorld({ accounts: 300, dates: 4, q: 4, strong: 2, intercept: -1.5, seed: 21 }), names);

function withColumn(source: Dataset, j: number, value: (i: number) => number): Dataset {
  return { ...source, X: source.X.map((v, at) => (at % source.p === j ? value(Math.floor(at / source.p)) : v)) };
}

describe('fitDrivers', () => {
  it('tells the clustered maximum-likelihood fit per stated step, adjusted by Holm', async () => {
    const fit = fitDrivers(data, infos, { list: names });
    const plain = await fitLogistic(data, { covariance: 'cluster' });
    expect([fit.status, fit.method, fit.rows, fit.clusters]).toEqual(['ok', 'maximum likelihood', 1200, 300]);
    expect(fit.effects.map(e => e.name)).toEqual(names);
    // Standard normal columns: a deviation near 1 rounds to a step of 1.
    expect(fit.effects.map(e => e.step)).toEqual([10, 1, 1, 1]);
    fit.effects.forEach((e, k) => {
      const c = plain.coefficients[k + 1]!;
      expect(e.estimate).toBeCloseTo(e.step * (c.estimate as number), 10);
      expect(e.standardError).toBeCloseTo(e.step * (c.standardError as number), 10);
      expect(e.z).toBeCloseTo(c.z as number, 9);
      expect(e.p).toBeCloseTo(normalTwoSided(e.z), 12);
      expect(e.oddsRatio).toBe(Math.exp(e.estimate));
      expect(Math.log(e.interval[1]) - Math.log(e.interval[0])).toBeCloseTo(2 * 1.959963984540054 * e.standardError, 9);
    });
    expect(fit.effects.map(e => e.pAdjusted)).toEqual([...adjustHolm(fit.effects.map(e => e.p))]);
    expect(fit.effects[0]?.oddsRatio).toBeGreaterThan(1);
    expect(fit.effects[1]?.oddsRatio).toBeLessThan(1);
  });

  it('cuts the list to one factor per ten distinct episodes and says how many are missing', () => {
    const rows = [...data.y].flatMap((v, i) => (v === 1 ? [i] : []));
    const episode = new Int32Array(data.n).fill(-1);
    rows.forEach((row, k) => {
      episode[row] = k % 25;
    });
    const fit = fitDrivers({ ...data, episode }, infos, { list: names });
    expect(fit.episodes).toBe(25);
    expect(fit.effects.map(e => e.name)).toEqual(['logins', 'tickets']);
    expect(fit.dropped.map(d => d.name)).toEqual(['seats', 'age']);
    expect(fit.dropped[0]?.reason).toBe('25 episodes allow 2 factors: 5 more episodes needed');
    expect(fit.dropped[1]?.reason).toContain('15 more');
    expect(fitDrivers({ ...data, episode }, infos, { list: names, episodesPerFactor: 5 }).effects.length).toBe(4);
  });

  it('has no effects under ten episodes', () => {
    const episode = data.episode.map(e => (e < 0 ? -1 : e % 9));
    const fit = fitDrivers({ ...data, episode }, infos, { list: names });
    expect([fit.status, fit.effects, fit.episodes]).toEqual(['too_few_episodes', [], 9]);
  });

  it('drops what is unknown, constant, mostly missing or aliased, with the reason', () => {
    const aliased = withColumn(data, 3, i => 2 * data.X[i * 4]! + 1);
    const constant = withColumn(aliased, 2, () => 5);
    const sparse = withColumn(constant, 1, i => (i % 5 < 3 ? Number.NaN : data.X[i * 4 + 1]!));
    const fit = fitDrivers(sparse, infos, { list: ['nonsense', ...names] });
    expect(fit.effects.map(e => e.name)).toEqual(['logins']);
    expect(fit.dropped).toEqual([
      { name: 'nonsense', reason: 'not among the features of this run' },
      { name: 'tickets', reason: 'missing for 60 % of the rows (at most 50 %)' },
      { name: 'seats', reason: 'the same for every row' },
      { name: 'age', reason: 'a linear combination of factors before it' }
    ]);
    expect(fitDrivers(sparse, infos, { list: ['seats'] }).status).toBe('no_factors');
  });

  it('fills missing values with the mean and reports their share', () => {
    const holes = withColumn(data, 2, i => (i % 4 === 0 ? Number.NaN : data.X[i * 4 + 2]!));
    const fit = fitDrivers(holes, infos, { list: names });
    expect(fit.effects.find(e => e.name === 'seats')?.missingShare).toBeCloseTo(1 / 4, 12);
    const present = Array.from({ length: data.n }, (_, i) => i).filter(i => i % 4 !== 0);
    const mean = present.reduce((sum, i) => sum + data.X[i * 4 + 2]!, 0) / present.length;
    const filled = fitDrivers(
      withColumn(holes, 2, i => (i % 4 === 0 ? mean : data.X[i * 4 + 2]!)),
      infos,
      { list: names }
    );
    const perUnit = ({ effects }: typeof fit) => effects[2]!.estimate / effects[2]!.step;
    expect(perUnit(fit)).toBeCloseTo(perUnit(filled), 10);
  });

  it('counts a category by its levels after the first', () => {
    const category = { ...withColumn(data, 3, i => i % 3), levels: { age: ['new', 'mid', 'old'] } };
    const list = ['age', 'logins'];
    const fit = fitDrivers(category, [...infos.slice(0, 3), featureInfo('age', { type: 'category' })], { list });
    expect(fit.effects.map(e => e.name)).toEqual(['age=mid', 'age=old', 'logins']);
    expect(fit.effects.every(e => e.name === 'logins' || e.step === 1)).toBe(true);
  });

  it("uses Firth's fit when a factor separates, never with an error below its model-based one", async () => {
    const separated = withColumn(data, 0, i => (data.y[i] === 1 && i % 7 === 0 ? 1 : 0));
    const fit = fitDrivers(separated, infos, { list: names });
    expect([fit.status, fit.method]).toEqual(['ok', 'firth']);
    const model = await fitFirth(separated);
    fit.effects.forEach((e, k) => {
      expect(Number.isFinite(e.standardError)).toBe(true);
      expect(e.estimate / e.step).toBeCloseTo(model.coefficients[k + 1]?.estimate as number, 8);
      expect(e.standardError / e.step).toBeGreaterThanOrEqual(
        (model.coefficients[k + 1]?.standardError as number) * (1 - 1e-12)
      );
    });
  });
});
