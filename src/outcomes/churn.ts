import { beforeMerge, recordsAfter } from '../sources/merges.js';
import { withinGrace } from '../sql/expressions.js';
import { join, raw, sql } from '../sql/sql.js';
import type { Sql, Tables } from '../types.js';
import { continued, type EventQuery } from './terms.js';

/** Churn kinds in order of precedence at one instant. */
export const CHURN_KINDS = ['cancelled', 'non_renewal', 'payment_failure', 'silence'] as const;

export interface ChurnQuery extends EventQuery {
  /** Silent local days that are churn; undefined = silence is none. */
  readonly silenceDays: number | undefined;
  /** First instant of a local calendar day. */
  readonly midnight: (day: Sql) => Sql;
}

/**
 * Absences from tables `outcome_terms` and `outcome_starts`: account_id, us (the churn instant), kind (index into
 * CHURN_KINDS), back_us (when the account came back; NULL = never), origin, known_at (notices of table `notices` only).
 * - a notice on a term that still ran, up to the end of that term when another goes on, else to the next start of one;
 * - an end that nothing continues, up to the next start of a paid term. It was cancelled when the term ended before its
 *   contract end, else it ran out;
 * - a failed payment that was not made good within grace (when `invoices.failed_at` is mapped), up to the next payment;
 * - a record of table `notices` of any system, up to the next start of a paid term;
 * - the midnight that ends the N-th silent local day, up to the next event.
 * Grace is counted in local days, up to the midnight that ends the last of them. A merged account has none from its merge
 * on; a notice on a term that a merge brought counts for the new account from the merge on.
 */
export function absencesQuery(query: ChurnQuery): Sql {
  const { tables, silenceDays } = query;
  const goesOn = continued(sql`t.ends`, query);
  const next = sql`asof left join ${STARTS} n on n.account_id = t.account_id and n.started_at > t.ends`;
  const sources = [
    sql`select t.account_id, case when t.joined then greatest(t.notice_at, t.started_at) else t.notice_at end as us, 0 as kind,
    case when ${goesOn} then t.ends else n.started_at end as back_us, 'term' as origin, cast(null as bigint) as known_at
  from outcome_terms t ${next} where t.notice_at is not null and (t.ends is null or t.notice_at < t.ends)`,
    sql`select t.account_id, t.ends, case when coalesce(t.ended_at < t.term_end, t.term_end is null) then 0 else 1 end,
    n.started_at, 'term', null
  from outcome_terms t ${next} where t.ends is not null and not ${goesOn}`
  ];
  if (hasFailures(tables)) sources.push(failures(query));
  if (tables.notices !== undefined) sources.push(noticed(tables));
  if (silenceDays !== undefined && tables.events !== undefined) sources.push(silences(query, silenceDays));
  const all = join(sources, '\n  union all\n  ');
  const kept = beforeMerge(tables, { account: sql`e.account_id`, us: sql`e.us` });
  return sql`select * from (${all}) e where ${kept}`;
}

const STARTS = raw('(select distinct account_id, started_at from outcome_terms)');

/** Churn instants: account_id, us, kind (the first of several), eve (local day just before), one row per (account, us). */
export function churnQuery(day: EventQuery['day']): Sql {
  return sql`select account_id, us, min(kind) as kind, ${day(sql`us - 1`)} as eve from outcome_absences group by account_id, us`;
}

/** Whether failed payments are told apart, so that they can end a relationship. */
export function hasFailures(tables: Tables): boolean {
  return tables.invoices?.columns['failed_at'] !== undefined;
}

function failures({ tables, graceDays, day }: ChurnQuery): Sql {
  const paid = tables.invoices?.columns['paid_at'] !== undefined;
  const cured = paid
    ? sql`coalesce(${withinGrace({ instant: sql`f.failed_at`, later: sql`f.paid_at`, graceDays }, day)}, false)`
    : raw('false');
  const paidAt = recordsAfter('invoices', tables, ['paid_at']);
  const payments = sql`(select distinct account_id, paid_at as us from ${paidAt} where paid_at is not null)`;
  const starts = sql`(select account_id, started_at as us from ${STARTS})`;
  return sql`select f.account_id, f.failed_at, 2, n.us, 'invoice', null
  from ${recordsAfter('invoices', tables, ['failed_at'])} f asof left join ${paid ? payments : starts} n on n.account_id = f.account_id and n.us > f.failed_at
  where f.failed_at is not null and not ${cured}`;
}

