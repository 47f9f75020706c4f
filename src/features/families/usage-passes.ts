import { id, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import type { Aggregate, Part, Pass } from '../types.js';

/** Days per mask of active days: fits a BIGINT with its sign bit unused. */
const MASK_DAYS = 62;

/** Daily event rows `r` that are visible at `t`, no older than the longest window asked for. */
export const eventWindow: Pass = {
  name: 'event_window',
  partials: ['feature_dates', 'feature_event_days'],
  from: ({ aggregates }) => {
    const own = aggregates.filter(aggregate => aggregate.pass.name === 'event_window');
    const days = Math.max(1, ...own.map(aggregate => aggregate.lookbackDays ?? 0));
    return sql`select s.as_of_day, e.*, s.as_of_day - e.day as age
  from spine s join feature_event_days e
    on e.account_id = s.account_id and e.visible <= s.as_of_day and e.day >= s.as_of_day - ${days}`;
  }
};

/** First and last days of the account's visible history, in rows per first visible date. */
export const eventLife: Pass = {
  name: 'event_life',
  partials: ['feature_dates', 'feature_event_days'],
  from: ({ aggregates }) => {
    const core = aggregates.some(aggregate => aggregate.name === FIRST_CORE)
      ? sql`, min(day) filter (where core > 0) as first_core`
      : raw('');
    return sql`select s.account_id, s.as_of_day, e.last_day${core.text === '' ? raw('') : raw(', e.first_core')}
  from spine s join (
    select account_id, visible, max(day) as last_day${core} from feature_event_days group by account_id, visible
  ) e on e.account_id = s.account_id and e.visible <= s.as_of_day`;
  }
};

const FIRST_CORE = 'first_core';

/** Users with any visible event, with their first and last active day. */
export const userActivity: Pass = {
  name: 'user_activity',
  partials: ['feature_dates', 'feature_user_activity'],
  from: () => sql`select account_id, as_of_day, as_of_day - last_day as last_age from feature_user_activity`
};

export const ALL_EVENTS: Part = { name: 'n', sql: sql`count(*)` };

/** Sum of a daily part over the window of ages (after, upTo]. */
export function windowSum(part: Part, upTo: number, after = 0): Aggregate {
  return {
    pass: eventWindow,
    name: `${part.name}_${after}_${upTo}`,
    sql: sql`cast(coalesce(sum(${id('r', part.name)}) filter (where r.age > ${after} and r.age <= ${upTo}), 0) as bigint)`,
    lookbackDays: upTo,
    parts: [part]
  };
}

/** Sum of part x (weeks - 1 - age in weeks): the numerator of a weekly slope. */
export function weekMoment(part: Part, weeks: number): Aggregate {
  return {
    pass: eventWindow,
    name: `${part.name}_moment_${weeks}w`,
    sql: sql`cast(coalesce(sum(${id('r', part.name)} * (${weeks - 1} - (r.age - 1) // 7))
      filter (where r.age <= ${weeks * 7}), 0) as bigint)`,
    lookbackDays: weeks * 7,
    parts: [part]
  };
}

/** Distinct active days in the last `days`: bits of day masks, so that a day in several rows counts once. */
export function activeDays(days: number, use: (aggregate: Aggregate) => Sql): Sql {
  const masks = Array.from({ length: Math.ceil(days / MASK_DAYS) }, (_, k) => {
    const from = k * MASK_DAYS;
    const width = Math.min(MASK_DAYS, days - from);
    return sql`bit_count(coalesce(${use(dayMask(k))}, 0) & ${2n ** BigInt(width) - 1n})`;
  });
  return raw(masks.map(mask => mask.text).join(' + '));
}

function dayMask(k: number): Aggregate {
  const from = k * MASK_DAYS;
  const upTo = from + MASK_DAYS;
  return {
    pass: eventWindow,
    name: `days_mask_${k}`,
    sql: sql`bit_or(cast(1 as bigint) << cast((r.age - 1) % ${MASK_DAYS} as bigint)) filter (where r.age > ${from} and r.age <= ${upTo})`,
    lookbackDays: upTo
  };
}

export const lastEventDay: Aggregate = { pass: eventLife, name: 'last_day', sql: sql`max(r.last_day)` };

/** First day with a core event; needs the daily part `core`. */
export function firstCoreDay(core: Part): Aggregate {
  return { pass: eventLife, name: FIRST_CORE, sql: sql`min(r.first_core)`, parts: [core] };
}

/** Distinct users with an event in the last `days`. */
export function activeUsers(days: number): Aggregate {
  return { pass: userActivity, name: `active_${days}d`, sql: sql`count(*) filter (where r.last_age <= ${days})` };
}
