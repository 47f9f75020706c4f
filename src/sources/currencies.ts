import { cellDigest, DataError } from '../errors.js';
import { id, join, literal, raw, sql } from '../sql/sql.js';
import type { Engine, IngestedColumn, Sql, TableName } from '../types.js';
import { type Fault, MOST } from './cast.js';
import { CONTRACTS } from './contracts.js';
import type { MappedColumn } from './mapping.js';
import { addNote } from './notes.js';
import { refuseRows } from './quarantine.js';
import type { Staged } from './stage.js';

/** Amounts of every table that has a currency. */
const AMOUNTS: Readonly<Partial<Record<TableName, readonly string[]>>> = {
  subscriptions: ['mrr', 'amount'],
  invoices: ['amount'],
  payments: ['amount']
};

const PRICED = Object.keys(AMOUNTS) as readonly TableName[];

/**
 * Refuses amounts in another currency than the reporting currency; an empty cell means the reporting currency. For
 * workspaces without exchange rates.
 * @throws DataError with the currencies and how many rows each has.
 */
export async function checkCurrencies(
  engine: Engine,
  currency: string,
  tables: ReadonlyMap<TableName, { readonly columns: Readonly<Record<string, IngestedColumn>> }>
): Promise<void> {
  const found: string[] = [];
  let foreign = false;
  for (const table of PRICED) {
    if (tables.get(table)?.columns['currency'] === undefined) continue;
    const rows = await engine.rows(sql`select coalesce(currency, ${currency}) as currency, count(*) as n
      from ${id(table)} group by 1 order by n desc, 1`);
    foreign ||= rows.some(row => row['currency'] !== currency);
    found.push(`${table} ${rows.map(row => `${shownCode(String(row['currency']))} (${row['n']} rows)`).join(', ')}`);
  }
  if (!foreign) return;
  throw new DataError(
    `expected every amount in the reporting currency ${currency}, got ${found.join('; ')}; map sources.fx_rates (currency, valid_from, rate: ${currency} for one unit), convert the amounts, or set currency in vitals.yaml`
  );
}

function shownCode(code: string): string {
  return /^[A-Za-z]{3}$/.test(code) ? code : cellDigest(code);
}

/** Faults of exchange rates: none may be 0, and the reporting currency is worth 1 of itself. */
export function rateFaults(table: TableName, mapped: readonly MappedColumn[], currency: string): Fault[] {
  const rate = mapped.find(entry => entry.column.name === 'rate');
  if (table !== 'fx_rates' || rate === undefined) return [];
  const one = literal(10 ** rate.cell.decimals);
  return [
    { when: sql`rate = 0`, reason: 'rate: expected a rate above 0, got 0' },
    {
      when: sql`currency = ${currency} and rate <> ${one}`,
      reason: `rate: expected units of ${currency} for one unit of the currency, so 1 for ${currency} itself, got another rate`
    }
  ];
}

export interface Conversion {
  readonly table: TableName;
  /** Reporting currency. */
  readonly currency: string;
  /** Decimals of `fx_rates.rate`. */
  readonly decimals: number;
}

/** Whether a table has amounts with a currency of their own. */
export function isPriced(table: TableName, mapped: readonly MappedColumn[]): boolean {
  return AMOUNTS[table] !== undefined && mapped.some(entry => entry.column.name === 'currency');
}

/**
 * Converts the staged amounts in other currencies into the reporting currency, each at the rate that was valid at the
 * record's own event time: of the rates known by the record's known-at the one with the latest `valid_from` at or before
 * that time. Exact: round half up of amount x rate in integers. Rows with an amount above 0 and no such rate are marked.
 * Leaves the temporary table `conversions`, for `noteConversions`.
 */
export async function convertAmounts(engine: Engine, staged: Staged, conversion: Conversion): Promise<Staged> {
  const names = (AMOUNTS[conversion.table] ?? []).filter(name => staged.columns.includes(name));
  await engine.run(sql`create or replace temp table conversions as ${conversionsQuery(names, conversion)}`);
  const rows = (where: Sql) => sql`rowid in (select row_id from conversions where ${where})`;
  const rated = await refuseRows(engine, staged, {
    when: rows(sql`rate is null`),
    reason:
      'currency: expected a rate of it in fx_rates that was valid at the time of the record and known by then, got none'
  });
  const large = join(
    names.map(name => sql`${id(name)} > ${raw(String(MOST))}`),
    ' or '
  );
  const small = await refuseRows(engine, rated, {
    when: rows(large),
    reason: `currency: expected an amount below 2^53 after conversion, got a larger one; declare fewer decimals`
  });
  const values = names.map(name => sql`${id(name)} = cast(c.${id(name)} as bigint)`);
  await engine.run(sql`update staged set ${join(values)} from conversions c
    where staged.rowid = c.row_id and staged.fault = 0`);
  return small;
}

/** Rows of `staged` in another currency with an amount above 0: row_id, currency, rate and the converted amounts. */
function conversionsQuery(names: readonly string[], { table, currency, decimals }: Conversion): Sql {
  const time = id(CONTRACTS[table].eventTime ?? 'known_at');
  const amounts = join(names.map(name => id(name)));
  const filled = join(
    names.map(name => sql`${id(name)} > 0`),
    ' or '
  );
  const unit = sql`cast(${10 ** decimals} as hugeint)`;
  const converted = names.map(
    name => sql`(2 * cast(${id(name)} as hugeint) * rate + ${unit}) // (2 * ${unit}) as ${id(name)}`
  );
  return sql`with amounts as (
      select rowid as row_id, currency, ${time} as us, known_at, ${amounts} from staged
      where fault = 0 and currency <> ${currency} and (${filled})
    ), latest as (
      select a.*, r.rate, r.known_at as rate_known from amounts a
      asof left join fx_rates r on r.currency = a.currency and r.valid_from <= a.us
    ), earlier as (
      select l.row_id, max(r.valid_from) as valid_from from latest l
      join fx_rates r on r.currency = l.currency and r.valid_from <= l.us and r.known_at <= l.known_at
      where l.rate_known > l.known_at group by l.row_id
    ), rated as (
      select l.row_id, l.currency, ${amounts}, case when l.rate_known > l.known_at then r.rate else l.rate end as rate
      from latest l left join earlier e on e.row_id = l.row_id
      left join fx_rates r on r.currency = l.currency and r.valid_from = e.valid_from
    )
    select row_id, currency, rate, ${join(converted)} from rated`;
}

/** Counts the converted rows that are used, by currency. */
export async function noteConversions(engine: Engine, { table, currency }: Conversion): Promise<void> {
  const counts = await engine.rows(sql`select c.currency, count(*) as n
    from conversions c join staged s on s.rowid = c.row_id where s.fault = 0 group by c.currency order by c.currency`);
  for (const row of counts) {
    const text = `amounts in ${shownCode(String(row['currency']))} are converted into ${currency} at the latest rate that was valid at the time of their record and known by then`;
    await addNote(engine, { table, text, rows: row['n'] as number, severity: 'info' });
  }
  await engine.run(sql`drop table conversions`);
}
