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
 * ended, with the seats and the monthly revenue just before (`_was`) and just after (`_is`), each NULL when no term that
 * runs there states it; `running`, the terms just after; `due`, the terms that reached their contract's end there. Terms
 * that overlap add up; a term that takes over at the instant another ends makes one step.
 */
export const steps: Pass = {
  name: 'steps',
  partials: [],
  from: input => {
    const columns = ['seats', 'mrr'].filter(column => input.reads.has(`subscriptions.${column}`));
    const change = [
      raw('cast(sum(way) as bigint) as way'),
      raw('count(*) filter (where due) as due'),
      ...columns.flatMap(changeOf)
    ];
    const level = [raw('sum(way) over w as running'), raw('due'), ...columns.flatMap(levelsOf)];
    return sql`select account_id, as_of_day, us, age, ${join(level)} from (
      select account_id, as_of_day, us, min(age) as age, ${join(change)} from (${boundaries(input, columns)})
      group by account_id, as_of_day, us
    ) window w as (partition by account_id, as_of_day order by us)`;
  }
};

/** Every begin (`way` 1) and every end before `t` (`way` -1) of a paid term. */
function boundaries(input: PassInput, columns: readonly string[]): Sql {
  const due = raw(input.reads.has('subscriptions.term_end') ? 'way < 0 and coalesce(term_end = ends, false)' : 'false');
  const cells = [sql`${due} as due`, ...columns.map(name => id(name))];
  return sql`select account_id, as_of_day, way, case when way > 0 then started_at else ends end as us,
      case when way > 0 then started_at__age else ends_age end as age, ${join(cells)}
      from (${paidTerms(input)}) cross join (values (1), (-1)) sides(way) where way > 0 or ends < as_of_us`;
}

/** What the begins and ends of one instant add, and how many of the terms state it. */
function changeOf(column: string): Sql[] {
  const cell = id(column);
  return [
    sql`cast(coalesce(sum(way * ${cell}), 0) as bigint) as ${cell}`,
    sql`cast(sum(way) filter (where ${cell} is not null) as bigint) as ${id(`${column}_stated`)}`
  ];
}

/** Running sums just after an instant, and without its own change just before it. */
function levelsOf(column: string): Sql[] {
  const [cell, stated] = [id(column), sql`coalesce(${id(`${column}_stated`)}, 0)`];
  const level = (name: string, less: (value: Sql) => Sql) =>
    sql`case when ${less(stated)} > 0 then cast(${less(cell)} as bigint) end as ${id(`${column}_${name}`)}`;
  return [level('was', value => sql`sum(${value}) over w - ${value}`), level('is', value => sql`sum(${value}) over w`)];
}

/**
 * The steps of the plan: one row per instant `us` before `t` (`age` in days) at which a plan of some rank began or ended
 * to run, with the highest rank just before (`rank_was`) and just after (`rank_is`); NULL when no listed plan runs there.
 */
export const rankSteps: Pass = {
  name: 'rank_steps',
  partials: [],
  from: input => sql`with spans as (
    select account_id, as_of_day, as_of_us, rank, min(started_at) as began, max(started_at__age) as began_age,
      nullif(max(upto), ${FOREVER}) as ended, min(coalesce(ends_age, 0)) as ended_age
    from (
      select *, sum(cast(coalesce(started_at > reached, true) as integer)) over (
        partition by account_id, as_of_day, rank order by started_at, upto rows unbounded preceding) as span
      from (
        select *, coalesce(ends, ${FOREVER}) as upto, max(coalesce(ends, ${FOREVER})) over (
          partition by account_id, as_of_day, rank order by started_at, coalesce(ends, ${FOREVER})
          rows between unbounded preceding and 1 preceding) as reached
        from (${ranked(input)}) where rank is not null
      )
    ) group by account_id, as_of_day, as_of_us, rank, span
  ), x as (
    select account_id, as_of_day, began as us, began_age as age from spans
    union select account_id, as_of_day, ended, ended_age from spans where ended < as_of_us
  )
  select x.account_id, x.as_of_day, x.us, x.age,
    max(s.rank) filter (where s.began < x.us) as rank_was,
    max(s.rank) filter (where s.ended is null or s.ended > x.us) as rank_is
  from x join spans s on s.account_id = x.account_id and s.as_of_day = x.as_of_day
    and s.began <= x.us and (s.ended is null or s.ended >= x.us)
  group by x.account_id, x.as_of_day, x.us, x.age`
};

/** Later than every instant: the end of an open term. */
const FOREVER = 2n ** 63n - 1n;

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
    sql: sql`cast(sum(${id('r', column)}) filter (where ${where}) as bigint)`
  };
}
