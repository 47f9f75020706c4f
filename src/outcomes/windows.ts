import type { OutcomeConfig } from '../config/types.js';
import { raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';

/** `lag` = local day just before the instant minus the as-of day: in (t + lead, t + lead + horizon] when lead <= lag < lead + horizon. */
export function inside({ leadDays, horizonDays }: OutcomeConfig, lag: Sql): Sql {
  return sql`(${lag} >= ${leadDays} and ${lag} < ${leadDays + horizonDays})`;
}

/** Whether the window plus grace ends at or after the smallest watermark; `known` is the local day just before that. */
export function immature({ leadDays, horizonDays, graceDays }: OutcomeConfig, asOfDay: Sql, known: Sql): Sql {
  return sql`${asOfDay} + ${leadDays + horizonDays + graceDays} > ${known}`;
}

/** The text of a kind from its index in a list. */
export function kindText(column: string, kinds: readonly string[]): Sql {
  return raw(`case ${column} ${kinds.map((kind, i) => `when ${i} then '${kind}'`).join(' ')} end`);
}
