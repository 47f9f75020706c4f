import { describe, expect, it } from 'vitest';
import { openAccount } from '../../src/features/index.js';
import { buildSpine } from '../../src/sources/spine.js';
import { raw } from '../../src/sql/sql.js';
import type { AsOf, Engine } from '../../src/types.js';
import { DATES } from './history/draw.js';
import { randomWorld } from './history.js';
import {
  berlinDay,
  berlinMidnight,
  configOf,
  DAY,
  dayOf,
  EMPTY,
  loadWorld,
  tableInfos,
  type World,
  withEngine
} from './world.js';

const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));
const CONFIG = configOf();

function at(date: string): AsOf {
  return { date, day: dayOf(date), us: berlinMidnight(dayOf(date)) };
}

async function open(engine: Engine, account: string, asOf: AsOf) {
  await engine.run(raw('begin transaction'));
  try {
    return await openAccount(engine, { config: CONFIG, tables: TABLES, account, asOf });
  } finally {
    await engine.run(raw('rollback'));
  }
}

const term = {
  account_id: 'a',
  subscription_id: 's',
  plan: 'pro',
  seats: 3,
  mrr: 1_000,
  term_end: null,
  is_trial: false
};

describe('openAccount', () => {
  it('gives every account at risk the row that the spine has for it among all', async () => {
    let found = 0;
    await withEngine(async engine => {
      const world = randomWorld(71, 8);
      await loadWorld(engine, world);
      for (const day of DATES) {
        const asOf = { date: new Date(day * 86_400_000).toISOString().slice(0, 10), day, us: berlinMidnight(day) };
        await buildSpine(engine, { asOf: [asOf], config: CONFIG, tables: TABLES });
        const rows = await engine.rows(raw('select * from spine'));
        for (const { account_id: account } of world.accounts) {
          const opened = await open(engine, account as string, asOf);
          const row = rows.find(other => other['account_id'] === account);
          expect(opened.atRisk).toBe(row !== undefined);
          if (row === undefined) continue;
          found++;
          const { startUs, tenureDays, arr } = opened.at;
          expect([startUs, tenureDays, arr]).toEqual([row['start_us'], row['tenure_days'], row['arr']]);
        }
      }
    });
    expect(found).toBeGreaterThan(5);
  });

  it('counts on from the last day at risk when the account has left, and from its record when it never paid', async () => {
    const started = berlinMidnight(dayOf('2024-02-01'));
    const world: World = {
      ...EMPTY,
      accounts: [
        { account_id: 'a', created_at: started, known_at: started },
        { account_id: 'b', created_at: started + 3 * DAY, known_at: started + 5 * DAY }
      ],
      subscriptions: [
        { ...term, started_at: started, ended_at: berlinMidnight(dayOf('2024-05-01')), known_at: started }
      ]
    };
    await withEngine(async engine => {
      await loadWorld(engine, world);
      const left = await open(engine, 'a', at('2024-06-01'));
      expect(left).toMatchObject({ atRisk: false, lastAtRisk: '2024-05-01' });
      expect(left.at).toMatchObject({
        startUs: started,
        tenureDays: dayOf('2024-06-01') - dayOf('2024-02-01'),
        arr: 120
      });
      const never = await open(engine, 'b', at('2024-06-01'));
      expect(never).toMatchObject({ atRisk: false, lastAtRisk: null });
      expect(never.at).toMatchObject({
        startUs: started + 3 * DAY,
        tenureDays: dayOf('2024-06-01') - berlinDay(started + 3 * DAY),
        arr: 0
      });
      const early = await open(engine, 'b', at('2024-01-01'));
      expect(early.at).toMatchObject({ startUs: at('2024-01-01').us, tenureDays: 0, arr: 0 });
    });
  });
});
