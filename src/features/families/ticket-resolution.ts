import { allOf, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, sumOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass } from '../types.js';
import { ALL, OPENED, openedIn, openTicket, RESOLVED, TICKET_BASE, tickets } from './ticket-rows.js';

const RECENT = 90;
const HOUR_US = 3_600_000_000;
const resolvedLately = sql`(r.resolved_at < r.as_of_us and r.resolved_at__age <= ${RECENT})`;

/** The middle row, or the two middle rows, of hours to resolve of the closed tickets resolved in the last `RECENT` days. */
const medianHours: Pass = {
  name: 'tickets_median',
  partials: [],
  from: input => {
    const { open } = openTicket(read => input.reads.has(read));
    return sql`select * from (
    select r.*, resolved_at - opened_at as took,
      row_number() over (partition by account_id, as_of_day order by resolved_at - opened_at) as place,
      count(*) over (partition by account_id, as_of_day) as n
    from (${visibleRows('tickets', input)}) r
    where ${resolvedLately} and not ${open}
  ) where 2 * place >= n and 2 * place <= n + 2`;
  }
};

/** How fast and how lastingly requests are resolved (R70). A ticket open again at the date is not resolved. */
export function resolution(input: FamilyInput): FeatureSpec[] {
  return [hours(input), share(input), withinSla(input), reopened()];
}

const SHARE = {
  ...TICKET_BASE,
  unit: 'share',
  step: 0.1,
  windowDays: RECENT,
  minAgeDays: 0
} as const;

function hours({ has }: FamilyInput): FeatureSpec {
  const took = sumOf(raw('r.took'), { pass: medianHours, name: 'took', where: ALL });
  const rows = countOf({ pass: medianHours, name: 'rows', where: ALL });
  return {
    ...TICKET_BASE,
    name: `tickets_hours_to_resolve_${RECENT}d`,
    unit: 'hours',
    about: `Median hours from opening to resolution of the tickets resolved in the last ${RECENT} days; undefined without any.`,
    reads: openTicket(has).reads,
    windowDays: RECENT,
    minAgeDays: 0,
    define: use => ratio(use(took), sql`${use(rows)} * ${HOUR_US}`)
  };
}

function share({ has }: FamilyInput): FeatureSpec {
  const { open, reads } = openTicket(has);
  const closed = countOf({ pass: tickets, name: 'closed_90d', where: allOf(openedIn(RECENT), sql`not ${open}`) });
  const opened = countOf({ pass: tickets, name: 'opened_90d', where: openedIn(RECENT) });
  return {
    ...SHARE,
    name: `tickets_resolved_share_${RECENT}d`,
    about: `Share of the tickets opened in the last ${RECENT} days that are resolved at the date; undefined without any.`,
    direction: 'higher_better',
    reads,
    define: use => ratio(use(closed), use(opened))
  };
}

/** Judged are tickets with a due date that were resolved, or fell due, in the window; without a due date there is no promise. */
function withinSla({ has }: FamilyInput): FeatureSpec {
  const { open, reads } = openTicket(has);
  const closedLately = allOf(resolvedLately, sql`not ${open}`);
  const dueLately = sql`(r.due_at < r.as_of_us and r.due_at__age <= ${RECENT})`;
  const judged = allOf(sql`r.due_at is not null`, sql`${closedLately} or ${dueLately}`);
  const kept = allOf(judged, sql`not ${open}`, sql`r.resolved_at <= r.due_at`);
  return {
    ...SHARE,
    name: `tickets_within_sla_share_${RECENT}d`,
    about: `Share of the tickets resolved or due in the last ${RECENT} days that were resolved by their due date; undefined without any.`,
    direction: 'higher_better',
    reads: [...reads, 'tickets.due_at'],
    define: use =>
      ratio(
        use(countOf({ pass: tickets, name: 'sla_kept', where: kept })),
        use(countOf({ pass: tickets, name: 'sla_judged', where: judged }))
      )
  };
}

function reopened(): FeatureSpec {
  const again = sql`(r.reopened_at < r.as_of_us and r.reopened_at__age <= ${RECENT})`;
  return {
    ...SHARE,
    name: `tickets_reopened_share_${RECENT}d`,
    about: `Share of reopened ones among the tickets resolved or reopened in the last ${RECENT} days; undefined without any.`,
    reads: [OPENED, RESOLVED, 'tickets.reopened_at'],
    define: use =>
      ratio(
        use(countOf({ pass: tickets, name: 'reopened', where: again })),
        use(countOf({ pass: tickets, name: 'resolved_or_reopened', where: sql`${resolvedLately} or ${again}` }))
      )
  };
}
