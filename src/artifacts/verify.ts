import type { Engine, ScoringArtifact } from '../types.js';
import { tolerance } from './golden.js';
import type { BundleFile } from './manifest.js';
import { type Comparison, compareGolden, reproduce } from './reproduce.js';
import { buildScorer, type Scorer } from './scorer.js';
import { reproduceSql, tableRows } from './sql-verify.js';
import { sqlObstacle } from './sql-writer.js';

/** One artifact of a run, checked. */
export interface ArtifactCheck {
  /** Relative to the directory that was verified, with forward slashes. */
  readonly path: string;
  /** Kind of the model, `unreadable` when the bundle cannot be read. */
  readonly kind: string;
  /** Golden rows. */
  readonly rows: number;
  /** Largest difference of each form from the golden rows; null = not run. */
  readonly maxDifference: { readonly json: number | null; readonly module: number | null; readonly sql: number | null };
  readonly problems: readonly string[];
}

export interface VerifyReport {
  readonly ok: boolean;
  readonly artifacts: readonly ArtifactCheck[];
}

/** A bundle that was read, with what its artifact regenerates. */
export interface Bundle {
  readonly artifact: ScoringArtifact;
  readonly files: ReadonlyMap<BundleFile, Uint8Array>;
  readonly regenerated: ReadonlyMap<BundleFile, Uint8Array>;
  /** Gives the `score` function of a module's text. */
  readonly importScorer: (text: Uint8Array) => Promise<Scorer>;
}

/**
 * Reproduces the golden rows in every form of a bundle. The module and the SQL run only when their files are byte for
 * byte what the JSON regenerates; without an engine SQL is compared as text alone.
 */
export async function verifyBundle(bundle: Bundle, engine: Engine | null): Promise<Omit<ArtifactCheck, 'path'>> {
  const { artifact, files, regenerated } = bundle;
  const { golden, model } = artifact;
  const limit = tolerance(model);
  const changed = changedFiles(files, regenerated);
  const json = compareGolden(golden, reproduce(golden, buildScorer(artifact)), limit);
  const module = changed.has('scorer.mjs')
    ? null
    : compareGolden(golden, reproduce(golden, await bundle.importScorer(files.get('scorer.mjs') as Uint8Array)), limit);
  const runSql = engine !== null && !changed.has('score.sql') && sqlObstacle(artifact) === null;
  const rows = tableRows(artifact);
  const query = runSql ? compareGolden(rows, await reproduceSql(artifact, rows, engine), limit) : null;
  const problems = [
    ...Array.from(changed, name => `${name} is not what artifact.json regenerates`),
    ...(golden.some(row => row.probability !== undefined) ? [] : ['no golden row scores']),
    ...told('JSON', json),
    ...told('module', module),
    ...told('SQL', query)
  ];
  const maxDifference = {
    json: json.maxDifference,
    module: module?.maxDifference ?? null,
    sql: query?.maxDifference ?? null
  };
  return { kind: model.kind, rows: golden.length, maxDifference, problems };
}

function changedFiles(
  files: ReadonlyMap<BundleFile, Uint8Array>,
  regenerated: ReadonlyMap<BundleFile, Uint8Array>
): Set<BundleFile> {
  const names = new Set([...files.keys(), ...regenerated.keys()]);
  return new Set(Array.from(names).filter(name => !equalBytes(files.get(name), regenerated.get(name))));
}

function equalBytes(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function told(form: string, comparison: Comparison | null): string[] {
  return (comparison?.problems ?? []).map(problem => `${form}: ${problem}`);
}
