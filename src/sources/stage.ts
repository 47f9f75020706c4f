import { id, join, literal, raw, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { type Cast, type CellSpec, castCell, type Fault } from './cast.js';
import type { Located } from './locate.js';

/** A column that is computed from the cells of its row; it replaces a cell of the same name, which is judged as it was read. */
export interface Derived {
  readonly name: string;
  readonly value: Sql;
}

/** What becomes of the located columns of a source: one cell each, in the same order. */
export interface StagePlan {
  readonly label: string;
  readonly cells: readonly CellSpec[];
  readonly derived: readonly Derived[];
  /**
   * Cells that tell what happened to a record after it became known, with faults beyond those of their cast. A fault
   * empties such a cell and leaves its record in use, so that no later cell decides about what was known earlier.
   */
  readonly later: ReadonlyMap<string, readonly Fault[]>;
  /** Conditions on whole rows: `early` are judged first, then the faults of the line, the cells, and `late`. */
  readonly early: readonly Fault[];
  readonly late: readonly Fault[];
  readonly located: Located;
  /** Whether the located relation carries `rest`. */
  readonly rest: boolean;
  /** Further columns of the located relation that the staged rows keep. */
  readonly carried?: readonly string[];
  /** A derived column that repeats a cell. */
  readonly copied: string | null;
}

/** A column whose cells are emptied where they are at fault. */
export interface LaterColumn {
  readonly name: string;
  /** Column of `staged`: NULL where the file's cell is blank, 0 where it is good, n where it was emptied for `reasons[n - 1]`. */
  readonly note: string;
  readonly reasons: readonly string[];
}

/**
 * Rows in the temporary table `staged`: typed columns, perhaps `rest`, the notes of later columns, and `fault` (0, or the
 * number of a reason).
 */
export interface Staged {
  readonly label: string;
  readonly columns: readonly string[];
  readonly later: readonly LaterColumn[];
  readonly rest: boolean;
  /** Column that repeats another one, so that comparing records needs only one of them. */
  readonly copied: string | null;
  /** Reasons; fault n is `reasons[n - 1]`. */
  readonly reasons: readonly string[];
  /** How many of the first reasons say that a row lies past the data end: such rows are no faults of the source. */
  readonly early: number;
}

/** Number of an exact duplicate; not a fault. */
export const DUPLICATE = -1;

/** Zero-based position of a staged row in its files. Row ids start anywhere inside a transaction. */
export const POSITION = raw('(rowid - (select min(rowid) from staged))');

/** Reads, casts and judges every row of a source in one pass, keeping the order of the files. */
export async function stageRows(engine: Engine, plan: StagePlan): Promise<Staged> {
  const { query, staged } = stageQuery(plan);
  await engine.run(sql`create or replace temp table staged as ${query}`);
  return staged;
}

/**
 * The query whose rows are those of `staged`, and what is known about them.
 * @param found the reasons that any row can have; the others are not looked at, which makes the query cheaper
 */
export function stageQuery(
  plan: StagePlan,
  found?: Pick<ReadonlySet<string>, 'has'>
): { readonly query: Sql; readonly staged: Staged } {
  const replaced = new Set(plan.derived.map(column => column.name));
  const casts = plan.cells.map((spec, i) => {
    const value = replaced.has(spec.name) ? raw(`v${i}`) : id(spec.name);
    const names = { source: raw(`r${i}`), cell: raw(`t${i}`), value };
    return { ...castCell(spec, plan.located.types[i] as string, names), judged: value };
  });
  const { lineFaults } = plan.located;
  const fault = lineFaults.length > 0 ? ['line_fault'] : [];
  const rest = [...(plan.rest ? ['rest'] : []), ...fault, ...(plan.carried ?? [])].map(name => id(name));
  const texts = casts.map((cast, i) => sql`${cast.raw} as ${raw(`t${i}`)}`);
  const values = casts.flatMap(({ value, judged }, i) => {
    const { name } = plan.cells[i] as CellSpec;
    const kept = replaced.has(name) ? [sql`${value} as ${judged}`] : [];
    return [sql`${value} as ${id(name)}`, ...kept];
  });
  const later = laterCells(plan, casts);
  const firm = casts.filter((_, i) => !plan.later.has(plan.cells[i]?.name as string));
  const faults = [...plan.early, ...lineFaults, ...firm.flatMap(cast => cast.faults), ...plan.late].filter(
    fault => found?.has(fault.reason) ?? true
  );
  const columns = [...plan.cells, ...plan.derived].map(column => column.name);
  const names = [...new Set(columns)];
  const query = sql`select ${join([...names.map(name => id(name)), ...rest, ...later.map(cell => id(cell.note))])}, ${faultNumber(faults)} as fault
    from (${withDerived(
      withEmptied(
        sql`select ${join([...texts.map((_, i) => raw(`t${i}`)), ...values, ...rest])}
        from (select ${join([...texts, ...rest])} from ${plan.located.relation})`,
        later
      ),
      plan
    )})`;
  const staged = {
    label: plan.label,
    columns: names,
    later: later.map(({ name, note, faults: found }) => ({ name, note, reasons: found.map(fault => fault.reason) })),
    rest: plan.rest,
    copied: plan.copied,
    reasons: faults.map(fault => fault.reason),
    early: plan.early.length
  };
  return { query, staged };
}

interface LaterCell {
  readonly name: string;
  readonly note: string;
  /** The file's cell. */
  readonly cell: Sql;
  readonly faults: readonly Fault[];
}

function laterCells(plan: StagePlan, casts: readonly Cast[]): LaterCell[] {
  return plan.cells.flatMap(({ name }, i) => {
    const beyond = plan.later.get(name);
    if (beyond === undefined) return [];
    const faults = [...(casts[i] as Cast).faults, ...beyond];
    return [{ name, note: `note${i}`, cell: raw(`t${i}`), faults }];
  });
}

/** Judges the later cells of the rows as they were read, then empties those at fault. */
function withEmptied(query: Sql, later: readonly LaterCell[]): Sql {
  if (later.length === 0) return query;
  const notes = later.map(
    ({ cell, faults, note }) => sql`case when ${cell} is not null then ${faultNumber(faults)} end as ${id(note)}`
  );
  const values = later.map(({ name, note }) => sql`case when ${id(note)} = 0 then ${id(name)} end as ${id(name)}`);
  return sql`select * replace (${join(values)}) from (select *, ${join(notes)} from (${query}))`;
}

function withDerived(query: Sql, plan: StagePlan): Sql {
  const cells = new Set(plan.cells.map(cell => cell.name));
  return plan.derived.reduce((inner, { name, value }) => {
    if (!cells.has(name)) return sql`select *, ${value} as ${id(name)} from (${inner})`;
    return sql`select * replace (${value} as ${id(name)}) from (${inner})`;
  }, query);
}

function faultNumber(faults: readonly Fault[]): Sql {
  if (faults.length === 0) return sql`cast(0 as smallint)`;
  const cases = faults.map((fault, i) => sql`when ${fault.when} then ${literal(i + 1)}`);
  return sql`cast(case ${join(cases, ' ')} else 0 end as smallint)`;
}
