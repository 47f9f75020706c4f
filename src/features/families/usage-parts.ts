import { isOneOf } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Part } from '../types.js';

/** Events of one declared type. */
export function typePart(type: string, slug: string): Part {
  return { name: `type_${slug}`, sql: sql`count(*) filter (where e.event_type = ${type})`, eventType: type };
}

/** Events of identified users of any of the types. */
export function ofUsers(name: string, types: readonly string[]): Part {
  return { name, sql: sql`count(e.user_key) filter (where ${isOneOf(raw('e.event_type'), types)})` };
}

/** Events of core value. */
export function corePart(types: readonly string[]): Part {
  return { name: 'core', sql: sql`count(*) filter (where ${isOneOf(raw('e.event_type'), types)})` };
}

/** Exact sum of the events' durations, scaled as they are kept. */
export const SECONDS: Part = { name: 'seconds_sum', sql: sql`cast(coalesce(sum(e.duration_seconds), 0) as bigint)` };
