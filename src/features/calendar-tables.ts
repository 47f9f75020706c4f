import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import { slotsOfDays } from './event-layout.js';
import type { PassInput, UserSpan } from './types.js';

/** Bits of a BIGINT that hold intervals or days; its sign and one more stay unused. */
export const MASK_BITS = 62;

const DATES = sql`(select distinct as_of_day from spine)`;

/** day → the earliest as-of date after it, from the day before the first as-of date on. Late layouts only. */
export function datesTable({ events }: PassInput): Sql | null {
  if (!events.late) return null;
  return sql`with span as (select unnest(range(min(as_of_day) - 1, max(as_of_day))) as day from ${DATES})
select cast(span.day as integer) as day, min(d.as_of_day) as as_of_day
from span join ${DATES} d on d.as_of_day > span.day group by span.day`;
}

/** Window edges of the chosen features, in days before the as-of date; 0 is the date itself. */
function edgesOf({ aggregates }: PassInput): number[] {
  return ascending([0, ...aggregates.flatMap(({ events }) => events?.edges ?? [])]);
}

/** Spans of ages of users that the chosen features ask for, each once. */
export function spansOf({ aggregates }: Pick<PassInput, 'aggregates'>): UserSpan[] {
  const spans = aggregates.flatMap(({ events }) => events?.spans ?? []);
  return [...new Map(spans.map(span => [spanName(span), span] as const)).values()];
}

/** Column of a span. */
export function spanName({ after, upTo }: UserSpan): string {
  return `active_${after}_${upTo ?? 'ever'}`;
}

function userEdges(input: Pick<PassInput, 'aggregates'>): number[] {
  return ascending([0, ...spansOf(input).flatMap(({ after, upTo }) => (upTo === null ? [after] : [after, upTo]))]);
}

function ascending(numbers: readonly number[]): number[] {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Days at which time is cut: every as-of date less every edge. */
function cutsOf(edges: readonly number[]): Sql {
  return sql`select distinct cast(d.as_of_day - w.days as integer) as day
  from ${DATES} d, (values ${join(edges.map(days => sql`(${days})`))}) w(days)`;
}

/** Counts the intervals between the cuts of users: one more than the cuts but the last, for the time before the first. */
export function userIntervals(input: Pick<PassInput, 'aggregates'>): Sql {
  return sql`select count(*) as n from (${cutsOf(userEdges(input))})`;
}

/** Days between the first and the last cut with the cut that begins their interval. */
function intervals(edges: readonly number[]): Sql {
  return sql`with cuts as (${cutsOf(edges)}),
  days as (select cast(unnest(range(min(day), max(day))) as integer) as day from cuts),
  runs as (
    select days.day, max(cuts.day) over (order by days.day rows unbounded preceding) as since
    from days left join cuts on cuts.day = days.day
  )`;
}

/** Slots of the days in a table `days` with columns `day` and others. */
function slotted(input: PassInput, columns: string): Sql {
  const bounds = { first: raw('(select min(day) from spans)'), last: raw('(select max(day) + 1 from spans)') };
  return sql`select s.slot, n.day, ${raw(columns)}
from spans n join (${slotsOfDays(input.events, bounds, input.timezone)}) s on s.day = n.day`;
}

/** (slot, day, bucket, day_bit): intervals from 1 on, at most 62 days long; `day_bit` has the bit of the day in its interval. */
export function bucketsTable(input: PassInput): Sql {
  return sql`${intervals(edgesOf(input))}, spans as (
    select day, cast(dense_rank() over (order by since, (day - since) // ${MASK_BITS}) as integer) as bucket,
      cast(1 as bigint) << ((day - since) % ${MASK_BITS}) as day_bit
    from runs
  )
${slotted(input, 'n.bucket, n.day_bit')}`;
}

/** (as_of_day, bucket, upto): the intervals of every window, `upto` the smallest edge that reaches back to them. */
export function bandsTable(input: PassInput): Sql {
  const edges = edgesOf(input);
  const steps = raw(edges.map(edge => `when d.as_of_day - b.first_day <= ${edge} then ${edge}`).join(' '));
  return sql`select d.as_of_day, b.bucket, case ${steps} end as upto
from ${DATES} d join (
  select bucket, min(day) as first_day, max(day) as last_day from feature_buckets group by bucket
) b on b.last_day < d.as_of_day and b.first_day >= d.as_of_day - ${edges.at(-1) as number}`;
}

/** (slot, day, word, mask): the interval's bit; bit 0 of word 0 is left to the time before the first cut. */
export function userBucketsTable(input: PassInput): Sql {
  return sql`${intervals(userEdges(input))}, spans as (
    select day, n // ${MASK_BITS} as word, cast(1 as bigint) << (n % ${MASK_BITS}) as mask
    from (select day, cast(dense_rank() over (order by since) as integer) as n from runs)
  )
${slotted(input, 'cast(n.word as integer) as word, n.mask')}`;
}

/** as_of_day with the bits of every span, a column per span and word. */
export function userSpansTable(input: PassInput): Sql {
  const columns = spansOf(input).flatMap(span =>
    Array.from({ length: input.events.words }, (_, k) => {
      const from = span.upTo === null ? sql`` : sql` and b.day >= d.as_of_day - ${span.upTo}`;
      const bits = sql`coalesce(bit_or(b.mask) filter (where b.word = ${k} and b.day < d.as_of_day - ${span.after}${from}), 0)`;
      return sql`${bits}${span.upTo === null && k === 0 ? raw(' | 1') : raw('')} as ${id(spanBits(span, k))}`;
    })
  );
  return sql`select ${join([sql`d.as_of_day`, ...columns])}
from ${DATES} d left join (select distinct day, word, mask from feature_user_buckets) b on true group by d.as_of_day`;
}

function spanBits(span: UserSpan, word: number): string {
  return `${spanName(span)}_w${word}`;
}

/** Whether a user's masks `u` meet the span's bits in `w`. */
export function meetsSpan(span: UserSpan, words: number): Sql {
  const tests = Array.from({ length: words }, (_, k) => `(u.m${k} & w.${spanBits(span, k)}) <> 0`);
  return raw(`(${tests.join(' or ')})`);
}
