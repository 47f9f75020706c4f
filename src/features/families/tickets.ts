import { allOf, countWhere, isOneOf, orZero, ratio, sumWhere } from '../../sql/expressions.js';
import { id, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec, Pass } from '../types.js';

const BASE = { family: 'tickets', timing: 'leading', actionable: true, direction: 'lower_better', minimum: 0 } as const;
/** Priorities that count as high. */
const HIGH_PRIORITIES = ['high', 'urgent'];
const OPENED = 'tickets.opened_at';
const RESOLVED = 'tickets.resolved_at';
const RECENT = 90;

const tickets = tablePass('tickets');
const open = sql`(r.resolved_at is null or r.resolved_at >= r.as_of_us)`;
const high = isOneOf(sql`r.priority`, HIGH_PRIORITIES);

/** The middle row, or the two middle rows, of hours to resolve of tickets resolved in the last `RECENT` days. */
const medianHours: Pass = {
  name: 'tickets_median',
  partials: [],
  from: input => sql`select * from (
    select *, resolved_at - opened_at as took,
      row_number() over (partition by account_id, as_of_day order by resolved_at - opened_at) as place,
      count(*) over (partition by account_id, as_of_day) as n
    from (${visibleRows('tickets', input)})
    where resolved_at < as_of_us and resolved_at__age <= ${RECENT}
  ) where 2 * place >= n and 2 * place <= n + 2`
};

/** Support requests: volume, what is open, severity, speed and ratings. */
export const support: Family = input => [
  ...input.windows.map(opened),
  counted({ name: 'tickets_open', about: 'Tickets open at the date.', reads: [OPENED, RESOLVED] }, open),
  ...severity(),
  ...speed(),
  ...ratings(input)
];

function opened(days: number): FeatureSpec {
  const about = `Tickets opened in the ${days} days before the date.`;
  const where = sql`r.opened_at__age <= ${days}`;
  return counted({ name: `tickets_${days}d`, about, reads: [OPENED], windowDays: days }, where);
}

function severity(): FeatureSpec[] {
  const reads = [OPENED, RESOLVED, 'tickets.priority'];
  const escalated = sql`r.escalated_at < r.as_of_us and r.escalated_at__age <= ${RECENT}`;
  return [
    counted({ name: 'tickets_high_open', about: 'High-priority tickets open at the date.', reads }, allOf(open, high)),
    counted(
      {
        name: 'tickets_high_open_30d',
        about: 'High-priority tickets that were open at any time in the last 30 days.',
        reads,
        windowDays: 30
      },
      allOf(high, sql`${open} or r.resolved_at__age <= 30`)
    ),
    counted(
      {
        name: 'tickets_escalated_90d',
        about: 'Escalations in the last 90 days.',
        reads: [OPENED, 'tickets.escalated_at'],
        windowDays: RECENT
      },
      escalated
    )
  ];
}

type Counted = Pick<FeatureSpec, 'name' | 'about' | 'reads'> & Partial<FeatureSpec>;

function counted(spec: Counted, where: Sql): FeatureSpec {
  const aggregate: Aggregate = { pass: tickets, name: spec.name, sql: countWhere(where) };
  return { ...BASE, unit: 'tickets', define: use => orZero(use(aggregate)), ...spec };
}

function speed(): FeatureSpec[] {
  return [
    {
      ...BASE,
      name: 'tickets_oldest_open_days',
      unit: 'days',
      about: 'Age of the oldest open ticket; 0 when none is open.',
      reads: [OPENED, RESOLVED],
      define: use =>
        orZero(use({ pass: tickets, name: 'oldest_open', sql: sql`max(r.opened_at__age) filter (where ${open})` }))
    },
    {
      ...BASE,
      name: 'tickets_hours_to_resolve_90d',
      unit: 'hours',
      about: 'Median hours from opening to resolution of the tickets resolved in the last 90 days.',
      reads: [OPENED, RESOLVED],
      windowDays: RECENT,
      minAgeDays: 0,
      define: use => {
        const took = use({ pass: medianHours, name: 'took', sql: sumWhere(sql`r.took`, raw('true')) });
        const rows = use({ pass: medianHours, name: 'rows', sql: sql`count(*)` });
        return ratio(took, sql`${rows} * ${3_600_000_000}`);
      }
    },
    {
      ...BASE,
      name: 'tickets_resolved_share_90d',
      unit: 'share',
      about: 'Share of the tickets opened in the last 90 days that were resolved before the date.',
      direction: 'higher_better',
      reads: [OPENED, RESOLVED],
      step: 0.1,
      windowDays: RECENT,
      minAgeDays: 0,
      define: use => {
        const recent = sql`r.opened_at__age <= ${RECENT}`;
        const closed = use({ pass: tickets, name: 'closed_90d', sql: countWhere(sql`${recent} and not ${open}`) });
        return ratio(closed, use({ pass: tickets, name: 'opened_90d', sql: countWhere(recent) }));
      }
    }
  ];
}

function ratings({ has, decimals }: FamilyInput): FeatureSpec[] {
  const when = has('tickets.rated_at') ? 'rated_at' : 'opened_at';
  const reads = [...new Set([OPENED, 'tickets.rating', `tickets.${when}`])];
  const rated = sql`r.rating is not null and ${id('r', when)} < r.as_of_us and ${id('r', `${when}__age`)} <= ${RECENT}`;
  return [
    {
      ...BASE,
      name: 'tickets_rating_mean_90d',
      unit: 'rating',
      about: 'Mean rating of support in the last 90 days; unknown without a rating.',
      direction: 'higher_better',
      reads,
      windowDays: RECENT,
      minAgeDays: 0,
      define: use => {
        const n = use({ pass: tickets, name: 'ratings', sql: countWhere(rated) });
        const total = use({ pass: tickets, name: 'rating_sum', sql: sumWhere(sql`r.rating`, rated) });
        return ratio(total, sql`${n} * ${10 ** decimals('tickets.rating')}`);
      }
    }
  ];
}
