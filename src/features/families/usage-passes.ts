import { countWhere, sumWhen } from '../../sql/expressions.js';
import { id, join, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { meetsSpan, spanName, spansOf } from '../calendar-tables.js';
import type { Aggregate, Part, Pass, PassInput, UserSpan } from '../types.js';

/**
 * Event sums per interval of ages: `upto` is the smallest window edge that reaches back to the interval, so that a window
 * is a run of whole intervals. `active_days` counts the days with an event.
 */
export const eventWindow: Pass = {
  name: 'event_window',
  partials: ['feature_dates', 'feature_buckets', 'feature_bands', 'feature_event_buckets'],
  from: input => {
    const { late } = input.events;
    const needs = input.aggregates.flatMap(a => (a.pass.name === 'event_window' ? (a.events ?? []) : []));
    const names = [...new Set(needs.flatMap(need => need.parts ?? []).map(part => part.name))];
    const days = needs.some(need => need.days);
    const mask = late ? raw('bit_or(e.days_mask)') : raw('e.days_mask');
    const columns = [
      ...names.map(name => (late ? sql`sum(${id('e', name)}) as ${id(name)}` : id('e', name))),
      ...(days ? [sql`bit_count(${mask}) as active_days`] : [])
    ];
    const seen = late ? raw(' and e.visible <= w.as_of_day') : raw('');
    const group = late ? raw(' group by e.account_id, w.as_of_day, w.upto, w.bucket') : raw('');
    return sql`select ${join([raw('e.account_id'), raw('w.as_of_day'), raw('w.upto'), ...columns])}
  from feature_bands w join feature_event_buckets e on e.bucket = w.bucket${seen}${group}`;
  }
};

/** The account's whole visible history, in rows per first visible date. */
export const eventLife: Pass = {
  name: 'event_life',
  partials: ['feature_dates', 'feature_buckets', 'feature_event_buckets'],
  from: ({ aggregates, day }) => {
    const needs = aggregates.flatMap(a => (a.pass.name === 'event_life' ? (a.events ?? []) : []));
    const parts = new Map(needs.flatMap(need => need.parts ?? []).map(part => [part.name, part] as const));
    const columns = [...parts.values()].map(({ name, over = 'sum' }) =>
      over === 'sum' ? sql`cast(sum(${id(name)}) as bigint) as ${id(name)}` : sql`min(${id(name)}) as ${id(name)}`
    );
    const wanted = new Set(needs.flatMap(need => need.ends ?? []));
    const ends = [
      ...(wanted.has('first') ? [sql`${day(raw('min(first_us)'))} as first_day`] : []),
      ...(wanted.has('last') ? [sql`${day(raw('max(last_us)'))} as last_day`] : [])
    ];
    return sql`select s.as_of_day, e.*
  from spine s join (
    select ${join([raw('account_id'), raw('visible'), ...ends, ...columns])} from feature_event_buckets group by account_id, visible
  ) e on e.account_id = s.account_id and e.visible <= s.as_of_day`;
  }
};

/** Users with any visible event in a span: a flag per span. */
export const userActivity: Pass = {
  name: 'user_activity',
  partials: ['feature_dates', 'feature_user_buckets', 'feature_user_spans', 'feature_user_masks'],
  from: input => {
    const flags = spanFlags(input);
    return sql`select ${join([raw('u.account_id'), raw('u.user_id'), raw('w.as_of_day'), ...flags])}
  from feature_user_spans w join ${visibleMasks(input)} u on ${input.events.late ? raw('u.as_of_day = w.as_of_day') : raw('true')}`;
  }
};

/** Flags of all spans, over masks `u` and spans `w`. */
export function spanFlags(input: PassInput): Sql[] {
  return spansOf(input).map(span => sql`${meetsSpan(span, input.events.words)} as ${id(spanName(span))}`);
}

/** Masks of every user as known at each date (late layouts: with as_of_day; else the same at every date). */
export function visibleMasks({ events }: PassInput): Sql {
  if (!events.late) return raw('feature_user_masks');
  const masks = Array.from({ length: events.words }, (_, k) => raw(`bit_or(m.m${k}) as m${k}`));
  return sql`(select m.account_id, m.user_id, d.as_of_day, ${join(masks)}
    from (select distinct as_of_day from spine) d join feature_user_masks m on m.visible <= d.as_of_day
    group by m.account_id, m.user_id, d.as_of_day)`;
}

export const ALL_EVENTS: Part = { name: 'n', sql: sql`count(*)` };

/** Sum of a part over the window of ages (after, upTo]. */
export function windowSum(part: Part, upTo: number, after = 0): Aggregate {
  const where = ages(after, upTo);
  return {
    pass: eventWindow,
    name: `${part.name}_${after}_${upTo}`,
    sql: sumWhen(id('r', part.name), where),
    events: { edges: [after, upTo], parts: [part] }
  };
}

function ages(after: number, upTo: number): Sql {
  return after === 0 ? sql`r.upto <= ${upTo}` : sql`r.upto > ${after} and r.upto <= ${upTo}`;
}

/** Sum of part x (weeks - 1 - age in weeks): the numerator of a weekly slope. */
export function weekMoment(part: Part, weeks: number): Aggregate {
  const edges = Array.from({ length: weeks + 1 }, (_, week) => 7 * week);
  const where = sql`r.upto <= ${7 * weeks}`;
  return {
    pass: eventWindow,
    name: `${part.name}_moment_${weeks}w`,
    sql: sumWhen(sql`(${weeks - 1} - (r.upto - 1) // 7) * ${id('r', part.name)}`, where),
    events: { edges, parts: [part] }
  };
}

/** Distinct days with an event in the last `days`. */
export function activeDays(days: number): Aggregate {
  const where = ages(0, days);
  return {
    pass: eventWindow,
    name: `active_days_${days}`,
    sql: sumWhen(raw('r.active_days'), where),
    events: { edges: [0, days], days: true }
  };
}

/** Local day of the account's last event. */
export const lastEventDay: Aggregate = {
  pass: eventLife,
  name: 'last_day',
  sql: sql`max(r.last_day)`,
  events: { life: true, ends: ['last'] }
};

/** Local day of the account's first event. */
export const firstEventDay: Aggregate = {
  pass: eventLife,
  name: 'first_day',
  sql: sql`min(r.first_day)`,
  events: { life: true, ends: ['first'] }
};

/** Instant of the first event that meets a condition over `e`. */
export function firstInstant(name: string, where: Sql): Aggregate {
  const part: Part = { name, sql: sql`min(e.occurred_at) filter (where ${where})`, over: 'min' };
  return { pass: eventLife, name, sql: sql`min(${id('r', name)})`, events: { life: true, parts: [part] } };
}

/** Sum of a part over the account's whole visible history. */
export function lifeSum(part: Part): Aggregate {
  return {
    pass: eventLife,
    name: `${part.name}_life`,
    sql: sql`cast(coalesce(sum(${id('r', part.name)}), 0) as bigint)`,
    events: { life: true, parts: [part] }
  };
}

/** Distinct users with an event in the last `days`, or in the ages (after, days]. */
export function activeUsers(days: number, after = 0): Aggregate {
  const span: UserSpan = { after, upTo: days };
  const where = id('r', spanName(span));
  const name = after === 0 ? `active_${days}d` : `active_${after}_${days}d`;
  return { pass: userActivity, name, sql: countWhere(where), events: { spans: [span] } };
}
