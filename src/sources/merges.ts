import { id, join, sql } from '../sql/sql.js';
import type { Engine, Sql, TableName, Tables } from '../types.js';
import { CONTRACTS } from './contracts.js';

/** An account that went into another at an instant. */
export interface Merge {
  readonly member: string;
  readonly into: string;
  readonly us: number;
}

/** From just after `since` on, the records of `member` belong to `account`. */
export interface Ownership {
  readonly member: string;
  readonly account: string;
  readonly since: number;
}

/**
 * Creates table `account_merges(member, account_id, since)` from `accounts.merged_into` and `merged_at`: to whom the
 * records of a merged account belong from just after `since` on; where it went on into a third account, also to that one
 * from the later merge on. Merges into the account itself or into an unknown account are none. When merges make a circle,
 * the last of them is none (at one instant the one of the smallest id), so that no merge changes what was before it.
 */
export async function buildMerges(engine: Engine): Promise<void> {
  const rows =
    await engine.rows(sql`select a.account_id as member, a.merged_into as into, greatest(a.merged_at, a.known_at) as us
    from accounts a join accounts b on b.account_id = a.merged_into
    where a.merged_at is not null and a.known_at is not null and a.account_id <> a.merged_into order by a.account_id`);
  const merges = rows.map(row => ({
    member: String(row['member']),
    into: String(row['into']),
    us: row['us'] as number
  }));
  const owners = ownersOf(merges);
  await engine.run(sql`create or replace table account_merges (member varchar, account_id varchar, since bigint)`);
  if (owners.length === 0) return;
  await engine.append('account_merges', [
    owners.map(owner => owner.member),
    owners.map(owner => owner.account),
    Float64Array.from(owners, owner => owner.since)
  ]);
}

/** Owners of every merged account in order of member, then instant. Each member has one owner at a time, the last `since`. */
export function ownersOf(merges: readonly Merge[]): Ownership[] {
  const next = new Map<string, Merge>();
  const inOrder = [...merges].sort((a, b) => a.us - b.us || (a.member < b.member ? 1 : -1));
  for (const merge of inOrder) if (!leadsTo(next, merge.into, merge.member)) next.set(merge.member, merge);
  return [...next.values()]
    .sort((a, b) => (a.member < b.member ? -1 : 1))
    .flatMap(merge => {
      const owners = pathOf(next, merge);
      return owners.filter((owner, i) => owner.since !== owners[i + 1]?.since);
    });
}

function leadsTo(next: ReadonlyMap<string, Merge>, from: string, to: string): boolean {
  let at: string | undefined = from;
  while (at !== undefined && at !== to) at = next.get(at)?.into;
  return at === to;
}

function pathOf(next: ReadonlyMap<string, Merge>, first: Merge): Ownership[] {
  const owners: Ownership[] = [];
  let since = first.us;
  for (let merge: Merge | undefined = first; merge !== undefined; merge = next.get(merge.into)) {
    since = Math.max(since, merge.us);
    owners.push({ member: first.member, account: merge.into, since });
  }
  return owners;
}

/** Whether `account_merges` exists: both columns of merges are mapped. */
export function hasMerges(tables: Tables): boolean {
  return tables.accounts?.merges === true;
}

/**
 * The records of a table with those of merged accounts repeated for the account that they belong to since then: known to
 * it from the merge on, so that a date before the merge reads the same without it. Accounts themselves keep their records.
 */
export function recordsOf(table: TableName, tables: Tables): Sql {
  const owned = CONTRACTS[table].columns.some(column => column.name === 'account_id');
  if (!hasMerges(tables) || table === 'accounts' || !owned) return id(table);
  return sql`(select * from ${id(table)} union all
    select r.* replace (m.account_id as account_id, greatest(r.known_at, m.since) as known_at)
    from ${id(table)} r join account_merges m on m.member = r.account_id)`;
}

/**
 * The same for telling what became of an account: what happened to a merged account up to its merge happened to that
 * account alone, so of its records only the `instants` after the merge are the new account's. Earlier ones are empty there;
 * a record without a later one is not repeated.
 */
export function recordsAfter(table: TableName, tables: Tables, instants: readonly string[]): Sql {
  if (!hasMerges(tables)) return id(table);
  const cell = (name: string) => sql`case when ${id('r', name)} > m.since then ${id('r', name)} end`;
  const later = instants.map(name => sql`${id('r', name)} > m.since`);
  return sql`(select * from ${id(table)} union all
    select r.* replace (m.account_id as account_id, greatest(r.known_at, m.since) as known_at,
      ${join(instants.map(name => sql`${cell(name)} as ${id(name)}`))})
    from ${id(table)} r join account_merges m on m.member = r.account_id where ${join(later, ' or ')})`;
}

/**
 * The terms of every account for telling what became of it: its own and those that ran at a merge (`joined`) or began
 * after it, from the merge on.
 */
export function termsOwned(tables: Tables): Sql {
  if (!hasMerges(tables)) return sql`(select *, false as joined from subscriptions)`;
  return sql`(select *, false as joined from subscriptions union all
    select r.* replace (m.account_id as account_id, greatest(r.known_at, m.since) as known_at,
      greatest(r.started_at, m.since) as started_at), r.started_at <= m.since as joined
    from subscriptions r join account_merges m on m.member = r.account_id
    where coalesce(least(r.term_end, r.ended_at) > m.since, true))`;
}

/** The terms of every business, all under the account that it went into last; none is `joined`. */
export function termsUnited(tables: Tables): Sql {
  if (!hasMerges(tables)) return termsOwned(tables);
  return sql`(select r.* replace (coalesce(m.account_id, r.account_id) as account_id), false as joined
    from subscriptions r left join (
      select * from account_merges a where since = (select max(since) from account_merges b where b.member = a.member)
    ) m on m.member = r.account_id)`;
}

/** Condition: the instant lies before the account went into another; from then on nothing that happens is its own. */
export function beforeMerge(tables: Tables, { account, us }: { readonly account: Sql; readonly us: Sql }): Sql {
  if (!hasMerges(tables)) return sql`true`;
  return sql`not exists (select 1 from account_merges m where m.member = ${account} and m.since <= ${us})`;
}
