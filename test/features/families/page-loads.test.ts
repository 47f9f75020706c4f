import { describe, expect, it } from 'vitest';
import { pageTable } from '../../../src/features/index.js';
import { berlinMidnight, type Cell, configOf, dayOf, tableInfos } from '../world.js';
import { daysAgo, over, rowOf, valuesOf } from './snapshot.js';

function load(age: number, seconds: number | null, cells: Readonly<Record<string, Cell>> = {}) {
  const occurred_at = daysAgo(age);
  const load_seconds = seconds === null ? null : Math.round(seconds * 1000);
  const requested = { requests: 10, requests_succeeded: 10 };
  return rowOf(occurred_at, { occurred_at, page: '/', section: null, load_seconds, ...requested, ...cells });
}

const SPEED = ['load_seconds_mean_30d', 'load_seconds_p75_30d', 'load_seconds_p95_30d'];

describe('load time', () => {
  it('is told as mean, p75 and p95 by nearest rank (R17)', async () => {
    const page_loads = [1, 2, 3, 4, 10].map((seconds, i) => load(30 - i, seconds));
    // 75 % of 5 is 3.75: the 4th.
    expect(await valuesOf({ page_loads }, SPEED)).toEqual([(1 + 2 + 3 + 4 + 10) / 5, 4, null]);
    const many = Array.from({ length: 20 }, (_, i) => load(1, (i + 1) / 10));
    expect(await valuesOf({ page_loads: many }, SPEED)).toEqual([21 / 20, 1.5, 1.9]);
  });

  it('is undefined under 5 loads with a time, p95 under 20 (R17)', async () => {
    const page_loads = [load(31, 1), load(30, 1), load(2, 2), load(2, 3), load(1, 4), load(1, null)];
    const names = [...SPEED, 'page_loads_30d', 'load_seconds_weighted_30d', 'load_seconds_change_30d'];
    expect(await valuesOf({ page_loads }, names)).toEqual([null, null, null, 5, null, null]);
  });

  it('is compared with the 30 days before', async () => {
    const page_loads = [...[1, 1, 2, 2, 4].map(s => load(31, s)), ...[1, 1, 1, 1, 1].map(s => load(30, s))];
    expect(await valuesOf({ page_loads }, ['load_seconds_change_30d'])).toEqual([(100 * (1 - 2)) / 2]);
  });
});

describe('success of requests (R18)', () => {
  const names = ['request_success_30d', 'request_success_change_30d'];

  it('is 100 x successful / all, with its change in points', async () => {
    const now = [load(1, 1, { requests: 30, requests_succeeded: 24 }), load(2, 1, { requests: 10 })];
    const before = [load(40, 1, { requests: 20, requests_succeeded: 19 })];
    const success = (100 * (24 + 10)) / 40;
    expect(await valuesOf({ page_loads: [...now, ...before] }, names)).toEqual([success, success - (100 * 19) / 20]);
  });

  it('is undefined without a request whose success is known', async () => {
    const page_loads = [load(1, 1, { requests: 0, requests_succeeded: 0 }), load(1, 1, { requests_succeeded: null })];
    expect(await valuesOf({ page_loads }, names)).toEqual([null, null]);
    expect(await valuesOf({}, [...names, 'page_loads_30d'])).toEqual([null, null, 0]);
  });
});

describe('pages by volume (R19)', () => {
  const home = { page: '/', section: 'home' };
  const report = { page: '/report', section: 'work', requests: 40, requests_succeeded: 30 };
  const page_loads = [
    load(1, 1, home),
    load(2, 3, home),
    load(3, 6, report),
    load(4, 4, report),
    load(5, 2, { page: '/admin', section: 'work', requests: null }),
    load(40, 9, home)
  ];

  it('weight load time by requests, the volume', async () => {
    const names = ['pages_30d', 'page_requests_30d', 'load_seconds_weighted_30d', 'request_success_30d'];
    const volume = 10 + 10 + 40 + 40;
    // Per page: '/' 2 s over 20 requests, '/report' 5 s over 80.
    expect(await valuesOf({ page_loads }, names)).toEqual([
      3,
      volume,
      (20 * 2 + 80 * 5) / volume,
      (100 * (10 + 10 + 30 + 30)) / volume
    ]);
  });

  it('are listed with volume, load and success, by page or by section', async () => {
    const day = dayOf('2024-04-01');
    const asOf = { date: '2024-04-01', us: berlinMidnight(day), day };
    const workspace = { config: configOf(), tables: tableInfos(0) };
    const other = { ...load(1, 8, home), account_id: 'b' };
    const future = { ...load(1, 8, home), known_at: asOf.us };
    const all = { page_loads: [...page_loads, other, future] };
    const pages = await over(all, engine => engine.rows(pageTable(workspace, { asOf, account: 'a' })));
    const row = (
      name: string,
      loads: number,
      requests: number,
      seconds: readonly number[],
      success: number | null
    ) => ({
      name,
      loads,
      timed: loads,
      requests,
      load_seconds_mean: seconds[0],
      load_seconds_p75: seconds[1],
      load_seconds_p95: seconds[1],
      success
    });
    const rest = row('/admin', 1, 0, [2, 2], null);
    expect(pages).toEqual([row('/report', 2, 80, [5, 6], 75), row('/', 2, 20, [2, 3], 100), rest]);
    const sections = await over(all, engine =>
      engine.rows(pageTable(workspace, { asOf, by: 'section', days: 40, account: 'a' }))
    );
    expect(sections).toEqual([
      row('work', 3, 80, [(6 + 4 + 2) / 3, 6], 75),
      row('home', 3, 30, [(1 + 3 + 9) / 3, 9], 100)
    ]);
    const everyone = await over(all, engine => engine.rows(pageTable(workspace, { asOf })));
    expect(everyone.map(found => [found['name'], found['loads']])).toEqual([
      ['/report', 2],
      ['/', 3],
      ['/admin', 1]
    ]);
  });
});
