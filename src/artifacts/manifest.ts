import { ArtifactError } from '../errors.js';
import { canonicalJson, sha256 } from './canonical.js';
import { Node } from './check.js';
import { parseJson } from './json.js';

/** Files that a bundle may hold, besides its manifest. */
export const BUNDLE_FILES = ['artifact.json', 'scorer.mjs', 'score.sql', 'MODEL_CARD.md'] as const;
export type BundleFile = (typeof BUNDLE_FILES)[number];

export interface ManifestEntry {
  readonly sha256: string;
  readonly bytes: number;
}

export type Manifest = ReadonlyMap<BundleFile, ManifestEntry>;

const LIMITS = { maxLength: 4096, maxDepth: 3 };
const LARGEST = 2 ** 26;

/** The manifest of a bundle: SHA-256 and length in bytes of every file. */
export function renderManifest(files: ReadonlyMap<BundleFile, Uint8Array>): string {
  const entries = Array.from(files, ([name, bytes]) => [name, { sha256: sha256(bytes), bytes: bytes.length }] as const);
  return manifestText(entries);
}

/**
 * Reads a manifest. Only the known file names are accepted (so no path can lead elsewhere), and only the exact bytes
 * that `renderManifest` writes.
 * @throws ArtifactError with the path of the fault.
 */
export function parseManifest(text: string): Manifest {
  const field = new Node(parseJson(text, LIMITS)).fields(['files', 'formatVersion']);
  field('formatVersion').oneOf(1);
  const entries = field('files')
    .entries()
    .map(([key, node]) => {
      const name = BUNDLE_FILES.find(candidate => candidate === key);
      if (name === undefined) throw node.fault('a file of a bundle');
      const entry = node.fields(['bytes', 'sha256']);
      const hash = entry('sha256').text(64);
      if (!/^[0-9a-f]{64}$/.test(hash)) throw entry('sha256').fault('a SHA-256');
      return [name, { sha256: hash, bytes: entry('bytes').integer(0, LARGEST) }] as const;
    });
  const manifest = new Map(entries);
  for (const name of BUNDLE_FILES) {
    if (name !== 'score.sql' && !manifest.has(name)) throw field('files').fault(`the file ${name}`);
  }
  if (manifestText(entries) !== text)
    throw new ArtifactError('expected manifest.json as it was written; it was changed');
  return manifest;
}

/** Refuses bytes that are not those of the manifest. */
export function checkBytes(name: string, bytes: Uint8Array, entry: ManifestEntry): void {
  if (bytes.length !== entry.bytes) {
    throw new ArtifactError(`expected ${name} to have ${entry.bytes} bytes, got ${bytes.length}; it was changed`);
  }
  const hash = sha256(bytes);
  if (hash !== entry.sha256)
    throw new ArtifactError(`expected ${name} with SHA-256 ${entry.sha256}, got ${hash}; it was changed`);
}

function manifestText(entries: readonly (readonly [string, ManifestEntry])[]): string {
  return canonicalJson({ formatVersion: 1, files: Object.fromEntries(entries) });
}
