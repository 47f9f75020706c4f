import { createHash } from 'node:crypto';
import { id, sql } from '../sql/sql.js';
import type { Engine } from '../types.js';

/**
 * A stage whose result lives in tables of the workspace's database. It is computed in one transaction and remembered
 * under a key; the same key finds it again. `detail` is what the stage returns as JSON.
 */
export interface Stage<T> {
  readonly name: string;
  /** Everything that decides the result. */
  readonly key: string;
  readonly compute: () => Promise<T>;
}

/** Result of a stage, and whether it was found. */
export interface StageResult<T> {
  readonly value: T;
  readonly reused: boolean;
}

/** Returns the remembered result of a stage, or computes and remembers it; a failure leaves the old tables whole. */
export async function runStage<T>(engine: Engine, stage: Stage<T>): Promise<StageResult<T>> {
  await engine.run(
    sql`create table if not exists ${id('stages')} (name varchar primary key, key varchar, detail varchar)`
  );
  const [found] = await engine.rows(
    sql`select detail from ${id('stages')} where name = ${stage.name} and key = ${stage.key}`
  );
  if (found !== undefined) return { value: JSON.parse(found['detail'] as string) as T, reused: true };
  const value = await inTransaction(engine, async () => {
    const result = await stage.compute();
    await engine.run(
      sql`insert or replace into ${id('stages')} values (${stage.name}, ${stage.key}, ${JSON.stringify(result)})`
    );
    return result;
  });
  return { value, reused: false };
}

/** Runs work in one transaction: committed when it ends, rolled back when it throws. */
export async function inTransaction<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  await engine.run(sql`begin transaction`);
  try {
    const result = await work();
    await engine.run(sql`commit`);
    return result;
  } catch (error) {
    await engine.run(sql`rollback`);
    throw error;
  }
}

/** Runs work whose tables nobody needs afterwards: always rolled back. */
export async function inScratch<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  await engine.run(sql`begin transaction`);
  try {
    return await work();
  } finally {
    await engine.run(sql`rollback`);
  }
}

/** SHA-256 of JSON values, in hex. */
export function hashOf(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
