import { DataError } from '../errors.js';
import { id, join, literal, raw, sql } from '../sql/sql.js';
import type { Engine, RowCounts, Sql } from '../types.js';
import type { Fault } from './cast.js';
import { DUPLICATE, POSITION, type Staged } from './stage.js';

const SHOWN = 3;

/** How many rows of `staged` have one number in a column of faults. */
export interface FaultCount {
  readonly reason: string;
  readonly fault: number;
  readonly rows: number;
}

export interface Settled {
  readonly rows: RowCounts;
  /** Reasons of the quarantined rows, most rows first. */
  readonly reasons: readonly { readonly reason: string; readonly rows: number }[];
}

/** Empties the record of quarantined rows: `quarantine(table_name, source_row, reason)`, rows counted from 1. */
export async function clearQuarantine(engine: Engine): Promise<void> {
  await engine.run(sql`create or replace table quarantine (table_name varchar, source_row bigint, reason varchar)`);
}

/** Marks the rows that pass so far but meet a condition; the reason gets the next number. */
export async function refuseRows(engine: Engine, staged: Staged, refusal: Fault): Promise<Staged> {
  const condition = sql`fault = 0 and ${refusal.when}`;
  const [found] = await engine.rows(sql`select count(*) as n from staged where ${condition}`);
  if (found?.['n'] === 0) return staged;
  const number = literal(staged.reasons.length + 1);
  await engine.run(sql`update staged set fault = ${number} where ${condition}`);
  return { ...staged, reasons: [...staged.reasons, refusal.reason] };
}

/**
 * Marks repeated records. Without a key, exact copies of the whole record; with one, also records of the same key with
 * other content: the record that was known first stays (then the one whose columns sort first, later columns last),
 * whatever the order of the files. Of exact copies the first stays and the others are dropped.
 */
export async function refuseDuplicates(engine: Engine, staged: Staged, key: readonly string[]): Promise<Staged> {
  const compared = key.length > 0 ? key : staged.columns.filter(name => name !== staged.copied);
  const same = join(compared.map(name => id(name)));
  await engine.run(sql`create or replace temp table repeated as
    select ${same} from staged where fault = 0 group by ${same} having count(*) > 1`);
  const [found] = await engine.rows(sql`select count(*) as n from repeated`);
  if (found?.['n'] === 0) return staged;
  const matches = join(
    compared.map(name => sql`s.${id(name)} is not distinct from k.${id(name)}`),
    ' and '
  );
  await engine.run(sql`create or replace temp table suspects as
    select s.rowid as row_id, s.* from staged s semi join repeated k on ${matches} where s.fault = 0`);
  const number = staged.reasons.length + 1;
  await engine.run(sql`update staged set fault = v.verdict from (${verdicts(staged, key, number)}) v
    where staged.rowid = v.row_id`);
  await engine.run(sql`drop table suspects; drop table repeated`);
  if (key.length === 0) return staged;
  const reason = `${key.join(', ')}: expected one record per key, got another with different content`;
  return { ...staged, reasons: [...staged.reasons, reason] };
}

/** Row ids of repeated records to refuse, with the number that each gets. */
function verdicts(staged: Staged, key: readonly string[], number: number): Sql {
  const known = staged.columns.filter(name => name === 'known_at');
  const later = staged.later.map(column => column.name);
  const others = staged.columns.filter(name => name !== 'known_at' && !later.includes(name));
  const content = [...known, ...others, ...later, ...(staged.rest && key.length === 0 ? ['rest'] : [])];
  const order = join(content.map(name => sql`${id(name)} nulls last`));
  const version =
    key.length === 0
      ? sql`1`
      : sql`dense_rank() over (partition by ${join(key.map(name => id(name)))} order by ${order})`;
  const copy = sql`row_number() over (partition by ${join(content.map(name => id(name)))} order by row_id)`;
  return sql`select row_id, case when copy > 1 then ${DUPLICATE} else ${number} end as verdict
    from (select row_id, ${copy} as copy, ${version} as version from suspects) where copy > 1 or version > 1`;
}

