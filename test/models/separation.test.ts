import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/math/random.js';
import { fitFirth } from '../../src/models/firth.js';
import { fitLogistic } from '../../src/models/logistic.js';
import { relativeError } from '../math/fixtures.js';
import { readJson, tableData } from './cases.js';

interface Case {
  readonly name: string;
  readonly input: { names?: string[]; X?: number[][]; y?: number[]; rows_x_y_weight?: [number, number, number][] };
  readonly expected: {
    status?: 'none' | 'quasi' | 'complete';
    infinite?: Record<string, '+' | '-' | 'any'>;
    aliased?: { first_wins: string[] };
    mle_exists?: { coef: number[]; se: number[]; loglik: number };
    reduced_fit?: { coef: number[]; loglik: number };
    finite_limit_of_ml?: { names: string[]; coef: number[] };
    firth?: {
      names: string[];
      coef: number[];
      penalised_loglik: number;
      loglik_unpenalised: number;
      se_from_fisher_information: number[];
      wald95: [number, number][];
    } | null;
  };
}

const cases = readJson<Case[]>(new URL('../fixtures/separation.json', import.meta.url));
const renamed = (name: string) => (name === '(Intercept)' ? '(intercept)' : name);

function dataOf({ input }: Case) {
  if (input.rows_x_y_weight !== undefined) {
    const rows = input.rows_x_y_weight;
    return {
      ...tableData(
        rows.map(r => [r[0]]),
        rows.map(r => r[1])
      ),
      weights: rows.map(r => r[2])
    };
  }
  return tableData(
    input.X!.map(row => row.slice(1)),
    input.y!,
    input.names!.slice(1)
  );
}

describe('promise 5: separation is detected and named', () => {
  for (const c of cases.filter(({ expected }) => expected.status !== undefined)) {
    const { status, infinite = {}, aliased, mle_exists, reduced_fit, finite_limit_of_ml } = c.expected;

    it(`${c.name}: ${status}`, async () => {
      if (c.name.startsWith('all_one_class')) {
        await expect(fitLogistic(dataOf(c))).rejects.toThrow('both classes');
        return;
      }
      const fit = await fitLogistic(dataOf(c));
      expect(fit.aliased).toEqual(aliased?.first_wins ?? []);
      if (status === 'none') {
        expect(fit.status).toBe('converged');
        expect(fit.separation).toBeNull();
        for (const want of [mle_exists, reduced_fit]) {
          want?.coef.forEach((b, i) => {
            expect(relativeError(fit.coefficients[i]?.estimate as number, b)).toBeLessThan(1e-9);
          });
          if (want !== undefined) expect(relativeError(fit.logLikelihood, want.loglik)).toBeLessThan(1e-12);
        }
        return;
      }
      expect(fit.status).toBe('separated');
      expect(fit.separation?.kind).toBe(status);
      const wanted = Object.entries(infinite).filter(([name]) => name !== '(Intercept)');
      expect(fit.separation?.columns).toEqual(wanted.map(([name, sign]) => ({ name, sign })));
      expect(fit.covariance).toBeNull();
      for (const k of fit.coefficients)
        expect([k.standardError, k.z, k.p, k.interval]).toEqual([null, null, null, null]);
      finite_limit_of_ml?.names.forEach((name, i) => {
        const found = fit.coefficients.find(k => k.name === renamed(name));
        expect(relativeError(found?.estimate as number, finite_limit_of_ml.coef[i] as number)).toBeLessThan(1e-9);
      });
      for (const name of Object.keys(infinite)) {
        if (infinite[name] !== 'any') expect(fit.coefficients.find(k => k.name === renamed(name))?.estimate).toBeNull();
      }
    });
  }

  const sizes = [
    [12, 1],
    [40, 3],
    [120, 6],
    [400, 12]
  ] as const;
  const planes = sizes.flatMap(([n, p]) => Array.from({ length: 12 }, (_, seed) => ({ n, p, seed })));

  function plane({ n, p, seed }: { n: number; p: number; seed: number }) {
    const random = seededRandom(seed, n, p);
    const direction = Array.from({ length: p }, () => random.normal());
    const x = Array.from({ length: n }, () => Array.from({ length: p }, () => random.normal()));
    const score = x.map(row => row.reduce((sum, v, j) => sum + v * direction[j]!, 0));
    const cut = [...score].sort((a, b) => a - b)[Math.floor(n / 2)]!;
    return { x, y: score.map(s => (s >= cut ? 1 : 0)) as number[], score, cut };
  }

  it('finds every hidden plane: complete, quasi, and one row short of it', async () => {
    let separated = 0;
    for (const size of planes) {
      const { x, y, score, cut } = plane(size);
      const complete = await fitLogistic(tableData(x, y));
      expect([complete.status, complete.separation?.kind]).toEqual(['separated', 'complete']);

      // A row in the plane twice, once of each class, leaves only weak separation.
      const on = x[score.indexOf(cut)]!;
      const quasi = await fitLogistic(tableData([...x, on], [...y, 0]));
      expect([quasi.status, quasi.separation?.kind]).toEqual(['separated', 'quasi']);

      // Random labels far from any plane overlap when rows are many times the columns.
      const random = seededRandom(size.seed, 99);
      const labels = x.map(() => (random.uniform() < 0.5 ? 1 : 0)) as number[];
      if (size.n >= 12 * size.p && new Set(labels).size === 2) {
        const fit = await fitLogistic(tableData(x, labels));
        expect(fit.status).toBe('converged');
      }
      separated += 2;
    }
    expect(separated).toBe(2 * planes.length);
  });

  it('a level without events in many rows is named, the other coefficients keep their finite limit', async () => {
    const random = seededRandom(5);
    const rows = Array.from({ length: 5_000 }, () => [
      random.normal(),
      random.uniform() < 0.01 ? 1 : 0,
      random.normal()
    ]);
    const y = rows.map(([a, rare]) =>
      rare === 0 && random.uniform() < 1 / (1 + Math.exp(3 - a!)) ? 1 : 0
    ) as number[];
    const fit = await fitLogistic(tableData(rows, y, ['a', 'rare', 'b']));
    expect(fit.separation).toEqual({ kind: 'quasi', columns: [{ name: 'rare', sign: '-' }] });
    const kept = rows.map((r, i) => ({ r, y: y[i]! })).filter(({ r }) => r[1] === 0);
    const without = await fitLogistic(
      tableData(
        kept.map(({ r }) => [r[0]!, r[2]!]),
        kept.map(k => k.y)
      )
    );
    expect(
      relativeError(fit.coefficients[1]?.estimate as number, without.coefficients[1]?.estimate as number)
    ).toBeLessThan(1e-9);
    expect(fit.coefficients[2]?.estimate).toBeNull();
  });

  it('a fit whose probabilities are extreme but overlap stays a finite fit', async () => {
    const x = [[-60], [-50], [-1], [1], [2], [-2], [50], [60], [0.5], [-0.5]];
    const fit = await fitLogistic(tableData(x, [0, 0, 1, 1, 1, 0, 1, 1, 0, 0]));
    expect(fit.status).toBe('converged');
    expect(fit.coefficients[1]?.standardError).toBeGreaterThan(0);
  });
});

