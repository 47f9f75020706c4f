import { allOf, isOneOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, sumOf } from '../aggregates.js';
import type { FamilyInput, FeatureSpec } from '../types.js';
import { OPENED, openedIn, openTicket, TICKET_BASE, tickets } from './ticket-rows.js';

/** Priorities that count as high. */
const HIGH_PRIORITIES = ['high', 'urgent'];
const HIGH_DAYS = [7, 30, 90];
const LOAD_DAYS = [30, 90];
const RECENT = 90;
const high = isOneOf(sql`r.priority`, HIGH_PRIORITIES);
const stated = raw('r.priority is not null');
/** Weights of the priorities, from low to urgent. */
const weight = raw(
  "case r.priority when 'low' then 1 when 'normal' then 2 when 'high' then 3 when 'urgent' then 4 end"
);

/** High-priority tickets (R37), and how hard the requests are: load by severity, high share, escalations (R68). */
export function severity({ has }: FamilyInput): FeatureSpec[] {
  const { open, reads } = openTicket(has);
  const base = { ...TICKET_BASE, unit: 'tickets', reads: [...reads, 'tickets.priority'] };
  const openNow = allOf(open, high);
  return [
    {
      ...base,
      name: 'tickets_high_open',
      about: 'High-priority tickets open at the date.',
      define: use => orZero(use(countOf({ pass: tickets, name: 'high_open', where: openNow })))
    },
    ...HIGH_DAYS.map((days): FeatureSpec => {
      const where = allOf(high, sql`${open} or r.resolved_at__age <= ${days}`);
      return {
        ...base,
        name: `tickets_high_open_${days}d`,
        about: `High-priority tickets that were open at any time in the last ${days} days.`,
        windowDays: days,
        define: use => orZero(use(countOf({ pass: tickets, name: `high_open_${days}d`, where })))
      };
    }),
    load({ name: 'tickets_open_load', what: 'open at the date', reads: base.reads, where: open }),
    ...LOAD_DAYS.map(recentLoad),
    ...hardness(),
    ...escalations()
  ];
}

interface Load {
  readonly name: string;
  readonly what: string;
  readonly reads: readonly string[];
  readonly where: Sql;
}

/** Sum of weights: unknown when there are such tickets, but none states its priority. */
function load({ name, what, reads, where }: Load): FeatureSpec {
  const all = countOf({ pass: tickets, name: `${name}_all`, where });
  const known = countOf({ pass: tickets, name: `${name}_known`, where: allOf(where, stated) });
  const total = sumOf(weight, { pass: tickets, name, where: allOf(where, stated) });
  return {
    ...TICKET_BASE,
    name,
    unit: 'weighted tickets',
    about: `Tickets ${what}, weighted by severity (low 1, normal 2, high 3, urgent 4); unknown when none of them states its priority.`,
    reads,
    define: use => sql`case when ${orZero(use(all))} = 0 then 0 when ${use(known)} > 0 then ${use(total)} end`
  };
}

function recentLoad(days: number): FeatureSpec {
  const spec = load({
    name: `tickets_load_${days}d`,
    what: `opened in the last ${days} days`,
    reads: [OPENED, 'tickets.priority'],
    where: openedIn(days)
  });
  return { ...spec, windowDays: days };
}

function hardness(): FeatureSpec[] {
  const where = allOf(openedIn(RECENT), stated);
  const known = countOf({ pass: tickets, name: 'severity_known', where });
  const total = sumOf(weight, { pass: tickets, name: 'severity_sum', where });
  const hard = countOf({ pass: tickets, name: 'severity_high', where: allOf(openedIn(RECENT), high) });
  const base = {
    ...TICKET_BASE,
    reads: [OPENED, 'tickets.priority'],
    windowDays: RECENT,
    minAgeDays: 0
  };
  return [
    {
      ...base,
      name: `tickets_severity_mean_${RECENT}d`,
      unit: 'weight',
      about: `Mean severity (low 1 to urgent 4) of the tickets opened in the last ${RECENT} days; undefined without a priority.`,
      define: use => ratio(use(total), use(known))
    },
    {
      ...base,
      name: `tickets_high_share_${RECENT}d`,
      unit: 'share',
      about: `Share of high or urgent ones among the tickets of the last ${RECENT} days that state a priority; undefined without any.`,
      step: 0.1,
      define: use => ratio(use(hard), use(known))
    }
  ];
}

function escalations(): FeatureSpec[] {
  const escalated = raw('r.escalated_at < r.as_of_us');
  const recent = allOf(escalated, sql`r.escalated_at__age <= ${RECENT}`);
  const opened = countOf({ pass: tickets, name: 'opened_90d', where: openedIn(RECENT) });
  const ofOpened = countOf({ pass: tickets, name: 'opened_escalated', where: allOf(openedIn(RECENT), escalated) });
  const base = { ...TICKET_BASE, reads: [OPENED, 'tickets.escalated_at'], windowDays: RECENT };
  return [
    {
      ...base,
      name: `tickets_escalated_${RECENT}d`,
      unit: 'tickets',
      about: `Escalations in the last ${RECENT} days.`,
      define: use => orZero(use(countOf({ pass: tickets, name: 'escalated', where: recent })))
    },
    {
      ...base,
      name: `tickets_escalated_share_${RECENT}d`,
      unit: 'share',
      about: `Share of the tickets opened in the last ${RECENT} days that were escalated before the date; undefined without any.`,
      step: 0.1,
      minAgeDays: 0,
      define: use => ratio(use(ofOpened), use(opened))
    }
  ];
}
