import { DataError } from '../errors.js';
import { dateOfDay } from '../sources/calendar.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Columns, Dataset, Engine, FeatureInfo, Sql, Target } from '../types.js';

/** All snapshots of a run in columns, ordered by as-of day, then account id, with outcomes beside them. */
export interface Frame {
  readonly n: number;
  readonly infos: readonly FeatureInfo[];
  readonly columns: Columns;
  readonly accounts: readonly string[];
  /** Local calendar day of each row. */
  readonly day: Int32Array;
  /** Dense index of the top parent. */
  readonly clusters: Int32Array;
  readonly arr: Float64Array;
  /** Category features as sorted levels; `columns.texts` holds the text. */
  readonly levels: Readonly<Record<string, readonly string[]>>;
}

/** Reads table `snapshots` joined with `outcomes` (when they exist) into one frame. */
export async function readFrame(engine: Engine, infos: readonly FeatureInfo[], outcomes: boolean): Promise<Frame> {
  const columns = await engine.columns(frameQuery(infos, outcomes));
  return buildFrame(columns, infos);
}

function frameQuery(infos: readonly FeatureInfo[], outcomes: boolean): Sql {
  // The spine's own columns are selected once, also when they are features.
  const features = join(
    infos.filter(info => info.name !== 'arr').map(info => sql`, s.${id(info.name)}`),
    ''
  );
  const labels = outcomes
    ? raw(
        ', o.churn, o.churn_status, o.churn_kind, o.churn_us, o.upsell, o.upsell_status, o.upsell_kind, o.upsell_us, o.renewal_status'
      )
    : raw('');
  const from = outcomes ? raw('snapshots s join outcomes o using (account_id, as_of_day)') : raw('snapshots s');
  return sql`select account_id, as_of_day, s.parent, s.arr${features}${labels} from ${from} order by as_of_day, account_id`;
}

/** Wraps query columns (account_id, as_of_day, parent, arr, features, outcomes) as a frame. */
export function buildFrame(columns: Columns, infos: readonly FeatureInfo[]): Frame {
  const accounts = texts(columns, 'account_id').map(v => v ?? '');
  const levels: Record<string, readonly string[]> = {};
  for (const info of infos) {
    if (info.type === 'category') levels[info.name] = sortedLevels(texts(columns, info.name));
  }
  return {
    n: columns.n,
    infos,
    columns,
    accounts,
    day: Int32Array.from(numbers(columns, 'as_of_day')),
    clusters: denseIndex(texts(columns, 'parent').map((parent, i) => parent ?? (accounts[i] as string))),
    arr: numbers(columns, 'arr'),
    levels
  };
}

/** A numeric column of the frame; DataError when the query did not give it. */
export function numbers(columns: Columns, name: string): Float64Array {
  const column = columns.numbers[name];
  if (column === undefined) throw new DataError(`expected a numeric column ${name} in the snapshots, got none`);
  return column;
}

/** A text column of the frame; DataError when the query did not give it. */
export function texts(columns: Columns, name: string): readonly (string | null)[] {
  const column = columns.texts[name];
  if (column === undefined) throw new DataError(`expected a text column ${name} in the snapshots, got none`);
  return column;
}

/** Indexes of the rows that are usable for a target: outcome matured, and eligible. */
export function labelledRows(frame: Frame, target: Target): Int32Array {
  const status = texts(frame.columns, `${target}_status`);
  const rows: number[] = [];
  for (let i = 0; i < frame.n; i++) if (status[i] === 'ok') rows.push(i);
  return Int32Array.from(rows);
}

/** Rows of the frame as a dataset of one target; without outcomes (`target` null) y is 0 everywhere. */
export function selectDataset(frame: Frame, rows: Int32Array, target: Target | null): Dataset {
  const n = rows.length;
  const p = frame.infos.length;
  const X = new Float64Array(n * p);
  for (const [j, info] of frame.infos.entries()) fillColumn(X, { frame, rows, info, j, p });
  const pick = (column: ArrayLike<number>) => Float64Array.from(rows, r => column[r] as number);
  const y = target === null ? new Uint8Array(n) : Uint8Array.from(pick(numbers(frame.columns, target)));
  return {
    names: frame.infos.map(info => info.name),
    levels: frame.levels,
    ids: Array.from(rows, r => snapshotId(frame.accounts[r] as string, frame.day[r] as number)),
    accounts: Array.from(rows, r => frame.accounts[r] as string),
    asOf: Int32Array.from(pick(frame.day)),
    X,
    y,
    episode: target === null ? new Int32Array(n).fill(-1) : episodes(frame, rows, target),
    value: pick(frame.arr),
    clusters: Int32Array.from(pick(frame.clusters)),
    n,
    p
  };
}

/** `account@YYYY-MM-DD`, or the account id alone when snapshots carry no date (day 0). */
export function snapshotId(account: string, day: number): string {
  return day === 0 ? account : `${account}@${dateOfDay(day)}`;
}

interface Fill {
  readonly frame: Frame;
  readonly rows: Int32Array;
  readonly info: FeatureInfo;
  readonly j: number;
  readonly p: number;
}

function fillColumn(X: Float64Array, { frame, rows, info, j, p }: Fill): void {
  if (info.type === 'number') {
    const column = numbers(frame.columns, info.name);
    for (let i = 0; i < rows.length; i++) X[i * p + j] = column[rows[i] as number] as number;
    return;
  }
  const column = texts(frame.columns, info.name);
  const index = new Map(frame.levels[info.name]?.map((level, k) => [level, k]));
  for (let i = 0; i < rows.length; i++) {
    const text = column[rows[i] as number];
    X[i * p + j] = text == null ? Number.NaN : (index.get(text) as number);
  }
}

/** Distinct (account, instant) of positive rows as a dense index; -1 for negative rows. */
function episodes(frame: Frame, rows: Int32Array, target: Target): Int32Array {
  const outcome = numbers(frame.columns, target);
  const instant = numbers(frame.columns, `${target}_us`);
  const known = new Map<string, number>();
  return Int32Array.from(rows, r => {
    if (outcome[r] !== 1) return -1;
    const key = `${frame.accounts[r]}\u0000${instant[r]}`;
    const index = known.get(key) ?? known.size;
    known.set(key, index);
    return index;
  });
}

function denseIndex(keys: readonly string[]): Int32Array {
  const index = new Map<string, number>();
  return Int32Array.from(keys, key => {
    const known = index.get(key) ?? index.size;
    index.set(key, known);
    return known;
  });
}

function sortedLevels(column: readonly (string | null)[]): string[] {
  const levels = new Set<string>();
  for (const text of column) if (text !== null) levels.add(text);
  return [...levels].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}
