import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';
import { bandsTable, bucketsTable, datesTable, userBucketsTable, userSpansTable } from './calendar-tables.js';
import { eventRows, slotOf } from './event-layout.js';
import { packCounts, unpackedCounts } from './packed-counts.js';
import { distinctParts } from './parts.js';
import type { PartialName, PassInput } from './types.js';
import { userDaysTable } from './user-days.js';

/** An intermediate table; `build` is null when the layout of the events does without it. */
export interface IntermediateTable {
  readonly name: PartialName;
  readonly about: string;
  readonly build: (input: PassInput) => Sql | null;
}

/** Intermediate tables in the order in which they are built; each reads its source once. */
export const PARTIALS: readonly IntermediateTable[] = [
  { name: 'feature_dates', about: 'day: the first as-of date after it', build: datesTable },
  { name: 'feature_buckets', about: 'day: the interval between window edges that holds it', build: bucketsTable },
  { name: 'feature_bands', about: 'as-of date and interval: the smallest window that holds it', build: bandsTable },
  { name: 'feature_event_buckets', about: 'events by account and interval, one scan', build: eventBuckets },
  {
    name: 'feature_user_buckets',
    about: 'day: the bit of its interval between the cuts of users',
    build: userBucketsTable
  },
  { name: 'feature_user_spans', about: 'as-of date: the bits of every span of users', build: userSpansTable },
  { name: 'feature_user_masks', about: 'events by user: a bit per interval with an event, one scan', build: userMasks },
  { name: 'feature_user_days', about: 'events by user and day, one scan', build: userDaysTable }
];

/** What one scan of events reads, and how its rows find their interval. */
interface Scan {
  readonly columns: readonly Sql[];
  /** Table of slots with the intervals. */
  readonly slots: PartialName;
  /** Whether events before the first cut count. */
  readonly ever: boolean;
}

/**
 * Event rows `e` with slot columns of `b` (NULL before the first cut), and in late layouts `d.as_of_day`: the earliest
 * as-of date after both the event's day and the day on which it became known. A row counts at `t` exactly when that
 * date is not after `t`, which is exact because every as-of date is a local midnight.
 */
function scanEvents({ tables, events, day }: PassInput, { columns, slots, ever }: Scan): Sql {
  const known = events.late
    ? [sql`case when known_at > occurred_at then ${day(sql`known_at`)} else 0 end as known_day`]
    : [];
  const before = ever ? sql`where occurred_at < (select max(as_of_us) from spine)` : sql``;
  const rows = sql`(select ${join([...columns, sql`${slotOf(events)} as slot`, ...known])} from ${eventRows(events, tables)} ${before}) e
    ${raw(ever ? 'left join' : 'join')} ${id(slots)} b on b.slot = e.slot`;
  if (!events.late) return rows;
  return sql`${rows} cross join (select min(as_of_day) - 1 as first_day from spine) f
    join feature_dates d on d.day = greatest(coalesce(b.day, 0), e.known_day, f.first_day)`;
}

/**
 * (account_id, bucket, visible) with the sums that features need; bucket 0 lies before the first cut. `visible` is the
 * first as-of date that may read the rows: of a whole interval, or in late layouts of each row.
 */
function eventBuckets(input: PassInput): Sql {
  const needs = input.aggregates.flatMap(({ events }) => events ?? []);
  const life = needs.some(need => need.life);
  const parts = distinctParts(needs.flatMap(need => need.parts ?? []));
  const { late, account, user, packs } = input.events;
  const packed = packs ? packCounts(parts) : unpackedCounts(parts);
  const read = ['event_type', 'value', 'duration_seconds', 'user_id'].filter(name => input.reads.has(`events.${name}`));
  const columns = [
    ...read.map(name => id(name)),
    ...(read.includes('user_id') ? [sql`${id(user.column)} as user_key`] : [])
  ];
  const days = needs.some(need => need.days) ? [sql`bit_or(b.day_bit) as days_mask`] : [];
  const wanted = new Set(needs.flatMap(need => need.ends ?? []));
  const ends = [
    ...(wanted.has('first') ? [sql`min(e.occurred_at) as first_us`] : []),
    ...(wanted.has('last') ? [sql`max(e.occurred_at) as last_us`] : [])
  ];
  const keys = [sql`e.account_key`, sql`coalesce(b.bucket, 0)`, ...(late ? [sql`d.as_of_day`] : [])];
  const names = ['account_key', 'bucket', ...(late ? ['visible'] : [])];
  const grouped = sql`select ${join([
    ...keys.map((key, i) => sql`${key} as ${raw(names[i] as string)}`),
    ...packed.others.map(part => sql`${part.sql} as ${id(part.name)}`),
    ...packed.sums,
    ...days,
    ...ends
  ])}
  from ${scanEvents(input, {
    columns: [
      sql`${id(account.column)} as account_key`,
      ...columns,
      ...packed.columns,
      ...(life ? [raw('occurred_at')] : [])
    ],
    slots: 'feature_buckets',
    ever: life
  })} group by ${join(keys)}`;
  const rest = sql`g.* exclude (${raw(['account_key', ...packed.temporary].join(', '))})`;
  const kept = sql`select ${join([sql`${account.toId(raw('g.account_key'))} as account_id`, rest, ...packed.counts])}`;
  if (late) return sql`${kept} from (${grouped}) g`;
  return sql`${kept}, v.visible from (${grouped}) g join (
    select bucket, min(as_of_day) as visible from (
      select bucket, max(day) as last_day from feature_buckets group by bucket union all select 0, -1
    ) join (select distinct as_of_day from spine) on as_of_day > last_day group by bucket
  ) v on v.bucket = g.bucket`;
}

/** (account_id, user_id, visible in late layouts) with masks m0, m1, …: bit i of word k is interval 62 k + i; bit 0 lies before the first cut. */
function userMasks(input: PassInput): Sql {
  const { late, account, user, words } = input.events;
  const spans = input.aggregates.flatMap(({ events }) => events?.spans ?? []);
  const ever = spans.some(span => span.upTo === null);
  const keys = ['e.account_key', 'e.user_key', ...(late ? ['d.as_of_day'] : [])];
  const bit = ever ? raw('coalesce(b.mask, 1)') : raw('b.mask');
  const masks = Array.from({ length: words }, (_, k) => {
    const own =
      words === 1 ? bit : sql`case when ${ever ? raw('coalesce(b.word, 0)') : raw('b.word')} = ${k} then ${bit} end`;
    return sql`coalesce(bit_or(${own}), 0) as ${raw(`m${k}`)}`;
  });
  const grouped = sql`select ${raw(keys.join(', '))}${late ? raw(' as visible') : raw('')}, ${join(masks)}
  from ${scanEvents(input, {
    columns: [
      sql`${id(account.column)} as account_key`,
      sql`${id(user.column)} as user_key`,
      ...(ever ? [raw('occurred_at')] : [])
    ],
    slots: 'feature_user_buckets',
    ever
  })} where e.user_key is not null group by ${raw(keys.join(', '))}`;
  return sql`select ${account.toId(raw('g.account_key'))} as account_id, ${user.toId(raw('g.user_key'))} as user_id,
  g.* exclude (account_key, user_key) from (${grouped}) g`;
}
