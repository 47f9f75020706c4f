import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SimulateOptions, simulateWorld, type WorldSummary } from '../../src/simulate/index.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { id, raw, sql } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';

export interface OpenWorld {
  readonly engine: Engine;
  readonly summary: WorldSummary;
  /** SHA-256 of every file, by path. */
  readonly hashes: Readonly<Record<string, string>>;
}

/** Writes a world into a directory of its own, reads it back as tables named like the files, and removes the directory. */
export async function openWorld(options: Omit<SimulateOptions, 'directory'>, threads = 2): Promise<OpenWorld> {
  const directory = mkdtempSync(join(tmpdir(), 'world-'));
  try {
    mkdirSync(join(directory, 'truth'));
    const engine = await openDuckDB({ path: ':memory:', threads });
    const summary = await simulateWorld(engine, { ...options, directory });
    const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(file =>
      file.endsWith('.parquet')
    );
    for (const file of files) {
      const table = file.replace('.parquet', '').replace('/', '_');
      await engine.run(sql`create table ${id(table)} as from read_parquet(${join(directory, file)})`);
    }
    const hashes = files.map(file => [file, sha256(readFileSync(join(directory, file)))] as const);
    await engine.run(EPISODES);
    return { engine, summary, hashes: Object.fromEntries(hashes) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * Every instant that looks like churn in the tables alone: a notice; the end of paid terms with no paid term that goes
 * on; a failed payment that is not cured within 14 days, where those days are over at data end.
 */
const EPISODES = raw(`create table episodes as
  select account_id, notice_at as instant, 'cancelled' as kind from subscriptions where notice_at is not null
  union
  select account_id, term_end, 'non_renewal' from subscriptions s
  where not is_trial and ended_at is null and notice_at is null and term_end < timestamp '2026-01-01'
    and not exists (select 1 from subscriptions n where n.account_id = s.account_id and not n.is_trial
      and n.started_at <= s.term_end and n.term_end > s.term_end)
  union
  select account_id, failed_at, 'payment_failure' from invoices
  where failed_at is not null and failed_at + interval 14 day <= timestamp '2026-01-01'
    and (paid_at is null or paid_at > failed_at + interval 14 day)`);

/** One number of a query. */
export async function one(engine: Engine, text: string): Promise<number> {
  const { numbers, names } = await engine.columns(raw(text));
  return numbers[names[0] as string]?.[0] as number;
}
