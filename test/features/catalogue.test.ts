import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { buildCatalogue, featureInfos } from '../../src/features/index.js';
import type { Tables } from '../../src/types.js';
import { RULES } from './oracle.js';
import { configOf, tableInfos } from './world.js';

const TABLES = tableInfos(0);
const BAD_RATINGS = [30, 90].flatMap(days => [`tickets_bad_ratings_${days}d`, `tickets_bad_rating_share_${days}d`]);
const full = buildCatalogue(configOf(), TABLES);

describe('buildCatalogue', () => {
  it('has at least 60 features over all families when every table and 6 event types are there', () => {
    expect(full.skipped).toEqual([]);
    expect(full.features.length).toBeGreaterThanOrEqual(60);
    const families = [
      'usage',
      'sessions',
      'performance',
      'users',
      'subscription',
      'tickets',
      'invoices',
      'payments',
      'surveys',
      'touchpoints',
      'contacts',
      'trainings',
      'campaigns',
      'tags',
      'sentiments',
      'reviews',
      'programmes',
      'tenure',
      'profile'
    ];
    expect([...new Set(full.features.map(f => f.family))]).toEqual(families);
    const names = full.features.map(f => f.name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    for (const name of Object.keys(RULES)) expect(names).toContain(name);
  });

  it('depends on the mapped columns, and says what each missing feature lacks', () => {
    const { features, skipped } = buildCatalogue(
      configOf(),
      tableInfos(0, ['tickets', 'surveys.responded_at', 'events.user_id'])
    );
    const reason = (name: string) => skipped.find(s => s.name === name)?.reason;
    expect(reason('tickets_28d')).toBe('no source for tickets');
    expect(reason('nps_response_share_365d')).toBe('surveys.responded_at not mapped');
    expect(reason('active_users_28d')).toBe('events.user_id not mapped');
    expect(features.map(f => f.name)).toContain('nps_last');
    expect([...features, ...skipped].map(f => f.name).sort()).toEqual(full.features.map(f => f.name).sort());
  });

  it('takes event types, windows and core events from the configuration', () => {
    const config = configOf({ features: { eventTypes: ['2FA Setup'], windows: [14, 14], coreEvents: [] } });
    const { features, skipped } = buildCatalogue(config, TABLES);
    const names = features.map(f => f.name);
    for (const name of [
      'events_14d',
      'active_days_14d',
      'event_2fa_setup_14d',
      'tickets_14d',
      'event_2fa_setup_rate_28d'
    ]) {
      expect(names).toContain(name);
    }
    expect(names).not.toContain('events_28d');
    expect(skipped).toContainEqual({ name: 'core_events_28d', reason: 'features.coreEvents is empty' });
  });

  it('leaves out excluded features, and names the nearest when one is unknown', () => {
    const without = buildCatalogue(configOf({ features: { exclude: ['mrr', 'plan'] } }), TABLES);
    expect(full.features.map(f => f.name).filter(name => !without.features.some(f => f.name === name))).toEqual([
      'mrr',
      'plan'
    ]);
    const misspelt = () => buildCatalogue(configOf({ features: { exclude: ['event_28d'] } }), TABLES);
    expect(misspelt).toThrow(ConfigError);
    expect(misspelt).toThrow(/got event_28d; did you mean events_28d\?/);
    expect(() =>
      buildCatalogue(configOf({ features: { exclude: ['tickets_28d'] } }), tableInfos(0, ['tickets']))
    ).not.toThrow();
  });

  it('refuses event types that would share a name, or have none', () => {
    const types =
      (...eventTypes: string[]) =>
      () =>
        buildCatalogue(configOf({ features: { eventTypes } }), TABLES);
    expect(types('Log in', 'log-in')).toThrow(/expected feature names to be distinct, got log_in_7d twice/);
    expect(types('tickets')).toThrow(/got tickets_7d twice/);
    expect(types('登录')).toThrow(ConfigError);
  });
});

describe('definitionHash', () => {
  const hashes = (tables: Tables, overrides = {}) =>
    new Map(buildCatalogue(configOf(overrides), tables).features.map(f => [f.name, f.definitionHash]));
  const base = hashes(TABLES);
  const changed = (tables: Tables, overrides = {}) => {
    const other = hashes(tables, overrides);
    return [...base].filter(([name, hash]) => other.has(name) && other.get(name) !== hash).map(([name]) => name);
  };

  it('is a SHA-256 that differs between features', () => {
    expect(new Set(base.values()).size).toBe(base.size);
    for (const hash of base.values()) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('does not depend on the data, nor on what other features there are', () => {
    expect(changed(tableInfos(1_700_000_000_000_000))).toEqual([]);
    expect(changed(TABLES, { features: { windows: [7] } })).toEqual([]);
    expect(changed(tableInfos(0, ['touchpoints', 'subscriptions.seats']))).toEqual([]);
  });

  it('changes with the columns it reads, their time, and the time zone', () => {
    const tickets = TABLES.tickets;
    if (tickets === undefined) throw new Error('no tickets');
    const rating = { type: 'measure', decimals: 1, time: { at: 'rated_at' } } as const;
    expect(changed({ ...TABLES, tickets: { ...tickets, columns: { ...tickets.columns, rating } } })).toEqual([
      'tickets_rating_mean_90d',
      ...BAD_RATINGS
    ]);
    const escalated_at = { type: 'instant', decimals: 0, time: 'fixed' } as const;
    expect(changed({ ...TABLES, tickets: { ...tickets, columns: { ...tickets.columns, escalated_at } } })).toEqual([
      'tickets_escalated_90d',
      'tickets_escalated_share_90d'
    ]);
    expect(changed(TABLES, { features: { badRating: 3 } })).toEqual(BAD_RATINGS);
    expect(changed(TABLES, { timezone: 'UTC' })).toEqual([...base.keys()]);
    expect(changed(TABLES, { features: { sentimentDays: 30 } })).toHaveLength(5 + 1 + 4);
    expect(changed(TABLES, { features: { npsMin: 3, newContactDays: 30 } })).toEqual([
      'nps_90d',
      'nps_prior_90d',
      'nps_change_90d',
      'csat_90d',
      'csat_prior_90d',
      'csat_change_90d',
      'new_contact'
    ]);
    expect(changed(TABLES, { features: { coreEvents: ['login'] } })).toEqual([
      'core_events_28d',
      'core_value_reached',
      'days_to_first_core_event',
      'core_events_per_active_user_week_28d',
      'core_events_change_28d',
      'core_events_share_28d',
      'core_events_per_visit_28d'
    ]);
  });
});

describe('featureInfos', () => {
  it('carries what artifacts and reports print, and nothing else', () => {
    const info = featureInfos(full.features).find(f => f.name === 'tickets_28d');
    expect(info).toEqual({
      name: 'tickets_28d',
      type: 'number',
      unit: 'tickets',
      about: 'Tickets opened in the 28 days before the date.',
      family: 'tickets',
      requires: ['tickets'],
      timing: 'leading',
      actionable: true,
      direction: 'lower_better',
      minimum: 0,
      definitionHash: full.features.find(f => f.name === 'tickets_28d')?.definitionHash
    });
  });
});
