import { beforeMerge, termsOwned } from '../sources/merges.js';
import { withinGrace } from '../sql/expressions.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql, Tables } from '../types.js';

/** Churn kinds in order of precedence at one instant. */
export const CHURN_KINDS = ['cancelled', 'non_renewal', 'payment_failure'] as const;
/** Upsell kinds in order of precedence at one instant. */
export const UPSELL_KINDS = ['plan_up', 'add_on', 'seats_up'] as const;

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
  plan: 'varchar',
  product: 'varchar'
} as const;

/**
 * Every paid term with all that became known of it: account_id, known_at, started_at, term_end, ended_at, notice_at,
 * seats, plan, product, rank (NULL where not mapped), `joined` (a merge brought it) and `ends`, the earlier of contract end and actual end.
 */
export function termsQuery(tables: Tables): Sql {
  const columns = tables.subscriptions?.columns ?? {};
  const cells = Object.entries(TERM_COLUMNS).map(([name, type]) =>
    columns[name] === undefined ? raw(`cast(null as ${type}) as ${name}`) : sql`t.${id(name)}`
  );
  const ranked = tables.plans !== undefined && columns['plan'] !== undefined;
  const rank = ranked ? raw('p.rank') : raw('cast(null as integer) as rank');
  const trial = columns['is_trial'] === undefined ? raw('') : raw('where not coalesce(t.is_trial, false)');
  return sql`select *, least(term_end, ended_at) as ends from (
  select t.account_id, t.known_at, t.started_at, t.joined, ${join([...cells, rank])}
  from ${termsOwned(tables)} t ${ranked ? raw('left join plans p on p.plan = t.plan') : raw('')} ${trial})`;
}

/**
 * Churn instants from table `outcome_terms`: account_id, us, kind (index into CHURN_KINDS), one row per (account, us).
 * - a notice;
 * - an end that nothing continues: no other paid term begins at or before it plus grace and lasts beyond it. It was
 *   cancelled when the term ended before its contract end, else it ran out;
 * - a failed payment that was not made good within grace (when `invoices.failed_at` is mapped).
 * Grace is counted in local days, up to the midnight that ends the last of them.
 */
export function churnQuery({ tables, graceDays, day }: EventQuery): Sql {
  const continued = withinGrace({ instant: sql`t.ends`, later: sql`o.started_at`, graceDays }, day);
  const sources = [
    sql`select account_id, notice_at as us, 0 as kind from outcome_terms where notice_at is not null`,
    sql`select t.account_id, t.ends, case when coalesce(t.ended_at < t.term_end, t.term_end is null) then 0 else 1 end
  from outcome_terms t where t.ends is not null and not exists (
    select 1 from outcome_terms o
    where o.account_id = t.account_id and ${continued} and (o.ends is null or o.ends > t.ends))`
  ];
  if (hasFailures(tables)) {
    const paid = tables.invoices?.columns['paid_at'] !== undefined;
    const cured = paid
      ? sql`coalesce(${withinGrace({ instant: sql`failed_at`, later: sql`paid_at`, graceDays }, day)}, false)`
      : raw('false');
    sources.push(sql`select account_id, failed_at, 2 from invoices where failed_at is not null and not ${cured}`);
  }
  return sql`select account_id, us, min(kind) as kind, ${day(sql`us - 1`)} as eve from (
  ${join(sources, '\n  union all\n  ')}
) e where ${beforeMerge(tables, { account: sql`e.account_id`, us: sql`e.us` })} group by account_id, us`;
}

/** Whether failed payments are told apart, so that they can end a relationship. */
export function hasFailures(tables: Tables): boolean {
  return tables.invoices?.columns['failed_at'] !== undefined;
}

/**
 * Upsell instants from table `outcome_terms`: account_id, us, kind (index into UPSELL_KINDS), one row per start of a
 * paid term at which the highest plan rank or the sum of seats among the running terms rose against the last instant at
 * which any ran (at most grace before), or a product began that the account never had. A first term is no upsell.
 */
export function upsellQuery({ graceDays, day }: EventQuery): Sql {
  const near = withinGrace({ instant: sql`x.base`, later: sql`x.us`, graceDays }, day);
  return sql`with t as (
  select *, product is not null and started_at = min(started_at) over (partition by account_id, product) as is_new
  from outcome_terms
), x as (
  select s.account_id, s.us, max(least(coalesce(o.ends, s.us), s.us)) as base
  from (select distinct account_id, started_at as us from t where not joined) s
  join t o on o.account_id = s.account_id and o.started_at < s.us group by s.account_id, s.us
), moves as (
  select x.account_id, x.us,
    max(o.rank) filter (where ${RAN}) as rank_was, max(o.rank) filter (where ${RUNS}) as rank_is,
    sum(o.seats) filter (where ${RAN}) as seats_was, sum(o.seats) filter (where ${RUNS}) as seats_is,
    coalesce(bool_or(o.is_new) filter (where o.started_at = x.us), false) as new_product
  from x join t o on o.account_id = x.account_id where ${near} group by x.account_id, x.us
), kinds as (
  select account_id, us,
    case when rank_is > rank_was then 0 when new_product then 1 when seats_is > seats_was then 2 end as kind
  from moves
)
select account_id, us, kind, ${day(sql`us - 1`)} as eve from kinds where kind is not null`;
}

const RAN = raw('o.started_at < x.us and (o.ends is null or o.ends >= x.base)');
const RUNS = raw('o.started_at <= x.us and (o.ends is null or o.ends > x.us)');
