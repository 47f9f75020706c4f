import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, maxOf, minOf } from '../aggregates.js';
import type { Family, FamilyInput, FeatureSpec } from '../types.js';
import { resolution } from './ticket-resolution.js';
import { ALL, OPENED, openedIn, openTicket, TICKET_BASE, tickets } from './ticket-rows.js';
import { severity } from './ticket-severity.js';
import { ratings, tone } from './ticket-voice.js';
import { activeUsers } from './usage-passes.js';

const BASE = TICKET_BASE;

/** Support requests: volume, what is open, severity, speed, ratings and tone. */
export const support: Family = input => [
  ...input.windows.map(opened),
  ...frequency(),
  ...state(input),
  ...severity(input),
  ...resolution(input),
  ...ratings(input),
  ...tone(input)
];

function opened(days: number): FeatureSpec {
  return {
    ...BASE,
    name: `tickets_${days}d`,
    unit: 'tickets',
    about: `Tickets opened in the ${days} days before the date.`,
    reads: [OPENED],
    windowDays: days,
    define: use => orZero(use(countOf({ pass: tickets, name: `opened_${days}d`, where: openedIn(days) })))
  };
}

const month = countOf({ pass: tickets, name: 'opened_30d', where: openedIn(30) });
const quarter = countOf({ pass: tickets, name: 'opened_90d', where: openedIn(90) });

/** Tickets against the people who could raise them, and against the account's own 90-day mean (R67). */
function frequency(): FeatureSpec[] {
  const perUser = { ...BASE, reads: [OPENED, 'events.occurred_at', 'events.user_id'], direction: 'none' } as const;
  const [users30, users90] = [activeUsers(30), activeUsers(90)];
  return [
    {
      ...BASE,
      name: 'days_since_ticket',
      unit: 'days',
      about: 'Days since the last ticket was opened; unknown when there was none.',
      direction: 'none',
      reads: [OPENED],
      minimum: 1,
      step: 30,
      define: use => use(minOf(raw('r.opened_at__age'), { pass: tickets, name: 'last_opened', where: ALL }))
    },
    {
      ...BASE,
      name: 'tickets_change_30d',
      unit: 'share',
      about:
        'Relative change of the tickets opened in the last 30 days against the 30-day mean of the last 90; undefined without any.',
      reads: [OPENED],
      minimum: -1,
      step: 0.1,
      windowDays: 90,
      define: use => ratio(sql`3 * ${use(month)} - ${use(quarter)}`, use(quarter))
    },
    {
      ...perUser,
      name: 'tickets_per_100_active_users_30d',
      unit: 'tickets per 100 users',
      about: 'Tickets opened in the last 30 days per 100 users active in them; undefined without an active user.',
      step: 10,
      windowDays: 30,
      define: use => ratio(sql`100 * ${orZero(use(month))}`, use(users30))
    },
    {
      ...perUser,
      name: 'tickets_per_100_active_users_change_30d',
      unit: 'share',
      about:
        'Relative change of tickets per active user of the last 30 days against 30-day tickets per active user of the last 90; undefined without a ticket in the 90 days or an active user in the 30.',
      direction: 'lower_better',
      minimum: -1,
      step: 0.1,
      windowDays: 90,
      define: use => {
        const mean = sql`${use(quarter)} * nullif(${use(users30)}, 0)`;
        return ratio(sql`3 * ${use(month)} * ${use(users90)} - ${mean}`, mean);
      }
    }
  ];
}

/** What is open, and silence told apart from everything resolved (R36). */
function state({ has }: FamilyInput): FeatureSpec[] {
  const { open, reads } = openTicket(has);
  const base = { ...BASE, reads };
  const now = countOf({ pass: tickets, name: 'open', where: open });
  const ever = countOf({ pass: tickets, name: 'ever', where: ALL });
  const oldest = maxOf(raw('r.opened_at__age'), { pass: tickets, name: 'oldest_open', where: open });
  const whenRaised = (value: Sql, silent: Sql, use: Use) =>
    sql`case when ${orZero(use(ever))} = 0 then ${silent} else ${value} end`;
  return [
    {
      ...base,
      name: 'tickets_open',
      unit: 'tickets',
      about: 'Tickets open at the date.',
      define: use => orZero(use(now))
    },
    {
      ...base,
      name: 'tickets_state',
      type: 'category',
      unit: 'state',
      about: 'none_raised (no ticket ever), all_resolved, or open (at least one at the date).',
      direction: 'none',
      define: use =>
        whenRaised(sql`case when ${use(now)} > 0 then 'open' else 'all_resolved' end`, raw(`'none_raised'`), use)
    },
    {
      ...base,
      name: 'tickets_none_ever',
      unit: 'flag',
      about: '1 when the account never raised a ticket: silence, which is not good in itself.',
      direction: 'none',
      reads: [OPENED],
      define: use => whenRaised(raw('0'), raw('1'), use)
    },
    {
      ...base,
      name: 'tickets_all_resolved',
      unit: 'flag',
      about: '1 when no ticket is open at the date; undefined when none was ever raised.',
      direction: 'higher_better',
      define: use => whenRaised(sql`case when ${use(now)} > 0 then 0 else 1 end`, raw('null'), use)
    },
    {
      ...base,
      name: 'tickets_oldest_open_days',
      unit: 'days',
      about: 'Age of the oldest open ticket; 0 when none is open.',
      define: use => orZero(use(oldest))
    }
  ];
}

type Use = Parameters<FeatureSpec['define']>[0];
