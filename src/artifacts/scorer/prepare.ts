import type { ArtifactInput, PreparedColumn } from '../../types.js';
import type { Cell } from './input.js';

/** A prepared column with the position of its input and the levels that `other` leaves out. */
export interface BoundColumn {
  readonly column: PreparedColumn;
  readonly input: number;
  readonly levels: ReadonlySet<string>;
}

/** Joins each prepared column to its input, in column order. */
export function bindColumns(columns: readonly PreparedColumn[], inputs: readonly ArtifactInput[]): BoundColumn[] {
  return columns.map(column => {
    const input = inputs.findIndex(candidate => candidate.name === column.input);
    return { column, input, levels: new Set(inputs[input]?.levels ?? []) };
  });
}

/** One row of the design matrix; see `PreparedColumn` for the formula. */
export function prepareRow(columns: readonly BoundColumn[], cells: readonly Cell[]): Float64Array {
  const row = new Float64Array(columns.length);
  columns.forEach((bound, j) => {
    row[j] = prepareCell(bound, cells[bound.input] as Cell);
  });
  return row;
}

function prepareCell(bound: BoundColumn, cell: Cell): number {
  const { column } = bound;
  if (column.kind === 'number') return cell === null ? 0 : scaled(column, transformed(column, cell as number));
  if (column.kind === 'missing') return scaled(column, cell === null ? 1 : 0);
  if (column.kind === 'level') return scaled(column, cell === column.level ? 1 : 0);
  return scaled(column, cell !== null && !bound.levels.has(cell as string) ? 1 : 0);
}

/** ln(1 + x) is written as it stands, not as log1p: every form of the scorer then rounds alike. */
function transformed(column: PreparedColumn, x: number): number {
  if (column.transform === 'log1p') return Math.log(1 + x);
  if (column.transform === 'signed_log1p') return Math.sign(x) * Math.log(1 + Math.abs(x));
  return x;
}

function scaled(column: PreparedColumn, r: number): number {
  return Math.min(column.clip, Math.max(-column.clip, (r - column.center) / column.scale));
}
