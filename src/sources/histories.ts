import type { HistoryConfig } from '../config/types.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, Sql, TableName } from '../types.js';
import type { CellSpec, Fault } from './cast.js';
import { CONTRACTS } from './contracts.js';
import { openFiles, readable } from './files.js';
import { locateColumns } from './locate.js';
import { historyName, historyTable, type MappedColumn } from './mapping.js';
import { pseudonym } from './pseudonym.js';
import { refuseDuplicates, refuseRows, type Settled, settleRows } from './quarantine.js';
import { stageRows } from './stage.js';

export interface HistoryContext {
  readonly workspace: string;
  readonly dataEndUs: number;
  /** Secret of the workspace under which user ids are hashed; null keeps them. */
  readonly userKey: string | null;
}

interface HistoryPlan {
  readonly table: TableName;
  readonly mapped: MappedColumn;
  readonly history: HistoryConfig;
}

/**
 * Reads the histories of a table's versioned columns into tables `<table>__<column>(key, since, us, known_at, value)`. The
 * table itself must be there already. Bad rows, and those of an unknown key, are quarantined under `<table>.<column>`.
 * @throws DataError when files or most of their rows cannot be used.
 */
export async function loadHistories(
  engine: Engine,
  { table, mapped }: { readonly table: TableName; readonly mapped: readonly MappedColumn[] },
  context: HistoryContext
): Promise<Record<string, Settled>> {
  const found: Record<string, Settled> = {};
  for (const entry of mapped) {
    if (entry.history === null) continue;
    found[entry.column.name] = await loadHistory(engine, { table, mapped: entry, history: entry.history }, context);
  }
  return found;
}

async function loadHistory(engine: Engine, plan: HistoryPlan, context: HistoryContext): Promise<Settled> {
  const { table, history, mapped } = plan;
  const label = historyName(table, mapped.column.name);
  const cells = cellsOf(plan);
  const wanted = cells.map(cell => cell.from);
  const groups = await openFiles(engine, { ...history, label, workspace: context.workspace }, wanted);
  const stage = stageRows(engine, {
    label,
    cells,
    derived: history.knownAt === null ? [{ name: 'known_at', value: id('at') }] : [],
    later: new Map(),
    early: ['at', 'known_at'].map(name => afterDataEnd(name, context.dataEndUs)),
    late: [],
    located: locateColumns(groups, wanted, { label, rest: false }),
    rest: false,
    copied: history.knownAt === null ? 'known_at' : null
  });
  const read = await readable(stage, groups[0]?.file ?? '', { format: history.format, label });
  const known = await refuseRows(engine, read, unknownKey(table, context.userKey));
  const settled = await settleRows(engine, await refuseDuplicates(engine, known, []));
  await engine.run(sql`create or replace table ${id(historyTable(table, mapped.column.name))} as
    ${versionsQuery(keyOf(table, context.userKey))}`);
  await engine.run(sql`drop table staged`);
  return settled;
}

function cellsOf({ mapped, history }: HistoryPlan): CellSpec[] {
  const { timezone } = history;
  const instant = { type: 'instant', decimals: 0, nullable: false, values: null, timezone } as const;
  const known = history.knownAt === null ? [] : [{ ...instant, name: 'known_at', from: history.knownAt }];
  return [
    { ...instant, name: 'key', from: history.key, type: 'text' },
    { ...instant, name: 'at', from: history.at },
    { ...mapped.cell, name: 'value', from: history.value, nullable: true, timezone },
    ...known
  ];
}

function afterDataEnd(name: string, dataEndUs: number): Fault {
  return {
    when: sql`${id(name)} >= ${dataEndUs}`,
    reason: `${name}: expected an instant before the data end, got a later one (after data end)`
  };
}

function keyOf(table: TableName, userKey: string | null): Sql {
  return CONTRACTS[table].key[0] === 'user_id' ? pseudonym(id('key'), userKey) : id('key');
}

function unknownKey(table: TableName, userKey: string | null): Fault {
  const name = CONTRACTS[table].key[0] ?? '';
  return {
    when: sql`${keyOf(table, userKey)} not in (select ${id(name)} from ${id(table)} where ${id(name)} is not null)`,
    reason: `key: expected ${table === 'accounts' ? 'an' : 'a'} ${name} of ${table}, got an unknown one`
  };
}

/**
 * The records of `staged` that were in force at some time, each with the instant `since` after which it was: the later of
 * its own instant and its known-at, or of a later record that became known earlier. A record is in force over those that
 * are earlier, at the same instant over those known earlier, then over those with a larger value (no value last).
 */
function versionsQuery(key: Sql): Sql {
  const at = id('at');
  return sql`with records as (
    select ${key} as key, ${at} as us, known_at, value, greatest(${at}, known_at) as since,
      row_number() over (partition by staged.key order by ${at}, known_at, value desc nulls first) as place
    from staged where fault = 0
  ), reached as (
    select distinct key, since,
      max(place) over (partition by key order by since range between unbounded preceding and current row) as winner
    from records
  ), changed as (
    select key, since, winner, lag(winner) over (partition by key order by since) as before from reached
  )
  select c.key, c.since, r.us, r.known_at, r.value
  from changed c join records r on r.key = c.key and r.place = c.winner
  where c.before is distinct from c.winner order by c.key, c.since`;
}
