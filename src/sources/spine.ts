import type { Config } from '../config/types.js';
import { DataError } from '../errors.js';
import { withinGrace } from '../sql/expressions.js';
import { double, join, raw, sql } from '../sql/sql.js';
import type { AsOf, Engine, Sql, TableInfo, Tables } from '../types.js';
import { activityQuery, silentQuery, usingQuery } from './activity.js';
import { dayExpression } from './calendar.js';
import { cellBefore, versionJoins } from './cells.js';
import { beforeMerge, hasMerges, recordsAfter, recordsOf } from './merges.js';

export interface SpineOptions {
  readonly asOf: readonly AsOf[];
  readonly config: Config;
  readonly tables: Tables;
}

/**
 * Creates the table `spine`: one row per (account, as-of date t) that is paying and gave no notice, as known before t,
 * ordered by date, then account. Columns: account_id, as_of_day INTEGER, as_of_us BIGINT, parent (top parent, or the
 * account itself), start_us BIGINT (first paid start), tenure_days INTEGER (local calendar days since), arr DOUBLE
 * (12 x MRR of the active paid terms, from exact integers).
 *
 * A term is known when known_at < t and started_at < t. It ends at the earlier of its contract end and of an actual end
 * before t, and is active while that end is absent or not before t. Trials never pay. An account leaves with a notice
 * before t on an active paid term, with a record of `notices` before t after which no paid term began before t, and with a
 * failed payment whose grace is over and that no payment before t followed; where `outcomes.churn.silence_days` is set,
 * also when it was silent for so many local days. Without subscriptions every known account that has begun counts as
 * paying, with ARR 0. A date with `daysBefore` has only accounts with an active paid term that ends so many local days
 * later, as known before t.
 *
 * A merged account leaves at its merge: from then on its terms and events are those of the account it went into, and so is
 * what is noticed or fails to be paid after the merge.
 */
export async function buildSpine(engine: Engine, options: SpineOptions): Promise<void> {
  const { asOf, config, tables } = options;
  const { accounts, subscriptions, events } = tables;
  if (accounts === undefined) throw new DataError('expected the table accounts, got none; add it to sources');
  const { silenceDays } = config.outcomes.churn;
  const silence = { silenceDays, events, timezone: config.calendar.timezone };
  const read = subscriptions === undefined || silenceDays !== undefined;
  const day = dayExpression(sql`start_us`, config.calendar.timezone);
  await engine.run(sql`create or replace table spine as
    with dates as (${datesQuery(asOf)}),
    terms as (${termsQuery(options)}),
    activity as (${activityQuery(read ? tables : {})}),
    paying as (${subscriptions === undefined ? usingQuery(accounts) : payingQuery(subscriptions.columns['mrr']?.decimals ?? 0)}),
    left_before as (
      ${failedQuery(tables, config)} union ${noticedQuery(tables)} union ${silentQuery(silence)}),
    risk as (select p.* from paying p anti join left_before f on f.account_id = p.account_id and f.us = p.us
      where ${beforeMerge(tables, { account: sql`p.account_id`, us: sql`p.us - 1` })}),
    tops as (${topsQuery(accounts, tables)})
    select r.account_id, r.day as as_of_day, r.us as as_of_us, coalesce(t.top, r.account_id) as parent,
      start_us, cast(r.day - ${day} as integer) as tenure_days, arr
    from risk r left join tops t on t.account_id = r.account_id and t.us = r.us
    order by as_of_us, account_id`);
}

function datesQuery(asOf: readonly AsOf[]): Sql {
  const rows = asOf.map(({ day, us, daysBefore }) => {
    const before = daysBefore === undefined ? sql`null` : sql`[${join(daysBefore)}]`;
    return sql`(cast(${day} as integer), cast(${us} as bigint), cast(${before} as integer[]))`;
  });
  const none = sql`select cast(0 as integer) as day, cast(0 as bigint) as us, cast(null as integer[]) as days_before where false`;
  return asOf.length === 0 ? none : sql`select * from (values ${join(rows)}) as dates(day, us, days_before)`;
}

/**
 * Paid terms known before each date of accounts known before it, with whether they are active and under notice, and
 * whether the date asks for them.
 */
