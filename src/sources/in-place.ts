import { ConfigError } from '../errors.js';
import { id, literal, raw, sql } from '../sql/sql.js';
import type { Engine, Sql, TableName } from '../types.js';
import { CONTRACTS } from './contracts.js';
import { readable } from './files.js';
import {
  conversionOf,
  isOpenEnd,
  type LoadContext,
  type Loaded,
  namedReasons,
  planStage,
  type TablePlan,
  UNKNOWN_ACCOUNT
} from './load-table.js';
import { mappedKey, sourcePlace } from './mapping.js';
import { nativeCell } from './native-keys.js';
import { noteEmptied, noteOpenEnds } from './notes.js';
import { settleRows } from './quarantine.js';
import { type Staged, type StagePlan, stageQuery } from './stage.js';

/** What the scan of a source in place tells, with the event time of its last used record; null when there is none. */
export type ReadInPlace = Omit<Loaded, 'histories'> & { readonly lastUs: number | null };

/**
 * Judges the files of a source in one scan that counts; no row is copied into the database but the numbers of those in
 * `quarantine`. Copies of records are not looked for: in = used + quarantined. `createView` then makes the used rows the
 * table; a row that `loadTable` would use reads the same there.
 * @throws ConfigError when the source has a key that is not declared unique or amounts to convert; DataError as `loadTable`
 * does.
 */
export async function readInPlace(engine: Engine, plan: TablePlan, context: LoadContext): Promise<ReadInPlace> {
  const { source, mapped } = plan;
  requireUniqueKey(plan);
  refuseConversion(plan, context);
  const { stage, columns, file } = await planStage(engine, plan, context);
  const judged = judgeRows(engine, source.table, stage);
  const staged = namedReasons(await readable(judged, file, { format: source.format, label: stage.label }), source);
  const settled = await settleRows(
    engine,
    staged,
    sql`(select fault, cast(sum(n) as bigint) as n from judged group by fault)`
  );
  await noteEmptied(engine, staged);
  await noteOpenEnds(engine, source.table, mapped.map(entry => entry.column).filter(isOpenEnd));
  const [found] = await engine.rows(sql`select max(last) as last from judged where fault = 0`);
  await engine.run(sql`drop view temp.staged; drop table judged`);
  return { ...settled, columns, lastUs: found?.['last'] as number | null };
}

function requireUniqueKey({ source, mapped }: TablePlan): void {
  const key = mappedKey(CONTRACTS[source.table], mapped);
  if (key.length === 0 || source.inPlace === 'unique_key') return;
  throw new ConfigError(
    `${sourcePlace(source)}.in_place: expected unique_key, because ${key.join(', ')} is mapped and records of one key are not compared in place; write in_place: unique_key if every key occurs once, or remove in_place`
  );
}

function refuseConversion(plan: TablePlan, context: LoadContext): void {
  if (conversionOf(plan, context) === null) return;
  throw new ConfigError(
    `${sourcePlace(plan.source)}.in_place: expected amounts in the reporting currency, because those in other currencies are converted by fx_rates and so copied, got a mapped currency; remove in_place, or the mapping of currency if all are in ${context.config.currency}`
  );
}

/** Makes `staged` a view of the judged rows, and `judged` their numbers by account and fault, with the last event time. */
async function judgeRows(engine: Engine, table: TableName, stage: StagePlan): Promise<Staged> {
  const account = nativeCell(stage, 'account_id');
  const { query, staged } = stageQuery({ ...stage, carried: account === null ? [] : [account.column] });
  await stageView(engine, query);
  const { eventTime } = CONTRACTS[table];
  const timed = eventTime !== null && staged.columns.includes(eventTime);
  const last = timed ? sql`max(${id(eventTime)})` : raw('cast(null as bigint)');
  const cell = account === null ? raw('cast(null as varchar)') : id(account.column);
  await engine.run(sql`create or replace temp table judged as
    select ${account === null ? cell : account.text} as account_id, fault, n, last
    from (select ${cell} as native, fault, count(*) as n, ${last} as last from staged group by all)`);
  return account === null ? staged : refuseUnknown(engine, query, staged);
}

async function refuseUnknown(engine: Engine, query: Sql, staged: Staged): Promise<Staged> {
  const unknown = sql`fault = 0 and ${UNKNOWN_ACCOUNT.when}`;
  const [found] = await engine.rows(sql`select count(*) as n from judged where ${unknown}`);
  if (found?.['n'] === 0) return staged;
  const number = literal(staged.reasons.length + 1);
  await engine.run(sql`update judged set fault = ${number} where ${unknown}`);
  await stageView(
    engine,
    sql`select * replace (case when ${unknown} then ${number} else fault end as fault) from (${query})`
  );
  return { ...staged, reasons: [...staged.reasons, UNKNOWN_ACCOUNT.reason] };
}

/** The row ids are the positions of the rows in their files; they cost nothing where they are not read. */
async function stageView(engine: Engine, query: Sql): Promise<void> {
  await engine.run(
    sql`create or replace temp view staged as select *, row_number() over () - 1 as rowid from (${query})`
  );
}
