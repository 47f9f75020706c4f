import { id, sql } from '../sql/sql.js';
import type { Engine, Sql, Tables } from '../types.js';
import { accountsFinding, type Finding } from './examples.js';
import { hasMerges } from './merges.js';

const DAY_US = 86_400_000_000;
/** Sources of churn that are further apart disagree. */
const DISAGREE_DAYS = 30;
const NO_SYSTEM = '(no system)';

/**
 * What the sources of churn say against each other at the data end: the systems of table `notices`, the flag
 * `accounts.churned`, and the ends of the paid terms themselves. Merged accounts are left out.
 */
export async function churnFindings(engine: Engine, tables: Tables, dataEndUs: number): Promise<Finding[]> {
  const stated = statesQuery(tables, dataEndUs);
  return [
    ...(await flagFindings(engine, tables, stated)),
    ...(await noticeFindings(engine, tables, stated)),
    ...(await systemFindings(engine, tables))
  ];
}

/**
 * One row per account: account_id, churned, ended (it has paid terms and all ended), last_end, endless (a paid term has no
 * end), started (last start of a paid term), noticed (its last notice, of any system or term), failed (a failed payment
 * that no payment followed).
 */
function statesQuery(tables: Tables, dataEndUs: number): Sql {
  const churned = tables.accounts?.columns['churned'] === undefined ? sql`cast(null as boolean)` : sql`a.churned`;
  const apart = hasMerges(tables) ? sql`where a.account_id not in (select member from account_merges)` : sql``;
  return sql`select a.account_id, ${churned} as churned, coalesce(t.ended, false) as ended, t.last_end,
      coalesce(t.endless, false) as endless, t.started, greatest(t.noticed, n.noticed) as noticed,
      coalesce(f.failed > coalesce(f.paid, -1), false) as failed
    from accounts a left join (${termsQuery(tables, dataEndUs)}) t on t.account_id = a.account_id
    left join (${noticesQuery(tables)}) n on n.account_id = a.account_id
    left join (${failuresQuery(tables)}) f on f.account_id = a.account_id ${apart}`;
}

function termsQuery(tables: Tables, dataEndUs: number): Sql {
  if (tables.subscriptions === undefined) {
    return sql`select null as account_id, cast(null as bigint) as started, cast(null as bigint) as noticed,
      cast(null as bigint) as last_end, false as ended, false as endless where false`;
  }
  const ends = sql`least(term_end, ended_at)`;
  return sql`select account_id, max(started_at) as started, max(notice_at) as noticed, max(${ends}) as last_end,
      bool_and(coalesce(${ends} < ${dataEndUs}, false)) as ended, bool_or(${ends} is null) as endless
    from subscriptions where not coalesce(is_trial, false) group by account_id`;
}

function noticesQuery(tables: Tables): Sql {
  if (tables.notices === undefined) return sql`select null as account_id, cast(null as bigint) as noticed where false`;
  return sql`select account_id, max(notice_at) as noticed from notices group by account_id`;
}

function failuresQuery(tables: Tables): Sql {
  if (tables.invoices === undefined) {
    return sql`select null as account_id, cast(null as bigint) as failed, cast(null as bigint) as paid where false`;
  }
  return sql`select account_id, max(failed_at) as failed, max(paid_at) as paid from invoices group by account_id`;
}

async function flagFindings(engine: Engine, tables: Tables, stated: Sql): Promise<Finding[]> {
  if (tables.accounts?.columns['churned'] === undefined) return [];
  const find = (where: Sql, message: (n: number) => string) =>
    accountsFinding(engine, {
      table: 'accounts',
      severity: 'warn',
      query: sql`select account_id from (${stated}) where ${where}`,
      message
    });
  return [
    ...(await find(
      sql`churned and not ended and noticed is null and not failed`,
      n => `churned is true for ${n} accounts without any notice, end or failed payment`
    )),
    ...(await find(sql`not churned and ended`, n => `churned is false for ${n} accounts whose terms all ended`)),
    ...(await find(
      sql`not churned and not ended and noticed > coalesce(started, -1)`,
      n => `churned is false for ${n} accounts with a notice that no later term follows`
    ))
  ];
}

/** The notices against the ends of the terms. */
async function noticeFindings(engine: Engine, tables: Tables, stated: Sql): Promise<Finding[]> {
  if (tables.notices === undefined) return [];
  const find = (where: Sql, severity: Finding['severity'], message: (n: number) => string) =>
    accountsFinding(engine, {
      table: 'notices',
      severity,
      query: sql`select account_id from (${stated}) where ${where}`,
      message
    });
  return [
    ...(await find(sql`ended and noticed is null`, 'info', n => `${n} accounts whose terms all ended have no notice`)),
    ...(await find(
      sql`ended and noticed > last_end + ${DISAGREE_DAYS * DAY_US}`,
      'warn',
      n => `${n} accounts have a notice more than ${DISAGREE_DAYS} days after their last term ended`
    )),
    ...(await find(
      sql`endless and noticed > coalesce(started, -1)`,
      'info',
      n => `${n} accounts have a notice, no later term, and a term without an end`
    ))
  ];
}

/** The systems of table `notices` against each other, by the last notice of each account. */
async function systemFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  if (tables.notices?.columns['system'] === undefined) return [];
  const system = sql`coalesce(system, ${NO_SYSTEM})`;
  const rows = await engine.rows(sql`select distinct ${system} as system from notices order by 1`);
  const systems = rows.map(row => String(row['system']));
  const last = sql`select account_id, ${system} as system, max(notice_at) as us from notices group by all`;
  const findings: Finding[] = [];
  for (const [i, one] of systems.entries()) {
    for (const other of systems.slice(i + 1)) {
      findings.push(...(await disagreement(engine, last, [one, other])));
    }
    if (systems.length > 1) findings.push(...(await silence(engine, last, one)));
  }
  return findings;
}

function disagreement(engine: Engine, last: Sql, [one, other]: readonly [string, string]): Promise<Finding[]> {
  return accountsFinding(engine, {
    table: 'notices',
    severity: 'warn',
    query: sql`select a.account_id from (${last}) a join (${last}) b on b.account_id = a.account_id
      where a.system = ${one} and b.system = ${other} and abs(a.us - b.us) > ${DISAGREE_DAYS * DAY_US}`,
    message: n => `systems ${one} and ${other} disagree by more than ${DISAGREE_DAYS} days for ${n} accounts`
  });
}

function silence(engine: Engine, last: Sql, system: string): Promise<Finding[]> {
  return accountsFinding(engine, {
    table: 'notices',
    severity: 'info',
    query: sql`select distinct account_id from (${last}) where account_id not in (
      select account_id from (${last}) where ${id('system')} = ${system})`,
    message: n => `system ${system} has no notice of ${n} accounts of which another system has one`
  });
}
