import { sumWhere } from '../../sql/expressions.js';
import { id, join, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import type { Aggregate, Part, Pass } from '../types.js';

/** Days per mask of active days: fits a BIGINT with its sign bit unused. */
const MASK_DAYS = 62;

/**
 * Event sums per band of ages: every window edge asked for ends a band, `upto` is its last age, so that a window is a
 * run of whole bands and the daily rows are read once for all windows.
 */
export const eventWindow: Pass = {
  name: 'event_window',
  partials: ['feature_dates', 'feature_event_days'],
  from: ({ aggregates }) => {
    const bands = aggregates.flatMap(aggregate => aggregate.bands ?? []);
    const edges = [...new Set(bands.flatMap(band => band.edges))].sort((a, b) => a - b);
    const columns = new Map(bands.flatMap(band => band.columns).map(part => [part.name, part] as const));
    const sums = [...columns.values()].map(part => sql`${part.sql} as ${id(part.name)}`);
    const steps = raw(edges.map(edge => `when age <= ${edge} then ${edge}`).join(' '));
    return sql`select account_id, as_of_day, case ${steps} end as upto, ${join(sums)}
  from (
    select s.as_of_day, e.*, s.as_of_day - e.day as age
    from spine s join feature_event_days e
      on e.account_id = s.account_id and e.visible <= s.as_of_day and e.day >= s.as_of_day - ${edges.at(-1) ?? 0}
  ) e group by account_id, as_of_day, upto`;
  }
};

/** First and last days of the account's visible history, in rows per first visible date. */
export const eventLife: Pass = {
  name: 'event_life',
  partials: ['feature_dates', 'feature_event_days'],
  from: ({ aggregates }) => {
    const own = aggregates.filter(aggregate => aggregate.pass.name === 'event_life');
    const core = own.some(aggregate => aggregate.name === FIRST_CORE)
      ? [raw('min(day) filter (where core > 0) as first_core')]
      : [];
    const summed = own.filter(aggregate => aggregate.name.endsWith(LIFE)).flatMap(aggregate => aggregate.parts ?? []);
    const sums = summed.map(part => sql`cast(sum(${id(part.name)}) as bigint) as ${id(part.name)}`);
    const columns = join([raw('min(day) as first_day'), raw('max(day) as last_day'), ...core, ...sums]);
    return sql`select s.as_of_day, e.*
  from spine s join (
    select account_id, visible, ${columns} from feature_event_days group by account_id, visible
  ) e on e.account_id = s.account_id and e.visible <= s.as_of_day`;
  }
};

const FIRST_CORE = 'first_core';
const LIFE = '_life';

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
    sql: sumWhere(id('r', part.name), sql`r.upto > ${after} and r.upto <= ${upTo}`),
    parts: [part],
    bands: { edges: after === 0 ? [upTo] : [after, upTo], columns: [bandSum(part)] }
  };
}

/** Sum of part x (weeks - 1 - age in weeks): the numerator of a weekly slope. */
export function weekMoment(part: Part, weeks: number): Aggregate {
  const days = weeks * 7;
  const weighted = { name: `${part.name}_weeks`, sql: sql`sum(${id('e', part.name)} * ((age - 1) // 7))` };
  return {
    pass: eventWindow,
    name: `${part.name}_moment_${weeks}w`,
    sql: sumWhere(sql`${weeks - 1} * ${id('r', part.name)} - ${id('r', weighted.name)}`, sql`r.upto <= ${days}`),
    parts: [part],
    bands: { edges: [days], columns: [bandSum(part), weighted] }
  };
}

function bandSum(part: Part): Part {
  return { name: part.name, sql: sql`sum(${id('e', part.name)})` };
}

/** Distinct active days in the last `days`: bits of day masks, so that a day in several rows counts once. */
export function activeDays(days: number, use: (aggregate: Aggregate) => Sql): Sql {
  const masks = Array.from({ length: Math.ceil(days / MASK_DAYS) }, (_, k) => {
    const from = k * MASK_DAYS;
    return sql`bit_count(coalesce(${use(dayMask(from, Math.min(from + MASK_DAYS, days)))}, 0))`;
  });
  return raw(masks.map(mask => mask.text).join(' + '));
}

/** Bits of the days with ages (from, upTo], at most `MASK_DAYS` of them. */
function dayMask(from: number, upTo: number): Aggregate {
  const bits = sql`bit_or(cast(1 as bigint) << cast((age - 1) % ${MASK_DAYS} as bigint))`;
  return {
    pass: eventWindow,
    name: `days_mask_${from}_${upTo}`,
    sql: sql`bit_or(r.days_mask) filter (where r.upto > ${from} and r.upto <= ${upTo})`,
    bands: { edges: from === 0 ? [upTo] : [from, upTo], columns: [{ name: 'days_mask', sql: bits }] }
  };
}

export const lastEventDay: Aggregate = { pass: eventLife, name: 'last_day', sql: sql`max(r.last_day)` };

/** First day with a core event; needs the daily part `core`. */
export function firstCoreDay(core: Part): Aggregate {
  return { pass: eventLife, name: FIRST_CORE, sql: sql`min(r.first_core)`, parts: [core] };
}

/** Local day of the account's first event. */
export const firstEventDay: Aggregate = { pass: eventLife, name: 'first_day', sql: sql`min(r.first_day)` };

/** Sum of a daily part over the account's whole visible history. */
export function lifeSum(part: Part): Aggregate {
  return {
    pass: eventLife,
    name: `${part.name}${LIFE}`,
    sql: sql`cast(coalesce(sum(${id('r', part.name)}), 0) as bigint)`,
    parts: [part]
  };
}

/** Distinct users with an event in the last `days`. */
export function activeUsers(days: number): Aggregate {
  return { pass: userActivity, name: `active_${days}d`, sql: sql`count(*) filter (where r.last_age <= ${days})` };
}
