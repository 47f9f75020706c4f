import { allOf, countWhere, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { tablePass } from '../rows.js';
import type { Family } from '../types.js';

const BASE = {
  family: 'touchpoints',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
const DAYS = 90;
const contacts = tablePass('touchpoints');
const recent = sql`r.occurred_at__age <= ${DAYS}`;

/** Contact with people of the account. A cancelled touchpoint did not take place; without that column all did. */
export const relationship: Family = ({ has }) => {
  const cancels = has('touchpoints.cancelled_by');
  const held = cancels ? raw('r.cancelled_by is null') : raw('true');
  const reads = ['touchpoints.occurred_at', ...(cancels ? ['touchpoints.cancelled_by'] : [])];
  const twoWay = [...reads, 'touchpoints.two_way'];
  const answered = allOf(held, sql`coalesce(r.two_way, false)`);
  return [
    {
      ...BASE,
      name: `touchpoints_${DAYS}d`,
      unit: 'touchpoints',
      about: `Touchpoints held in the last ${DAYS} days; their number alone says little about health.`,
      reads,
      windowDays: DAYS,
      define: use => orZero(use({ pass: contacts, name: 'held', sql: countWhere(allOf(held, recent)) }))
    },
    {
      ...BASE,
      name: `touchpoints_two_way_${DAYS}d`,
      unit: 'touchpoints',
      about: `Two-way touchpoints held in the last ${DAYS} days.`,
      reads: twoWay,
      windowDays: DAYS,
      define: use => orZero(use({ pass: contacts, name: 'two_way', sql: countWhere(allOf(answered, recent)) }))
    },
    {
      ...BASE,
      name: 'days_since_two_way',
      unit: 'days',
      about: 'Days since the last two-way touchpoint; unknown when there was none.',
      direction: 'lower_better',
      reads: twoWay,
      minimum: 1,
      step: 30,
      define: use =>
        use({ pass: contacts, name: 'two_way_age', sql: sql`min(r.occurred_at__age) filter (where ${answered})` })
    },
    {
      ...BASE,
      name: `touchpoints_cancelled_by_customer_share_${DAYS}d`,
      unit: 'share',
      about: `Share of the touchpoints of the last ${DAYS} days that the customer cancelled; undefined without any.`,
      direction: 'lower_better',
      reads: ['touchpoints.occurred_at', 'touchpoints.cancelled_by'],
      step: 0.1,
      windowDays: DAYS,
      minAgeDays: 0,
      define: use =>
        ratio(
          use({ pass: contacts, name: 'cancelled', sql: countWhere(sql`${recent} and r.cancelled_by = 'customer'`) }),
          use({ pass: contacts, name: 'all', sql: countWhere(recent) })
        )
    }
  ];
};
