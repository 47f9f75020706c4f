import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors.js';
import { buildCatalogue } from '../../../src/features/index.js';
import { configOf, type Row, tableInfos } from '../world.js';
import { ago, measured, T } from './measured.js';

const tag = (name: string, polarity: 'positive' | 'negative', rest: Row = {}): Row => ({
  tag_id: `${name}-${JSON.stringify(rest)}`,
  tag: name,
  polarity,
  valid_from: ago(100),
  ...rest
});

describe('tags', () => {
  const good = ['tags_positive', 'tags_positive_weight'];
  const bad = ['tags_negative', 'tags_negative_weight'];

  it('of confidence count while they are active, with their weights; one without a weight counts 1 (R42)', async () => {
    const tags = [
      tag('referral', 'positive', { weight: 2500 }),
      tag('case study', 'positive'),
      tag('review', 'positive', { valid_to: T }),
      tag('review', 'positive', { valid_to: T - 1, weight: 9000 }),
      tag('acquired', 'negative', { weight: 500 })
    ];
    expect(await measured(good, { tags })).toEqual([3, 2.5 + 1 + 1]);
    expect(await measured(bad, { tags })).toEqual([1, 0.5]);
  });

  it('of risk have no effect once expired, nor before they begin (R43)', async () => {
    const tags = [
      tag('champion left', 'negative', { valid_to: ago(1) }),
      tag('acquired', 'negative', { valid_from: T }),
      tag('strategy changed', 'negative', { valid_from: ago(1) })
    ];
    expect(await measured([...good, ...bad], { tags })).toEqual([0, 0, 1, 1]);
    expect(await measured(bad, { tags }, { omit: ['tags.valid_to'] })).toEqual([2, 2]);
    expect(await measured([...good, ...bad], {})).toEqual([0, 0, 0, 0]);
  });

  it('get a flag each when the configuration names them (R42, R43)', async () => {
    const features = { tags: ['Champion left', '2nd product'] };
    const names = ['tag_champion_left', 'tag_2nd_product'];
    const tags = [tag('Champion left', 'negative'), tag('2nd product', 'positive', { valid_to: ago(5) })];
    expect(await measured(names, { tags }, { features })).toEqual([1, 0]);
    expect(await measured(names, {}, { features })).toEqual([0, 0]);
    const { features: none } = buildCatalogue(configOf({ features: { tags: [] } }), tableInfos(0));
    expect(none.some(({ name }) => name.startsWith('tag_'))).toBe(false);
  });

  it('are refused as names of flags when they share one or have none', () => {
    const catalogue =
      (...tags: string[]) =>
      () =>
        buildCatalogue(configOf({ features: { tags } }), tableInfos(0));
    expect(catalogue('at risk', 'At-Risk')).toThrow(/expected feature names to be distinct, got tag_at_risk twice/);
    expect(catalogue('险')).toThrow(ConfigError);
    expect(catalogue('险')).toThrow(/expected tags with a letter a-z or a digit in features.tags, got "险"/);
  });
});
