import type { Config } from '../config/types.js';
import { id, join, sql } from '../sql/sql.js';
import type { Engine, Sql, TableInfo, Tables } from '../types.js';
import { dayExpression } from './calendar.js';
import { contractColumn } from './contracts.js';
import { accountsFinding, type Finding } from './examples.js';

const DAY_US = 86_400_000_000;
const SHOWN = 10;

/**
 * Shares of empty cells from 1 % on, a warning when all are. Instants, and cells that a later instant fills, are left out:
 * an empty one means that it did not happen.
 */
export async function nullFindings(engine: Engine, info: TableInfo): Promise<Finding[]> {
  const names = Object.keys(info.columns).filter(name => {
    const column = contractColumn(info.name, name);
    return column.nullable && column.type !== 'instant' && info.columns[name]?.time === 'fixed';
  });
  if (names.length === 0 || info.rows.used === 0) return [];
  const counts = names.map(name => sql`count(*) filter (where ${id(name)} is null) as ${id(name)}`);
  const [row] = await engine.rows(sql`select ${join(counts)} from ${id(info.name)}`);
  return names.flatMap((name): Finding[] => {
    const empty = row?.[name] as number;
    if (empty / info.rows.used < 0.01) return [];
    const share = `${((100 * empty) / info.rows.used).toFixed(1)} %`;
    return [
      {
        table: info.name,
        severity: empty === info.rows.used ? 'warn' : 'info',
        message: `${name}: ${share} of the cells are empty`
      }
    ];
  });
}

/** Accounts that paid again after a time without any term; such an account counts as churned and come back. */
export async function gapFindings(engine: Engine, tables: Tables, timezone: string): Promise<Finding[]> {
  const { subscriptions } = tables;
  if (subscriptions === undefined) return [];
  const never = sql`cast(9007199254740991 as bigint)`;
  const ending = sql`least(coalesce(term_end, ${never}), coalesce(ended_at, ${never}))`;
  const day = (us: Sql) => dayExpression(us, timezone);
  const [row] = await engine.rows(sql`select count(*) as n, count(distinct account_id) as accounts,
      max(${day(sql`started_at`)} - ${day(sql`before`)}) as longest
    from (select account_id, started_at,
        max(${ending}) over (partition by account_id order by started_at rows between unbounded preceding and 1 preceding) as before
      from subscriptions where not coalesce(is_trial, false))
    where started_at >= before + ${DAY_US}`);
  const n = row?.['n'] as number;
  if (n === 0) return [];
  const message = `${n} gaps of a day or more between terms in ${row?.['accounts']} accounts, the longest of ${row?.['longest']} days`;
  return [{ table: 'subscriptions', severity: 'info', message }];
}

/** Paid terms of one account and product that begin before an earlier one ends. */
export async function overlapFindings(engine: Engine, tables: Tables): Promise<Finding[]> {
  if (tables.subscriptions === undefined) return [];
  const never = sql`cast(9007199254740991 as bigint)`;
  return accountsFinding(engine, {
    table: 'subscriptions',
    severity: 'info',
    query: sql`select distinct account_id from (
      select account_id, started_at, max(coalesce(least(term_end, ended_at), ${never})) over (
        partition by account_id, product order by started_at, coalesce(term_end, ${never}), coalesce(ended_at, ${never})
        rows between unbounded preceding and 1 preceding) as before
      from subscriptions where not coalesce(is_trial, false)) where started_at < before`,
    message: n => `${n} accounts have overlapping terms of one product; all are kept and their amounts add up`
  });
}

/** Event types that features.event_types does not name, and named types that never occur. */
export async function eventTypeFindings(
  engine: Engine,
  tables: Tables,
  features: Config['features']
): Promise<Finding[]> {
  if (tables.events === undefined) return [];
  const found = await engine.rows(
    sql`select event_type, count(*) as n from events group by event_type order by n desc, event_type`
  );
  const declared = new Set(features.eventTypes);
  const others = found.filter(row => !declared.has(String(row['event_type'])));
  const findings: Finding[] = [];
  if (others.length > 0) {
    const shown = others.slice(0, SHOWN).map(row => `${row['event_type']} (${row['n']})`);
    const more = others.length > SHOWN ? `, … (${others.length} types)` : '';
    findings.push({
      table: 'events',
      severity: 'info',
      message: `event types without features of their own: ${shown.join(', ')}${more}`
    });
  }
  const occurring = new Set(found.map(row => row['event_type']));
  const missing = features.eventTypes.filter(type => !occurring.has(type));
  if (missing.length > 0)
    findings.push({
      table: 'events',
      severity: 'warn',
      message: `event types that never occur: ${missing.join(', ')}`
    });
  return findings;
}
