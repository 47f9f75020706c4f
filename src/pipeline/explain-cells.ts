import { cellDigest } from '../errors.js';
import type { TraceRecord } from '../features/index.js';
import { contractColumn } from '../sources/contracts.js';
import type { TableInfo } from '../types.js';
import { zonedText } from './zoned.js';

export type ShownCell = number | string | boolean | null;

/** A record as an explanation shows it; instants are ISO texts in the workspace's zone. */
export interface ShownRecord {
  readonly mark: TraceRecord['mark'];
  readonly happened: string | null;
  readonly knownAt: string | null;
  readonly cells: Readonly<Record<string, ShownCell>>;
  readonly hidden: readonly { readonly column: string; readonly until: string }[];
}

export interface ShowOptions {
  readonly timezone: string;
  /** Texts that the configuration spells out, such as event types. */
  readonly declared: ReadonlySet<string>;
}

/** A record in words of its units: measures as numbers, instants as ISO texts, free texts as length and hash. */
export function showRecord(record: TraceRecord, info: TableInfo, options: ShowOptions): ShownRecord {
  const instant = (us: number | null) => (us === null ? null : zonedText(us, options.timezone));
  return {
    mark: record.mark,
    happened: instant(record.happened),
    knownAt: instant(record.knownAt),
    cells: Object.fromEntries(
      Object.entries(record.cells).map(([name, cell]) => [name, showCell(cell, { info, name, ...options })])
    ),
    hidden: record.hidden.map(({ column, until }) => ({ column, until: zonedText(until, options.timezone) }))
  };
}

interface CellOptions extends ShowOptions {
  readonly info: TableInfo;
  readonly name: string;
}

function showCell(cell: number | string | null, { info, name, timezone, declared }: CellOptions): ShownCell {
  const column = info.columns[name];
  if (cell === null || column === undefined) return null;
  if (column.type === 'boolean') return cell === 'true';
  if (typeof cell === 'number') {
    return column.type === 'instant' ? zonedText(cell, timezone) : cell / 10 ** column.decimals;
  }
  if (contractColumn(info.name, name).allowed !== undefined || name.endsWith('_id')) return cell;
  return PERSONAL.has(name) ? cellDigest(cell) : shownText(cell, declared);
}

/** A text that is declared, or one word, as it is; any other as length and hash. */
export function shownText(text: string, declared: ReadonlySet<string>): string {
  const code = text.length <= LONGEST_CODE && CODE.test(text);
  return code || declared.has(text) ? text : cellDigest(text);
}

/** One word without spaces: what systems write, such as ids, plans, kinds and countries; people write sentences. */
const CODE = /^[\p{L}\p{N}]+([_.:/+<>-]+[\p{L}\p{N}+]+)*[+]?$/u;
const LONGEST_CODE = 40;

/** Columns in which a word may name a person or tell what was said. */
const PERSONAL = new Set(['author', 'owner', 'csm', 'reason', 'action', 'outcome']);
