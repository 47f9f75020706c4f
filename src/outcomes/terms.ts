import { beforeMerge, termsOwned } from '../sources/merges.js';
import { withinGrace } from '../sql/expressions.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql, Tables } from '../types.js';

export interface EventQuery {
  readonly tables: Tables;
  readonly graceDays: number;
  /** Local calendar day of an instant. */
  readonly day: (us: Sql) => Sql;
}

const TERM_COLUMNS = {
  term_end: 'bigint',
  ended_at: 'bigint',
  notice_at: 'bigint',
  seats: 'bigint',
  mrr: 'bigint',
  plan: 'varchar',
  product: 'varchar'
} as const;

/**
 * Every paid term with all that became known of it: account_id, known_at, started_at, term_end, ended_at, notice_at,
 * seats, mrr (scaled), plan, product, rank (NULL where not mapped), `joined` (a merge brought it while it ran), `ends`, the
 * earlier of contract end and actual end, and `serial`, a number of its own. Trials are left out (R101); no row without
 * subscriptions.
 * @param records the terms with `joined`; default those of every account from its merges on
 */
export function termsQuery(tables: Tables, records: Sql = termsOwned(tables)): Sql {
  const columns = tables.subscriptions?.columns ?? {};
  const missing = (name: string, type: string) => raw(`cast(null as ${type}) as ${name}`);
  const cells = Object.entries(TERM_COLUMNS).map(([name, type]) =>
    columns[name] === undefined ? missing(name, type) : sql`t.${id(name)}`
  );
  if (tables.subscriptions === undefined) {
    const keys = [missing('account_id', 'varchar'), missing('known_at', 'bigint'), missing('started_at', 'bigint')];
    const none = [
      ...keys,
      ...cells,
      missing('joined', 'boolean'),
      missing('rank', 'integer'),
      missing('ends', 'bigint'),
      missing('serial', 'bigint')
    ];
    return sql`select ${join(none)} where false`;
  }
  const ranked = tables.plans !== undefined && columns['plan'] !== undefined;
  const rank = ranked ? raw('p.rank') : missing('rank', 'integer');
  const trial = columns['is_trial'] === undefined ? raw('') : raw('where not coalesce(t.is_trial, false)');
  return sql`select *, least(term_end, ended_at) as ends, row_number() over () as serial from (
  select t.account_id, t.known_at, t.started_at, ${join([...cells, raw('t.joined'), rank])}
  from ${records} t ${ranked ? raw('left join plans p on p.plan = t.plan') : raw('')} ${trial})`;
}

/**
 * Condition "another paid term begins at or before the instant plus grace and lasts beyond it"; `t` is the term that ends
 * there. An end that nothing continues is an end of the relationship.
 */
export function continued(instant: Sql, { graceDays, day }: Pick<EventQuery, 'graceDays' | 'day'>): Sql {
  return sql`exists (select 1 from outcome_terms o
    where o.account_id = t.account_id and ${withinGrace({ instant, later: sql`o.started_at`, graceDays }, day)}
      and (o.ends is null or o.ends > ${instant}))`;
}

/**
 * Steps of each account's monthly recurring revenue from `outcome_terms`: account_id, us, mrr (scaled BIGINT) from just
 * after that instant on, eve (local day just before it). A gap between an end and a term that continues it within grace
 * is bridged: the ended term counts up to that start. A merged account keeps what it paid at its merge.
 */
export function mrrQuery({ tables, graceDays, day }: EventQuery): Sql {
  const within = withinGrace({ instant: sql`t.ends`, later: sql`o.started_at`, graceDays }, day);
  return sql`with bridged as (
  select t.serial, min(o.started_at) as until from outcome_terms t join outcome_terms o
    on o.account_id = t.account_id and o.started_at > t.ends and ${within}
  where not exists (select 1 from outcome_terms u
    where u.account_id = t.account_id and u.started_at <= t.ends and (u.ends is null or u.ends > t.ends))
  group by t.serial
), changes as (
  select account_id, started_at as us, coalesce(mrr, 0) as change from outcome_terms
  union all
  select t.account_id, coalesce(b.until, t.ends), -coalesce(t.mrr, 0)
  from outcome_terms t left join bridged b using (serial) where t.ends is not null
), sums as (
  select account_id, us, sum(change) as change from changes group by account_id, us
)
select account_id, us, cast(sum(change) over (partition by account_id order by us) as bigint) as mrr,
  ${day(sql`us - 1`)} as eve from sums
where ${beforeMerge(tables, { account: sql`sums.account_id`, us: sql`sums.us` })}`;
}
