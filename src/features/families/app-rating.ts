import { ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { minOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass, PassInput } from '../types.js';

const BASE = { family: 'performance', timing: 'lagging', actionable: true, direction: 'higher_better' } as const;
const REVIEW = ['reviews.occurred_at', 'reviews.kind', 'reviews.rating'];
/** Stars of a store run from 1 to 5. */
const MOST_STARS = 5;

/** The latest rating of the account's app in a store, one row; none of accounts whose app is on the web only. */
const latest: Pass = {
  name: 'app_rating',
  partials: [],
  from: input => {
    const counted = input.reads.has('reviews.ratings') ? sql`ratings` : sql`cast(null as bigint)`;
    return sql`select v.* from (
    select *, row_number() over (partition by account_id, as_of_day order by occurred_at desc, rating, ${counted}) as place
    from (${visibleRows('reviews', input)}) where kind = 'app_store' and rating is not null
  ) v${onlyApps(input)} and v.place = 1`;
  }
};

function onlyApps(input: PassInput): Sql {
  if (!input.reads.has('accounts.app_type')) return sql` where true`;
  return sql` left join (${visibleRows('accounts', input)}) a on a.account_id = v.account_id and a.as_of_day = v.as_of_day
  where lower(coalesce(a.app_type, '')) <> 'web'`;
}

/**
 * R20: the rating index 100 x (stars - 1) / 4 of the latest store rating, with its number of ratings and its age. Not
 * applicable to web accounts, and undefined without a rating or with stars outside 1 to 5.
 */
export function appRating({ has, decimals }: FamilyInput): FeatureSpec[] {
  const reads = [...REVIEW, ...(has('accounts.app_type') ? ['accounts.app_type'] : [])];
  const one = 10 ** decimals('reviews.rating');
  const where = sql`r.rating between ${one} and ${MOST_STARS * one}`;
  return [
    {
      ...BASE,
      name: 'app_rating_index',
      unit: 'points',
      about: 'Latest app-store rating on 0 to 100; undefined without one and for web accounts (R20).',
      minimum: 0,
      step: 10,
      reads,
      define: use => {
        const stars = use(minOf(sql`r.rating`, { pass: latest, name: 'stars', where }));
        return ratio(sql`100 * (${stars} - ${one})`, sql`${4 * one}`);
      }
    },
    {
      ...BASE,
      name: 'app_ratings',
      unit: 'ratings',
      about: 'Ratings behind the latest app-store rating; undefined without one and for web accounts (R20).',
      direction: 'none',
      minimum: 0,
      step: 100,
      reads: [...reads, 'reviews.ratings'],
      define: use => use(minOf(sql`r.ratings`, { pass: latest, name: 'ratings', where: raw('true') }))
    },
    {
      ...BASE,
      name: 'app_rating_age_days',
      unit: 'days',
      about: 'Days since the latest app-store rating; undefined without one and for web accounts (R20).',
      direction: 'lower_better',
      minimum: 1,
      step: 30,
      reads,
      define: use => use(minOf(sql`r.occurred_at__age`, { pass: latest, name: 'age', where: raw('true') }))
    }
  ];
}
