import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/** Everything through which the pipeline touches the world; tests may replace it. */
export interface Effects {
  /** Seconds on a monotonic clock. */
  seconds(): number;
  /** A note for people (stderr). */
  note(line: string): void;
  /** Where the work is; shown only when stderr is a terminal. */
  progress(line: string): void;
  readonly files: Files;
  /** Version of the product, from its package.json. */
  readonly version: string;
}

export interface Files {
  exists(path: string): boolean;
  readText(path: string): Promise<string>;
  writeText(path: string, text: string): Promise<void>;
  /** SHA-256 of a file's bytes, streamed. */
  hash(path: string): Promise<string>;
  makeDirectory(path: string): Promise<void>;
  /** A new empty directory beside `path`, for building what is then published there. */
  stage(path: string): Promise<string>;
  /** Puts a staged directory in place of `path`; what was there before is removed only afterwards. */
  publish(staged: string, path: string): Promise<void>;
  /** Points a relative symbolic link at `target`, replacing it by rename. */
  link(path: string, target: string): Promise<void>;
  readLink(path: string): Promise<string | null>;
  list(path: string): Promise<string[]>;
  remove(path: string): Promise<void>;
}

/** Directory of the installed package (the one with package.json). */
export const PACKAGE_ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The real file system, clock and stderr. `quiet` drops notes. */
export async function realEffects(options: { quiet: boolean }): Promise<Effects> {
  const packageJson: unknown = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  return {
    seconds: () => performance.now() / 1000,
    note: line => {
      if (!options.quiet) process.stderr.write(`${line}\n`);
    },
    progress: line => {
      if (!options.quiet && process.stderr.isTTY) process.stderr.write(`${line}\n`);
    },
    files: realFiles,
    version: (packageJson as { version: string }).version
  };
}

const realFiles: Files = {
  exists: existsSync,
  readText: path => readFile(path, 'utf8'),
  writeText: async (path, text) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  },
  hash: path =>
    new Promise((resolve, reject) => {
      const hash = createHash('sha256');
      createReadStream(path)
        .on('data', chunk => hash.update(chunk))
        .on('end', () => resolve(hash.digest('hex')))
        .on('error', reject);
    }),
  makeDirectory: async path => {
    await mkdir(path, { recursive: true });
  },
  stage: async path => {
    await mkdir(dirname(path), { recursive: true });
    return mkdtemp(join(dirname(path), '.building-'));
  },
  publish: async (staged, path) => {
    const old = existsSync(path) ? `${staged}-old` : null;
    if (old !== null) await rename(path, old);
    await rename(staged, path);
    if (old !== null) await rm(old, { recursive: true, force: true });
  },
  link: async (path, target) => {
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    await symlink(target, fresh);
    await rename(fresh, path);
  },
  readLink: path => readlink(path).catch(() => null),
  list: path => readdir(path).then(
    names => names.sort((a, b) => (a < b ? -1 : 1)),
    () => []
  ),
  remove: async path => {
    await rm(path, { recursive: true, force: true });
  }
};
