import { lstat, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ArtifactError, VitalsError } from '../errors.js';
import { id } from '../sql/sql.js';
import type { Engine, ScoringArtifact } from '../types.js';
import { canonicalJson, sha256 } from './canonical.js';
import { type BundleFile, checkBytes, type Manifest, parseManifest, renderManifest } from './manifest.js';
import { renderModelCard } from './model-card.js';
import { joinScorer, renderModule, SCORER_FILES } from './module-writer.js';
import { parseArtifact } from './parse.js';
import { checkGolden } from './reproduce.js';
import { buildScorer, type Scorer } from './scorer.js';
import { renderSql, sqlObstacle } from './sql-writer.js';
import { type ArtifactCheck, type VerifyReport, verifyBundle } from './verify.js';

/** An artifact that passed its hashes and golden rows. */
export interface LoadedArtifact {
  readonly artifact: ScoringArtifact;
  /** SHA-256 of artifact.json: the name of the model in scores. */
  readonly hash: string;
  readonly score: Scorer;
}

export interface StoreOptions {
  /** Script of the scorer as `joinScorer` gives it; default the compiled scorer of this package. */
  readonly scorerSource?: string;
}

const MANIFEST = 'manifest.json';
const LARGEST_MANIFEST = 4096;

/**
 * Writes the bundle of an artifact: artifact.json, scorer.mjs, score.sql (unless SQL cannot express it), MODEL_CARD.md
 * and manifest.json. It is built beside its place and renamed into it; equal artifacts give equal bytes.
 * @throws ArtifactError when the artifact would not load again; the directory is then as it was.
 */
