import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenWorld, one, openWorld } from './world.js';

const OUTCOME = `select t.probability as p, cast(count(e.instant) > 0 as int) as y
  from truth_churn t left join episodes e on e.account_id = t.account_id
    and e.instant > t.as_of and e.instant <= t.as_of + interval 30 day
  where t.as_of < date '2025-12-01'
  group by t.account_id, t.as_of, t.probability`;

/** Share of (churned, stayed) pairs that the true probability orders, ties counted half. */
const AUC = `select (sum(r * y) - sum(y) * (sum(y) + 1) / 2) / (sum(y) * sum(1 - y)) as auc
  from (select y, rank() over (order by p) + (count(*) over (partition by p) - 1) / 2 as r from (${OUTCOME}))`;

async function measure({ engine }: OpenWorld) {
  const value = (expression: string) => one(engine, `select ${expression} as value from (${OUTCOME})`);
  return {
    n: await value('count(*)'),
    rate: await value('avg(y)'),
    mean: await value('avg(p)'),
    /** Standard error of the rate given the probabilities. */
    error: Math.sqrt(await value('sum(p * (1 - p))')) / (await value('count(*)')),
    spread: await value('max(p) - min(p)'),
    auc: await one(engine, AUC)
  };
}

async function expectDefaultTruth(world: OpenWorld): Promise<void> {
  const { rate, mean, error, auc } = await measure(world);
  expect(rate).toBeGreaterThan(0.02);
  expect(rate).toBeLessThan(0.03);
  expect(auc).toBeGreaterThan(0.8);
  expect(auc).toBeLessThan(0.88);
  expect(Math.abs(rate - mean)).toBeLessThan(3 * error);
}

describe('truth of the default world', () => {
  let world: OpenWorld;
  beforeAll(async () => {
    world = await openWorld({ seed: 7 });
  }, 120_000);
  afterAll(() => world.engine.close());
  const value = (query: string) => one(world.engine, query);

  it('has 2 to 3 % monthly churn, an AUC of 0.80 to 0.88, and adds up to what happened', () =>
    expectDefaultTruth(world));

  it('has them with another seed too', async () => {
    const other = await openWorld({ seed: 20 });
    await expectDefaultTruth(other);
    other.engine.close();
  });

  it('agrees with the totals of the summary, for churn and for upsell', async () => {
    const { churn, upsell } = world.summary;
    for (const [target, totals] of Object.entries({ churn, upsell })) {
      expect(totals.accountMonths).toBe(await value(`select count(*) as n from truth_${target}`));
      expect(totals.expected).toBeCloseTo(await value(`select sum(probability) as n from truth_${target}`), 6);
      expect(Math.abs(totals.happened - totals.expected)).toBeLessThan(3 * Math.sqrt(totals.expected));
      expect(totals.happened / totals.accountMonths).toBeGreaterThan(0.02);
      expect(totals.happened / totals.accountMonths).toBeLessThan(0.03);
    }
  });

  it('comes with about a million events', () => {
    expect(world.summary.rows['events']).toBeGreaterThan(900_000);
    expect(world.summary.rows['events']).toBeLessThan(1_300_000);
  });

  it('is roughly stationary: accounts at risk and churn of the last half-year are like those of the first', async () => {
    const early = `from truth_churn where as_of < date '2024-07-01'`;
    const late = `from truth_churn where as_of >= date '2025-07-01'`;
    const ratio = async (what: string) =>
      (await value(`select ${what} as n ${late}`)) / (await value(`select ${what} as n ${early}`));
    expect(await ratio('count(*)')).toBeGreaterThan(0.85);
    expect(await ratio('count(*)')).toBeLessThan(1.25);
    expect(await ratio('avg(probability)')).toBeGreaterThan(0.8);
    expect(await ratio('avg(probability)')).toBeLessThan(1.25);
  });

  it('shows in usage before churn: it falls in the months before, and does not where accounts stay', async () => {
    const window = (from: number, to: number) =>
      `count(*) filter (where v.occurred_at >= c.instant - interval ${from} day and v.occurred_at < c.instant - interval ${to} day)`;
    const change = (cases: string) =>
      value(`select median((now - before) / before) as n from (
        select ${window(28, 0)} as now, ${window(112, 84)} as before
        from (${cases}) c join accounts a using (account_id) join events v using (account_id)
        where c.instant >= timestamp '2024-06-01' and a.created_at < c.instant - interval 150 day group by c.account_id)
        where before > 0`);
    const staying = `select account_id, timestamp '2025-12-01' as instant from accounts anti join episodes using (account_id)`;
    expect(await change('select account_id, instant from episodes')).toBeLessThan(-0.2);
    expect(await change(staying)).toBeGreaterThan(-0.05);
  });
});

describe('truth without effects', () => {
  it('is one probability that nothing orders, at the base rate', async () => {
    const world = await openWorld({ seed: 3, accounts: 500, effects: 0 });
    const { rate, mean, error, spread, auc } = await measure(world);
    expect(spread).toBe(0);
    expect(mean).toBeCloseTo(0.025, 12);
    expect(auc).toBeCloseTo(0.5, 12);
    expect(Math.abs(rate - mean)).toBeLessThan(3 * error);
    expect(await one(world.engine, 'select max(probability) - min(probability) as value from truth_upsell')).toBe(0);
    world.engine.close();
  });

  it('keeps the base rate for effects in between', async () => {
    const world = await openWorld({ seed: 3, accounts: 800, effects: 0.5 });
    expect((await measure(world)).mean).toBeGreaterThan(0.02);
    expect((await measure(world)).mean).toBeLessThan(0.03);
    world.engine.close();
  });
});
