import { raw, sql } from '../sql/sql.js';
import type { Sql, TableInfo, Tables } from '../types.js';
import { dayExpression } from './calendar.js';
import { cellBefore } from './cells.js';
import { recordsOf } from './merges.js';

/**
 * CTE body over `dates(day, us)`: account_id, us, first_us, last_us, the first and the last event of each account that had
 * happened and was known before the date; accounts without one have no row.
 */
export function activityQuery(tables: Tables): Sql {
  if (tables.events === undefined) {
    return raw(`select cast(null as varchar) as account_id, cast(null as bigint) as us,
      cast(null as bigint) as first_us, cast(null as bigint) as last_us where false`);
  }
  const events = recordsOf('events', tables);
  return sql`select a.account_id, d.us, e.first_us, e.last_us
    from dates d cross join (select distinct account_id from ${events}) a
    asof join (
      select account_id, seen, min(early) over w as first_us, max(late) over w as last_us from (
        select account_id, greatest(occurred_at, known_at) as seen, min(occurred_at) as early, max(occurred_at) as late
        from ${events} group by account_id, greatest(occurred_at, known_at))
      window w as (partition by account_id order by seen)
    ) e on e.account_id = a.account_id and e.seen < d.us`;
}

/**
 * CTE body: accounts that may be customers where no contracts are mapped, in the shape of paying accounts: known before
 * the date, begun at the earlier of creation and first event, ARR 0.
 */
export function usingQuery(accounts: TableInfo): Sql {
  const created = cellBefore(accounts, 'created_at', { alias: 'a', t: sql`d.us` });
  const start = sql`least(case when ${created} < d.us then ${created} end, e.first_us)`;
  return sql`select a.account_id, d.day, d.us, ${start} as start_us, cast(0 as double) as arr
    from dates d join accounts a on a.known_at < d.us
    left join activity e on e.account_id = a.account_id and e.us = d.us
    where ${start} is not null`;
}

export interface Silence {
  readonly silenceDays: number | undefined;
  readonly events: TableInfo | undefined;
  readonly timezone: string;
}

/**
 * CTE body: (account_id, us) of the accounts in `paying` that were silent for `silenceDays` whole local days before the
 * date. The day of the start counts as one with an event. Days after the watermark of events are unknown, not silent.
 */
export function silentQuery({ silenceDays, events, timezone }: Silence): Sql {
  if (silenceDays === undefined || events === undefined) {
    return raw('select cast(null as varchar) as account_id, cast(null as bigint) as us where false');
  }
  const last = dayExpression(sql`greatest(e.last_us, p.start_us)`, timezone);
  const seen = sql`least(p.day, ${dayExpression(sql`cast(${events.watermarkUs} as bigint)`, timezone)})`;
  return sql`select p.account_id, p.us from paying p
    left join activity e on e.account_id = p.account_id and e.us = p.us
    where ${seen} - ${last} > ${silenceDays}`;
}