function noticed(tables: Tables): Sql {
  const kind = tables.notices?.columns['kind'] === undefined ? raw('null') : raw('n.kind');
  return sql`select n.account_id, n.notice_at,
    case ${kind} when 'non_renewal' then 1 when 'payment_failure' then 2 else 0 end, s.started_at, 'notice', n.known_at
  from ${recordsAfter('notices', tables, ['notice_at'])} n asof left join ${STARTS} s on s.account_id = n.account_id and s.started_at > n.notice_at`;
}

/** The day of the start counts as one with an event. Days from the watermark of events on are unknown, not silent. */
function silences({ tables, day, midnight }: ChurnQuery, silenceDays: number): Sql {
  const end = day(sql`cast(${tables.events?.watermarkUs ?? 0} as bigint)`);
  return sql`select account_id, ${midnight(sql`last_day + ${silenceDays + 1}`)}, 3, next_us, 'silence', null from (
    select account_id, seen as last_day, lead(seen) over w as next_day, lead(us) over w as next_us from (
      select account_id, ${day(sql`us`)} as seen, min(us) as us from (
        select account_id, occurred_at as us from ${recordsAfter('events', tables, ['occurred_at'])}
        union all select account_id, us from outcome_starts)
      group by account_id, ${day(sql`us`)})
    window w as (partition by account_id order by seen))
  where coalesce(next_day, ${end}) - last_day > ${silenceDays}`;
}

/** First paid start of each account: account_id, us. Without subscriptions the earlier of its creation and first event. */
export function startsQuery(tables: Tables): Sql {
  if (tables.subscriptions !== undefined) {
    return raw('select account_id, min(started_at) as us from outcome_terms group by account_id');
  }
  const used = recordsAfter('events', tables, ['occurred_at']);
  const events = tables.events === undefined ? raw('') : sql` union all select account_id, occurred_at from ${used}`;
  return sql`select account_id, min(us) as us from (
  select account_id, created_at as us from accounts where created_at is not null${events}) group by account_id`;
}

/**
 * Churn that lies before `t` though the account is on the spine: account_id, as_of_day, us, kind, the earliest of each
 * row. A payment that failed and is still within grace at `t` but is never made good, and a notice of table `notices`
 * that became known only later.
 */
export function pendingQuery({ graceDays, day }: Pick<EventQuery, 'graceDays' | 'day'>): Sql {
  const within = withinGrace({ instant: sql`a.us`, later: sql`s.as_of_us`, graceDays }, day);
  return sql`select account_id, as_of_day, us, kind from (
  select s.account_id, s.as_of_day, a.us, a.kind,
    row_number() over (partition by s.account_id, s.as_of_day order by a.us, a.kind) as place
  from spine s join outcome_absences a on a.account_id = s.account_id and a.us < s.as_of_us
  where (a.origin = 'invoice' and ${within})
    or (a.origin = 'notice' and a.known_at >= s.as_of_us and (a.back_us is null or a.back_us >= s.as_of_us))
) where place = 1`;
}

/**
 * The churn that each snapshot looks at: account_id, as_of_day, as_of_us, us, kind, lag (local days between `t` and it).
 * The nearest at or after `t`; one that is pending has already ended the relationship, so its instant comes first, with a
 * lag below every lead, and the end of the term that follows is not a second churn.
 */
export function nearestQuery(): Sql {
  return raw(`select s.account_id, s.as_of_day, s.as_of_us, coalesce(p.us, c.us) as us, coalesce(p.kind, c.kind) as kind,
  case when p.us is null then c.eve - s.as_of_day else -1 end as lag
from spine s asof left join outcome_churn c on c.account_id = s.account_id and c.us >= s.as_of_us
left join outcome_pending p on p.account_id = s.account_id and p.as_of_day = s.as_of_day`);
}
