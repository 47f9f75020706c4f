import type { Row } from '../world.js';
import { daysSince } from './core.js';
import { inLast, mean, num, type Rule, share, sum, type View } from './view.js';

const overdue = (v: View) =>
  v.invoices.filter(row => row['due_at'] !== null && num(row['due_at']) < v.t && row['paid_at'] === null);
const ageOf = (v: View, row: Row) => v.spine.asOfDay - v.dayOf(num(row['due_at']));
const unpaid = (v: View, days: number) => inLast(v, overdue(v), 'due_at', days);
const longOverdue = (days: number): Rule => [0, v => overdue(v).filter(row => ageOf(v, row) >= days).length];

/** Population standard deviation over mean of the intervals between distinct days, at least three of them. */
function irregularity(v: View, rows: readonly Row[], column: string): number | null {
  const days = [...new Set(inLast(v, rows, column, 365).map(row => v.dayOf(num(row[column]))))].sort((a, b) => a - b);
  const gaps = days.slice(1).map((day, i) => day - (days[i] as number));
  if (gaps.length < 3) return null;
  const total = gaps.reduce((a, b) => a + b, 0);
  const squares = gaps.reduce((a, b) => a + b * b, 0);
  return Math.sqrt(gaps.length * squares - total * total) / total;
}

const ofKind = (v: View, kind: string) => v.of('payments').filter(row => row['kind'] === kind);
const recent = (v: View, kind: string) => inLast(v, ofKind(v, kind), 'occurred_at', 90);
const isFirst = (v: View, kind: string) =>
  recent(v, kind).length > 0 && recent(v, kind).length === ofKind(v, kind).length ? 1 : 0;

const KINDS = ['invoice_detail_request', 'card_declined', 'payment_method_changed', 'annual_to_monthly'];
const warnings: Readonly<Record<string, Rule>> = Object.fromEntries(
  KINDS.flatMap((kind): [string, Rule][] => [
    [`payments_${kind}_90d`, [90, v => recent(v, kind).length]],
    [`payments_${kind}_first_90d`, [90, v => isFirst(v, kind)]]
  ])
);

/** Invoices and payments. */
export const PAYMENT_RULES: Readonly<Record<string, Rule>> = {
  invoices_overdue: [0, v => overdue(v).length],
  invoices_overdue_amount: [0, v => sum(overdue(v), 'amount') / 100],
  invoices_overdue_days: [0, v => Math.max(0, ...overdue(v).map(row => ageOf(v, row)))],
  invoices_due_unpaid_7d: [7, v => unpaid(v, 7).length],
  invoices_due_unpaid_30d: [30, v => unpaid(v, 30).length],
  invoices_due_unpaid_90d: [90, v => unpaid(v, 90).length],
  invoices_due_unpaid_amount_7d: [7, v => sum(unpaid(v, 7), 'amount') / 100],
  invoices_due_unpaid_amount_30d: [30, v => sum(unpaid(v, 30), 'amount') / 100],
  invoices_due_unpaid_amount_90d: [90, v => sum(unpaid(v, 90), 'amount') / 100],
  invoices_overdue_from_30d: longOverdue(30),
  invoices_overdue_from_60d: longOverdue(60),
  invoices_overdue_from_90d: longOverdue(90),
  invoices_on_time_share_365d: [
    0,
    v => {
      const due = inLast(v, v.invoices, 'due_at', 365);
      const kept = due.filter(row => row['paid_at'] !== null && num(row['paid_at']) <= num(row['due_at']));
      return share(kept.length, due.length);
    }
  ],
  invoices_days_late_mean_365d: [
    0,
    v =>
      mean(
        inLast(v, v.invoices, 'paid_at', 365)
          .filter(row => row['due_at'] !== null)
          .map(row => Math.max(0, v.dayOf(num(row['paid_at'])) - v.dayOf(num(row['due_at']))))
      )
  ],
  invoices_paid_interval_cv_365d: [0, v => irregularity(v, v.invoices, 'paid_at')],
  invoices_failed_90d: [90, v => inLast(v, v.invoices, 'failed_at', 90).length],
  payments_365d: [365, v => inLast(v, ofKind(v, 'payment'), 'occurred_at', 365).length],
  days_since_payment: [0, v => daysSince(v, ofKind(v, 'payment'), 'occurred_at')],
  payments_interval_cv_365d: [0, v => irregularity(v, ofKind(v, 'payment'), 'occurred_at')],
  ...warnings,
  payments_warnings_first_90d: [90, v => KINDS.reduce((count, kind) => count + isFirst(v, kind), 0)]
};
