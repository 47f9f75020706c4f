import { CONTRACTS } from '../../../src/sources/contracts.js';
import type { TableName } from '../../../src/types.js';
import { berlinMidnight, type Cell, type Row, SCHEMA, type SpineRow, type World } from '../world.js';

/** A value with its state, as a snapshot has them. */
export interface Expected {
  readonly value: number | string | null;
  readonly state: 0 | 1 | 2;
}

/** What one account's record shows at one date, one record after another: no sharing, no cleverness. */
export interface View {
  readonly t: number;
  /** Midnight `days` before the date. */
  readonly back: (days: number) => number;
  readonly spine: SpineRow;
  readonly events: readonly Row[];
  readonly users: readonly Row[];
  readonly terms: readonly Row[];
  readonly plans: readonly Row[];
  readonly tickets: readonly Row[];
  readonly invoices: readonly Row[];
  readonly surveys: readonly Row[];
  readonly touchpoints: readonly Row[];
  readonly account: Row | null;
  readonly dayOf: (us: number) => number;
  /** The rows of any table as they read at the date; those without an event time all. */
  readonly of: (table: TableName) => readonly Row[];
}

type Value = number | string | null;

/** [least age in days, value]. NULL is unknown. */
export type Rule = readonly [number, (view: View) => Value];

export const num = (cell: Cell | undefined) => cell as number;
export const between = (us: Cell | undefined, from: number, to: number) =>
  typeof us === 'number' && us >= from && us < to;
export const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
export const share = (a: number, b: number) => (b === 0 ? null : a / b);
export const sum = (rows: readonly Row[], column: string) =>
  rows.reduce((total, row) => total + (num(row[column]) ?? 0), 0);

export const inLast = (v: View, rows: readonly Row[], column: string, days: number) =>
  rows.filter(row => between(row[column], v.back(days), v.t));

/** The rows of one account that exist at `t`, with the cells that are not true yet blanked. */
function seen(world: World, table: TableName, { account, asOfUs: t }: SpineRow): Row[] {
  const time = CONTRACTS[table].eventTime ?? '';
  return world[table]
    .filter(
      row => row['account_id'] === account && num(row['known_at']) < t && (row[time] == null || num(row[time]) < t)
    )
    .map(row =>
      Object.fromEntries(
        Object.entries(row).map(([name, cell]) => {
          const at = SCHEMA[table][name]?.[2];
          const clock = at === undefined ? 0 : row[at];
          return [name, typeof clock === 'number' && clock < t ? cell : null];
        })
      )
    );
}

/** Everything that one snapshot may read. */
export function viewOf(world: World, spine: SpineRow, dayOf: (us: number) => number): View {
  const t = spine.asOfUs;
  const read = new Map<TableName, readonly Row[]>();
  const of = (table: TableName) => {
    const rows = read.get(table) ?? seen(world, table, spine);
    read.set(table, rows);
    return rows;
  };
  return {
    t,
    spine,
    back: days => berlinMidnight(spine.asOfDay - days),
    dayOf,
    of,
    account: of('accounts')[0] ?? null,
    users: of('users'),
    terms: of('subscriptions').filter(row => row['is_trial'] !== true),
    plans: world.plans,
    events: of('events'),
    tickets: of('tickets'),
    invoices: of('invoices'),
    surveys: of('surveys'),
    touchpoints: of('touchpoints')
  };
}

/** The cell that a snapshot must hold, when every feed reaches the date. */
export function expected([minAge, value]: Rule, view: View): Expected {
  if (view.spine.tenureDays < minAge) return { value: null, state: 2 };
  const found = value(view);
  return { value: found, state: found === null ? 1 : 0 };
}
