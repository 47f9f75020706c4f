import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateAccount } from '../../src/simulate/history.js';
import { raw } from '../../src/sql/sql.js';
import { type OpenWorld, one, openWorld } from './world.js';

const WORLD = { seed: 23, months: 24, effects: 1 };
const ACCOUNTS = 300;

/** Later paid terms of a subscription with more seats or a higher plan, and add-ons that begin. */
const UPSELLS = `
  select account_id, started_at as instant from (
    select *, lag(seats) over w as seats_before, lag(rank) over w as rank_before
    from subscriptions join plans using (plan) where not is_trial
    window w as (partition by account_id, product order by started_at))
  where seats > seats_before or rank > rank_before
  union all
  select account_id, min(started_at) from subscriptions where product = 'insights' group by 1`;

describe('outcomes of a simulated world', () => {
  let world: OpenWorld;
  beforeAll(async () => {
    world = await openWorld({ ...WORLD, accounts: ACCOUNTS });
  }, 120_000);
  afterAll(() => world.engine.close());

  const microseconds = (query: string) =>
    world.engine.rows(raw(`select account_id, epoch_us(instant) as us from (${query}) order by account_id, us`));

  it('have exactly the simulated churn instants, one per account, of the simulated kinds', async () => {
    const expected = Array.from({ length: ACCOUNTS }, (_, index) => {
      const { churnAt, churnKind } = simulateAccount(WORLD, index);
      return { account_id: `A${String(index).padStart(6, '0')}`, us: churnAt * 1e6, kind: churnKind };
    }).filter(row => row.kind !== '');
    const open = Date.UTC(2025, 11, 18) * 1000;
    const decided = expected.filter(row => row.kind !== 'payment_failure' || row.us <= open);
    const query = raw('select account_id, epoch_us(instant) as us, kind from episodes order by account_id, us');
    expect(await world.engine.rows(query)).toEqual(decided);
    expect(new Set(decided.map(row => row.kind))).toEqual(new Set(['cancelled', 'non_renewal', 'payment_failure']));
  });

  it('have exactly the simulated upsell instants in the observed months', async () => {
    const expected = Array.from({ length: ACCOUNTS }, (_, index) =>
      simulateAccount(WORLD, index).upsellsAt.map(at => ({
        account_id: `A${String(index).padStart(6, '0')}`,
        us: at * 1e6
      }))
    ).flat();
    expect(await microseconds(`select * from (${UPSELLS}) where instant >= timestamp '2024-01-01'`)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(50);
  });

  it('fall on day 3 to 28, inside the 30 days after the first of their month', async () => {
    const all = `(select instant from episodes union all select instant from (${UPSELLS}))`;
    expect(await one(world.engine, `select count(*) as n from ${all} where day(instant) not between 3 and 28`)).toBe(0);
    const late = `instant > date_trunc('month', instant) + interval 30 day`;
    expect(await one(world.engine, `select count(*) as n from ${all} where ${late}`)).toBe(0);
  });

  it('leave no failed payment undecided for good at the next first of a month: 14 days of grace are over', async () => {
    const open = `instant + interval 14 day >= date_trunc('month', instant) + interval 1 month`;
    const failures = `episodes where kind = 'payment_failure'`;
    expect(await one(world.engine, `select count(*) as n from ${failures}`)).toBeGreaterThan(5);
    expect(await one(world.engine, `select count(*) as n from ${failures} and ${open}`)).toBe(0);
  });

  it('have a truth for exactly the account-months that pay, without a trial or an earlier churn', async () => {
    const paying = `select distinct account_id, as_of from truth_dates join subscriptions on not is_trial
      and started_at < as_of and term_end > as_of and (ended_at is null or ended_at > as_of)
      and not exists (select 1 from churned c where c.account_id = subscriptions.account_id and c.instant < as_of)`;
    await world.engine.run(raw('create temp table truth_dates as select distinct as_of from truth_churn'));
    await world.engine.run(
      raw('create temp table churned as select account_id, min(instant) as instant from episodes group by 1')
    );
    expect(await one(world.engine, 'select count(*) as n from truth_dates')).toBe(24);
    for (const target of ['churn', 'upsell']) {
      const truth = `select account_id, as_of from truth_${target}`;
      expect(await one(world.engine, `select count(*) as n from (${truth} except (${paying}))`)).toBe(0);
      expect(await one(world.engine, `select count(*) as n from ((${paying}) except ${truth})`)).toBe(0);
    }
  });
});
