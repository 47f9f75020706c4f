import { describe, expect, it } from 'vitest';
import { buildSpine } from '../../src/sources/spine.js';
import { raw } from '../../src/sql/sql.js';
import { Draw } from '../features/history/draw.js';
import { randomWorld } from '../features/history.js';
import {
  berlinMidnight,
  configOf,
  DAY,
  loadWorld,
  type Row,
  tableInfos,
  type World,
  withEngine
} from '../features/world.js';

const LATER = ['ended_at', 'notice_at', 'paid_at', 'failed_at'];
const FAR = berlinMidnight(20_100);

/** What stood in the tables at the midnight `t`: records known by then, later cells that had happened. */
function asAt(world: World, t: number): World {
  const tables = Object.entries(world).map(([table, rows]) => {
    const known = rows.filter(row => row['known_at'] !== null && (row['known_at'] as number) < t);
    return [table, table === 'notices' ? known : known.map(row => blanked(row, t))];
  });
  return Object.fromEntries(tables) as World;
}

function blanked(row: Row, t: number): Row {
  const cells = Object.entries(row).map(([name, cell]) => [
    name,
    LATER.includes(name) && (cell as number) >= t ? null : cell
  ]);
  return Object.fromEntries(cells) as Row;
}

/** A random world with notices, and few enough events that accounts fall silent. */
function quietWorld(seed: number): World {
  const world = randomWorld(seed, 40);
  const draw = new Draw(seed + 900);
  const notices = world.accounts.flatMap(({ account_id }): Row[] => {
    const notice_at = draw.when();
    const row = {
      account_id: account_id as string,
      notice_at,
      kind: null,
      system: 'crm',
      known_at: draw.known(notice_at)
    };
    return draw.chance(0.3) ? [row] : [];
  });
  return { ...world, notices, events: world.events.filter(() => draw.chance(0.4)) };
}

describe('the risk set under notices and silence', () => {
  it.each([
    ['with contracts', [] as string[]],
    ['without contracts', ['subscriptions', 'invoices']]
  ])('is in one backfill what it was on each day, %s (promise 33)', async (_, omit) => {
    const churn = { leadDays: 0, horizonDays: 30, graceDays: 3, silenceDays: 14 };
    const config = configOf({ outcomes: { churn, upsell: null } });
    const days = Array.from({ length: 18 }, (_unused, i) => 19_700 + i * 17);
    const asOf = days.map(day => ({ date: '', day, us: berlinMidnight(day) }));
    for (const seed of [31, 32]) {
      const world = quietWorld(seed);
      const read = async (known: World, { dates, watermarkUs }: { dates: typeof asOf; watermarkUs: number }) =>
        withEngine(async engine => {
          await loadWorld(engine, known);
          await buildSpine(engine, { asOf: dates, config, tables: tableInfos(watermarkUs, omit) });
          return engine.rows(raw('select * from spine'));
        });
      const backfill = await read(world, { dates: asOf, watermarkUs: FAR });
      const live = [];
      for (const date of asOf)
        live.push(...(await read(asAt(world, date.us), { dates: [date], watermarkUs: date.us })));
      expect(live).toEqual(backfill);
      expect(backfill.length).toBeGreaterThan(40);
      expect(backfill.length).toBeLessThan(40 * days.length * 0.8);
    }
    expect(FAR - (asOf.at(-1)?.us as number)).toBeGreaterThan(30 * DAY);
  });
});
