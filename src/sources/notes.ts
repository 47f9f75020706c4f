import { DataError } from '../errors.js';
import { id, join, sql } from '../sql/sql.js';
import type { Engine, TableName } from '../types.js';
import type { ContractColumn } from './contracts.js';
import { NEVER_US } from './instants.js';
import { type FaultCount, tellFaults } from './quarantine.js';
import type { LaterColumn, Staged } from './stage.js';

interface Note {
  readonly table: string;
  readonly text: string;
  /** Number of cells of used records. */
  readonly rows: number;
  readonly severity: 'warn' | 'info';
}

/** Empties `ingest_notes(table_name, note, rows, severity)`: what was done to cells of records that are used. */
export async function clearNotes(engine: Engine): Promise<void> {
  await engine.run(sql`create or replace table ingest_notes
    (table_name varchar, note varchar, rows bigint, severity varchar)`);
}

/** Adds one line of `ingest_notes`. */
export async function addNote(engine: Engine, { table, text, rows, severity }: Note): Promise<void> {
  await engine.run(sql`insert into ingest_notes values (${table}, ${text}, ${rows}, ${severity})`);
}

/** Counts the instants that mean "never" and will be read as open. */
export async function noteOpenEnds(
  engine: Engine,
  table: TableName,
  columns: readonly ContractColumn[]
): Promise<void> {
  for (const { name } of columns) {
    const [found] = await engine.rows(
      sql`select count(*) as n from staged where fault = 0 and ${id(name)} >= ${NEVER_US}`
    );
    const rows = found?.['n'] as number;
    const text = `${name}: dates from 2200 on are read as open (no end)`;
    if (rows > 0) await addNote(engine, { table, text, rows, severity: 'info' });
  }
}

/**
 * Counts the later cells that were emptied because they are at fault, by reason, in records that are used.
 * @throws DataError when more than half of the filled cells of one column are at fault: a wrong mapping, not bad luck.
 */
export async function noteEmptied(engine: Engine, staged: Staged): Promise<void> {
  for (const column of staged.later) {
    const { filled, counts } = await countNotes(engine, column);
    const bad = counts.reduce((sum, entry) => sum + entry.rows, 0);
    if (2 * bad > filled) throw await mostlyUnreadable(engine, { label: staged.label, column, filled, counts });
    for (const { reason, rows } of counts) {
      const text = `${reason}; read as empty`;
      if (rows > 0) await addNote(engine, { table: staged.label, text, rows, severity: 'warn' });
    }
  }
}

interface NoteCounts {
  /** Cells that are not blank. */
  readonly filled: number;
  readonly counts: readonly FaultCount[];
}

async function countNotes(engine: Engine, { note, reasons }: LaterColumn): Promise<NoteCounts> {
  const numbers = reasons.map((_, i) => sql`count(*) filter (where ${id(note)} = ${i + 1}) as ${id(`n${i + 1}`)}`);
  const [found] = await engine.rows(
    sql`select ${join([sql`count(${id(note)}) as filled`, ...numbers])} from staged where fault = 0`
  );
  const counts = reasons.map((reason, i) => ({ reason, fault: i + 1, rows: found?.[`n${i + 1}`] as number }));
  return { filled: found?.['filled'] as number, counts };
}

type Unreadable = NoteCounts & { readonly label: string; readonly column: LaterColumn };

async function mostlyUnreadable(engine: Engine, { label, column, filled, counts }: Unreadable): Promise<DataError> {
  const bad = counts.reduce((sum, entry) => sum + entry.rows, 0);
  const number = id(column.note);
  const details = await tellFaults(engine, counts, { number, where: sql`fault = 0 and ${number} > 0` });
  return new DataError(
    `${label}: expected at least half of the filled cells of ${column.name} to be usable, but ${bad} of ${filled} are not: ${details}; correct the file or its mapping`
  );
}
