import type { Config } from '../config/types.js';
import { dateOfDay, dayExpression, resolveAsOf } from '../sources/calendar.js';
import { CONTRACTS } from '../sources/contracts.js';
import { hasMerges } from '../sources/merges.js';
import { buildSpine } from '../sources/spine.js';
import { id, join, sql } from '../sql/sql.js';
import type { AsOf, Engine, Sql, TableName, Tables } from '../types.js';
import { isOwned, type SpineRow, standIn } from './trace-lab.js';

export interface AccountInput {
  readonly config: Config;
  readonly tables: Tables;
  readonly account: string;
  readonly asOf: AsOf;
}

/** An account at a date: its row of the spine, and whether the spine has it. */
export interface AccountAt {
  readonly at: SpineRow;
  readonly atRisk: boolean;
  /** When it is not at risk: the last day before the date on which it was, as ISO date; null when there was none. */
  readonly lastAtRisk: string | null;
}

/**
 * Puts temporary tables with the records of one account, and of those that went into it, before the contract's tables, and builds its row of the spine. An
 * account that is not at risk gets the row of the last day on which it was, with the tenure counted on; one that never was
 * begins when its record says, with ARR 0. Run it in a transaction that is rolled back.
 */
export async function openAccount(engine: Engine, input: AccountInput): Promise<AccountAt> {
  const { tables, account, asOf } = input;
  const owned = (Object.keys(tables) as TableName[]).filter(isOwned);
  const members = sql`select member from account_merges where account_id = ${account}`;
  const whose = hasMerges(tables)
    ? sql`account_id in (${members} union select ${account})`
    : sql`account_id = ${account}`;
  for (const table of owned) {
    await standIn(engine, table, sql`select * from ${id(table)} where ${whose}`);
  }
  const now = await lastRow(engine, input, [asOf]);
  if (now !== null) return { at: now, atRisk: true, lastAtRisk: null };
  const before = await lastRow(engine, input, await daysBefore(engine, input, owned));
  if (before === null) return { at: await unpaidRow(engine, input), atRisk: false, lastAtRisk: null };
  return {
    at: { ...before, asOfDay: asOf.day, asOfUs: asOf.us, tenureDays: before.tenureDays + asOf.day - before.asOfDay },
    atRisk: false,
    lastAtRisk: dateOfDay(before.asOfDay)
  };
}

/** The account's row at the last of some dates at which it is at risk. */
async function lastRow(engine: Engine, input: AccountInput, dates: readonly AsOf[]): Promise<SpineRow | null> {
  await buildSpine(engine, { asOf: dates, config: input.config, tables: input.tables });
  const [row] = await engine.rows(sql`select * from spine where account_id = ${input.account}
    order by as_of_day desc limit 1`);
  if (row === undefined) return null;
  return {
    account: input.account,
    asOfDay: row['as_of_day'] as number,
    asOfUs: row['as_of_us'] as number,
    startUs: row['start_us'] as number,
    tenureDays: row['tenure_days'] as number,
    arr: row['arr'] as number
  };
}

/** Every local day from the account's first record up to the date, the date itself left out. */
async function daysBefore(
  engine: Engine,
  { config, tables, asOf }: AccountInput,
  owned: readonly TableName[]
): Promise<AsOf[]> {
  const { timezone } = config.calendar;
  const firsts = owned.flatMap(table => {
    const time = CONTRACTS[table].eventTime;
    if (time === null || tables[table]?.columns[time] === undefined) return [];
    return [sql`select min(${id(time)}) as us from ${id(table)}`];
  });
  const [first] = await engine.rows(
    sql`select ${dayExpression(sql`min(us)`, timezone)} as day from (${join(firsts, ' union all ')})`
  );
  const from = (first?.['day'] as number | null | undefined) ?? asOf.day;
  const days = Array.from({ length: Math.max(0, asOf.day - from) }, (_, i) => dateOfDay(from + i));
  return resolveAsOf(engine, days, timezone);
}

/** Of an account that never paid: it begins when its record says, or became known, at the latest at the date. */
async function unpaidRow(engine: Engine, { config, tables, account, asOf }: AccountInput): Promise<SpineRow> {
  const created = tables.accounts?.columns['created_at'] === undefined ? sql`null` : sql`created_at`;
  const start: Sql = sql`least(${asOf.us}, coalesce(min(${created}), min(known_at), ${asOf.us}))`;
  const [row] = await engine.rows(sql`select start_us, ${dayExpression(sql`start_us`, config.calendar.timezone)} as day
    from (select ${start} as start_us from accounts where account_id = ${account})`);
  const startUs = row?.['start_us'] as number;
  const tenureDays = asOf.day - (row?.['day'] as number);
  return { account, asOfDay: asOf.day, asOfUs: asOf.us, startUs, tenureDays, arr: 0 };
}
