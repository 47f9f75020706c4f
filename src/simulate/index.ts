import { id, literal, sql } from '../sql/sql.js';
import type { Engine } from '../types.js';
import { simulateAccount, type WorldSeed } from './history.js';
import { COLUMNS, collector, createCollector, emptyRows, ROW_TABLES, type RowTable, WORLD_FILES } from './tables.js';
import { FIRST_MONTH, monthStart } from './time.js';

export interface SimulateOptions {
  /** Directory of the files; it and its folder `truth` exist already. */
  readonly directory: string;
  /** Safe integer; the same seed gives the same bytes. */
  readonly seed: number;
  /** Accounts to generate, default 2,000. */
  readonly accounts?: number;
  /** Observed months from January 2024, default 24 (data end 2026-01-01). */
  readonly months?: number;
  /** Strength of everything that drives outcomes, in [0, 1], default 1; with 0 every probability is the base rate. */
  readonly effects?: number;
  /** Index of the first account, default 0, a multiple of 10: another range gives further accounts of the same world. */
  readonly firstAccount?: number;
}

/** What was written. */
export interface WorldSummary {
  readonly seed: number;
  readonly accounts: number;
  /** ISO date at which the records end. */
  readonly dataEnd: string;
  /** Rows of each file, by its path without the extension. */
  readonly rows: Readonly<Record<string, number>>;
  /** Account-months at risk, what happened in them, and what the true probabilities add up to. */
  readonly churn: OutcomeTotals;
  readonly upsell: OutcomeTotals;
}

export interface OutcomeTotals {
  readonly accountMonths: number;
  readonly happened: number;
  readonly expected: number;
}

/** Accounts whose records are held before they go to the engine. */
const BATCH_ACCOUNTS = 500;
const MAX_ACCOUNTS = 1_000_000;

/**
 * Writes a world whose truth is known, as Parquet files of the table contracts plus `truth/churn.parquet` and
 * `truth/upsell.parquet` (account_id, as_of, probability), which the pipeline never reads.
 *
 * Each account has monthly hidden processes: engagement (AR(1) around its own level, less what a decline takes away),
 * service trouble, payment trouble, a champion, growth appetite, and budget pressure that no record shows. At the first
 * of each month, from the state at that instant, P(churn in the month) = sigmoid(logit 0.025 + effects · drive - shift),
 * and for accounts that do not churn P(upsell in the month) likewise from other drivers; the truth of upsell is the
 * product of both. Both fall on days 3 to 28, so that a 30-day horizon from the first sees exactly that month. Formulas
 * and rates: docs/simulated-world.md.
 *
 * @throws RangeError when an option is outside its range; SqlError when a file cannot be written.
 */
export async function simulateWorld(engine: Engine, options: SimulateOptions): Promise<WorldSummary> {
  const range = resolveRange(options);
  const happened = { churn: 0, upsell: 0 };
  try {
    for (const table of ROW_TABLES) await engine.run(createCollector(table));
    for (let from = range.first; from < range.end; from += BATCH_ACCOUNTS) {
      const rows = emptyRows();
      for (let index = from; index < Math.min(from + BATCH_ACCOUNTS, range.end); index++) {
        const history = simulateAccount(range.world, index);
        for (const table of ROW_TABLES) for (const value of history.rows[table]) rows[table].push(value);
        if (!Number.isNaN(history.churnAt)) happened.churn++;
        happened.upsell += history.upsellsAt.length;
      }
      for (const table of ROW_TABLES) await engine.append(collector(table), columnsOf(table, rows[table]));
    }
    return await writeWorld(engine, options, { range, happened });
  } finally {
    for (const table of ROW_TABLES) await engine.run(sql`drop table if exists ${id(collector(table))}`);
  }
}

interface Range {
  readonly world: WorldSeed;
  readonly first: number;
  /** Index after the last account. */
  readonly end: number;
}

function resolveRange({ seed, accounts = 2000, months = 24, effects = 1, firstAccount = 0 }: SimulateOptions): Range {
  requireInteger('accounts', accounts, [1, MAX_ACCOUNTS]);
  requireInteger('months', months, [1, 120]);
  requireInteger('firstAccount', firstAccount, [0, MAX_ACCOUNTS - accounts]);
  if (firstAccount % 10 !== 0)
    throw new RangeError(`expected firstAccount to be a multiple of 10, got ${firstAccount}`);
  if (!(effects >= 0 && effects <= 1)) throw new RangeError(`expected effects in [0, 1], got ${effects}`);
  return { world: { seed, months, effects }, first: firstAccount, end: firstAccount + accounts };
}

function requireInteger(name: string, value: number, [lo, hi]: readonly [number, number]): void {
  if (Number.isInteger(value) && value >= lo && value <= hi) return;
  throw new RangeError(`expected ${name} to be an integer in [${lo}, ${hi}], got ${value}`);
}

function columnsOf(table: RowTable, flat: readonly number[]): Float64Array[] {
  const width = COLUMNS[table].length;
  const n = flat.length / width;
  return Array.from({ length: width }, (_, c) => {
    const column = new Float64Array(n);
    for (let r = 0; r < n; r++) column[r] = flat[r * width + c] as number;
    return column;
  });
}

interface Written {
  readonly range: Range;
  readonly happened: Readonly<Record<'churn' | 'upsell', number>>;
}

async function writeWorld(
  engine: Engine,
  options: SimulateOptions,
  { range, happened }: Written
): Promise<WorldSummary> {
  const rows: Record<string, number> = {};
  for (const { path, query } of WORLD_FILES) {
    const target = literal(`${options.directory}/${path}`);
    await engine.run(sql`copy (${query}) to ${target} (format parquet, compression zstd, row_group_size 122880)`);
    const [counted] = await engine.rows(sql`select count(*) as n from (${query})`);
    rows[path.replace('.parquet', '')] = counted?.['n'] as number;
  }
  const truth = await engine.columns(sql`select churn, upsell from ${id(collector('truth'))}`);
  const totals = (target: 'churn' | 'upsell'): OutcomeTotals => {
    const expected = truth.numbers[target]?.reduce((sum, value) => sum + value, 0) ?? 0;
    return { accountMonths: truth.n, happened: happened[target], expected };
  };
  const dataEnd = new Date(monthStart(FIRST_MONTH + range.world.months) * 1000).toISOString().slice(0, 10);
  const accounts = range.end - range.first;
  return { seed: range.world.seed, accounts, dataEnd, rows, churn: totals('churn'), upsell: totals('upsell') };
}
