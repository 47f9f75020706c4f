import { raw, sql } from '../../sql/sql.js';
import { distinctOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass } from '../types.js';
import { DAYS, heldRows, TOUCHPOINTS } from './touchpoint-rows.js';

/**
 * R48: distinct channels on which the customer came to us in 90 days: the channel of inbound touchpoints (their kind
 * when it is empty), and the channel of tickets when `tickets.channel` is mapped.
 */
export function channels(input: FamilyInput): FeatureSpec[] {
  const { reads, held } = heldRows(input);
  const named = input.has('touchpoints.channel') ? ['touchpoints.channel'] : [];
  const tickets = input.has('tickets.channel') ? ['tickets.opened_at', 'tickets.channel'] : [];
  const channel = raw(named.length > 0 ? 'coalesce(r.channel, r.kind)' : 'r.kind');
  const pass: Pass = {
    name: 'inbound',
    partials: [],
    from: rows => sql`select r.account_id, r.as_of_day, ${channel} as channel
    from (${visibleRows('touchpoints', rows)}) r
    where ${held} and r.direction = 'inbound' and r.occurred_at__age <= ${DAYS}
    ${
      tickets.length === 0
        ? raw('')
        : sql`union all select r.account_id, r.as_of_day, r.channel from (${visibleRows('tickets', rows)}) r
    where r.opened_at__age <= ${DAYS}`
    }`
  };
  return [
    {
      ...TOUCHPOINTS,
      name: `channels_inbound_${DAYS}d`,
      unit: 'channels',
      about: `Distinct channels on which the customer came to us in the last ${DAYS} days.`,
      reads: [...reads, 'touchpoints.kind', 'touchpoints.direction', ...named, ...tickets],
      windowDays: DAYS,
      define: use =>
        sql`coalesce(${use(distinctOf(raw('r.channel'), { pass, name: 'channels', where: raw('true') }))}, 0)`
    }
  ];
}
