import type { TableName } from '../types.js';
import { formatOf } from './check.js';
import { acceptedTypes, BY_NAME_ONLY, COLUMN_SYNONYMS, DATED_BY, FILE_WORDS, KEY_COLUMNS } from './init-synonyms.js';
import type { SniffedColumn, SniffedFile, TableProposal } from './init-types.js';
import { CHANGING_COLUMNS, TABLE_COLUMNS, TABLE_NAMES } from './vocabulary.js';

interface Candidate {
  readonly file: SniffedFile;
  readonly table: TableName;
  readonly columns: Readonly<Record<string, string>>;
  readonly points: number;
}

/** Tables that were recognised, in contract order, and the files that were not. */
export interface Recognised {
  readonly tables: readonly TableProposal[];
  readonly rest: readonly SniffedFile[];
}

/**
 * Which contract table each file is: every key column must be there; then the file's name counts 4, each mapped
 * column 1. Files of one table are joined when they map the same columns and have one format; otherwise the better one stays.
 */
export function recogniseTables(files: readonly SniffedFile[]): Recognised {
  const candidates = files.map(bestCandidate).filter(candidate => candidate !== null);
  const tables = TABLE_NAMES.flatMap(table => {
    const proposal = joinParts(candidates.filter(candidate => candidate.table === table));
    return proposal === null ? [] : [proposal];
  });
  const used = new Set(tables.flatMap(table => table.files));
  return { tables, rest: files.filter(file => !used.has(file.path)) };
}

/** A table that is recognised by its name only takes a file that maps no more columns as another table. */
function bestCandidate(file: SniffedFile): Candidate | null {
  const candidates = TABLE_NAMES.map(table => candidateFor(file, table)).filter(candidate => candidate !== null);
  const common = most(candidates.filter(({ table }) => !BY_NAME_ONLY.has(table)));
  const named = candidates.filter(({ table, columns }) => {
    return BY_NAME_ONLY.has(table) && Object.keys(columns).length >= Object.keys(common?.columns ?? {}).length;
  });
  return most(common === null ? named : [common, ...named]);
}

function candidateFor(file: SniffedFile, table: TableName): Candidate | null {
  const columns = mapColumns(file.columns, table);
  if (KEY_COLUMNS[table]?.some(key => columns[key] === undefined) ?? true) return null;
  const named = namesTable(file.path, table);
  if (!named && (BY_NAME_ONLY.has(table) || Object.keys(columns).length < 3)) return null;
  return { file, table, columns, points: (named ? 4 : 0) + Object.keys(columns).length };
}

/** The candidate with most points; the first of equals. */
function most(candidates: readonly Candidate[]): Candidate | null {
  return candidates.reduce<Candidate | null>((a, b) => (a === null || b.points > a.points ? b : a), null);
}

function joinParts(candidates: readonly Candidate[]): TableProposal | null {
  const best = most(candidates);
  if (best === null) return null;
  const mapping = JSON.stringify(best.columns);
  const format = formatOf(best.file.path);
  const parts = candidates.filter(
    ({ columns, file }) => JSON.stringify(columns) === mapping && formatOf(file.path) === format
  );
  const used = new Set(Object.values(best.columns));
  return {
    table: best.table,
    files: parts.map(part => part.file.path),
    columns: best.columns,
    changing: (CHANGING_COLUMNS[best.table] ?? []).filter(name => best.columns[name] !== undefined),
    unmapped: best.file.columns.map(column => column.name).filter(name => !used.has(name))
  };
}

/** Contract columns that the file's columns can fill: equal names first, then synonyms; each file column once. */
function mapColumns(columns: readonly SniffedColumn[], table: TableName): Record<string, string> {
  const free = new Map(columns.map(column => [snakeCase(column.name), column]));
  const found = new Map<string, string>();
  const take = (contract: string, names: readonly string[]) => {
    const name = names.find(candidate => accepts(contract, free.get(candidate)));
    if (name === undefined || found.has(contract)) return;
    found.set(contract, (free.get(name) as SniffedColumn).name);
    free.delete(name);
  };
  for (const contract of TABLE_COLUMNS[table]) take(contract, [contract]);
  for (const contract of TABLE_COLUMNS[table]) take(contract, COLUMN_SYNONYMS[table]?.[contract] ?? []);
  for (const [name, instant] of Object.entries(DATED_BY[table] ?? {})) if (!found.has(instant)) found.delete(name);
  return Object.fromEntries(
    TABLE_COLUMNS[table].flatMap(name => (found.has(name) ? [[name, found.get(name) as string]] : []))
  );
}

function accepts(contract: string, column: SniffedColumn | undefined): boolean {
  return column !== undefined && acceptedTypes(contract).includes(column.type);
}

function namesTable(path: string, table: TableName): boolean {
  const words = snakeCase(path.split('/').at(-1) as string).split('_');
  return words.some(word => (FILE_WORDS[table] ?? []).some(name => word === name || word === `${name}s`));
}

/** `customerId`, `Customer ID` and `customer-id` are all `customer_id`. */
export function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
