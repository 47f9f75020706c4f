import { id, sql } from '../sql/sql.js';
import type { Sql, TableInfo } from '../types.js';
import { castCell, isWhole } from './cast.js';
import type { StagePlan } from './stage.js';

export interface NativeCell {
  /** Column of the located relation, of the file's own type. */
  readonly column: string;
  /** Its text, of a column `native`. */
  readonly text: Sql;
  /** Whether the file holds whole numbers, of which each is one text and each text one number. */
  readonly whole: boolean;
}

/** A text column as the file has it: grouping and comparing numbers is several times cheaper than their texts. */
export function nativeCell({ cells, located }: StagePlan, name: string): NativeCell | null {
  const i = cells.findIndex(cell => cell.name === name);
  const spec = cells[i];
  if (spec === undefined) return null;
  const type = located.types[i] as string;
  const names = { source: id('native'), cell: id('cell'), value: id('value') };
  const { raw: cell, value } = castCell(spec, type, names);
  const text = sql`(select ${value} from (select ${cell} as cell))`;
  return { column: `r${i}`, text, whole: isWhole(type) && spec.values === null };
}

const KEYS = ['account_id', 'user_id'] as const;

/** The native keys of a source, and the columns of the located relation that they are made of. */
export interface NativeKeys {
  readonly keys: NonNullable<TableInfo['nativeKeys']>;
  /** Column of the located relation by the name that it has in the view. */
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * The ids that a source holds as whole numbers; null when it holds none so.
 * @param users table of this connection that has the hash `hashed_user` of each `native` user; null: ids are kept as they are
 */
export function nativeKeysOf(stage: StagePlan, users: string | null): NativeKeys | null {
  const found = KEYS.flatMap(name => {
    const cell = nativeCell(stage, name);
    if (cell?.whole !== true) return [];
    const text = 'cast({key} as varchar)';
    const hash = `(select hashed_user from ${id(users ?? '_').text} where native = {key})`;
    return [
      { name, column: `native_${name}`, from: cell.column, id: name === 'user_id' && users !== null ? hash : text }
    ];
  });
  if (found.length === 0) return null;
  return {
    keys: Object.fromEntries(found.map(({ name, column, id: text }) => [name, { column, id: text }])),
    columns: new Map(found.map(({ column, from }) => [column, from]))
  };
}
