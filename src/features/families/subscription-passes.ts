import { id, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { visibleRows } from '../rows.js';
import type { Pass, PassInput } from '../types.js';

/**
 * Paid terms as they read at `t` (trials left out): `ends` is the earlier of the contract's end and the actual end known
 * before `t` (NULL: open), `ends_age` its age in days, `active` whether the term ran up to `t`.
 */
function paidTerms(input: PassInput): Sql {
  const trial = input.tables.subscriptions?.columns['is_trial'] !== undefined;
  const reads = trial ? new Set([...input.reads, 'subscriptions.is_trial']) : input.reads;
  const ends = ['term_end', 'ended_at'].filter(c => reads.has(`subscriptions.${c}`));
  const earliest = ends.length === 0 ? 'cast(null as bigint)' : `least(${ends.join(', ')})`;
  const age = ends.length === 0 ? 'cast(null as integer)' : `greatest(${ends.map(c => `${c}__age`).join(', ')})`;
  return sql`select v.*, v.ends is null or v.ends >= v.as_of_us as active from (
    select *, ${raw(earliest)} as ends, ${raw(age)} as ends_age from (${visibleRows('subscriptions', { ...input, reads })})
    ${trial ? raw('where not coalesce(is_trial, false)') : raw('')}) v`;
}

/** Paid terms at `t`. */
export const terms: Pass = { name: 'terms', partials: [], from: paidTerms };

/** Paid terms at `t` with the rank of their plan (NULL when the plan is not listed). */
export const rankedTerms: Pass = { name: 'ranked_terms', partials: [], from: ranked };

function ranked(input: PassInput): Sql {
  return sql`select t.*, p.rank from (${paidTerms(input)}) t left join plans p on p.plan = t.plan`;
}

/** The active term that pays most (ties: the smallest plan text), one row. */
export const mainTerm: Pass = {
  name: 'main_term',
  partials: [],
  from: input => sql`select * from (
    select t.*, row_number() over (partition by account_id, as_of_day order by mrr desc nulls last, plan) as place
    from (${paidTerms(input)}) t where active) where place = 1`
};

/**
 * One row per start of a paid term in the last `PLAN_CHANGE_DAYS`: `was` and `became`, the highest plan rank among the
 * terms that ran just before and just after that instant.
 */
export const planChanges: Pass = {
  name: 'plan_changes',
  partials: [],
  from: input => sql`with t as (${ranked(input)}),
  x as (select distinct account_id, as_of_day, started_at from t where started_at__age <= ${PLAN_CHANGE_DAYS})
  select x.account_id, x.as_of_day, x.started_at,
    max(t.rank) filter (where t.started_at < x.started_at and (t.ends is null or t.ends >= x.started_at)) as was,
    max(t.rank) filter (where t.started_at <= x.started_at and (t.ends is null or t.ends > x.started_at)) as became
  from x join t on t.account_id = x.account_id and t.as_of_day = x.as_of_day
  group by x.account_id, x.as_of_day, x.started_at`
};

export const PLAN_CHANGE_DAYS = 180;

/** Sum of a column over the terms that ran at the midnight `days` before `t`; NULL when none did. */
export function sumBefore(column: string, days: number): Sql {
  return sql`cast(sum(${id('r', column)}) filter (
    where r.started_at__age > ${days} and (r.ends is null or r.ends_age <= ${days})) as bigint)`;
}
