import { id, sql } from '../sql/sql.js';
import type { Engine, Sql, TableName, Tables } from '../types.js';
import { isVersioned } from './cells.js';
import { accountsFinding, exampleText, type Finding } from './examples.js';
import { historyTable } from './mapping.js';
import { hasMerges } from './merges.js';

/** Accounts without a term or an event, doubtful parents and merges, and ids that are easily taken for each other. */
export async function accountFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  if (tables.accounts === undefined) return [];
  return [
    ...(await absentFindings(engine, tables)),
    ...(await parentFindings(engine, tables)),
    ...(await mergeFindings(engine, tables)),
    ...(await twinFindings(engine))
  ];
}

async function absentFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  const total = tables.accounts?.rows.used ?? 0;
  const absent = async (table: TableName, what: string, severity: Finding['severity']): Promise<Finding[]> => {
    if (tables[table] === undefined) return [];
    const [row] = await engine.rows(sql`select count(*) as n from accounts
      where account_id not in (select account_id from ${id(table)})`);
    const n = row?.['n'] as number;
    return n === 0 ? [] : [{ table: 'accounts', severity, message: `${n} of ${total} accounts have no ${what}` }];
  };
  return [
    ...(await absent('subscriptions', 'subscription and are never scored', 'warn')),
    ...(await absent('events', 'event', 'info'))
  ];
}

/** The parent of each account as it reads last: account_id, parent. */
function lastParents(tables: Tables): Sql {
  const { accounts } = tables;
  if (accounts === undefined || !isVersioned(accounts, 'parent_id')) {
    return sql`select account_id, parent_id as parent from accounts where parent_id is not null`;
  }
  return sql`select key as account_id, value as parent from (
      select key, value, row_number() over (partition by key order by since desc) as place
      from ${id(historyTable('accounts', 'parent_id'))}) where place = 1 and value is not null`;
}

async function parentFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  if (tables.accounts?.columns['parent_id'] === undefined) return [];
  const [row] = await engine.rows(sql`select count(distinct parent) as n from (${lastParents(tables)})
    where parent not in (select account_id from accounts)`);
  const n = row?.['n'] as number;
  const unknown: Finding[] =
    n === 0 ? [] : [{ table: 'accounts', severity: 'info', message: `${n} parents are no account of their own` }];
  const own = await accountsFinding(engine, {
    table: 'accounts',
    severity: 'info',
    query: sql`select account_id from (${lastParents(tables)}) where account_id = parent`,
    message: count => `${count} accounts are their own parent, which counts as none`
  });
  return [...unknown, ...own, ...(await circleFindings(engine, tables))];
}

async function circleFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  const rows = await engine.rows(sql`select account_id, parent from (${lastParents(tables)})
    where account_id <> parent order by account_id`);
  const parents = new Map(rows.map(row => [String(row['account_id']), String(row['parent'])]));
  const inCircle = circlesOf(parents);
  if (inCircle.length === 0) return [];
  const message = `${inCircle.length} accounts stand in a circle of parents, of which the smallest id counts as the top (${exampleText(inCircle, inCircle.length)})`;
  return [{ table: 'accounts', severity: 'warn', message }];
}

/** Accounts that are their own ancestor, in ascending order. */
export function circlesOf(parents: ReadonlyMap<string, string>): string[] {
  const seen = new Map<string, number>();
  const found: string[] = [];
  let walk = 0;
  for (const start of parents.keys()) {
    walk++;
    let at: string | undefined = start;
    while (at !== undefined && !seen.has(at)) {
      seen.set(at, walk);
      at = parents.get(at);
    }
    if (at === undefined || seen.get(at) !== walk) continue;
    const first = at;
    do {
      found.push(at);
      at = parents.get(at) ?? first;
    } while (at !== first);
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

async function mergeFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  if (!hasMerges(tables)) return [];
  const said = sql`select account_id, merged_into from accounts where merged_into is not null and merged_at is not null`;
  const finding = (severity: Finding['severity'], query: Sql, message: (n: number) => string) =>
    accountsFinding(engine, { table: 'accounts', severity, query, message });
  return [
    ...(await finding(
      'info',
      sql`select distinct member as account_id from account_merges`,
      n => `${n} accounts went into others: from then on their records belong to those`
    )),
    ...(await finding(
      'warn',
      sql`select account_id from (${said}) where merged_into not in (select account_id from accounts)`,
      n => `${n} accounts went into one that is unknown, so they count as not merged`
    )),
    ...(await finding(
      'warn',
      sql`select account_id from (${said}) where merged_into in (select account_id from accounts)
        and account_id not in (select member from account_merges)`,
      n => `${n} merges lead back to their own account, so they count as none`
    ))
  ];
}

/** Ids that are the same once upper case and Unicode normal form are taken away. */
function twinFindings(engine: Engine): Promise<Finding[]> {
  const plain = sql`lower(nfc_normalize(account_id))`;
  return accountsFinding(engine, {
    table: 'accounts',
    severity: 'warn',
    query: sql`select account_id from (select account_id, count(*) over (partition by ${plain}) as twins from accounts)
      where twins > 1`,
    message: n =>
      `${n} accounts have an id that differs from another one only in case or Unicode form; they are kept apart`
  });
}
