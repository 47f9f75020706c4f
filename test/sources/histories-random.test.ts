import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/types.js';
import { ingestWorld, us } from './fixtures.js';
import { INDUSTRY, industries, readAt } from './history-world.js';

const DAY = 86_400_000_000;
const START = us('2024-01-01');
const record = fc.record({
  account: fc.constantFrom('A', 'B'),
  at: fc.integer({ min: 0, max: 120 }),
  late: fc.integer({ min: -10, max: 60 }),
  value: fc.constantFrom('x', 'y', 'z', '')
});
type Change = typeof record extends fc.Arbitrary<infer T> ? T : never;

const on = (day: number) => new Date((START + day * DAY) / 1000).toISOString();
const lineOf = ({ account, at, late, value }: Change) => [account, on(at), value, on(Math.max(0, at + late))].join(',');
const known = ({ at, late }: Change) => Math.max(0, at + late);

/** The rule, one record after another. */
function naive(records: readonly Change[], account: string, t: number): string | null {
  const seen = records.filter(x => x.account === account && x.at < t && known(x) < t);
  const order = (x: Change) => (x.value === '' ? '~' : x.value);
  const [best] = [...seen].sort((a, b) => b.at - a.at || known(b) - known(a) || (order(a) < order(b) ? -1 : 1));
  return best === undefined || best.value === '' ? null : best.value;
}

const DATES = [30, 60, 90, 150];
const readAll = (lines: readonly string[], config: Partial<Config> = {}) =>
  ingestWorld({ ...industries(lines), config }, async world => {
    const read = await readAt(
      world,
      INDUSTRY,
      DATES.map(day => START + day * DAY)
    );
    return JSON.stringify(read);
  });

describe('histories at random', () => {
  it('agree with a naive reading (promise 32)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async records => {
        const expected = DATES.map(t => ({ A: naive(records, 'A', t), B: naive(records, 'B', t) }));
        expect(await readAll(records.map(lineOf))).toBe(JSON.stringify(expected));
      }),
      { numRuns: 20, seed: 7 }
    );
  });

  it('change no byte before a date when later records are deleted (promise 28) or poisoned (promise 29)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async records => {
        const t = DATES[1] as number;
        const past = records.filter(x => x.at < t && known(x) < t).map(lineOf);
        const poison = Array.from({ length: 20 }, (_, i) =>
          [['A', 'B', 'Q'][i % 3], on(i % 2 === 0 ? t + i : t - i), `p${i}`, on(t + (i % 5))].join(',')
        );
        const early = (text: string) => JSON.stringify((JSON.parse(text) as unknown[]).slice(0, 2));
        const first = 'A,2023-12-01,start,2023-12-01';
        const full = early(await readAll([first, ...records.map(lineOf)]));
        expect(early(await readAll([first, ...past]))).toBe(full);
        expect(early(await readAll([...poison, first, ...past, 'B,NaN,x,2024-01-01'].reverse()))).toBe(full);
      }),
      { numRuns: 15, seed: 3 }
    );
  });
});
