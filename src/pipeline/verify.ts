import { resolve } from 'node:path';
import { verifyDirectory } from '../artifacts/store.js';
import { openDuckDB } from '../sources/duckdb.js';
import { pathsOf } from './paths.js';

/** Verifies every artifact of a run directory (default: the run in force) in all its forms, SQL on an engine of its own. */
export async function verify({ workspace, directory }: { workspace: string; directory: string | null }) {
  const engine = await openDuckDB({ path: ':memory:' });
  try {
    return await verifyDirectory(directory === null ? pathsOf(workspace).latest : resolve(directory), engine);
  } finally {
    engine.close();
  }
}
