import { allOf, isOneOf, orZero, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, minOf } from '../aggregates.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec, Pass } from '../types.js';

const BASE = {
  family: 'reviews',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
const READS = ['reviews.occurred_at', 'reviews.kind'];
const DAYS = 365;
/** A review of fewer stars does not recommend us. */
const LEAST_STARS = 3;
const words = tablePass('reviews');

/** What the account says of us in public. */
export const reviews: Family = input => [...advocacy(input), ...rating(input)];

/** R53: referrals, references, case studies and reviews, unless a review's rating is under 3 stars. */
function advocacy({ has, decimals }: FamilyInput): FeatureSpec[] {
  const rated = has('reviews.rating');
  const least = LEAST_STARS * 10 ** decimals('reviews.rating');
  const praise = rated ? sql`r.kind = 'review' and coalesce(r.rating >= ${least}, true)` : sql`r.kind = 'review'`;
  const act = sql`(${isOneOf(sql`r.kind`, ['referral', 'reference', 'case_study'])} or (${praise}))`;
  const reads = [...READS, ...(rated ? ['reviews.rating'] : [])];
  const acts = countOf({ pass: words, name: 'acts', where: allOf(act, sql`r.occurred_at__age <= ${DAYS}`) });
  return [
    {
      ...BASE,
      name: `advocacy_acts_${DAYS}d`,
      unit: 'acts',
      about: `Referrals, references, case studies and reviews (of ${LEAST_STARS} stars or more) in the last ${DAYS} days.`,
      reads,
      windowDays: DAYS,
      define: use => orZero(use(acts))
    },
    {
      ...BASE,
      name: 'advocate',
      unit: 'flag',
      about: `1 with an act of advocacy in the last ${DAYS} days, else 0; unknown in the first ${DAYS} days until there is one.`,
      reads,
      windowDays: DAYS,
      minAgeDays: 0,
      define: use => sql`case when ${use(acts)} > 0 then 1 when s.tenure_days >= ${DAYS} then 0 end`
    },
    daysSince('advocacy', 'act of advocacy', { reads, last: ageOf(words, 'act_age', act) })
  ];
}

function ageOf(pass: Pass, name: string, where = raw('true')): Aggregate {
  return minOf(raw('r.occurred_at__age'), { pass, name, where });
}

function daysSince(
  key: string,
  what: string,
  { reads, last }: { readonly reads: readonly string[]; readonly last: Aggregate }
): FeatureSpec {
  return {
    ...BASE,
    name: `days_since_${key}`,
    unit: 'days',
    about: `Days since the last ${what}; unknown when there was none.`,
    direction: 'lower_better',
    reads,
    minimum: 1,
    step: 30,
    define: use => use(last)
  };
}

/** The last rated review, one row; of several at the same instant the lowest, then the first source by name. */
function lastReview(sourced: boolean): Pass {
  return {
    name: sourced ? 'last_review_source' : 'last_review',
    partials: [],
    from: input => sql`select * from (
    select *, row_number() over (partition by account_id, as_of_day
      order by occurred_at desc, rating${raw(sourced ? ', source nulls last' : '')}) as place
    from (${visibleRows('reviews', input)}) where kind = 'review' and rating is not null) where place = 1`
  };
}

/** R71: the last review by a third party: its rating, age and source, and the number of reviews. */
function rating({ decimals }: FamilyInput): FeatureSpec[] {
  const reads = [...READS, 'reviews.rating'];
  const stars = minOf(raw('r.rating'), { pass: lastReview(false), name: 'rating', where: raw('true') });
  const all = allOf(sql`r.kind = 'review'`, sql`r.occurred_at__age <= ${DAYS}`);
  return [
    {
      ...BASE,
      name: 'review_rating_last',
      unit: 'stars',
      about: 'Rating of the last review (the lowest of several at the same instant); unknown without one.',
      reads,
      define: use => unscale(use(stars), decimals('reviews.rating'))
    },
    {
      ...BASE,
      name: `reviews_${DAYS}d`,
      unit: 'reviews',
      about: `Reviews in the last ${DAYS} days, rated or not.`,
      direction: 'none',
      reads: READS,
      windowDays: DAYS,
      define: use => orZero(use(countOf({ pass: words, name: 'reviews', where: all })))
    },
    daysSince('review', 'rated review', { reads, last: ageOf(lastReview(false), 'age') }),
    {
      family: 'reviews',
      timing: 'leading',
      actionable: false,
      direction: 'none',
      name: 'review_source_last',
      type: 'category',
      unit: 'category',
      about: 'Where the last rated review was published.',
      reads: [...reads, 'reviews.source'],
      define: use => use(minOf(raw('r.source'), { pass: lastReview(true), name: 'source', where: raw('true') }))
    }
  ];
}
