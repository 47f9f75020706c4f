import { join } from 'node:path';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/types.js';
import { openDuckDB } from '../sources/duckdb.js';
import type { Engine } from '../types.js';
import type { Effects } from './effects.js';
import { pathsOf } from './paths.js';

export interface SessionOptions {
  readonly workspace: string;
  readonly threads?: number;
}

/** Runs work on a workspace's configuration and database, which is closed when it ends. */
export async function withEngine<T>(
  { workspace, threads }: SessionOptions,
  effects: Effects,
  work: (config: Config, engine: Engine) => Promise<T>
): Promise<T> {
  const config = await loadConfig(workspace);
  await effects.files.makeDirectory(join(config.workspace, 'data'));
  const engine = await openDuckDB({
    path: pathsOf(config.workspace).database,
    ...(threads === undefined ? {} : { threads })
  });
  try {
    return await work(config, engine);
  } finally {
    engine.close();
  }
}
