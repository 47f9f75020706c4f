import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import type { Part } from './types.js';

/** Bits of one count; two fit a BIGINT. */
const LANE_BITS = 31;
const MOST = 2 ** LANE_BITS - 1;

/**
 * Counts of single event types, two to a sum: an event adds 1 to its type's lane of 31 bits. Exact as long as an account
 * has at most 2^31 - 1 events in an interval, which is checked. A text is looked up once per distinct value of a column's
 * dictionary, where a filtered count compares it once per event and type.
 */
export interface PackedCounts {
  /** Columns to add to the event rows. */
  readonly columns: readonly Sql[];
  /** Sums over the event rows `e` of a group. */
  readonly sums: readonly Sql[];
  /** The counts, from a group `g`. */
  readonly counts: readonly Sql[];
  /** Columns of the group that nobody needs afterwards. */
  readonly temporary: readonly string[];
  /** Parts that are no counts of one type. */
  readonly others: readonly Part[];
}

/** Packs the counts among the parts; with fewer than two there is nothing to pack. */
export function packCounts(parts: readonly Part[]): PackedCounts {
  const counts = parts.filter(part => part.eventType !== undefined);
  if (counts.length < 2) return unpackedCounts(parts);
  const pairs = Array.from({ length: Math.ceil(counts.length / 2) }, (_, i) => counts.slice(2 * i, 2 * i + 2));
  return {
    columns: pairs.map((pair, i) => sql`${laneOf(pair, counts)} as ${pack(i)}`),
    sums: [
      ...pairs.map((_, i) => sql`cast(coalesce(sum(e.${pack(i)}), 0) as bigint) as ${pack(i)}`),
      raw('count(*) as pack_rows')
    ],
    counts: pairs.flatMap((pair, i) => pair.map((part, lane) => sql`${unpacked(i, lane)} as ${id(part.name)}`)),
    temporary: [...pairs.map((_, i) => `pack${i}`), 'pack_rows'],
    others: parts.filter(part => part.eventType === undefined)
  };
}

/** Every part as it stands. */
export function unpackedCounts(parts: readonly Part[]): PackedCounts {
  return { columns: [], sums: [], counts: [], temporary: [], others: parts };
}

function pack(i: number): Sql {
  return raw(`pack${i}`);
}

/** 1 in the lane of the event's type, 0 for the other declared types: sums without NULL are cheaper. */
function laneOf(pair: readonly Part[], counts: readonly Part[]): Sql {
  const ones = counts.map(part => (pair.includes(part) ? 2 ** (LANE_BITS * pair.indexOf(part)) : 0)).join(', ');
  const types = join(counts.map(part => part.eventType as string));
  return sql`list_extract([${raw(ones)}]::bigint[], list_position([${types}], event_type))`;
}

function unpacked(i: number, lane: number): Sql {
  const value = lane === 0 ? sql`g.${pack(i)} & ${MOST}` : sql`g.${pack(i)} >> ${LANE_BITS}`;
  const tooMany = `expected at most ${MOST} events of one account between two window edges, got more`;
  return sql`case when g.pack_rows > ${MOST} then error(${tooMany}) else ${value} end`;
}
