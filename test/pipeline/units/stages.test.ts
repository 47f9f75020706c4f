import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashOf, inScratch, inTransaction, runStage, type Stage } from '../../../src/pipeline/stages.js';
import { openDuckDB } from '../../../src/sources/duckdb.js';
import { raw, sql } from '../../../src/sql/sql.js';
import type { Engine } from '../../../src/types.js';

let engine: Engine;
beforeEach(async () => {
  engine = await openDuckDB({ path: ':memory:' });
});
afterEach(() => engine.close());

/** A stage that replaces table `made` by one value and returns it; `runs` counts how often it was computed. */
function maker(key: string, value: number) {
  const made = { runs: 0 };
  const stage: Stage<{ value: number }> = {
    name: 'make',
    key,
    compute: async () => {
      made.runs++;
      await engine.run(sql`create or replace table made as select ${value} as value`);
      return { value };
    }
  };
  return { made, stage };
}

async function tables(): Promise<unknown[]> {
  return (await engine.rows(raw('select table_name from duckdb_tables() order by 1'))).map(row => row['table_name']);
}

const stored = async () => (await engine.rows(raw('select value from made')))[0]?.['value'];

describe('runStage', () => {
  it('computes once per key: the same key finds the result again', async () => {
    const { made, stage } = maker('k1', 7);
    expect(await runStage(engine, stage)).toEqual({ value: { value: 7 }, reused: false });
    expect(await runStage(engine, stage)).toEqual({ value: { value: 7 }, reused: true });
    expect(made.runs).toBe(1);
    expect(await stored()).toBe(7);
  });

  it('another key computes anew and forgets the old one', async () => {
    const [first, second] = [maker('k1', 7), maker('k2', 8)];
    await runStage(engine, first.stage);
    expect(await runStage(engine, second.stage)).toEqual({ value: { value: 8 }, reused: false });
    expect(await stored()).toBe(8);
    expect((await runStage(engine, first.stage)).reused).toBe(false);
    expect([first.made.runs, second.made.runs, await stored()]).toEqual([2, 1, 7]);
  });

  it('stages of other names do not disturb each other', async () => {
    await runStage(engine, maker('k1', 7).stage);
    await runStage(engine, { name: 'other', key: 'k1', compute: async () => [1, "it's"] });
    expect((await runStage(engine, maker('k1', 9).stage)).value).toEqual({ value: 7 });
    const other = await runStage<unknown>(engine, { name: 'other', key: 'k1', compute: () => Promise.reject() });
    expect(other).toEqual({ value: [1, "it's"], reused: true });
  });

  it('a failure rolls back what the stage did and leaves the old result in force', async () => {
    await runStage(engine, maker('k1', 7).stage);
    const failing: Stage<never> = {
      name: 'make',
      key: 'k2',
      compute: async () => {
        await engine.run(raw('create or replace table made as select 0 as value'));
        await engine.run(raw('create table half_written as select 1'));
        throw new Error('out of luck');
      }
    };
    await expect(runStage(engine, failing)).rejects.toThrow('out of luck');
    expect(await tables()).toEqual(['made', 'stages']);
    expect(await stored()).toBe(7);
    expect((await runStage(engine, maker('k1', 9).stage)).reused).toBe(true);
  });

  it('a failed statement of the engine rolls back as well, and the engine works on', async () => {
    const compute = async () => {
      await engine.run(raw('create table made as select 1 as value'));
      await engine.run(raw('select * from nowhere'));
    };
    await expect(runStage(engine, { name: 'make', key: 'k', compute })).rejects.toThrow('nowhere');
    expect(await tables()).toEqual(['stages']);
    expect((await runStage(engine, maker('k', 3).stage)).value).toEqual({ value: 3 });
  });
});

describe('inTransaction', () => {
  it('commits what ends and returns its result', async () => {
    const result = await inTransaction(engine, async () => {
      await engine.run(raw('create table kept as select 1'));
      return 'done';
    });
    expect([result, await tables()]).toEqual(['done', ['kept']]);
  });
});

describe('inScratch', () => {
  it('returns its result and leaves nothing behind, also when it throws', async () => {
    await engine.run(raw('create table made as select 7 as value'));
    const work = async () => {
      await engine.run(raw('create or replace table made as select 0 as value'));
      await engine.run(raw('create table passing as select 1'));
      return stored();
    };
    expect(await inScratch(engine, work)).toBe(0);
    expect([await tables(), await stored()]).toEqual([['made'], 7]);
    const fail = () => work().then(() => Promise.reject(new Error('no')));
    await expect(inScratch(engine, fail)).rejects.toThrow('no');
    expect([await tables(), await stored()]).toEqual([['made'], 7]);
  });
});

describe('hashOf', () => {
  it('tells values, their types and where they are cut', () => {
    const all = [hashOf('a', 'b'), hashOf('ab'), hashOf('a', null, 'b'), hashOf(['a', 'b']), hashOf('1'), hashOf(1)];
    expect(new Set(all).size).toBe(all.length);
    expect(hashOf('a', { b: [1, 2] })).toBe(hashOf('a', { b: [1, 2] }));
    expect(hashOf('a')).toMatch(/^[0-9a-f]{64}$/);
  });
});
