import { describe, expect, it } from 'vitest';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { raw } from '../../src/sql/sql.js';
import { randomSpine, randomWorld } from './history.js';
import { expected, RULES, viewOf } from './oracle.js';
import { berlinDay, berlinMidnight, configOf, dayOf, loadSpine, loadWorld, tableInfos, withEngine } from './world.js';

const FAR = berlinMidnight(dayOf('2024-12-31'));

describe('buildSnapshots', () => {
  it.each([11, 12, 13])('equals a naive account-by-account oracle, seed %i (promise 32)', async seed => {
    const world = randomWorld(seed, 40);
    const spine = randomSpine(seed, world, berlinDay);
    const tables = tableInfos(FAR);
    const config = configOf();
    const rows = await withEngine(async engine => {
      await loadWorld(engine, world);
      await loadSpine(engine, spine);
      await buildSnapshots(engine, { config, tables, features: buildCatalogue(config, tables).features });
      return engine.rows(raw('select * from snapshots order by as_of_day, account_id'));
    });
    expect(rows.length).toBe(spine.length);
    const differences: string[] = [];
    for (const row of rows) {
      const at = spine.find(s => s.account === row['account_id'] && s.asOfDay === row['as_of_day']);
      if (at === undefined) throw new Error('a snapshot that the spine does not have');
      const view = viewOf(world, at, berlinDay);
      for (const [name, rule] of Object.entries(RULES)) {
        const want = expected(rule, view);
        if (Object.is(row[name], want.value) && row[`${name}__state`] === want.state) continue;
        differences.push(`${at.account}@${at.asOfDay} ${name}: ${row[name]}/${row[`${name}__state`]} want ${want.value}/${want.state}`);
      }
    }
    expect(differences.slice(0, 40)).toEqual([]);
  });
});
