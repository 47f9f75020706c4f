import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, maxOf, sumOf } from '../aggregates.js';
import type { FamilyInput, FeatureSpec } from '../types.js';
import { middleOf } from './middle.js';
import { ofUsers } from './usage-parts.js';
import { activeUsers, windowSum } from './usage-passes.js';
import { recentUsers } from './users-passes.js';

const DAYS = 28;
const BASE = {
  family: 'usage',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0,
  windowDays: DAYS
} as const;
const OF_USERS = ['events.occurred_at', 'events.user_id'];
const TYPED = [...OF_USERS, 'events.event_type'];

/** How often people come, one by one: R45, and how use spreads over them. */
export function logins({ loginEvents }: FamilyInput): FeatureSpec[] {
  const pass = recentUsers(DAYS, loginEvents);
  const everyone = { pass, where: raw('true') };
  const events = sumOf(sql`r.n`, { ...everyone, name: 'events' });
  const declared = loginEvents.length === 0 ? { unavailable: 'features.login_events is empty' } : {};
  return [
    {
      ...BASE,
      name: 'logins_per_active_user_week_28d',
      unit: 'logins per user and week',
      about: 'Logins of identified users per active user and week over the last 28 days; undefined without one (R45).',
      reads: TYPED,
      ...declared,
      define: use => {
        const n = use(windowSum(ofUsers('login_of_users', loginEvents), DAYS));
        return ratio(n, sql`4 * ${use(activeUsers(DAYS))}`);
      }
    },
    {
      ...BASE,
      name: 'login_days_share_28d',
      unit: 'share',
      about: 'Median over the active users of the share of the last 28 days with a login; undefined without one (R45).',
      step: 0.1,
      reads: TYPED,
      ...declared,
      define: use => {
        const days = middleOf(sql`r.login_days`, { pass, name: 'login_days', where: raw('true') });
        return ratio(use(days.total), sql`${use(days.rows)} * ${DAYS}`);
      }
    },
    {
      ...BASE,
      name: 'stickiness_28d',
      unit: 'share',
      about: 'Mean share of the last 28 days on which an active user was active; undefined without one.',
      step: 0.1,
      reads: OF_USERS,
      define: use => {
        const days = use(sumOf(sql`r.days`, { ...everyone, name: 'days' }));
        return ratio(days, sql`${DAYS} * ${use(countOf({ ...everyone, name: 'users' }))}`);
      }
    },
    {
      ...BASE,
      name: 'top_user_share_28d',
      unit: 'share',
      about:
        "Share of the identified users' events in the last 28 days that the busiest user made; undefined without one.",
      direction: 'none',
      step: 0.1,
      reads: OF_USERS,
      define: use => ratio(use(maxOf(sql`r.n`, { ...everyone, name: 'most' })), orZero(use(events)))
    }
  ];
}