/**
 * Moves the marked rows to `quarantine` and counts: in = used + quarantined + dropped.
 * @param numbers relation of every `fault` with its number of rows `n`
 * @throws DataError when more than half of the rows before the data end are quarantined.
 */
export async function settleRows(engine: Engine, staged: Staged, numbers: Sql = COUNTED): Promise<Settled> {
  const counts = await engine.rows(sql`select fault, n from ${numbers} order by fault`);
  const byFault = new Map(counts.map(row => [row['fault'] as number, row['n'] as number]));
  const total = sum([...byFault.values()]);
  const used = byFault.get(0) ?? 0;
  const dropped = byFault.get(DUPLICATE) ?? 0;
  const quarantined = total - used - dropped;
  const after = sum(staged.reasons.slice(0, staged.early).map((_, i) => byFault.get(i + 1) ?? 0));
  if (2 * (quarantined - after) > total - after)
    throw await mostlyBad(engine, staged, { byFault, total: total - after });
  if (quarantined > 0) await keepQuarantined(engine, staged);
  return { rows: { in: total, used, quarantined, dropped }, reasons: reasonCounts(staged, byFault) };
}

const COUNTED = raw('(select fault, count(*) as n from staged group by fault)');

function reasonCounts(staged: Staged, byFault: ReadonlyMap<number, number>): Settled['reasons'] {
  return staged.reasons
    .map((reason, i) => ({ reason, rows: byFault.get(i + 1) ?? 0 }))
    .filter(entry => entry.rows > 0)
    .sort((a, b) => b.rows - a.rows);
}

async function keepQuarantined(engine: Engine, staged: Staged): Promise<void> {
  const reasons = sql`[${join(staged.reasons)}]`;
  await engine.run(sql`insert into quarantine
    select ${staged.label}, cast(${POSITION} + 1 as bigint), ${reasons}[fault] from staged where fault > 0 order by rowid`);
}

interface Bad {
  readonly byFault: ReadonlyMap<number, number>;
  /** Rows before the data end. */
  readonly total: number;
}

async function mostlyBad(engine: Engine, staged: Staged, { byFault, total }: Bad): Promise<DataError> {
  const counts = staged.reasons.map((reason, i) => {
    return { reason, fault: i + 1, rows: i < staged.early ? 0 : (byFault.get(i + 1) ?? 0) };
  });
  const bad = sum(counts.map(entry => entry.rows));
  const details = await tellFaults(engine, counts, { number: sql`fault`, where: sql`fault > ${staged.early}` });
  return new DataError(
    `${staged.label}: expected at least half of the rows to be usable, but ${bad} of ${total} are not: ${details}; correct the file or its mapping`
  );
}

/**
 * The most frequent faults in words, each with its count and its first rows (counted from 1).
 * @param place number: the column of `staged` that numbers the faults; where: the rows that are looked at
 */
export async function tellFaults(
  engine: Engine,
  counts: readonly FaultCount[],
  { number, where }: { readonly number: Sql; readonly where: Sql }
): Promise<string> {
  const first = await engine.rows(sql`select number, source_row from (
    select ${number} as number, cast(${POSITION} + 1 as bigint) as source_row,
      row_number() over (partition by ${number} order by rowid) as nth
    from staged where ${where}) where nth <= ${SHOWN} order by number, source_row`);
  const told = counts.filter(entry => entry.rows > 0).sort((a, b) => b.rows - a.rows);
  const details = told.slice(0, 2 * SHOWN).map(({ reason, fault, rows }) => {
    const rowsShown = first.filter(row => row['number'] === fault).map(row => row['source_row']);
    return `${rows} × ${reason} (first in row ${rowsShown.join(', ')})`;
  });
  return details.join('; ');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
