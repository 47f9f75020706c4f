import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ManualProfile } from '../../src/config/types.js';
import { buildPercentiles, peerLevels, percentileQuery } from '../../src/health/percentiles.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';
import { factor, profile } from './profile.js';

interface Row {
  readonly account: string;
  readonly day: number;
  readonly industry: string | null;
  readonly size: string | null;
  readonly x: number | null;
}

let engine: Engine;
beforeAll(async () => {
  engine = await openDuckDB({ path: ':memory:', threads: 2 });
});
afterAll(() => engine.close());

function relative(minPeers: number, by: readonly string[] = ['size_band', 'industry']): ManualProfile {
  const factors = [
    factor({ feature: 'x', transform: { kind: 'percentile', lowerBetter: false } }),
    factor({ feature: 'tenure' })
  ];
  return profile(factors, { peers: { by, minPeers } });
}

async function fill(rows: readonly Row[]): Promise<void> {
  await engine.run(
    raw(`create or replace table snapshots
    (account_id varchar, as_of_day integer, industry varchar, size_band varchar, x double, tenure double)`)
  );
  await engine.append('snapshots', [
    rows.map(row => row.account),
    Float64Array.from(rows, row => row.day),
    rows.map(row => row.industry),
    rows.map(row => row.size),
    Float64Array.from(rows, row => row.x ?? Number.NaN),
    Float64Array.from(rows, (_, i) => i)
  ]);
}

async function inputs(
  rows: readonly Row[],
  manual: ManualProfile,
  available = ['x', 'tenure', 'industry', 'size_band']
) {
  await fill(rows);
  await buildPercentiles(engine, manual, available);
  return engine.rows(sql`select * from health_inputs order by as_of_day, account_id`);
}

const WORKED: readonly Row[] = [
  ['p1', 'saas', 'S', 10],
  ['p2', 'saas', 'S', 20],
  ['p3', 'saas', 'S', 20],
  ['p4', 'saas', 'M', 30],
  ['p5', 'bank', 'S', 40],
  ['p6', 'bank', 'S', 50],
  ['p7', 'bank', 'M', 60],
  ['p8', 'saas', 'M', 5],
  ['self', 'saas', 'S', 20]
].map(([account, industry, size, x]) => ({ account, industry, size, x, day: 1 }) as Row);

