import { describe, expect, it } from 'vitest';
import { buildSnapshots, droppedUsers, pageTable } from '../../src/features/index.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine, TableInfo, Tables } from '../../src/types.js';
import { catalogueOf, declaring } from './custom/declared.js';
import { randomSpine, randomWorld } from './history.js';
import { entered, loadMerged, MARCH } from './merged-world.js';
import {
  berlinDay,
  berlinMidnight,
  dayOf,
  loadSpine,
  loadWorld,
  type SpineRow,
  tableInfos,
  withEngine
} from './world.js';

const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));
const MERGED: Tables = { ...TABLES, accounts: { ...(TABLES.accounts as TableInfo), merges: true } };
const CONFIG = declaring(`
load_median: { about: A test., aggregate: median, table: page_loads, of: load_seconds, window: 45 }
event_users: { about: A test., aggregate: distinct_users, table: events, window: 45 }
exports_change: { about: A test., aggregate: change, table: events, window: 20, where: event_type = 'export' }
`);

async function snapshots(engine: Engine, tables: Tables, spine: readonly SpineRow[]) {
  await loadSpine(engine, spine);
  const { features } = await catalogueOf(engine, CONFIG, tables);
  await buildSnapshots(engine, { config: CONFIG, tables, features });
  return engine.rows(raw('select * from snapshots'));
}

describe('features of accounts into which others went', () => {
  it.each([51, 52])('read every table as if their records had been entered anew at the merge, seed %i', async seed => {
    const world = randomWorld(seed, 6);
    const spine = randomSpine(seed, world, berlinDay);
    const want = await withEngine(async engine => {
      await loadWorld(engine, entered(world));
      return snapshots(engine, TABLES, spine);
    });
    const [found, apart] = await withEngine(async engine => {
      await loadMerged(engine, world);
      return [await snapshots(engine, MERGED, spine), await snapshots(engine, TABLES, spine)];
    });
    expect(found).toEqual(want);
    const early = (rows: typeof found) => rows.filter(row => (row['as_of_us'] as number) <= MARCH);
    expect(early(found)).toEqual(early(apart));
    expect(early(found).length).toBeGreaterThan(5);
    const changed = found.filter((row, i) => JSON.stringify(row) !== JSON.stringify(apart[i]));
    expect(new Set(changed.map(row => row['account_id']))).toEqual(new Set(['a1', 'a3', 'a4']));
  });

  it('read events late, and by the ids of the contract, also when no record is known later than it happened', async () => {
    const random = randomWorld(53, 6);
    const world = { ...random, events: random.events.map(row => ({ ...row, known_at: row['occurred_at'] ?? null })) };
    const nativeKeys = { account_id: { column: 'no_such_column', id: '{key}' } };
    const events = { ...(TABLES.events as TableInfo), knownAtAssumed: true, nativeKeys };
    const spine = randomSpine(53, world, berlinDay);
    await withEngine(async engine => {
      await loadMerged(engine, world);
      const late = await snapshots(engine, MERGED, spine);
      expect(await snapshots(engine, { ...MERGED, events }, spine)).toEqual(late);
    });
  });

  it('so do the table of pages and the users who dropped out (R19, R21)', async () => {
    const world = randomWorld(54, 6);
    const asOf = { date: '2024-06-15', day: dayOf('2024-06-15'), us: berlinMidnight(dayOf('2024-06-15')) };
    const read = async (engine: Engine, tables: Tables) => [
      await engine.rows(pageTable({ config: CONFIG, tables }, { asOf, days: 400, account: 'a1' })),
      (await engine.rows(droppedUsers({ config: CONFIG, tables }, asOf))).filter(row => row['account_id'] === 'a1')
    ];
    const want = await withEngine(async engine => {
      await loadWorld(engine, entered(world));
      return read(engine, TABLES);
    });
    const [found, apart] = await withEngine(async engine => {
      await loadMerged(engine, world);
      return [await read(engine, MERGED), await read(engine, TABLES)];
    });
    expect(found).toEqual(want);
    expect(found[0]).not.toEqual(apart[0]);
    expect(found[1]).not.toEqual(apart[1]);
  });
});
