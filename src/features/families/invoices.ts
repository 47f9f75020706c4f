import { allOf, orZero, ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, maxOf, sumOf } from '../aggregates.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Family, FamilyInput, FeatureSpec } from '../types.js';
import { CV_ABOUT, intervalsOf, variation } from './payment-intervals.js';

const BASE = {
  family: 'invoices',
  timing: 'lagging',
  actionable: true,
  direction: 'lower_better',
  minimum: 0
} as const;
const YEAR = 365;
const DUE_DAYS = [7, 30, 90];
const OVERDUE_DAYS = [30, 60, 90];
const invoices = tablePass('invoices');
const DUE = ['invoices.issued_at', 'invoices.due_at', 'invoices.paid_at'];

const paid = sql`coalesce(r.paid_at < r.as_of_us, false)`;
const overdue = allOf(sql`r.due_at < r.as_of_us`, sql`not ${paid}`);

/** What is due and unpaid, and how promptly and regularly the account pays its invoices (R35, R73). */
export const billing: Family = input => [
  ...open(input),
  ...DUE_DAYS.flatMap(days => dueRecently(input, days)),
  ...OVERDUE_DAYS.map(longOverdue),
  ...habits(),
  failures()
];

function count(name: string, where: Sql): Pick<FeatureSpec, 'name' | 'unit' | 'define'> {
  return { name, unit: 'invoices', define: use => orZero(use(countOf({ pass: invoices, name, where }))) };
}

function amount({ decimals }: FamilyInput, name: string, where: Sql): Pick<FeatureSpec, 'name' | 'unit' | 'define'> {
  const total = sumOf(raw('r.amount'), { pass: invoices, name, where });
  return { name, unit: 'currency', define: use => unscale(orZero(use(total)), decimals('invoices.amount')) };
}

function open(input: FamilyInput): FeatureSpec[] {
  return [
    {
      ...BASE,
      ...count('invoices_overdue', overdue),
      about: 'Invoices past their due date and unpaid at the date.',
      reads: DUE
    },
    {
      ...BASE,
      ...amount(input, 'invoices_overdue_amount', overdue),
      about: 'Amount of the invoices past their due date and unpaid at the date.',
      reads: [...DUE, 'invoices.amount'],
      step: 100
    },
    {
      ...BASE,
      name: 'invoices_overdue_days',
      unit: 'days',
      about: 'Days that the oldest unpaid invoice is past its due date; 0 when none is.',
      reads: DUE,
      define: use => orZero(use(maxOf(raw('r.due_at__age'), { pass: invoices, name: 'overdue_days', where: overdue })))
    }
  ];
}

function dueRecently(input: FamilyInput, days: number): FeatureSpec[] {
  const where = allOf(overdue, sql`r.due_at__age <= ${days}`);
  const about = `invoices that fell due in the last ${days} days and are unpaid at the date`;
  return [
    {
      ...BASE,
      ...count(`invoices_due_unpaid_${days}d`, where),
      about: `Number of the ${about}.`,
      reads: DUE,
      windowDays: days
    },
    {
      ...BASE,
      ...amount(input, `invoices_due_unpaid_amount_${days}d`, where),
      about: `Amount of the ${about}.`,
      reads: [...DUE, 'invoices.amount'],
      step: 100,
      windowDays: days
    }
  ];
}

function longOverdue(days: number): FeatureSpec {
  return {
    ...BASE,
    ...count(`invoices_overdue_from_${days}d`, allOf(overdue, sql`r.due_at__age >= ${days}`)),
    about: `Invoices unpaid at the date and at least ${days} days past their due date.`,
    reads: DUE
  };
}

const paidIntervals = intervalsOf(
  'invoice_intervals',
  input => sql`select account_id, as_of_day, paid_at__age as age from (${visibleRows('invoices', input)})
  where paid_at < as_of_us and paid_at__age <= ${YEAR}`
);

function habits(): FeatureSpec[] {
  const due = sql`r.due_at < r.as_of_us and r.due_at__age <= ${YEAR}`;
  const settled = sql`r.paid_at < r.as_of_us and r.paid_at__age <= ${YEAR} and r.due_at is not null`;
  const late = raw('greatest(0, r.due_at__age - r.paid_at__age)');
  const base = { ...BASE, windowDays: YEAR, minAgeDays: 0 };
  return [
    {
      ...base,
      name: `invoices_on_time_share_${YEAR}d`,
      unit: 'share',
      about: `Share of the invoices due in the last ${YEAR} days that were paid by their due date.`,
      direction: 'higher_better',
      reads: DUE,
      step: 0.1,
      define: use => {
        const onTime = allOf(due, paid, sql`r.paid_at <= r.due_at`);
        return ratio(
          use(countOf({ pass: invoices, name: 'on_time', where: onTime })),
          use(countOf({ pass: invoices, name: 'due', where: due }))
        );
      }
    },
    {
      ...base,
      name: `invoices_days_late_mean_${YEAR}d`,
      unit: 'days',
      about: `Mean days past due of the invoices paid in the last ${YEAR} days (0 when paid in time).`,
      reads: DUE,
      define: use =>
        ratio(
          use(sumOf(late, { pass: invoices, name: 'days_late', where: settled })),
          use(countOf({ pass: invoices, name: 'settled', where: settled }))
        )
    },
    {
      ...base,
      name: `invoices_paid_interval_cv_${YEAR}d`,
      unit: 'ratio',
      about: `Irregularity of the days on which invoices were paid in the last ${YEAR} days: ${CV_ABOUT}`,
      reads: ['invoices.issued_at', 'invoices.paid_at'],
      step: 0.1,
      define: use => variation(paidIntervals, use)
    }
  ];
}

function failures(): FeatureSpec {
  const where = sql`r.failed_at < r.as_of_us and r.failed_at__age <= 90`;
  return {
    ...BASE,
    ...count('invoices_failed_90d', where),
    unit: 'payments',
    about: 'Failed payments in the last 90 days.',
    reads: ['invoices.issued_at', 'invoices.failed_at'],
    windowDays: 90
  };
}
