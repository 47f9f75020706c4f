import { ConfigError, DataError, VitalsError } from '../errors.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { admitSelect, FILES } from './admit-select.js';
import type { FileGroup } from './file-types.js';

/**
 * The output of an admitted SELECT over the files of a source, as a group of files with the output's columns. Its rows are
 * put in the order of all their columns, because a SELECT has none of its own.
 * @throws ConfigError when the SELECT is not admitted or does not fit the columns of the files
 */
export async function selectFiles(
  engine: Engine,
  groups: readonly FileGroup[],
  { select, label, place }: { readonly select: string; readonly label: string; readonly place: string }
): Promise<FileGroup> {
  const first = groups[0] as FileGroup;
  const names = first.columns.map(column => column.name);
  const files = await admitSelect(engine, select, { place, columns: names });
  const query = sql`with ${id(FILES)} as (${filesOf(groups, label)}) select * from (${files}) order by all`;
  const rows = await bound(
    engine.rows(sql`select column_name as name, column_type as type from (describe ${query})`),
    place
  );
  const columns = rows.map((row, i) => ({ name: String(row['name']), type: String(row['type']), alias: `c${i + 1}` }));
  const aliases = join(columns.map(column => raw(column.alias)));
  return { ...first, columns, scan: sql`(${query}) as files(${aliases})` };
}

/** All files under the names of their columns, which must be the same in each. */
function filesOf(groups: readonly FileGroup[], label: string): Sql {
  const first = groups[0] as FileGroup;
  const names = first.columns.map(column => column.name);
  const twice = names.find((name, i) => names.slice(0, i).some(other => other.toLowerCase() === name.toLowerCase()));
  if (twice !== undefined) {
    throw new DataError(`${label}: ${first.file}: expected every column once, got ${twice} twice; rename one`);
  }
  const parts = groups.map(group => {
    const missing = names.find(name => !group.columns.some(column => column.name === name));
    if (missing !== undefined || group.columns.length !== names.length) {
      throw new DataError(
        `${label}: ${group.file}: expected the columns of ${first.file} for a select, got others; write the files with the same columns`
      );
    }
    const cells = names.map(name => {
      const column = group.columns.find(candidate => candidate.name === name);
      return sql`${raw(String(column?.alias))} as ${id(name)}`;
    });
    return sql`select ${join(cells)} from ${group.scan}`;
  });
  return join(parts, ' union all ');
}

async function bound<T>(planning: Promise<T>, place: string): Promise<T> {
  try {
    return await planning;
  } catch (cause) {
    if (!(cause instanceof VitalsError)) throw cause;
    const why = /(?:Binder|Catalog|Parser) Error: ([^\n]*)/.exec(cause.message)?.[1] ?? 'it cannot be planned';
    throw new ConfigError(`${place}: expected a SELECT that fits the columns of its files, but: ${why}`, { cause });
  }
}

/** Waits for the rows of a source with a SELECT. @throws DataError when a cell does not fit a cast of it */
export async function selected<T>(reading: Promise<T>, label: string): Promise<T> {
  try {
    return await reading;
  } catch (cause) {
    const text = String(cause);
    const ofCell = /(?:Conversion|Out of Range|Invalid Input) Error/.test(text) && !text.includes('CSV Error');
    if (cause instanceof DataError || !ofCell) throw cause;
    throw new DataError(
      `${label}: expected cells that the casts of select can take, got another; write try_cast, and a cell that cannot be cast is judged like an empty one`,
      { cause }
    );
  }
}
