import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlocksConfig, OutcomeConfig } from '../../src/config/types.js';
import {
  assignBlocks,
  assignFolds,
  type BlockInput,
  countEpisodes,
  summariseBlock
} from '../../src/datasets/blocks.js';
import { ConfigError } from '../../src/errors.js';
import { dateOfDay, dayOfDate } from '../../src/sources/calendar.js';
import type { BlockName, Dataset } from '../../src/types.js';

const ORDER: readonly BlockName[] = ['train', 'validation', 'calibration', 'test'];

/** Every account on every date, in the order of a frame. */
function input(days: readonly number[], accounts: number, extra: Partial<BlockInput> = {}): BlockInput {
  return {
    day: Int32Array.from(days.flatMap(day => Array<number>(accounts).fill(day))),
    planned: days,
    immature: new Set(),
    clusters: Int32Array.from({ length: days.length * accounts }, (_, i) => i % accounts),
    outcome: { leadDays: 0, horizonDays: 30, graceDays: 0 },
    config: null,
    seed: 1,
    ...extra
  };
}

function every(days: number, count: number, from = 19_000): number[] {
  return Array.from({ length: count }, (_, k) => from + k * days);
}

function range(from: number, to: number) {
  return { from: dateOfDay(from), to: dateOfDay(to) };
}

/** Distinct dates of a block, as positions in the calendar. */
function positions(found: { rows: Readonly<Record<BlockName, Int32Array>> }, { day, planned }: BlockInput) {
  const of = (name: BlockName) => [...new Set(Array.from(found.rows[name], i => planned.indexOf(day[i] as number)))];
  return ORDER.map(of);
}

const cases = fc
  .record({
    gaps: fc.array(fc.integer({ min: 1, max: 45 }), { maxLength: 30, size: 'max' }),
    first: fc.integer({ min: 18_000, max: 19_000 }),
    accounts: fc.integer({ min: 1, max: 12 }),
    families: fc.integer({ min: 1, max: 12 }),
    horizonDays: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 31, max: 120 })),
    leadDays: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 })),
    absent: fc.integer({ min: 0, max: 10 }),
    seed: fc.integer({ min: 0, max: 1000 }),
    cuts: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    mode: fc.constantFrom('automatic' as const, 'four' as const, 'three' as const)
  })
  .map(({ gaps, first, accounts, families, horizonDays, leadDays, absent, seed, cuts, mode }): BlockInput => {
    const days = [first];
    for (const gap of gaps) days.push((days.at(-1) as number) + gap);
    const full = input(days, accounts);
    const keep = [...full.day.keys()].filter(i => (i * 7 + absent) % 11 !== 0);
    return {
      ...full,
      day: full.day.filter((_, i) => keep.includes(i)),
      clusters: Int32Array.from(keep, i => (i % accounts) % families),
      outcome: { leadDays, horizonDays, graceDays: 7 * (absent % 3) },
      config: mode === 'automatic' || days.length < 4 ? null : cutConfig(days, cuts, mode),
      seed
    };
  });

/** Three cuts of the calendar, each block with at least one date. */
function cutConfig(days: readonly number[], cuts: readonly number[], mode: 'four' | 'three'): BlocksConfig {
  const n = days.length;
  const a = 1 + ((cuts[0] as number) % (n - 3));
  const b = a + 1 + ((cuts[1] as number) % (n - a - 2));
  const c = b + 1 + ((cuts[2] as number) % (n - b - 1));
  const at = (from: number, to: number) => range(days[from] as number, days[to - 1] as number);
  return {
    train: at(0, a),
    validation: mode === 'four' ? at(a, b) : null,
    calibration: at(b, c),
    test: at(c, n)
  };
}

