import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import { eventRows } from './event-layout.js';
import { distinctParts } from './parts.js';
import type { Part, PassInput } from './types.js';

/**
 * (account_key, user_key, day, seen, n and the parts that passes ask for): every day of use of each identified user.
 * Dates after `seen` see the row; in late layouts that is the later of the day and the day it became known, so that a
 * day may come in several rows. Keys are those of the events' layout.
 */
export function userDaysTable(input: PassInput): Sql {
  const { events, reads, tables } = input;
  const parts = userParts(input);
  const day = input.day(raw('occurred_at'));
  const known = sql`case when known_at > occurred_at then greatest(${day}, ${input.day(raw('known_at'))}) else ${day} end`;
  const columns = [
    sql`${id(events.account.column)} as account_key`,
    sql`${id(events.user.column)} as user_key`,
    sql`${day} as day`,
    ...(events.late ? [sql`${known} as seen`] : []),
    ...(reads.has('events.event_type') ? [raw('event_type')] : [])
  ];
  const keys = raw(`account_key, user_key, day${events.late ? ', seen' : ''}`);
  const before = events.late ? raw(' and known_at < b.last_us') : raw('');
  return sql`select ${keys}${events.late ? raw('') : raw(', day as seen')}, count(*) as n${join(
    parts.map(part => sql`, ${part.sql} as ${id(part.name)}`),
    ''
  )}
from (
  select ${join(columns)} from ${eventRows(events, tables)} e, (select max(as_of_us) as last_us from spine) b
  where ${id(events.user.column)} is not null and occurred_at < b.last_us${before}
) e group by ${keys}`;
}

/** The parts that passes ask for, each once; those over event types only where event types are read. */
function userParts({ aggregates, reads }: PassInput): Part[] {
  if (!reads.has('events.event_type')) return [];
  return distinctParts(aggregates.flatMap(aggregate => aggregate.pass.userParts ?? []));
}
