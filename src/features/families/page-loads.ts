import { allOf, orZero, ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, distinctOf, minOf, sumOf } from '../aggregates.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { appRating } from './app-rating.js';
import { atPercentile, LOAD_DAYS, pageLoads } from './page-passes.js';

const BASE = {
  family: 'performance',
  timing: 'leading',
  actionable: true,
  direction: 'none',
  minimum: 0,
  windowDays: LOAD_DAYS
} as const;
const TIMED = ['page_loads.occurred_at', 'page_loads.load_seconds'];
const REQUESTED = ['page_loads.occurred_at', 'page_loads.requests'];
const ANSWERED = [...REQUESTED, 'page_loads.requests_succeeded'];
/** Fewest loads of which a mean or the upper quartile is told, and those of which the 95th percentile is. */
const LEAST = 5;
const LEAST_TAIL = 20;

const NOW = sql`r.age <= ${LOAD_DAYS}`;
const BEFORE = sql`r.age > ${LOAD_DAYS}`;

/** How the product behaves for the account: R17, R18, the parts of R19, and R20 in the place of them for an app. */
export const loading: Family = input => [...volume(), ...speed(input), ...success(), ...appRating(input)];

function volume(): FeatureSpec[] {
  const reads = ['page_loads.occurred_at'];
  return [
    {
      ...BASE,
      name: 'page_loads_30d',
      unit: 'loads',
      about: 'Loads of pages in the last 30 days.',
      reads,
      step: 100,
      define: use => orZero(use(countOf({ pass: pageLoads, name: 'n', where: NOW })))
    },
    {
      ...BASE,
      name: 'pages_30d',
      unit: 'pages',
      about: 'Distinct pages loaded in the last 30 days (R19).',
      reads: [...reads, 'page_loads.page'],
      define: use => orZero(use(distinctOf(sql`r.page`, { pass: pageLoads, name: 'pages', where: NOW })))
    },
    {
      ...BASE,
      name: 'page_requests_30d',
      unit: 'requests',
      about: 'Requests of page loads in the last 30 days, the volume of R19.',
      reads: REQUESTED,
      step: 100,
      define: use => orZero(use(sumOf(sql`r.requests`, { pass: pageLoads, name: 'requests', where: NOW })))
    }
  ];
}

/** Room for a product of two totals. */
function wide(total: Sql): Sql {
  return sql`cast(${total} as hugeint)`;
}

interface Timed {
  readonly n: Aggregate;
  readonly total: Aggregate;
}

function timed(name: string, where: Sql): Timed {
  const measured = allOf(where, raw('r.load_seconds is not null'));
  return {
    n: countOf({ pass: pageLoads, name: `${name}_timed`, where: measured }),
    total: sumOf(sql`r.load_seconds`, { pass: pageLoads, name: `${name}_seconds`, where: measured })
  };
}

function speed({ decimals }: FamilyInput): FeatureSpec[] {
  const digits = decimals('page_loads.load_seconds');
  const shared = { ...BASE, unit: 'seconds', direction: 'lower_better', reads: TIMED } as const;
  const [now, before] = [timed('now', NOW), timed('before', BEFORE)];
  return [
    {
      ...shared,
      name: 'load_seconds_mean_30d',
      about: 'Mean load time of pages in the last 30 days; undefined under 5 loads (R17).',
      define: use => {
        const mean = ratio(use(now.total), sql`${use(now.n)} * ${10 ** digits}`);
        return sql`case when ${use(now.n)} >= ${LEAST} then ${mean} end`;
      }
    },
    percentile(75, LEAST, digits),
    percentile(95, LEAST_TAIL, digits),
    {
      ...shared,
      name: 'load_seconds_change_30d',
      unit: 'percent',
      about: 'Change of the mean load time against the 30 days before; undefined under 5 loads in either.',
      minimum: -100,
      step: 10,
      windowDays: 2 * LOAD_DAYS,
      define: use => {
        const then = sql`${wide(use(before.total))} * ${use(now.n)}`;
        const change = ratio(sql`100 * (${wide(use(now.total))} * ${use(before.n)} - ${then})`, then);
        return sql`case when ${use(now.n)} >= ${LEAST} and ${use(before.n)} >= ${LEAST} then ${change} end`;
      }
    },
    weighted(digits)
  ];
}

function percentile(percent: 75 | 95, least: number, digits: number): FeatureSpec {
  const where = allOf(NOW, raw(`r.size >= ${least}`), atPercentile(percent));
  return {
    ...BASE,
    name: `load_seconds_p${percent}_30d`,
    unit: 'seconds',
    about: `Load time that ${percent} % of the loads of the last 30 days do not exceed (nearest rank); undefined under ${least} loads (R17).`,
    direction: 'lower_better',
    reads: TIMED,
    define: use => unscale(use(minOf(sql`r.load_seconds`, { pass: pageLoads, name: `p${percent}`, where })), digits)
  };
}

/** Each load counts as often as it made requests: the mean over pages by volume where a page always makes as many. */
function weighted(digits: number): FeatureSpec {
  const where = allOf(NOW, raw('r.load_seconds is not null'));
  const over = { pass: pageLoads, where };
  return {
    ...BASE,
    name: 'load_seconds_weighted_30d',
    unit: 'seconds',
    about:
      'Mean load time of the last 30 days weighted by requests; undefined under 5 loads or without requests (R19).',
    direction: 'lower_better',
    reads: [...TIMED, 'page_loads.requests'],
    define: use => {
      const total = use(sumOf(sql`r.load_seconds * r.requests`, { ...over, name: 'weighted_seconds' }));
      const weight = use(sumOf(sql`r.requests`, { ...over, name: 'weights' }));
      const n = use(timed('now', NOW).n);
      return sql`case when ${n} >= ${LEAST} then ${ratio(total, sql`${weight} * ${10 ** digits}`)} end`;
    }
  };
}

function success(): FeatureSpec[] {
  const parts = (name: string, where: Sql) => {
    const over = { pass: pageLoads, where: allOf(where, raw('r.requests_succeeded is not null')) };
    return {
      good: sumOf(sql`case when r.requests is not null then r.requests_succeeded end`, {
        ...over,
        name: `${name}_good`
      }),
      all: sumOf(sql`r.requests`, { ...over, name: `${name}_all` })
    };
  };
  const [now, before] = [parts('now', NOW), parts('before', BEFORE)];
  const shared = { ...BASE, direction: 'higher_better', reads: ANSWERED } as const;
  return [
    {
      ...shared,
      name: 'request_success_30d',
      unit: 'percent',
      about:
        'Successful requests of page loads in the last 30 days, 100 x successful / all; undefined without one (R18).',
      define: use => ratio(sql`100 * ${use(now.good)}`, use(now.all))
    },
    {
      ...shared,
      name: 'request_success_change_30d',
      unit: 'percentage points',
      about: 'Change of the success of requests against the 30 days before; undefined when either had none.',
      minimum: -100,
      windowDays: 2 * LOAD_DAYS,
      define: use => {
        const [all, then] = [use(now.all), use(before.all)];
        const gain = sql`${wide(use(now.good))} * ${then} - ${wide(use(before.good))} * ${all}`;
        return ratio(sql`100 * (${gain})`, sql`${wide(all)} * ${then}`);
      }
    }
  ];
}