describe('promise 34: blocks are clean', () => {
  it('no outcome window reaches into a later block, and no row is in two blocks', () => {
    let shared = 0;
    let whole = 0;
    fc.assert(
      fc.property(cases, drawn => {
        const { day, clusters, outcome } = drawn;
        const found = assignBlocks(drawn);
        const all = ORDER.flatMap(name => [...found.rows[name]]);
        expect(new Set(all).size).toBe(all.length);
        shared += Number(found.sharedValidation);
        whole += Number(ORDER.every(name => found.rows[name].length > 0));
        const window = outcome.leadDays + outcome.horizonDays + outcome.graceDays;
        ORDER.forEach((earlier, k) => {
          for (const later of ORDER.slice(k + 1)) {
            const [early, late] = [found.rows[earlier], found.rows[later]];
            if (found.sharedValidation && earlier === 'train' && later === 'validation') {
              const known = new Set(Array.from(early, i => clusters[i]));
              expect(Array.from(late).some(i => known.has(clusters[i] as number))).toBe(false);
            } else if (early.length > 0 && late.length > 0) {
              const end = Math.max(...Array.from(early, i => day[i] as number)) + window;
              expect(end).toBeLessThanOrEqual(Math.min(...Array.from(late, i => day[i] as number)));
            }
          }
        });
      }),
      { seed: 34, numRuns: 1000 }
    );
    // Both ways of cutting occur often enough to mean something.
    expect(shared).toBeGreaterThan(100);
    expect(whole).toBeGreaterThan(200);
  });

  it('folds: no cluster in two of them, their numbers of clusters differ by one at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 120 }),
        fc.integer({ min: 2, max: 10 }),
        fc.integer({ min: 0, max: 99 }),
        (clusters, k, seed) => {
          const fold = assignFolds(Int32Array.from(clusters), k, seed);
          const members = Array.from({ length: k }, () => new Set<number>());
          clusters.forEach((cluster, i) => {
            members[fold[i] as number]?.add(cluster);
          });
          const sizes = members.map(set => set.size);
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(new Set(clusters).size);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      ),
      { seed: 34, numRuns: 200 }
    );
  });

  it('folds are drawn from the seed', () => {
    const clusters = Int32Array.from({ length: 60 }, (_, i) => i % 30);
    const drawn = (seed: number) => [...assignFolds(clusters, 5, seed)];
    expect(drawn(3)).toEqual(drawn(3));
    expect(drawn(4)).not.toEqual(drawn(3));
    expect(drawn(3).slice(0, 30)).not.toEqual(Array.from({ length: 30 }, (_, c) => c % 5));
  });
});

describe('automatic blocks', () => {
  it('a fifth of the dates to test and to calibration, a sixth to validation, train the rest', () => {
    const data = input(every(30, 20), 3);
    const found = assignBlocks(data);
    // 20 / 5 = 4, 4, round(20 / 6) = 3, and the other 9.
    expect(positions(found, data)).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10, 11],
      [12, 13, 14, 15],
      [16, 17, 18, 19]
    ]);
    expect([found.sharedValidation, found.notes]).toEqual([false, []]);
  });

  it('leave one date between the blocks when the window is two dates long', () => {
    const outcome = { leadDays: 15, horizonDays: 45, graceDays: 0 };
    const data = input(every(30, 20), 2, { outcome });
    expect(positions(assignBlocks(data), data)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [7, 8, 9],
      [11, 12, 13, 14],
      [16, 17, 18, 19]
    ]);
  });

  it('a short history: validation is a fifth of the clusters cut out of the training dates', () => {
    const data = input(every(30, 5), 10);
    const found = assignBlocks(data);
    expect(found.sharedValidation).toBe(true);
    expect(positions(found, data)).toEqual([[0, 1, 2], [0, 1, 2], [3], [4]]);
    expect([found.rows.train.length, found.rows.validation.length]).toEqual([8 * 3, 2 * 3]);
    expect(found.notes).toHaveLength(1);
    expect(found.notes[0]).toContain('a fifth of the accounts (parents whole) cut out of the training dates');
  });

  it('the clusters cut out are drawn from the seed', () => {
    const cut = (seed: number) => [...assignBlocks(input(every(30, 5), 40, { seed })).rows.validation];
    expect(cut(1)).toEqual(cut(1));
    expect(cut(1)).not.toEqual(cut(2));
  });

  it('without any matured row every block is empty', () => {
    const { rows, sharedValidation } = assignBlocks(input([], 3));
    expect(ORDER.map(name => rows[name].length)).toEqual([0, 0, 0, 0]);
    expect(sharedValidation).toBe(false);
  });
});

