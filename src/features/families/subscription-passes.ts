import { id, join, raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { visibleRows } from '../rows.js';
import type { Aggregate, FamilyInput, Pass, PassInput } from '../types.js';

/** Columns of subscriptions that a feature reads besides the start of the term and what tells its end. */
export type Reads = (...columns: string[]) => string[];

/** `table.column` names of subscriptions: the start, the given columns, and whatever is mapped of ends and trials. */
export function readsOf({ has }: FamilyInput): Reads {
  const ends = ['term_end', 'ended_at', 'is_trial'].map(c => `subscriptions.${c}`).filter(has);
  return (...columns) => [...new Set([...['started_at', ...columns].map(c => `subscriptions.${c}`), ...ends])];
}

/**
 * Paid terms as they read at `t` (trials left out): `ends` is the earlier of the contract's end and the actual end known
 * before `t` (NULL: open), `ends_age` its age in days, `active` whether the term ran up to `t`.
 */
export function paidTerms(input: PassInput): Sql {
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

/**
 * Paid terms at `t` with what the price list says of their plan: `rank` (NULL when the plan is not listed), `entitles`,
 * whether it is `listed`; `is_first` of those that began with the account's first paid start.
 */
export const rankedTerms: Pass = {
  name: 'ranked_terms',
  partials: [],
  from: input => sql`select *, started_at = min(started_at) over (partition by account_id, as_of_day) as is_first
  from (${ranked(input)})`
};

function ranked(input: PassInput): Sql {
  const columns = [
    ...(input.reads.has('plans.rank') ? [raw('p.rank')] : []),
    ...(input.reads.has('plans.features') ? [raw('p.features as entitles')] : [])
  ];
  return sql`select ${join([raw('t.*'), raw('p.plan is not null as listed'), ...columns])}
  from (${paidTerms(input)}) t left join plans p on p.plan = t.plan`;
}

/** What settles which running term is the main one; a feature of it reads all of these that are mapped. */
const MAIN = ['mrr', 'plan', 'started_at', 'term_end', 'amount', 'term_months'];

/** Columns of subscriptions that a feature of the main term reads. */
export function mainColumns({ has }: FamilyInput): string[] {
  return MAIN.filter(column => has(`subscriptions.${column}`));
}

/** The active term that pays most (then the smallest plan text, the newest, the earliest end, the smallest amount), one row. */
export const mainTerm: Pass = {
  name: 'main_term',
  partials: [],
  from: input => {
    const read = MAIN.filter(column => input.reads.has(`subscriptions.${column}`));
    const order = read.map(column => {
      const down = column === 'mrr' || column === 'started_at';
      return sql`${id(column)} ${raw(down ? 'desc' : 'asc')} nulls last`;
    });
    return sql`select * from (
    select t.*, row_number() over (partition by account_id, as_of_day order by ${join(order)}) as place
    from (${paidTerms(input)}) t where active) where place = 1`;
  }
};

/**
 * The steps of what the account has: one row per instant `us` before `t` (`age` in days) at which a paid term began or
 * ended, with the highest plan rank, the seats and the monthly revenue just before (`_was`) and just after (`_is`), each
 * NULL when no term that runs there states it; `running`, the terms just after; `due`, the terms that reached their
 * contract's end there. Terms that overlap add up; a term that takes over at the instant another ends makes one step.
 */
export const steps: Pass = {
  name: 'steps',
  partials: [],
  from: input => {
    const sides = [...sidesOf(input, 'was'), ...sidesOf(input, 'is')];
    const due = input.reads.has('subscriptions.term_end')
      ? raw('count(*) filter (where t.term_end = x.us and t.ends = x.us)')
      : raw('0');
    const last = input.reads.has('subscriptions.seats')
      ? raw('max(us) filter (where seats_is <> seats_was) over (partition by account_id, as_of_day)')
      : raw('cast(null as bigint)');
    return sql`select *, ${last} as last_seats_us from (
  with t as (${input.reads.has('plans.rank') ? ranked(input) : paidTerms(input)}),
  x as (
    select account_id, as_of_day, started_at as us, started_at__age as age from t
    union select account_id, as_of_day, ends, ends_age from t where ends < as_of_us
  )
  select ${join([raw('x.account_id'), raw('x.as_of_day'), raw('x.us'), raw('x.age'), ...sides])},
    count(*) filter (where ${SIDES.is}) as running, ${due} as due
  from x join t on t.account_id = x.account_id and t.as_of_day = x.as_of_day
    and t.started_at <= x.us and (t.ends is null or t.ends >= x.us)
  group by x.account_id, x.as_of_day, x.us, x.age)`;
  }
};

/** Among the terms that run up to or from an instant on: those that run just before it, and just after. */
const SIDES = {
  was: raw('t.started_at < x.us'),
  is: raw('(t.ends is null or t.ends > x.us)')
};

function sidesOf({ reads }: PassInput, side: keyof typeof SIDES): Sql[] {
  const runs = SIDES[side];
  const sums = ['seats', 'mrr']
    .filter(column => reads.has(`subscriptions.${column}`))
    .map(column => sql`cast(sum(${id('t', column)}) filter (where ${runs}) as bigint) as ${id(`${column}_${side}`)}`);
  if (!reads.has('plans.rank')) return sums;
  return [...sums, sql`max(t.rank) filter (where ${runs}) as ${id(`rank_${side}`)}`];
}

/** Sum of a column over the terms that run at `t`; NULL when none of them states it. */
export function sumNow(column: string): Aggregate {
  return sumWhereRuns(column, column, raw('r.active'));
}

/** Sum of a column over the terms that ran at the midnight `days` before `t`; NULL when none of them states it. */
export function sumBefore(column: string, days: number): Aggregate {
  const ran = sql`r.started_at__age > ${days} and (r.ends is null or r.ends_age <= ${days})`;
  return sumWhereRuns(column, `${column}_before_${days}d`, ran);
}

function sumWhereRuns(column: string, name: string, where: Sql): Aggregate {
  return {
    pass: terms,
    name,
    where,
    sql: sql`cast(sum(${id('r', column)}) filter (where ${where}) as bigint)`
  };
}