export async function writeArtifact(
  directory: string,
  artifact: ScoringArtifact,
  options: StoreOptions = {}
): Promise<void> {
  const files = await buildBundle(artifact, options);
  checkGolden(parseArtifact(canonicalJson(artifact)));
  const place = resolve(directory);
  const beside = (suffix: string) => join(dirname(place), `.${basename(place)}.${suffix}`);
  const fresh = beside('new');
  await rm(fresh, { recursive: true, force: true });
  try {
    await mkdir(fresh, { recursive: true });
    for (const [name, bytes] of files) await writeFile(join(fresh, name), bytes, { flush: true });
    await writeFile(join(fresh, MANIFEST), renderManifest(files), { flush: true });
    await swapIn(fresh, place, beside('old'));
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Renames a finished directory into its place; one that stands there is moved away first and removed last, so that at
 * every instant one of the two is whole on disk.
 */
async function swapIn(fresh: string, place: string, old: string): Promise<void> {
  const standing = await lstat(place).catch(() => null);
  if (standing !== null) {
    await rm(old, { recursive: true, force: true });
    await rename(place, old);
  }
  try {
    await rename(fresh, place);
  } catch (cause) {
    if (standing !== null) await rename(old, place);
    throw cause;
  }
  await rm(old, { recursive: true, force: true });
}

/** The files of a bundle as the artifact alone determines them. */
export async function buildBundle(
  artifact: ScoringArtifact,
  options: StoreOptions = {}
): Promise<Map<BundleFile, Uint8Array>> {
  const scorer = options.scorerSource ?? (await readScorerSource());
  const texts: [BundleFile, string][] = [
    ['artifact.json', canonicalJson(artifact)],
    ['scorer.mjs', renderModule(artifact, scorer)],
    ['MODEL_CARD.md', renderModelCard(artifact)]
  ];
  if (sqlObstacle(artifact) === null) {
    texts.push(['score.sql', renderSql(artifact, { dialect: 'duckdb', table: id('snapshots') })]);
  }
  return new Map(texts.map(([name, text]) => [name, Buffer.from(text, 'utf8')]));
}

/**
 * Loads a bundle: first every hash and length, then the artifact, then its golden rows. No file of the bundle is
 * executed.
 * @throws ArtifactError when a byte was changed, a file is missing or is no plain file, or a golden row differs.
 */
export async function loadArtifact(directory: string): Promise<LoadedArtifact> {
  const files = await readBundle(directory);
  const artifact = decodeArtifact(files);
  checkGolden(artifact);
  return { artifact, hash: sha256(files.get('artifact.json') as Uint8Array), score: buildScorer(artifact) };
}

/** The bytes of every file of a bundle, all equal to what its manifest says. @throws ArtifactError when one is not. */
export async function readBundle(directory: string): Promise<Map<BundleFile, Uint8Array>> {
  const manifest: Manifest = parseManifest(decode(await readPlain(directory, MANIFEST, LARGEST_MANIFEST), MANIFEST));
  const files = new Map<BundleFile, Uint8Array>();
  for (const [name, entry] of manifest) {
    const bytes = await readPlain(directory, name, entry.bytes);
    checkBytes(name, bytes, entry);
    files.set(name, bytes);
  }
  return files;
}

/** The artifact of a bundle that was read. @throws ArtifactError with the path of the fault. */
export function decodeArtifact(files: ReadonlyMap<BundleFile, Uint8Array>): ScoringArtifact {
  return parseArtifact(decode(files.get('artifact.json') as Uint8Array, 'artifact.json'));
}

/**
 * Verifies every artifact of a run: churn/, upsell/, health/ and candidates/<name>/ (or the directory itself when it
 * is a bundle). Hashes, golden rows in the JSON scorer, in the ES module and, with an engine, in SQL. Faults of an
 * artifact are reported, not thrown; a directory without any artifact is not ok.
 */
export async function verifyDirectory(
  runDirectory: string,
  engine: Engine | null,
  options: StoreOptions = {}
): Promise<VerifyReport> {
  const artifacts: ArtifactCheck[] = [];
  for (const path of await bundlePaths(runDirectory)) {
    artifacts.push({ path, ...(await verifyPath(join(runDirectory, path), { engine, ...options })) });
  }
  return { ok: artifacts.length > 0 && artifacts.every(check => check.problems.length === 0), artifacts };
}

async function verifyPath(
  directory: string,
  options: StoreOptions & { readonly engine: Engine | null }
): Promise<Omit<ArtifactCheck, 'path'>> {
  try {
    const files = await readBundle(directory);
    const artifact = decodeArtifact(files);
    const bundle = { artifact, files, regenerated: await buildBundle(artifact, options), importScorer };
    const check = await verifyBundle(bundle, options.engine);
    const unlisted = (await names(directory)).filter(name => name !== MANIFEST && !files.has(name as BundleFile));
    return {
      ...check,
      problems: [...check.problems, ...unlisted.map(name => `a file that the manifest does not list: ${name}`)]
    };
  } catch (cause) {
    if (!(cause instanceof VitalsError)) throw cause;
    const maxDifference = { json: null, module: null, sql: null };
    return { kind: 'unreadable', rows: 0, maxDifference, problems: [cause.message] };
  }
}

async function bundlePaths(runDirectory: string): Promise<string[]> {
  const present = await names(runDirectory);
  if (present.includes(MANIFEST) && present.includes('artifact.json')) return ['.'];
  const inForce = ['churn', 'upsell', 'health'].filter(name => present.includes(name));
  const candidates = present.includes('candidates') ? await names(join(runDirectory, 'candidates')) : [];
  return [...inForce, ...candidates.map(name => `candidates/${name}`)];
}

/** Names in a directory by code unit, without hidden ones. */
async function names(directory: string): Promise<string[]> {
  const found = await readdir(directory).catch((cause: unknown) => {
    throw new ArtifactError(`expected a directory at ${directory}`, { cause });
  });
  return found.filter(name => !name.startsWith('.')).sort();
}

/** Runs the very bytes that were compared; the file is not read a second time. */
async function importScorer(text: Uint8Array): Promise<Scorer> {
  const url = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`;
  const module = (await import(/* @vite-ignore */ url)) as { readonly score: Scorer };
  return module.score;
}

async function readPlain(directory: string, name: BundleFile | typeof MANIFEST, limit: number): Promise<Uint8Array> {
  const path = join(directory, name);
  const info = await lstat(path).catch((cause: unknown) => {
    throw new ArtifactError(`expected the file ${path}; write the artifact again`, { cause });
  });
  if (!info.isFile()) throw new ArtifactError(`expected a plain file at ${path}, got a link or directory`);
  if (info.size > limit)
    throw new ArtifactError(`expected ${path} to have at most ${limit} bytes, got ${info.size}; it was changed`);
  return readFile(path);
}

function decode(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new ArtifactError(`expected UTF-8 text in ${name}`, { cause });
  }
}

let scorerSource: Promise<string> | undefined;

/** The compiled scorer, beside this file when compiled, else in the package's dist folder. */
function readScorerSource(): Promise<string> {
  scorerSource ??= readScorer().catch((cause: unknown) => {
    scorerSource = undefined;
    throw cause;
  });
  return scorerSource;
}

async function readScorer(): Promise<string> {
  const folders = [new URL('./scorer/', import.meta.url), new URL('../../dist/artifacts/scorer/', import.meta.url)];
  for (const folder of folders) {
    const texts = await Promise.all(SCORER_FILES.map(name => readFile(new URL(name, folder), 'utf8'))).catch(
      () => null
    );
    if (texts !== null) return joinScorer(texts);
  }
  throw new ArtifactError('expected the compiled scorer in dist/artifacts/scorer; run npm run build');
}