function termsQuery({ asOf, tables, config }: SpineOptions): Sql {
  const { subscriptions } = tables;
  if (subscriptions === undefined) {
    return raw(
      'select cast(null as varchar) as account_id, null::bigint as us, null::bigint as started_at where false'
    );
  }
  const place = { alias: 's', t: sql`d.us` };
  const cell = (name: string) => cellBefore(subscriptions, name, place);
  const ends = ['term_end', 'ended_at'].map(name => sql`coalesce(${cell(name)} >= d.us, true)`);
  const left = sql`${dayExpression(cell('term_end'), config.calendar.timezone)} - d.day`;
  const some = asOf.some(date => date.daysBefore !== undefined);
  const asked = some ? sql`coalesce(list_contains(d.days_before, ${left}), d.days_before is null)` : sql`true`;
  return sql`select s.account_id, d.day, d.us, ${asked} as asked, s.started_at, coalesce(${cell('mrr')}, 0) as mrr,
      ${join(ends, ' and ')} as active, coalesce(${cell('notice_at')} < d.us, false) as noticed
    from dates d
    join ${recordsOf('subscriptions', tables)} s on s.known_at < d.us and s.started_at < d.us
    join accounts a on a.account_id = s.account_id and a.known_at < d.us${versionJoins(subscriptions, TERM_CELLS, place)}
    where not coalesce(${cell('is_trial')}, false)`;
}

const TERM_CELLS = ['term_end', 'ended_at', 'notice_at', 'is_trial'];

function payingQuery(decimals: number): Sql {
  return sql`select account_id, day, us, min(started_at) as start_us,
      cast(cast(12 * sum(mrr) filter (where active) as bigint) as double) / ${double(10 ** decimals)} as arr
    from terms group by account_id, day, us
    having bool_or(active and asked) and not bool_or(active and noticed)`;
}

/** Accounts with a failed payment whose grace was over before the date, and no payment between the failure and the date. */
function failedQuery(tables: Tables, { calendar, outcomes }: Config): Sql {
  const { invoices } = tables;
  if (invoices?.columns['failed_at'] === undefined || invoices.columns['paid_at'] === undefined) {
    return sql`select cast(null as varchar) as account_id, cast(null as bigint) as us where false`;
  }
  const cell = (name: string) => cellBefore(invoices, name, { alias: 'i', t: sql`d.us` });
  const { graceDays } = outcomes.churn;
  const records = recordsAfter('invoices', tables, ['failed_at', 'paid_at']);
  const waiting = withinGrace({ instant: sql`failed`, later: sql`us`, graceDays }, us =>
    dayExpression(us, calendar.timezone)
  );
  return sql`select distinct account_id, us from (
      select i.account_id, d.us, ${cell('failed_at')} as failed,
        max(${cell('paid_at')}) over (partition by i.account_id, d.us) as paid
      from dates d join ${records} i on i.known_at < d.us
      where i.account_id in (select account_id from ${records} where failed_at is not null))
    where failed > coalesce(paid, -1) and not (${waiting})`;
}

/** Accounts with a notice before the date, and no paid term begun between the notice and the date. */
function noticedQuery(tables: Tables): Sql {
  if (tables.notices === undefined)
    return raw('select cast(null as varchar) as account_id, cast(null as bigint) as us where false');
  return sql`select n.account_id, n.us from (
      select n.account_id, d.us, max(n.notice_at) as noticed
      from dates d join ${recordsAfter('notices', tables, ['notice_at'])} n on n.known_at < d.us and n.notice_at < d.us
      group by n.account_id, d.us) n
    where not exists (
      select 1 from terms t where t.account_id = n.account_id and t.us = n.us and t.started_at > n.noticed)`;
}

/**
 * Top parents as known before each date; a merged parent gives way to its new account. In a circle of parents the smallest
 * id of the circle stands for it.
 */
function topsQuery(accounts: TableInfo, tables: Tables): Sql {
  if (accounts.columns['parent_id'] === undefined) {
    return sql`select cast(null as varchar) as account_id, cast(null as bigint) as us, cast(null as varchar) as top where false`;
  }
  const place = { alias: 'a', t: sql`d.us` };
  const cell = cellBefore(accounts, 'parent_id', place);
  const merged = hasMerges(tables);
  const owner = merged ? sql` asof left join account_merges m on m.member = ${cell} and m.since < d.us` : sql``;
  const parent = merged ? sql`coalesce(m.account_id, ${cell})` : cell;
  return sql`
    with recursive links as (
      select a.account_id, d.us, ${parent} as parent from dates d join accounts a on a.known_at < d.us${versionJoins(accounts, ['parent_id'], place)}${owner}
      where ${parent} is not null
    ), climb as (
      select account_id, us, parent as ancestor from links
      union
      select c.account_id, c.us, l.parent from climb c join links l on l.account_id = c.ancestor and l.us = c.us
    )
    select c.account_id, c.us,
      coalesce(min(c.ancestor) filter (where l.account_id is null), min(c.ancestor)) as top
    from climb c left join links l on l.account_id = c.ancestor and l.us = c.us
    group by c.account_id, c.us`;
}
