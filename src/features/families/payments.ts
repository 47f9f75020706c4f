import { orZero } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, minOf } from '../aggregates.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { CV_ABOUT, intervalsOf, variation } from './payment-intervals.js';

const BASE = { family: 'payments', timing: 'lagging', actionable: true, minimum: 0 } as const;
const YEAR = 365;
const RECENT = 90;
const payments = tablePass('payments');
const OCCURRED = 'payments.occurred_at';
const KIND = 'payments.kind';

/** What is unusual in paying, in words. */
const WARNINGS = {
  invoice_detail_request: 'requests for more detailed invoices',
  card_declined: 'declined cards',
  payment_method_changed: 'changes of the method of payment',
  annual_to_monthly: 'changes from annual to monthly payment'
} as const;
type Warning = keyof typeof WARNINGS;
const KINDS = Object.keys(WARNINGS) as Warning[];

/** Payments received, and sudden changes in how the account pays (R73, R74). */
export const paying: Family = input => [...received(input), ...KINDS.flatMap(warning), firsts()];

/** Payments as they are told apart from other records by `kind`; without that column every record is one. */
function received({ has }: FamilyInput): FeatureSpec[] {
  const reads = [OCCURRED, ...(has(KIND) ? [KIND] : [])];
  const base = { ...BASE, reads, direction: 'none' } as const;
  const isPayment = has(KIND) ? raw(`r.kind = 'payment'`) : raw('true');
  const where = sql`${isPayment} and r.occurred_at__age <= ${YEAR}`;
  return [
    {
      ...base,
      name: `payments_${YEAR}d`,
      unit: 'payments',
      about: `Payments received in the last ${YEAR} days.`,
      windowDays: YEAR,
      define: use => orZero(use(countOf({ pass: payments, name: 'received', where })))
    },
    {
      ...base,
      name: 'days_since_payment',
      unit: 'days',
      about: 'Days since the last payment; unknown when there was none.',
      direction: 'lower_better',
      minimum: 1,
      step: 30,
      define: use => use(minOf(raw('r.occurred_at__age'), { pass: payments, name: 'last', where: isPayment }))
    },
    {
      ...base,
      name: `payments_interval_cv_${YEAR}d`,
      unit: 'ratio',
      about: `Irregularity of the days with a payment in the last ${YEAR} days: ${CV_ABOUT}`,
      direction: 'lower_better',
      step: 0.1,
      windowDays: YEAR,
      minAgeDays: 0,
      define: use => variation(paymentIntervals, use)
    }
  ];
}

const paymentIntervals = intervalsOf('payment_intervals', input => {
  const kinds = input.reads.has(KIND) ? raw(`r.kind = 'payment'`) : raw('true');
  return sql`select r.account_id, r.as_of_day, r.occurred_at__age as age from (${visibleRows('payments', input)}) r
  where ${kinds} and r.occurred_at__age <= ${YEAR}`;
});

function recently(kind: Warning): Aggregate {
  const where = sql`r.kind = ${kind} and r.occurred_at__age <= ${RECENT}`;
  return countOf({ pass: payments, name: kind, where });
}

function before(kind: Warning): Aggregate {
  const where = sql`r.kind = ${kind} and r.occurred_at__age > ${RECENT}`;
  return countOf({ pass: payments, name: `${kind}_before`, where });
}

function isFirst(kind: Warning, use: (aggregate: Aggregate) => Sql): Sql {
  return sql`case when ${use(recently(kind))} > 0 and ${use(before(kind))} = 0 then 1 else 0 end`;
}

function warning(kind: Warning): FeatureSpec[] {
  const base = { ...BASE, timing: 'leading', direction: 'lower_better', reads: [OCCURRED, KIND] } as const;
  return [
    {
      ...base,
      name: `payments_${kind}_${RECENT}d`,
      unit: 'records',
      about: `Number of ${WARNINGS[kind]} in the last ${RECENT} days.`,
      windowDays: RECENT,
      define: use => orZero(use(recently(kind)))
    },
    {
      ...base,
      name: `payments_${kind}_first_${RECENT}d`,
      unit: 'flag',
      about: `1 when the first of all ${WARNINGS[kind]} of the account lies in the last ${RECENT} days.`,
      windowDays: RECENT,
      define: use => isFirst(kind, use)
    }
  ];
}

function firsts(): FeatureSpec {
  return {
    ...BASE,
    name: `payments_warnings_first_${RECENT}d`,
    unit: 'kinds',
    about: `Kinds of unusual payment records that the account had for the first time in the last ${RECENT} days.`,
    timing: 'leading',
    direction: 'lower_better',
    reads: [OCCURRED, KIND],
    windowDays: RECENT,
    define: use => raw(KINDS.map(kind => isFirst(kind, use).text).join(' + '))
  };
}
