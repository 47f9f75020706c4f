import { dayExpression } from '../sources/calendar.js';
import { isUtc } from '../sources/instants.js';
import { hasMerges, recordsOf } from '../sources/merges.js';
import { id, raw, sql } from '../sql/sql.js';
import type { Sql, Tables } from '../types.js';

/** How the rows of `events` are read; never decides a value, so definitions are hashed under the canonical layout. */
export interface EventLayout {
  /** Table or view of the events; by its name in the contract, merges add records. */
  readonly table: string;
  /** Whether a record may become known after it happened: the source maps a known-at, or merges bring accounts those of others. */
  readonly late: boolean;
  /** Columns by which accounts and users are grouped, and what turns a group's key into the contract's id. */
  readonly account: KeyColumn;
  readonly user: KeyColumn;
  /** Microseconds per slot: slots are the coarsest units of which every local day consists. */
  readonly slotUs: number;
  /** Words of 62 bits that hold the intervals between all cuts of the users' spans. */
  readonly words: number;
  /** Whether counts of event types are packed, two to a sum. */
  readonly packs: boolean;
}

export interface KeyColumn {
  readonly column: string;
  /** The contract's id of a key. */
  readonly toId: (key: Sql) => Sql;
}

const DAY_US = 86_400_000_000;
/** Offsets of all zones are whole quarters of an hour since 1972. */
const QUARTER_US = 900_000_000;

const plain = (column: string): KeyColumn => ({ column, toId: key => key });

/** The layout under which definitions are hashed: the same for every workspace and any dates. */
export const CANONICAL: EventLayout = {
  table: 'events',
  late: true,
  account: plain('account_id'),
  user: plain('user_id'),
  slotUs: QUARTER_US,
  words: 1,
  packs: false
};

/**
 * The cheapest layout that the ingested table allows.
 * @param words how many words of 62 bits the users' intervals need
 */
export function eventLayout(tables: Tables, timezone: string, words: number): EventLayout {
  const { events } = tables;
  const merges = hasMerges(tables);
  const keys = merges ? undefined : events?.nativeKeys;
  const key = (column: 'account_id' | 'user_id'): KeyColumn => {
    const native = keys?.[column];
    if (native === undefined) return plain(column);
    return { column: native.column, toId: k => raw(native.id.replaceAll('{key}', k.text)) };
  };
  return {
    table: keys === undefined ? CANONICAL.table : (events?.nativeTable ?? CANONICAL.table),
    late: merges || events?.knownAtAssumed !== true,
    account: key('account_id'),
    user: key('user_id'),
    slotUs: isUtc(timezone) ? DAY_US : QUARTER_US,
    words,
    packs: true
  };
}

/** Every local day from `first` to `last` (exclusive) with its slots: columns slot, day. */
export function slotsOfDays(layout: EventLayout, { first, last }: { first: Sql; last: Sql }, timezone: string): Sql {
  if (layout.slotUs === DAY_US)
    return sql`select cast(unnest(range(${first}, ${last})) as bigint) as slot, cast(slot as integer) as day`;
  const perDay = DAY_US / layout.slotUs;
  const day = dayExpression(sql`slot * ${layout.slotUs}`, timezone);
  return sql`select * from (select slot, ${day} as day from (
    select cast(unnest(range(greatest(0, (${first} - 1) * ${perDay}), (${last} + 1) * ${perDay})) as bigint) as slot))
    where day >= ${first} and day < ${last}`;
}

/** The slot of an event's instant. */
export function slotOf(layout: EventLayout): Sql {
  return sql`occurred_at // ${layout.slotUs}`;
}

/** The rows of events under the layout: the contract's table, with the records that merges bring, or the native view. */
export function eventRows({ table }: EventLayout, tables: Tables): Sql {
  return table === CANONICAL.table ? recordsOf('events', tables) : id(table);
}
