import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFrame, labelledRows, numbers, readFrame, selectDataset, texts } from '../../src/datasets/frame.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';
import { infosOf } from './frames.js';

/** 2024-04-01 and 2024-05-01. */
const APRIL = 19_814;
const MAY = 19_844;
const INFOS = infosOf(['seats', 'plan?']);

const SNAPSHOTS = `
  create table snapshots (account_id varchar, as_of_day integer, parent varchar, arr double, seats bigint, plan varchar);
  insert into snapshots values
    ('b', ${MAY}, 'a', 20, null, 'Zeta'), ('a', ${MAY}, null, 11, 5, null), ('c', ${APRIL}, null, 0, 9, 'alpha'),
    ('a', ${APRIL}, null, 10, 3, 'alpha'), ('b', ${APRIL}, 'a', 20, 4, 'Ähre')`;

const OUTCOMES = `
  create table outcomes (account_id varchar, as_of_day integer,
    churn integer, churn_status varchar, churn_kind varchar, churn_us bigint,
    upsell integer, upsell_status varchar, upsell_kind varchar, upsell_us bigint, renewal_status varchar);
  insert into outcomes values
    ('a', ${APRIL}, 1, 'ok', 'cancelled', 1700, 0, 'ok', null, null, 'ok'),
    ('a', ${MAY}, 1, 'ok', 'cancelled', 1700, null, 'ineligible', null, null, 'ok'),
    ('b', ${APRIL}, 1, 'ok', 'cancelled', 1700, 0, 'ok', null, null, 'ok'),
    ('b', ${MAY}, null, 'immature', null, null, 1, 'ok', 'seats_up', 900, 'ok'),
    ('c', ${APRIL}, 0, 'ok', null, null, 1, 'ok', 'plan_up', 900, 'ok')`;

describe('frames', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openDuckDB({ path: ':memory:' });
    await engine.run(raw(SNAPSHOTS));
    await engine.run(raw(OUTCOMES));
  });
  afterAll(() => engine.close());

  it('are ordered by day, then account, whatever the order of the table', async () => {
    const frame = await readFrame(engine, INFOS, true);
    expect(frame.accounts).toEqual(['a', 'b', 'c', 'a', 'b']);
    expect([...frame.day]).toEqual([APRIL, APRIL, APRIL, MAY, MAY]);
    expect([...frame.arr]).toEqual([10, 20, 0, 11, 20]);
  });

  it('cluster an account with its top parent, also when the parent is an account itself', async () => {
    const { clusters } = await readFrame(engine, INFOS, false);
    expect([...clusters]).toEqual([0, 0, 1, 0, 0]);
  });

  it('hold levels in the order of code units, and NaN for NULL', async () => {
    const frame = await readFrame(engine, INFOS, true);
    expect(frame.levels).toEqual({ plan: ['Zeta', 'alpha', 'Ähre'] });
    const { X, n, p, names } = selectDataset(frame, Int32Array.of(0, 1, 3, 4), null);
    expect([n, p, names]).toEqual([4, 2, ['seats', 'plan']]);
    expect([...X]).toEqual([3, 1, 4, 2, 5, Number.NaN, Number.NaN, 0]);
  });

  it('select rows with their outcome, identity, value and cluster', async () => {
    const frame = await readFrame(engine, INFOS, true);
    const data = selectDataset(frame, labelledRows(frame, 'churn'), 'churn');
    expect(data.ids).toEqual(['a@2024-04-01', 'b@2024-04-01', 'c@2024-04-01', 'a@2024-05-01']);
    expect(data.accounts).toEqual(['a', 'b', 'c', 'a']);
    expect([...data.asOf]).toEqual([APRIL, APRIL, APRIL, MAY]);
    expect([...data.y]).toEqual([1, 1, 0, 1]);
    expect([...data.value]).toEqual([10, 20, 0, 11]);
    expect([...data.clusters]).toEqual([0, 0, 1, 0]);
  });

  it('count one churn of one account once, however many dates saw it coming', async () => {
    const frame = await readFrame(engine, INFOS, true);
    const { episode } = selectDataset(frame, labelledRows(frame, 'churn'), 'churn');
    // a churns once, seen from April and May; b at the same instant is another episode; c stays.
    expect([...episode]).toEqual([0, 1, -1, 0]);
  });

  it('usable rows are those whose own target is matured and eligible', async () => {
    const frame = await readFrame(engine, INFOS, true);
    expect([...labelledRows(frame, 'churn')]).toEqual([0, 1, 2, 3]);
    expect([...labelledRows(frame, 'upsell')]).toEqual([0, 1, 2, 4]);
  });

  it('without a target every row is negative and of no episode', async () => {
    const frame = await readFrame(engine, INFOS, false);
    const { y, episode } = selectDataset(frame, Int32Array.of(0, 4), null);
    expect([[...y], [...episode]]).toEqual([
      [0, 0],
      [-1, -1]
    ]);
  });

  it('a feature named arr is read from the spine once', async () => {
    const frame = await readFrame(engine, infosOf(['arr', 'seats']), true);
    expect([...selectDataset(frame, Int32Array.of(0, 2), 'churn').X]).toEqual([10, 3, 0, 9]);
    expect([...frame.arr]).toEqual([10, 20, 0, 11, 20]);
  });

  it('may have no feature at all', async () => {
    const frame = await readFrame(engine, infosOf(['arr']), true);
    expect([...selectDataset(frame, Int32Array.of(1), 'churn').X]).toEqual([20]);
    expect((await readFrame(engine, [], true)).n).toBe(5);
  });

  it('a name with marks of SQL stays one name', async () => {
    const name = 'a "b"; drop table outcomes --';
    await engine.run(raw('alter table snapshots add column "a ""b""; drop table outcomes --" integer default 7'));
    const frame = await readFrame(engine, infosOf([name]), true);
    expect([...selectDataset(frame, Int32Array.of(1), null).X]).toEqual([7]);
  });

  it('snapshots without a date are named by the account alone', () => {
    const columns = {
      n: 1,
      names: [],
      numbers: { as_of_day: Float64Array.of(0), arr: Float64Array.of(0) },
      texts: { account_id: ['lone'], parent: [null] }
    };
    expect(selectDataset(buildFrame(columns, []), Int32Array.of(0), null).ids).toEqual(['lone']);
  });

  it('refuse a column that the query did not give', async () => {
    const { columns } = await readFrame(engine, INFOS, false);
    expect(() => numbers(columns, 'plan')).toThrow('expected a numeric column plan in the snapshots, got none');
    expect(() => texts(columns, 'seats')).toThrow('expected a text column seats in the snapshots, got none');
  });
});
