import { allOf, orZero, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, sumOf } from '../aggregates.js';
import { tablePass } from '../rows.js';
import type { Family, FamilyInput, FeatureSpec } from '../types.js';

const BASE = { family: 'tags', timing: 'leading', actionable: true, minimum: 0 } as const;
const marks = tablePass('tags');
const POLARITIES = {
  positive: { direction: 'higher_better', words: 'confidence' },
  negative: { direction: 'lower_better', words: 'risk' }
} as const;

/** R42, R43: tags that hold at the date, from `valid_from` until `valid_to`. An expired tag has no effect. */
export const tags: Family = input => {
  const expires = input.has('tags.valid_to');
  const active = expires ? raw('coalesce(r.valid_to >= r.as_of_us, true)') : raw('true');
  const reads = ['tags.tag', 'tags.valid_from', ...(expires ? ['tags.valid_to'] : [])];
  const byPolarity = Object.entries(POLARITIES).flatMap(([polarity, { direction, words }]): FeatureSpec[] => {
    const shared = { ...BASE, direction, reads: [...reads, 'tags.polarity'] };
    const where = allOf(active, sql`r.polarity = ${polarity}`);
    const scale = 10 ** input.decimals('tags.weight');
    const weight = sumOf(sql`coalesce(r.weight, ${scale})`, { pass: marks, name: `${polarity}_weight`, where });
    return [
      {
        ...shared,
        name: `tags_${polarity}`,
        unit: 'tags',
        about: `Active ${words} tags.`,
        define: use => orZero(use(countOf({ pass: marks, name: polarity, where })))
      },
      {
        ...shared,
        name: `tags_${polarity}_weight`,
        unit: 'weight',
        about: `Sum of the weights of the active ${words} tags; a tag without a weight counts 1.`,
        reads: [...shared.reads, 'tags.weight'],
        define: use => unscale(orZero(use(weight)), input.decimals('tags.weight'))
      }
    ];
  });
  return [...byPolarity, ...named(input, active, reads)];
};

/** One flag per tag of `features.tags`. */
function named({ tags: chosen }: FamilyInput, active: Sql, reads: readonly string[]): FeatureSpec[] {
  return chosen.map(({ tag, slug }) => {
    const set = countOf({ pass: marks, name: `tag_${slug}`, where: allOf(active, sql`r.tag = ${tag}`) });
    return {
      ...BASE,
      name: `tag_${slug}`,
      unit: 'flag',
      about: `1 while the tag ${tag} is active.`,
      direction: 'none',
      reads,
      define: use => sql`case when ${use(set)} > 0 then 1 else 0 end`
    };
  });
}
