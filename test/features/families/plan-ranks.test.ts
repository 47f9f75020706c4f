import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { on, statesOf, term, valuesOf } from './one-account.js';

const plans: Row[] = [
  { plan: 'free', rank: 0, features: 'login', known_at: 0 },
  { plan: 'basic', rank: 10, features: 'login; export', known_at: 0 },
  { plan: 'pro', rank: 20, features: null, known_at: 0 }
];

/** basic in 2023, pro from January to April 2024, free in April, basic since May. */
const ladder = [
  term('2023-01-01', '2024-01-01', { plan: 'basic' }),
  term('2024-01-01', '2024-04-01', { plan: 'pro' }),
  term('2024-04-01', '2024-05-01', { plan: 'free' }),
  term('2024-05-01', '2025-05-01', { plan: 'basic' })
];

describe('the plan against its start', () => {
  const names = ['plan_rank', 'plan_rank_start', 'plan_rank_above_start'];

  it.each([
    ['2023-06-01', [10, 10, 0]],
    ['2024-02-01', [20, 10, 1]],
    ['2024-04-02', [0, 10, 0]],
    ['2024-06-01', [10, 10, 0]]
  ])('rank at %s, rank at the first paid start, and whether it is higher: %j (R33)', async (at, expected) => {
    expect(await valuesOf({ world: { subscriptions: ladder, plans }, at, names })).toEqual(expected);
  });

  it('the first paid start is that of the first paid term, not of a trial (R33)', async () => {
    const subscriptions = [
      term('2022-12-01', '2023-01-01', { plan: 'pro', is_trial: true }),
      term('2023-01-01', null, { plan: 'basic' })
    ];
    expect(await valuesOf({ world: { subscriptions, plans }, at: '2024-06-01', names })).toEqual([10, 10, 0]);
  });

  it('is unknown when either plan is not on the price list (R33)', async () => {
    const subscriptions = [
      term('2023-01-01', '2024-01-01', { plan: 'legacy' }),
      term('2024-01-01', null, { plan: 'pro' })
    ];
    expect(await valuesOf({ world: { subscriptions, plans }, at: '2024-06-01', names })).toEqual([20, null, null]);
  });

  it('advanced: above the start, or an upgrade within 180 days; three-valued (R33)', async () => {
    const ask = (subscriptions: Row[], at: string) =>
      valuesOf({ world: { subscriptions, plans }, at, names: ['plan_advanced_180d'] });
    expect(await ask(ladder, '2024-02-01')).toEqual([1]);
    expect(await ask(ladder, '2024-06-01')).toEqual([1]);
    expect(await ask(ladder, '2025-04-01')).toEqual([0]);
    expect(await ask([term('2023-01-01', null, { plan: 'legacy' })], '2024-06-01')).toEqual([null]);
  });
});

describe('moves of the plan', () => {
  it('counts upgrades and downgrades by the day of the move (R33, R34)', async () => {
    const names = [90, 180, 365].flatMap(days => [`upgrades_${days}d`, `downgrades_${days}d`]);
    const ask = (at: string) => valuesOf({ world: { subscriptions: ladder, plans }, at, names });
    // 2024-07-30 is 90 days after 1 May (up), 120 after 1 April (down) and 211 after 1 January (up).
    expect(await ask('2024-07-30')).toEqual([1, 0, 1, 1, 2, 1]);
    expect(await ask('2024-07-31')).toEqual([0, 0, 1, 1, 2, 1]);
    // On the day of the move itself it has not happened yet.
    expect(await ask('2024-05-01')).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('days since the last upgrade and downgrade; unknown before the first (R33, R34)', async () => {
    const names = ['days_since_upgrade', 'days_since_downgrade'];
    const ask = (at: string) => valuesOf({ world: { subscriptions: ladder, plans }, at, names });
    expect(await ask('2023-06-01')).toEqual([null, null]);
    expect(await ask('2024-02-01')).toEqual([31, null]);
    expect(await ask('2024-07-30')).toEqual([90, 120]);
  });

  it('a term that takes over with an overlap moves the rank when the higher one begins or ends (R34)', async () => {
    const subscriptions = [
      term('2023-01-01', '2024-03-11', { plan: 'pro' }),
      term('2024-03-01', null, { plan: 'basic' })
    ];
    const names = ['downgrades_90d', 'days_since_downgrade', 'upgrades_ever'];
    const ask = (at: string) => valuesOf({ world: { subscriptions, plans }, at, names });
    expect(await ask('2024-03-11')).toEqual([0, null, 0]);
    expect(await ask('2024-03-21')).toEqual([1, 10, 0]);
  });

  it('a plan ended early and replaced at that instant is one move, a return after a gap none (R34)', async () => {
    const early = [
      term('2023-01-01', '2024-12-31', { plan: 'pro', ended_at: on('2024-03-01') }),
      term('2024-03-01', null, { plan: 'basic' })
    ];
    const late = [term('2023-01-01', '2024-03-01', { plan: 'pro' }), term('2024-03-02', null, { plan: 'basic' })];
    const ask = (subscriptions: Row[]) =>
      valuesOf({ world: { subscriptions, plans }, at: '2024-03-11', names: ['downgrades_90d'] });
    expect(await ask(early)).toEqual([1]);
    expect(await ask(late)).toEqual([0]);
  });

  it('is unknown without any listed plan, and too young before the window fits (R34)', async () => {
    const names = ['downgrades_180d', 'upgrades_180d', 'upgrades_ever'];
    const world = { subscriptions: [term('2023-01-01', null, { plan: 'legacy' })], plans };
    expect(await statesOf({ world, at: '2024-06-01', names })).toEqual([1, 1, 1]);
    const young = { world: { subscriptions: ladder, plans }, at: '2023-06-01', names, tenureDays: 151 };
    expect(await statesOf(young)).toEqual([2, 2, 0]);
  });

  it('counts every upgrade of the history (R79)', async () => {
    const ask = (at: string) => valuesOf({ world: { subscriptions: ladder, plans }, at, names: ['upgrades_ever'] });
    expect(await ask('2023-06-01')).toEqual([0]);
    expect(await ask('2024-03-01')).toEqual([1]);
    expect(await ask('2025-04-01')).toEqual([2]);
  });
});

describe('entitlement', () => {
  it('is that of the plans which run at the date; an empty list allows all six (R33)', async () => {
    const names = ['event_types_entitled'];
    const ask = (at: string) => valuesOf({ world: { subscriptions: ladder, plans }, at, names });
    expect(await ask('2023-06-01')).toEqual([2]);
    expect(await ask('2024-02-01')).toEqual([6]);
    expect(await ask('2024-04-02')).toEqual([1]);
    const unlisted = { subscriptions: [term('2023-01-01', null, { plan: 'legacy' })], plans };
    expect(await valuesOf({ world: unlisted, at: '2024-02-01', names })).toEqual([null]);
  });
});
