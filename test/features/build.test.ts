import { describe, expect, it } from 'vitest';
import { buildCatalogue, buildSnapshots, type FeatureDef, planSnapshots } from '../../src/features/index.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine, TableName, Tables } from '../../src/types.js';
import { randomSpine, randomWorld } from './history.js';
import { expected, RULES, viewOf } from './oracle.js';
import {
  berlinDay,
  berlinMidnight,
  configOf,
  dayOf,
  loadSpine,
  loadWorld,
  SCHEMA,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from './world.js';

const FAR = berlinMidnight(dayOf('2024-12-31'));
const TABLES = tableInfos(FAR);
const CONFIG = configOf();
const FEATURES = buildCatalogue(CONFIG, TABLES).features;

interface Build {
  readonly world: World;
  readonly spine: readonly SpineRow[];
  readonly features?: readonly FeatureDef[];
  readonly tables?: Tables;
}

async function build(engine: Engine, { world, spine, features = FEATURES, tables = TABLES }: Build) {
  await loadWorld(engine, world);
  await loadSpine(engine, spine);
  await buildSnapshots(engine, { config: CONFIG, tables, features });
  return engine.rows(raw('select * from snapshots'));
}

/** 20 accounts, each a history of its own, per seed. */
const SEEDS = process.env['VITALS_FULL'] === '1' ? Array.from({ length: 50 }, (_, i) => 11 + i) : [11, 12, 13];

describe('buildSnapshots', () => {
  it.each(SEEDS)('equals a naive account-by-account oracle, seed %i (promise 32)', async seed => {
    const world = randomWorld(seed, 20);
    const spine = randomSpine(seed, world, berlinDay);
    const rows = await withEngine(engine => build(engine, { world, spine }));
    expect(rows.length).toBe(spine.length);
    const differences: string[] = [];
    let measured = 0;
    for (const row of rows) {
      const at = spine.find(s => s.account === row['account_id'] && s.asOfDay === row['as_of_day']) as SpineRow;
      const view = viewOf(world, at, berlinDay);
      for (const [name, rule] of Object.entries(RULES)) {
        const want = expected(rule, view);
        if (want.state === 0 && want.value !== 0) measured++;
        if (Object.is(row[name], want.value) && row[`${name}__state`] === want.state) continue;
        const found = `${row[name]}/${row[`${name}__state`]}`;
        differences.push(`${at.account}@${at.asOfDay} ${name}: got ${found}, want ${want.value}/${want.state}`);
      }
    }
    expect(differences).toEqual([]);
    expect(measured).toBeGreaterThan(1000);
  });

  it('has every feature with its state, ordered by date and account', async () => {
    const world = randomWorld(3, 12);
    const spine = randomSpine(3, world, berlinDay);
    const rows = await withEngine(engine => build(engine, { world, spine: [...spine].reverse() }));
    const base = ['account_id', 'as_of_day', 'as_of_us', 'parent', 'tenure_days', 'arr'];
    const cells = FEATURES.flatMap(f => (base.includes(f.name) ? [`${f.name}__state`] : [f.name, `${f.name}__state`]));
    expect(Object.keys(rows[0] ?? {})).toEqual([...base, ...cells]);
    const keys = rows.map(row => `${row['as_of_day']} ${row['account_id']}`);
    expect(keys).toEqual([...keys].sort());
    for (const row of rows) {
      for (const { name } of FEATURES) expect(row[name] === null).toBe(row[`${name}__state`] !== 0);
    }
  });

  it('is the same on any number of threads (promise 51)', async () => {
    const world = randomWorld(4, 20);
    const spine = randomSpine(4, world, berlinDay);
    const on = (threads: number) =>
      withEngine(async engine => JSON.stringify(await build(engine, { world, spine })), threads);
    const one = await on(1);
    expect(one.length).toBeGreaterThan(100_000);
    expect(await on(2)).toBe(one);
    expect(await on(4)).toBe(one);
  });

  it('gives each family alone the values it has among all, reading only the sources it names', async () => {
    const world = randomWorld(6, 8);
    const spine = randomSpine(6, world, berlinDay);
    await withEngine(async engine => {
      const all = await build(engine, { world, spine });
      for (const family of new Set(FEATURES.map(f => f.family))) {
        const features = FEATURES.filter(f => f.family === family);
        const needed = new Set(features.flatMap(f => f.requires));
        const others = (Object.keys(SCHEMA) as TableName[]).filter(name => !needed.has(name));
        for (const name of others) await engine.run(raw(`drop table ${name}`));
        await buildSnapshots(engine, { config: CONFIG, tables: TABLES, features });
        const rows = await engine.rows(raw('select * from snapshots'));
        const part = all.map(row => Object.fromEntries(Object.keys(rows[0] ?? {}).map(name => [name, row[name]])));
        expect(rows).toEqual(part);
        await loadWorld(engine, world);
      }
    });
  });
});

describe('planSnapshots', () => {
  it('explains every statement, with all columns and with the fewest', async () => {
    const optional = ['accounts', 'users', 'plans', 'tickets', 'invoices', 'surveys', 'touchpoints', 'events.user_id'];
    const columns = ['term_end', 'is_trial', 'seats', 'plan'].map(c => `subscriptions.${c}`);
    const later = [
      'users.deactivated_at',
      'subscriptions.ended_at',
      'tickets.rated_at',
      'tickets.reopened_at',
      'payments.kind',
      'surveys.responded_at',
      'touchpoints.cancelled_by',
      'touchpoints.channel',
      'tickets.channel',
      'surveys.delivered',
      'contacts.left_at',
      'contacts.main_to',
      'campaigns.clicked_at',
      'tags.valid_to',
      'sentiments.expires_at',
      'reviews.rating'
    ];
    await withEngine(async engine => {
      const world = randomWorld(7, 3);
      await loadWorld(engine, world);
      await loadSpine(engine, randomSpine(7, world, berlinDay));
      for (const omit of [[], [...optional, ...columns], later]) {
        const tables = tableInfos(FAR, omit);
        const { features } = buildCatalogue(CONFIG, tables);
        for (const statement of planSnapshots({ config: CONFIG, tables, features, intervals: 30 }).statements) {
          await engine.rows(sql`explain ${statement}`);
          await engine.run(statement);
        }
      }
    });
  });

  it('runs one statement per source and idea, however many features and dates there are', () => {
    expect(
      planSnapshots({ config: CONFIG, tables: TABLES, features: FEATURES, intervals: 30 }).statements.length
    ).toBeLessThan(60);
    const one = FEATURES.filter(f => f.name === 'tickets_28d');
    const { statements, temporary } = planSnapshots({ config: CONFIG, tables: TABLES, features: one, intervals: 0 });
    expect(temporary).toEqual(['feature_pass_tickets']);
    expect(statements.map(s => s.text).join()).not.toMatch(/\bevents\b/);
  });

  it('never asks for what may differ from run to run', () => {
    const text = planSnapshots({ config: CONFIG, tables: TABLES, features: FEATURES, intervals: 30 })
      .statements.map(s => s.text)
      .join();
    expect(text).not.toMatch(
      /\b(any_value|first|last|arg_max|arg_min|avg|median|approx_\w+|exp|ln|log|current_\w+|now|random)\s*\(/i
    );
  });
});