describe('R10: mid-rank percentile among peers', () => {
  it.each([
    [3, 'size_band+industry', 3, 200 / 3],
    [4, 'size_band', 5, 40],
    [5, 'size_band', 5, 40],
    [6, 'all', 8, 37.5],
    [8, 'all', 8, 37.5],
    [9, null, 8, null]
  ])('worked example, at least %i peers: %s', async (minPeers, level, n, p) => {
    const self = (await inputs(WORKED, relative(minPeers))).find(row => row['account_id'] === 'self');
    expect(self).toMatchObject({ x__peers: level, x__peers_n: n });
    if (p === null) expect(self?.['x__percentile']).toBeNull();
    else expect(self?.['x__percentile']).toBeCloseTo(p, 12);
  });

  it('an account alone, or without a value, has no percentile', async () => {
    const rows = await inputs([{ ...(WORKED[0] as Row) }, { ...(WORKED[1] as Row), x: null }], relative(1));
    expect(rows.map(row => [row['x__percentile'], row['x__peers'], row['x__peers_n']])).toEqual([
      [null, null, 0],
      [null, null, null]
    ]);
  });

  it('accounts of other dates are no peers', async () => {
    const later = WORKED.map(row => ({ ...row, day: 2, x: 1000 }));
    const [alone, beside] = [await inputs(WORKED, relative(3)), await inputs([...WORKED, ...later], relative(3))];
    expect(beside.slice(0, WORKED.length).map(row => row['x__percentile'])).toEqual(
      alone.map(row => row['x__percentile'])
    );
  });

  it('a peer column or feature that the snapshots lack is passed over or NULL, never an error', async () => {
    const noSize = await inputs(WORKED, relative(3), ['x', 'industry']);
    expect(noSize.map(row => row['x__peers'])).toContain('industry');
    expect(noSize.every(row => row['tenure'] === null)).toBe(true);
    const noValue = await inputs(WORKED, relative(3), ['tenure', 'industry', 'size_band']);
    expect(noValue.every(row => row['x__percentile'] === null && row['x__peers'] === null)).toBe(true);
    expect(noValue[3]?.['tenure']).toBe(3);
  });

  it('goes from all keys over fewer, those listed first before the others, to all accounts', () => {
    expect(peerLevels(['a', 'b'])).toEqual([['a', 'b'], ['a'], ['b'], []]);
    expect(peerLevels(['a', 'b', 'c'])).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'c'],
      ['a'],
      ['b'],
      ['c'],
      []
    ]);
    expect(peerLevels([])).toEqual([[]]);
  });

  it('feature names are only names', async () => {
    const odd = 'a"; drop table snapshots; --';
    await fill(WORKED);
    await engine.run(sql`alter table snapshots rename column x to ${raw(`"${odd.replaceAll('"', '""')}"`)}`);
    const manual = profile([factor({ feature: odd, transform: { kind: 'percentile', lowerBetter: false } })]);
    await buildPercentiles(engine, manual, [odd]);
    expect((await engine.columns(sql`select * from snapshots`)).n).toBe(WORKED.length);
    expect((await engine.columns(sql`select * from health_inputs`)).names).toContain(`${odd}__percentile`);
  });

  it('gives the same bits on one thread and on several', async () => {
    const query = percentileQuery(relative(3), ['x', 'tenure', 'industry', 'size_band']);
    const rows = Array.from({ length: 3000 }, (_, i) => ({
      account: `a${i}`,
      day: i % 3,
      industry: `i${i % 7}`,
      size: `s${i % 4}`,
      x: (i * 7919) % 101
    }));
    await fill(rows);
    const many = await engine.columns(query);
    await engine.run(raw('set threads = 1'));
    const single = await engine.columns(query);
    await engine.run(raw('set threads = 2'));
    expect(many).toEqual(single);
  });

  const key = fc.constantFrom('p', 'q', null);
  const anyRow = fc.record({
    day: fc.integer({ min: 1, max: 2 }),
    industry: key,
    size: key,
    x: fc.constantFrom(null, -1, 0, 0.5, 2, 3)
  });
  it('promise 32: equals a per-account count on random groups', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRow, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 5 }),
        async (cells, minPeers) => {
          const rows = cells.map((row, i) => ({ ...row, account: `a${String(i).padStart(2, '0')}` }));
          const found = await inputs(rows, relative(minPeers));
          const expected = [...rows]
            .sort((a, b) => a.day - b.day || (a.account < b.account ? -1 : 1))
            .map(row => naive(rows, row, minPeers));
          expect(found.map(row => [row['x__percentile'], row['x__peers'], row['x__peers_n']])).toEqual(expected);
        }
      ),
      { seed: 4, numRuns: 40 }
    );
  });
});

function naive(rows: readonly Row[], own: Row, minPeers: number): [number | null, string | null, number | null] {
  if (own.x === null) return [null, null, null];
  const x = own.x;
  const others = rows.filter(row => row !== own && row.day === own.day && row.x !== null);
  const groups: [string, Row[]][] = [
    [
      'size_band+industry',
      own.size === null || own.industry === null
        ? []
        : others.filter(row => row.size === own.size && row.industry === own.industry)
    ],
    ['size_band', own.size === null ? [] : others.filter(row => row.size === own.size)],
    ['industry', own.industry === null ? [] : others.filter(row => row.industry === own.industry)],
    ['all', others]
  ];
  const group = groups.find(([, peers]) => peers.length >= minPeers);
  if (group === undefined) return [null, null, others.length];
  const less = group[1].filter(row => (row.x as number) < x).length;
  const same = group[1].filter(row => row.x === x).length;
  return [(100 * less + 50 * same) / group[1].length, group[0], group[1].length];
}