describe('configured blocks', () => {
  const days = ['2024-01-01', '2024-02-01', '2024-03-01', '2024-04-01', '2024-05-01', '2024-06-01'].map(dayOfDate);
  const config: BlocksConfig = {
    train: { from: '2024-01-01', to: '2024-03-01' },
    validation: { from: '2024-04-01', to: '2024-04-01' },
    calibration: { from: '2024-05-01', to: '2024-05-01' },
    test: { from: '2024-06-01', to: '2024-06-30' }
  };
  const outcome = (horizonDays: number, leadDays = 0): OutcomeConfig => ({ leadDays, horizonDays, graceDays: 0 });

  it('take exactly their dates when the window ends on the first date of the next block', () => {
    const data = input(days, 2, { config, outcome: outcome(30) });
    const found = assignBlocks(data);
    expect(positions(found, data)).toEqual([[0, 1, 2], [3], [4], [5]]);
    expect(found.notes).toEqual([]);
  });

  it('one day more leaves the date out, and a note says which and why', () => {
    // 2024-03-01 + 32 days is 2024-04-02; April + 32 is 3 May; May + 32 is 2 June.
    const data = input(days, 2, { config, outcome: outcome(30, 2) });
    const found = assignBlocks(data);
    // Without a date of its own validation takes a fifth of two accounts, which is none.
    expect(positions(found, data)).toEqual([[0, 1], [], [], [5]]);
    expect(found.notes[0]).toBe(
      '2024-03-01: left out of train, because the outcome window reaches into the next block (2024-04-01).'
    );
    expect(found.notes[2]).toBe(
      '2024-05-01: left out of calibration, because the outcome window reaches into the next block (2024-06-01).'
    );
  });

  it('without a validation block it shares the training dates', () => {
    const data = input(days, 20, { config: { ...config, validation: null }, outcome: outcome(30) });
    const found = assignBlocks(data);
    expect(found.sharedValidation).toBe(true);
    expect([found.rows.train.length, found.rows.validation.length]).toEqual([16 * 3, 4 * 3]);
  });

  it('refuse a block in which no as-of date lies', () => {
    const late = { ...config, test: { from: '2024-06-02', to: '2024-07-01' } };
    const read = () => assignBlocks(input(days, 2, { config: late, outcome: outcome(30) }));
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      'expected as-of dates with matured outcomes in blocks.test (2024-06-02 to 2024-07-01), got no as-of date; ' +
        'matured dates run from 2024-01-01 to 2024-06-01'
    );
  });

  it('refuse a block whose outcomes are all still open', () => {
    const data = input(days.slice(0, 5), 2, {
      config,
      planned: days,
      immature: new Set(days.slice(5)),
      outcome: outcome(30)
    });
    expect(() => assignBlocks(data)).toThrow('blocks.test (2024-06-01 to 2024-06-30), got only outcomes that have not');
  });

  it('refuse a validation block without a date just as well', () => {
    const gap = { ...config, validation: { from: '2024-04-02', to: '2024-04-30' } };
    expect(() => assignBlocks(input(days, 2, { config: gap }))).toThrow('blocks.validation');
  });

  it('accept a date at which nobody is left: that is no mistake in the configuration', () => {
    const data = input(days.slice(0, 5), 2, { config, planned: days, outcome: outcome(30) });
    expect(assignBlocks(data).rows.test).toHaveLength(0);
  });

  it('accept a block of which only some dates are open', () => {
    const wide = { ...config, calibration: { from: '2024-05-01', to: '2024-05-01' } };
    const open = { ...wide, test: { from: '2024-06-01', to: '2024-07-01' } };
    const planned = [...days, dayOfDate('2024-07-01')];
    const immature = new Set([dayOfDate('2024-07-01')]);
    const data = input(days, 2, { config: open, planned, immature, outcome: outcome(30) });
    expect(assignBlocks(data).rows.test).toHaveLength(2);
  });
});

describe('summariseBlock', () => {
  const block = (asOf: readonly number[], episode: readonly number[]): Dataset => ({
    names: [],
    levels: {},
    ids: asOf.map(String),
    accounts: asOf.map((_, i) => `a${i % 3}`),
    asOf: Int32Array.from(asOf),
    X: new Float64Array(0),
    y: Uint8Array.from(episode, e => (e < 0 ? 0 : 1)),
    episode: Int32Array.from(episode),
    value: new Float64Array(asOf.length),
    clusters: new Int32Array(asOf.length),
    n: asOf.length,
    p: 0
  });

  it('counts rows, accounts, positive rows, distinct episodes and the dates', () => {
    const [may, april] = [dayOfDate('2024-05-01'), dayOfDate('2024-04-01')];
    expect(summariseBlock(block([april, april, may, may, may], [0, -1, 0, 4, -1]))).toEqual({
      rows: 5,
      accounts: 3,
      positives: 3,
      episodes: 2,
      from: '2024-04-01',
      to: '2024-05-01'
    });
  });

  it('has no dates without rows or without as-of dates', () => {
    const none = { rows: 0, accounts: 0, positives: 0, episodes: 0, from: '', to: '' };
    expect(summariseBlock(block([], []))).toEqual(none);
    expect(summariseBlock(block([0, 0], [1, -1]))).toEqual({
      ...none,
      rows: 2,
      accounts: 2,
      positives: 1,
      episodes: 1
    });
  });

  it('negative rows are no episode', () => {
    expect(countEpisodes({ episode: Int32Array.of(-1, 7, 7, -1, 9) })).toBe(2);
    expect(countEpisodes({ episode: Int32Array.of(-1) })).toBe(0);
  });
});
