import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { tablePass } from '../rows.js';
import type { FamilyInput } from '../types.js';

export const OPENED = 'tickets.opened_at';
export const RESOLVED = 'tickets.resolved_at';
const REOPENED = 'tickets.reopened_at';

export const TICKET_BASE = {
  family: 'tickets',
  timing: 'leading',
  actionable: true,
  direction: 'lower_better',
  minimum: 0
} as const;

export const tickets = tablePass('tickets');

/**
 * Whether a ticket is open at the date, as a condition over rows `r`, and what it reads. Resolved tickets are closed,
 * except those reopened since (at the instant of the resolution or later), when `tickets.reopened_at` is mapped.
 */
export function openTicket(has: FamilyInput['has']): { readonly open: Sql; readonly reads: readonly string[] } {
  const resolved = sql`coalesce(r.resolved_at < r.as_of_us, false)`;
  if (!has(REOPENED)) return { open: sql`not ${resolved}`, reads: [OPENED, RESOLVED] };
  const again = sql`coalesce(r.reopened_at < r.as_of_us and r.reopened_at >= r.resolved_at, false)`;
  return { open: sql`(not ${resolved} or ${again})`, reads: [OPENED, RESOLVED, REOPENED] };
}

/** Rows opened in the last `days`. */
export function openedIn(days: number): Sql {
  return sql`r.opened_at__age <= ${days}`;
}

/** Every ticket opened before the date. */
export const ALL = raw('true');
