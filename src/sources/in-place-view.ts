import { id, join, sql } from '../sql/sql.js';
import type { Engine, Sql, TableInfo, TableName } from '../types.js';
import { CONTRACTS } from './contracts.js';
import { type LoadContext, planStage, type TablePlan, tableColumns, UNKNOWN_ACCOUNT } from './load-table.js';
import { namedReason } from './mapping.js';
import { type NativeCell, nativeCell, nativeKeysOf } from './native-keys.js';
import { pseudonym } from './pseudonym.js';
import { type StagePlan, stageQuery } from './stage.js';

export type ViewContext = Pick<LoadContext, 'config' | 'dataEndUs' | 'userKey'> & {
  /** The reasons that rows of the files were quarantined for; rows are judged by no others. */
  readonly reasons: readonly string[];
};

/** Where the file's own ids of a table in place are; empty when it has none that are cheaper than the contract's. */
export type Native = Pick<TableInfo, 'nativeKeys' | 'nativeTable'>;

/**
 * Creates the view of a table whose sources were judged before. It belongs to this connection: nothing of it is stored.
 * User ids are hashed once each, into a table of this connection: hashing every row costs twenty times more. Where the only
 * source holds ids as whole numbers, a second view has these too.
 */
export async function createView(engine: Engine, plans: readonly TablePlan[], context: ViewContext): Promise<Native> {
  const [first] = plans;
  if (first === undefined) return {};
  const { table } = first.source;
  const parts: SourceView[] = [];
  for (const plan of plans) parts.push(await planView(engine, plan, { ...context, part: parts.length }));
  const rows = parts.map(part => usedRows(part, context));
  await engine.run(sql`create or replace temp view ${id(table)} as ${join(rows, ' union all ')}`);
  return parts.length === 1 ? createNativeView(engine, parts[0] as SourceView, context) : {};
}

/** One source of a table in place. */
interface SourceView {
  readonly plan: TablePlan;
  readonly stage: StagePlan;
  /** Its users and the table of this connection with their hashes; null when no user is hashed. */
  readonly hashed: HashedUsers | null;
}

interface HashedUsers {
  readonly users: string;
  readonly user: NativeCell;
}

async function planView(
  engine: Engine,
  plan: TablePlan,
  context: ViewContext & { readonly part: number }
): Promise<SourceView> {
  const { userKey } = context;
  const { stage } = await planStage(engine, plan, context);
  const user = userKey === null ? null : nativeCell(stage, 'user_id');
  if (user === null) return { plan, stage, hashed: null };
  const hashed = { user, users: `${plan.source.table}_user_ids_${context.part + 1}` };
  const cell = id(user.column);
  await engine.run(sql`create or replace temp table ${id(hashed.users)} as
    select native, ${pseudonym(user.text, userKey)} as hashed_user
    from (select distinct ${cell} as native from ${stage.located.relation} where ${cell} is not null)`);
  return { plan, stage, hashed };
}

/** Query of the used rows of one source, with the columns of its table. */
function usedRows({ plan, stage, hashed }: SourceView, context: ViewContext): Sql {
  if (hashed === null) return judged({ plan, stage }, { ...context, userKey: null });
  const { located } = stage;
  const { user, users } = hashed;
  const relation = sql`(select r.*, u.hashed_user from ${located.relation} r left join ${id(users)} u on u.native = r.${id(user.column)})`;
  const carrying = { ...stage, carried: ['hashed_user'], located: { ...located, relation } };
  return judged(
    { plan, stage: carrying },
    { ...context, userKey: null, replaced: sql`replace (hashed_user as user_id)` }
  );
}

/** The same rows with the file's own ids; the contract's are made of these row by row, where a query reads them at all. */
async function createNativeView(
  engine: Engine,
  { plan, stage, hashed }: SourceView,
  context: ViewContext
): Promise<Native> {
  const native = nativeKeysOf(stage, hashed?.users ?? null);
  if (native === null) return {};
  const more = [...native.columns].map(([column, from]) => sql`${id(from)} as ${id(column)}`);
  const rows = judged({ plan, stage: { ...stage, carried: [...native.columns.values()] } }, { ...context, more });
  const nativeTable = nativeName(plan.source.table);
  await engine.run(sql`create or replace temp view ${id(nativeTable)} as ${rows}`);
  return { nativeKeys: native.keys, nativeTable };
}

function nativeName(table: TableName): string {
  return `${table}_native`;
}

interface Judged extends ViewContext {
  /** What takes the place of staged columns. */
  readonly replaced?: Sql;
  /** Columns beside those of the table. */
  readonly more?: readonly Sql[];
}

function judged({ plan, stage }: Pick<SourceView, 'plan' | 'stage'>, context: Judged): Sql {
  const { source } = plan;
  const { userKey, replaced = sql``, more = [] } = context;
  const given = new Set(context.reasons);
  const found = { has: (reason: string) => given.has(namedReason(source, reason)) };
  const { query, staged } = stageQuery(stage, found);
  const known = found.has(UNKNOWN_ACCOUNT.reason) ? sql`not (${UNKNOWN_ACCOUNT.when})` : sql`true`;
  const columns = tableColumns(source.table, { present: new Set(staged.columns), userKey });
  return sql`select ${join([columns, ...more])} from (select * ${replaced} from (${query}) where fault = 0 and ${known})`;
}

/** Drops the views of an earlier ingest on this connection. */
export async function dropViews(engine: Engine): Promise<void> {
  const tables = Object.keys(CONTRACTS) as TableName[];
  for (const view of ['staged', ...tables, ...tables.map(nativeName)]) {
    await engine.run(sql`drop view if exists temp.${id(view)}`);
  }
}