describe("promise 6: Firth's fit", () => {
  for (const c of cases.filter(({ expected }) => expected.firth != null)) {
    const firth = c.expected.firth!;

    it(`${c.name}: coefficients, errors and likelihoods`, async () => {
      if (c.name.startsWith('all_one_class')) {
        await expect(fitFirth(dataOf(c))).rejects.toThrow('both classes');
        return;
      }
      const fit = await fitFirth(dataOf(c));
      expect(fit.status).toBe('converged');
      firth.coef.forEach((b, i) => {
        const k = fit.coefficients[i];
        expect(Math.abs((k?.estimate as number) - b), `${firth.names[i]}`).toBeLessThan(
          1e-9 * Math.max(1, Math.abs(b))
        );
        expect(relativeError(k?.standardError as number, firth.se_from_fisher_information[i]!)).toBeLessThan(1e-9);
        expect(relativeError(k?.interval?.[0] as number, firth.wald95[i]![0], 1)).toBeLessThan(1e-8);
      });
      expect(relativeError(fit.penalizedLogLikelihood, firth.penalised_loglik, 1)).toBeLessThan(1e-10);
      expect(relativeError(fit.logLikelihood, firth.loglik_unpenalised)).toBeLessThan(1e-9);
    });
  }

  it('equals a half added to each cell of a 2x2 table', async () => {
    const data = { ...tableData([[1], [1], [0]], [1, 0, 0]), weights: [5, 3, 8] };
    const fit = await fitFirth(data);
    expect(fit.coefficients[0]?.estimate).toBeCloseTo(Math.log(0.5 / 8.5), 10);
    expect(fit.coefficients[1]?.estimate).toBeCloseTo(Math.log(5.5 / 3.5) - Math.log(0.5 / 8.5), 10);
  });
});
