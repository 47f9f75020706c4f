import type { Tables } from '../../../src/types.js';
import {
  berlinMidnight,
  type Cell,
  configOf,
  dayOf,
  type Overrides,
  type Row,
  tableInfos,
  type World
} from '../world.js';
import { takeSnapshot } from './snapshot.js';

const HOUR = 3_600_000_000;

/** The instant of a local date in Berlin, at a number of hours after its midnight. */
export const on = (date: string, hours = 0) => berlinMidnight(dayOf(date)) + hours * HOUR;

/** A row of account `a`, known when it happened. */
const row = (key: string, us: number, cells: Row): Row => ({ account_id: 'a', [key]: us, known_at: us, ...cells });

/** A paid term from a date to the end of its contract (null: open). */
export const term = (from: string, to: string | null, cells: Row = {}): Row =>
  row('started_at', on(from), { term_end: to === null ? null : on(to), mrr: 10_000, ...cells });

export const ticket = (opened: string, cells: Row = {}): Row => row('opened_at', on(opened), cells);

/** An invoice issued two weeks before it is due. */
export const invoice = (due: string, paid: string | null, cells: Row = {}): Row =>
  row('issued_at', on(due) - 14 * 24 * HOUR, {
    due_at: on(due),
    paid_at: paid === null ? null : on(paid),
    amount: 10_000,
    ...cells
  });

export const payment = (date: string, kind = 'payment'): Row => row('occurred_at', on(date), { kind });

/** `n` users who are active once on a date. */
export const active = (date: string, n: number): Row[] =>
  Array.from({ length: n }, (_, i) => row('occurred_at', on(date), { user_id: `u${i}`, event_type: 'login' }));

export interface Ask {
  readonly world: Partial<World>;
  readonly at: string;
  readonly names: readonly string[];
  /** Default 1,000 days. */
  readonly tenureDays?: number;
  /** Tables or `table.column`s that are not mapped. */
  readonly omit?: readonly string[];
  /** Columns of tickets that are declared to be fixed with their record. */
  readonly fixed?: readonly string[];
  readonly config?: Overrides;
}

/** Values of the named features of account `a` at a date, in their order. A value that is not measured is null. */
export async function valuesOf(ask: Ask): Promise<Cell[]> {
  const found = await snapshotOf(ask);
  return ask.names.map(name => found[name] ?? null);
}

/** States of the named features: 0 measured, 1 unknown, 2 too young. */
export async function statesOf(ask: Ask): Promise<Cell[]> {
  const found = await snapshotOf(ask);
  return ask.names.map(name => found[`${name}__state`] ?? null);
}

function tablesOf({ omit = [], fixed = [] }: Ask): Tables {
  const tables = tableInfos(on('2030-01-01'), omit);
  const { tickets } = tables;
  if (tickets === undefined) return tables;
  const changed = Object.entries(tickets.columns).map(([name, column]) =>
    fixed.includes(name) ? [name, { ...column, time: 'fixed' as const }] : [name, column]
  );
  return { ...tables, tickets: { ...tickets, columns: Object.fromEntries(changed) } };
}

async function snapshotOf(ask: Ask): Promise<Row> {
  const { world, at, names, tenureDays = 1000 } = ask;
  const setting = { tables: tablesOf(ask), config: configOf(ask.config), asOfDay: dayOf(at), tenureDays };
  return takeSnapshot(world, names, setting);
}
