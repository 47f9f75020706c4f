import { ConfigError } from '../errors.js';
import { id, join, literal, raw, sql } from '../sql/sql.js';
import type { Engine, Sql, TableName } from '../types.js';
import { castCell } from './cast.js';
import { CONTRACTS } from './contracts.js';
import { readable } from './files.js';
import {
  hashedUser,
  isOpenEnd,
  type LoadContext,
  type Loaded,
  namedReasons,
  planStage,
  type TablePlan,
  tableColumns,
  UNKNOWN_ACCOUNT
} from './load-table.js';
import { mappedKey, namedReason, sourcePlace } from './mapping.js';
import { noteEmptied, noteOpenEnds } from './notes.js';
import { settleRows } from './quarantine.js';
import { type Staged, type StagePlan, stageQuery } from './stage.js';

/** A table that is read in place, with the event time of its last used record; null when there is none. */
export type ReadInPlace = Loaded & { readonly lastUs: number | null };

/**
 * Judges the files of a source in one scan that counts; no row is copied into the database but the numbers of those in
 * `quarantine`. Copies of records are not looked for: in = used + quarantined. `createView` then makes the used rows the
 * table; a row that `loadTable` would use reads the same there.
 * @throws ConfigError when the source has a key that is not declared unique; DataError as `loadTable` does.
 */
export async function readInPlace(engine: Engine, plan: TablePlan, context: LoadContext): Promise<ReadInPlace> {
  const { source, mapped } = plan;
  requireUniqueKey(plan);
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

interface NativeCell {
  /** Column of the located relation, of the file's own type. */
  readonly column: string;
  /** Its text, of a column `native`. */
  readonly text: Sql;
}

/** A text column as the file has it: grouping and comparing numbers is several times cheaper than their texts. */
function nativeCell({ cells, located }: StagePlan, name: string): NativeCell | null {
  const i = cells.findIndex(cell => cell.name === name);
  const spec = cells[i];
  if (spec === undefined) return null;
  const names = { source: id('native'), cell: id('cell'), value: id('value') };
  const { raw: cell, value } = castCell(spec, located.types[i] as string, names);
  return { column: `r${i}`, text: sql`(select ${value} from (select ${cell} as cell))` };
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

export type ViewContext = LoadContext & {
  /** The reasons that rows of the files were quarantined for; rows are judged by no others. */
  readonly reasons: readonly string[];
};

/**
 * Creates the view of a table whose sources were judged before. It belongs to this connection: nothing of it is stored.
 * User ids are hashed once each, into a table of this connection: hashing every row costs twenty times more.
 */
export async function createView(engine: Engine, plans: readonly TablePlan[], context: ViewContext): Promise<void> {
  const parts: Sql[] = [];
  for (const plan of plans) parts.push(await usedRows(engine, plan, { ...context, part: parts.length }));
  const [first] = plans;
  if (first === undefined) return;
  await engine.run(sql`create or replace temp view ${id(first.source.table)} as ${join(parts, ' union all ')}`);
}

/** Query of the used rows of one source, with the columns of its table. */
async function usedRows(
  engine: Engine,
  plan: TablePlan,
  context: ViewContext & { readonly part: number }
): Promise<Sql> {
  const { source } = plan;
  const { userKey } = context;
  const planned = await planStage(engine, plan, context);
  const user = userKey === null ? null : nativeCell(planned.stage, 'user_id');
  const users = `${source.table}_user_ids_${context.part + 1}`;
  const hashed = user === null || userKey === null ? null : { user, userKey, users };
  const stage = hashed === null ? planned.stage : await withHashedUsers(engine, planned.stage, hashed);
  const given = new Set(context.reasons);
  const found = { has: (reason: string) => given.has(namedReason(source, reason)) };
  const { query, staged } = stageQuery(stage, found);
  const known = found.has(UNKNOWN_ACCOUNT.reason) ? sql`not (${UNKNOWN_ACCOUNT.when})` : sql`true`;
  const columns = tableColumns(source.table, { present: new Set(staged.columns), userKey: null });
  const replaced = hashed === null ? sql`` : sql`replace (hashed_user as user_id)`;
  return sql`select ${columns} from (select * ${replaced} from (${query}) where fault = 0 and ${known})`;
}

interface HashedUsers {
  /** Table of this connection for the hashes. */
  readonly users: string;
  readonly user: NativeCell;
  readonly userKey: string;
}

/** The plan whose rows carry the hash of their user as `hashed_user`. */
async function withHashedUsers(
  engine: Engine,
  stage: StagePlan,
  { users, user, userKey }: HashedUsers
): Promise<StagePlan> {
  const { located } = stage;
  const cell = id(user.column);
  await engine.run(sql`create or replace temp table ${id(users)} as
    select native, ${hashedUser(user.text, userKey)} as hashed_user
    from (select distinct ${cell} as native from ${located.relation} where ${cell} is not null)`);
  const relation = sql`(select r.*, u.hashed_user from ${located.relation} r left join ${id(users)} u on u.native = r.${cell})`;
  return { ...stage, carried: ['hashed_user'], located: { ...located, relation } };
}

/** Drops the views of an earlier ingest on this connection. */
export async function dropViews(engine: Engine): Promise<void> {
  for (const table of ['staged', ...Object.keys(CONTRACTS)]) {
    await engine.run(sql`drop view if exists temp.${id(table)}`);
  }
}
