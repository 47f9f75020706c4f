import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { id, raw, sql } from '../../sql/sql.js';
import { countOf, sumOf } from '../aggregates.js';
import type { FamilyInput, FeatureSpec } from '../types.js';
import { OPENED, openedIn, TICKET_BASE, tickets } from './ticket-rows.js';

const BAD_DAYS = [30, 90];
const RECENT = 90;
/** Fewer tickets, or all on one day, have no trend. */
const MIN_TREND = 3;

/** Ratings of support: their mean, and the bad ones (R38). Without `tickets.rated_at` a rating counts from the opening on. */
export function ratings(input: FamilyInput): FeatureSpec[] {
  return [meanRating(input), ...BAD_DAYS.flatMap(days => bad(input, days))];
}

function ratingRows({ has }: FamilyInput, days: number) {
  const when = has('tickets.rated_at') ? 'rated_at' : 'opened_at';
  return {
    reads: [...new Set([OPENED, 'tickets.rating', `tickets.${when}`])],
    rated: sql`r.rating is not null and ${id('r', when)} < r.as_of_us and ${id('r', `${when}__age`)} <= ${days}`
  };
}

function meanRating(input: FamilyInput): FeatureSpec {
  const { reads, rated } = ratingRows(input, RECENT);
  const n = countOf({ pass: tickets, name: 'rated_90d', where: rated });
  const total = sumOf(raw('r.rating'), { pass: tickets, name: 'rating_sum', where: rated });
  return {
    ...TICKET_BASE,
    name: `tickets_rating_mean_${RECENT}d`,
    unit: 'rating',
    about: `Mean rating of support in the last ${RECENT} days; unknown without a rating.`,
    direction: 'higher_better',
    reads,
    windowDays: RECENT,
    minAgeDays: 0,
    define: use => ratio(use(total), sql`${use(n)} * ${10 ** input.decimals('tickets.rating')}`)
  };
}

function bad(input: FamilyInput, days: number): FeatureSpec[] {
  const { reads, rated } = ratingRows(input, days);
  const limit = Math.floor(Number((input.badRating * 10 ** input.decimals('tickets.rating')).toFixed(6)));
  const n = countOf({ pass: tickets, name: `rated_${days}d`, where: rated });
  const low = countOf({ pass: tickets, name: `bad_${days}d`, where: allOf(rated, sql`r.rating <= ${limit}`) });
  const base = { ...TICKET_BASE, reads, windowDays: days };
  return [
    {
      ...base,
      name: `tickets_bad_ratings_${days}d`,
      unit: 'ratings',
      about: `Ratings of support of ${input.badRating} or less in the last ${days} days.`,
      define: use => orZero(use(low))
    },
    {
      ...base,
      name: `tickets_bad_rating_share_${days}d`,
      unit: 'share',
      about: `Share of the ratings of the last ${days} days that are ${input.badRating} or less; undefined without a rating.`,
      step: 0.1,
      minAgeDays: 0,
      define: use => ratio(use(low), use(n))
    }
  ];
}

/** Tone of the requests, from -1 to 1 as their source states it: its mean and its least-squares slope (R69). */
export function tone({ decimals }: FamilyInput): FeatureSpec[] {
  const where = allOf(openedIn(RECENT), raw('r.sentiment is not null'));
  const over = (name: string) => ({ pass: tickets, name: `tone_${name}`, where });
  const one = 10 ** decimals('tickets.sentiment');
  const n = countOf(over('n'));
  const total = sumOf(raw('r.sentiment'), over('sum'));
  const ages = sumOf(raw('r.opened_at__age'), over('ages'));
  const squares = sumOf(raw('r.opened_at__age * r.opened_at__age'), over('squares'));
  const moment = sumOf(raw('r.opened_at__age * r.sentiment'), over('moment'));
  const base = {
    ...TICKET_BASE,
    direction: 'higher_better',
    reads: [OPENED, 'tickets.sentiment'],
    step: 0.1,
    windowDays: RECENT,
    minAgeDays: 0
  } as const;
  return [
    {
      ...base,
      name: `tickets_sentiment_mean_${RECENT}d`,
      unit: 'sentiment',
      about: `Mean sentiment, from -1 to 1, of the tickets opened in the last ${RECENT} days; undefined without any.`,
      minimum: -1,
      define: use => ratio(use(total), sql`${use(n)} * ${one}`)
    },
    {
      ...withoutMinimum(base),
      name: `tickets_sentiment_trend_${RECENT}d`,
      unit: 'sentiment per 30 days',
      about: `Least-squares slope of the sentiment over the days on which the tickets of the last ${RECENT} days were opened, per 30 days; undefined under ${MIN_TREND} tickets or on one day only.`,
      define: use => {
        const rise = sql`30 * (${use(ages)} * ${use(total)} - ${use(n)} * ${use(moment)})`;
        const run = sql`${one} * (${use(n)} * ${use(squares)} - ${use(ages)} * ${use(ages)})`;
        return sql`case when ${use(n)} >= ${MIN_TREND} then ${ratio(rise, run)} end`;
      }
    }
  ];
}

function withoutMinimum<T extends { readonly minimum: number }>({ minimum: _, ...rest }: T): Omit<T, 'minimum'> {
  return rest;
}
