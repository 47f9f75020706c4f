import { allOf, countWhere, orZero, ratio, sumWhere, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { tablePass } from '../rows.js';
import type { Family, FeatureSpec } from '../types.js';

const BASE = {
  family: 'invoices',
  timing: 'lagging',
  actionable: true,
  direction: 'lower_better',
  minimum: 0
} as const;
const YEAR = 365;
const invoices = tablePass('invoices');
const DUE = ['invoices.issued_at', 'invoices.due_at', 'invoices.paid_at'];

const paid = sql`coalesce(r.paid_at < r.as_of_us, false)`;
const overdue = allOf(sql`r.due_at < r.as_of_us`, sql`not ${paid}`);

/** How promptly the account pays (R35, R73). */
export const billing: Family = ({ decimals }) => [
  {
    ...BASE,
    name: 'invoices_overdue',
    unit: 'invoices',
    about: 'Invoices past their due date and unpaid at the date.',
    reads: DUE,
    define: use => orZero(use({ pass: invoices, name: 'overdue', sql: countWhere(overdue) }))
  },
  {
    ...BASE,
    name: 'invoices_overdue_amount',
    unit: 'currency',
    about: 'Amount of the invoices past their due date and unpaid at the date.',
    reads: [...DUE, 'invoices.amount'],
    step: 100,
    define: use =>
      unscale(
        orZero(use({ pass: invoices, name: 'overdue_amount', sql: sumWhere(sql`r.amount`, overdue) })),
        decimals('invoices.amount')
      )
  },
  {
    ...BASE,
    name: 'invoices_overdue_days',
    unit: 'days',
    about: 'Days that the oldest unpaid invoice is past its due date; 0 when none is.',
    reads: DUE,
    define: use =>
      orZero(use({ pass: invoices, name: 'overdue_days', sql: sql`max(r.due_at__age) filter (where ${overdue})` }))
  },
  ...habits(),
  {
    ...BASE,
    name: 'invoices_failed_90d',
    unit: 'payments',
    about: 'Failed payments in the last 90 days.',
    reads: ['invoices.issued_at', 'invoices.failed_at'],
    windowDays: 90,
    define: use =>
      orZero(
        use({
          pass: invoices,
          name: 'failed_90d',
          sql: countWhere(sql`r.failed_at < r.as_of_us and r.failed_at__age <= 90`)
        })
      )
  }
];

function habits(): FeatureSpec[] {
  const due = sql`r.due_at < r.as_of_us and r.due_at__age <= ${YEAR}`;
  const settled = sql`r.paid_at < r.as_of_us and r.paid_at__age <= ${YEAR} and r.due_at is not null`;
  return [
    {
      ...BASE,
      name: 'invoices_on_time_share_365d',
      unit: 'share',
      about: 'Share of the invoices due in the last 365 days that were paid by their due date.',
      direction: 'higher_better',
      reads: DUE,
      step: 0.1,
      windowDays: YEAR,
      minAgeDays: 0,
      define: use => {
        const onTime = countWhere(allOf(due, paid, sql`r.paid_at <= r.due_at`));
        return ratio(
          use({ pass: invoices, name: 'on_time', sql: onTime }),
          use({ pass: invoices, name: 'due', sql: countWhere(due) })
        );
      }
    },
    {
      ...BASE,
      name: 'invoices_days_late_mean_365d',
      unit: 'days',
      about: 'Mean days past due of the invoices paid in the last 365 days (0 when paid in time).',
      reads: DUE,
      windowDays: YEAR,
      minAgeDays: 0,
      define: use => {
        const late = raw('greatest(0, r.due_at__age - r.paid_at__age)');
        return ratio(
          use({ pass: invoices, name: 'days_late', sql: sumWhere(late, settled) }),
          use({ pass: invoices, name: 'settled', sql: countWhere(settled) })
        );
      }
    }
  ];
}
