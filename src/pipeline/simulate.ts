import { join } from 'node:path';
import { type SimulateOptions, simulateWorld, type WorldSummary } from '../simulate/index.js';
import { openDuckDB } from '../sources/duckdb.js';
import type { Effects } from './effects.js';

export interface SimulateInto {
  readonly workspace: string;
  readonly threads?: number;
  readonly world: Omit<SimulateOptions, 'directory'>;
}

/** Writes a simulated world into `data/` of a workspace: all files, or none when it fails. */
export async function simulateInto(
  { workspace, threads, world }: SimulateInto,
  { files }: Effects
): Promise<WorldSummary> {
  const data = join(workspace, 'data');
  await files.sweep(data);
  const staged = await files.stage(join(data, 'world'));
  const engine = await openDuckDB({ path: ':memory:', ...(threads === undefined ? {} : { threads }) });
  try {
    await files.makeDirectory(join(staged, 'truth'));
    const summary = await simulateWorld(engine, { ...world, directory: staged });
    for (const name of await files.list(staged)) await files.publish(join(staged, name), join(data, name));
    return summary;
  } finally {
    engine.close();
    await files.remove(staged);
  }
}
