import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../../src/features/index.js';
import { type Cell, configOf, type Row, tableInfos } from '../world.js';
import { daysAgo, event, rowOf, valuesOf } from './snapshot.js';

const features = {
  eventTypes: ['login', 'report', 'export', 'api'],
  coreEvents: [],
  keyEvents: ['report', 'export', 'api']
};
const config = { features };
const plans = [
  { plan: 'basic', rank: 1, features: 'report; export', known_at: 0 },
  { plan: 'pro', rank: 2, features: null, known_at: 0 }
];
const term = (plan: string | null, cells: Readonly<Record<string, Cell>> = {}): Row =>
  rowOf(daysAgo(200), { subscription_id: `${plan}`, plan, started_at: daysAgo(200), mrr: 1, ...cells });
const NEVER = ['never_used_report', 'never_used_export', 'never_used_api'];
const events = [event(daysAgo(90), 'report'), event(daysAgo(3), 'login')];
const never = (subscriptions: readonly Row[], omit: readonly string[] = []) =>
  valuesOf({ plans, subscriptions, events }, NEVER, { config, omit });

describe('key features never used (R30)', () => {
  it('are flagged unless they were used or the plan lacks them', async () => {
    expect(await never([term('basic')])).toEqual([0, 1, 0]);
    expect(await never([term('pro')])).toEqual([0, 1, 1]);
  });

  it('follow the terms that run at the date, trials among them', async () => {
    const ended = term('pro', { ended_at: daysAgo(4) });
    expect(await never([term('basic'), ended])).toEqual([0, 1, 0]);
    expect(await never([term('basic'), term('pro', { is_trial: true })])).toEqual([0, 1, 1]);
    expect(await never([term('basic', { term_end: daysAgo(1) }), term('pro', { term_end: daysAgo(-1) })])).toEqual([
      0, 1, 1
    ]);
  });

  it('are undefined where the price list does not have the plan, but for what was used', async () => {
    expect(await never([term('legacy')])).toEqual([0, null, null]);
    expect(await never([term('legacy'), term('basic')])).toEqual([0, 1, null]);
    expect(await never([])).toEqual([0, null, null]);
  });

  it('count as entitled where plans.features is not mapped', async () => {
    expect(await never([term('basic')], ['plans.features'])).toEqual([0, 1, 1]);
    expect(await never([], ['subscriptions.plan'])).toEqual([0, 1, 1]);
  });
});

describe('adoption (R46)', () => {
  const names = ['key_features_share_30d', 'key_events_per_active_user_30d'];
  const used = [
    event(daysAgo(30), 'report', 'u'),
    event(daysAgo(2), 'report', 'v'),
    event(daysAgo(2), 'api', 'v'),
    event(daysAgo(31), 'export', 'v'),
    event(daysAgo(1), 'login', 'w'),
    event(daysAgo(1), 'report', null)
  ];
  const adoption = (plan: string, rows: readonly Row[] = used) =>
    valuesOf({ plans, subscriptions: [term(plan)], events: rows }, names, { config });

  it('is used / entitled key features, and key events per active user', async () => {
    expect(await adoption('basic')).toEqual([1 / 2, 3 / 3]);
    expect(await adoption('pro')).toEqual([2 / 3, 3 / 3]);
    expect(await adoption('pro', [])).toEqual([0, null]);
  });

  it('is undefined when the plan has no key feature or is not listed', async () => {
    expect((await adoption('legacy'))[0]).toBeNull();
    const none = { plans: [{ plan: 'mini', rank: 0, features: 'login', known_at: 0 }], subscriptions: [term('mini')] };
    expect(await valuesOf({ ...none, events: used }, [names[0] as string], { config })).toEqual([null]);
  });

  it('needs key features', () => {
    const { skipped } = buildCatalogue(configOf({ features: { ...features, keyEvents: [] } }), tableInfos(0));
    expect(skipped).toEqual(
      expect.arrayContaining(names.map(name => ({ name, reason: 'features.key_events is empty' })))
    );
  });
});
