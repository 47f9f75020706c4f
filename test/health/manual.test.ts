import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { buildManual } from '../../src/health/manual.js';
import { factor, info, profile } from './profile.js';

const PEERS = [info('industry', { type: 'category' }), info('size_band', { type: 'category' })];
const INFOS = [info('tenure_days', { minimum: 0 }), info('active_days'), ...PEERS];
const PERCENTILE = { kind: 'percentile', lowerBetter: false } as const;

describe('buildManual', () => {
  it('R26: divides weights by their sum and keeps the order of the file', () => {
    const built = buildManual(
      profile([factor({ feature: 'tenure_days', weight: 3 }), factor({ feature: 'active_days', weight: 1 })]),
      INFOS
    );
    expect(built.model.factors.map(one => [one.name, one.input, one.weight])).toEqual([
      ['tenure_days', 'tenure_days', 3 / 4],
      ['active_days', 'active_days', 1 / 4]
    ]);
    expect(built.model).toMatchObject({
      kind: 'manual',
      profile: 'default',
      profileHash: 'profile-hash',
      minCoverage: 0.5
    });
    expect(built.inputs[0]).toEqual({
      name: 'tenure_days',
      type: 'number',
      unit: 'days',
      about: 'About tenure_days.',
      nullable: true,
      minimum: 0,
      definitionHash: 'hash of tenure_days'
    });
    expect(built.percentiles).toEqual([]);
  });

  it('R10: a percentile factor reads the percentile, 0 to 100; two factors may share it', () => {
    const built = buildManual(
      profile([
        factor({ name: 'a', feature: 'active_days', transform: PERCENTILE }),
        factor({ name: 'b', feature: 'active_days', transform: { kind: 'percentile', lowerBetter: true } }),
        factor({ name: 'c', feature: 'active_days' })
      ]),
      INFOS
    );
    expect(built.inputs.map(input => [input.name, input.minimum, input.maximum, input.nullable])).toEqual([
      ['active_days__percentile', 0, 100, true],
      ['active_days', undefined, undefined, true]
    ]);
    expect(built.percentiles).toEqual(['active_days']);
  });

  it('the definition of a percentile changes with its feature, its peers and their minimum', () => {
    const hash = (keys: Parameters<typeof profile>[1], infos = INFOS) =>
      buildManual(profile([factor({ feature: 'active_days', transform: PERCENTILE })], keys), infos).inputs[0]
        ?.definitionHash;
    const base = hash({});
    expect(hash({ owner: 'somebody else' })).toBe(base);
    expect(hash({ peers: { by: ['size_band'], minPeers: 10 } })).not.toBe(base);
    expect(hash({ peers: { by: ['size_band', 'industry'], minPeers: 9 } })).not.toBe(base);
    expect(hash({}, [info('active_days', { definitionHash: 'other' }), ...PEERS])).not.toBe(base);
  });

  it.each([
    [
      [factor({ feature: 'tenure_day' })],
      'models/manual/default.yaml: factors[0].feature: expected a feature of type number, got tenure_day, which no feature is called; did you mean tenure_days?'
    ],
    [
      [factor({ feature: 'industry' })],
      'factors[0].feature: expected a feature of type number, got industry, a category'
    ]
  ])('refuses unknown features and names the nearest', (factors, message) => {
    expect(() => buildManual(profile(factors), INFOS)).toThrow(ConfigError);
    expect(() => buildManual(profile(factors), INFOS)).toThrow(message);
  });

  it('refuses unknown peer columns, but only when peers are used', () => {
    const peers = { by: ['industri'], minPeers: 1 };
    expect(() =>
      buildManual(profile([factor({ feature: 'active_days', transform: PERCENTILE })], { peers }), INFOS)
    ).toThrow(
      'peers.by[0]: expected a feature of type category, got industri, which no feature is called; did you mean industry?'
    );
    expect(buildManual(profile([factor({ feature: 'active_days' })], { peers }), INFOS).percentiles).toEqual([]);
  });
});
