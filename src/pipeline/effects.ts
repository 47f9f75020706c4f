import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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
  /** Text of a file that only its owner may read; made from random bytes when it is absent. */
  secret(path: string): Promise<string>;
  makeDirectory(path: string): Promise<void>;
  /** A new empty directory beside `path`, for building what is then published there. */
  stage(path: string): Promise<string>;
  /** Puts a staged directory in place of `path`; what was there before is removed only afterwards, and stays when it is the same. */
  publish(staged: string, path: string): Promise<void>;
  /** Removes what killed processes had staged in a directory, and puts back what they had moved away and not replaced. */
  sweep(directory: string): Promise<void>;
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
  secret: async path => {
    if (!existsSync(path)) await writeFile(path, randomBytes(32).toString('hex'), { mode: 0o600, flag: 'wx' });
    return readFile(path, 'utf8');
  },
  makeDirectory: async path => {
    await mkdir(path, { recursive: true });
  },
  stage: async path => {
    await mkdir(dirname(path), { recursive: true });
    const staged = join(dirname(path), `.building-${process.pid}-${ownStages.size}`);
    ownStages.add(staged);
    await rm(staged, { recursive: true, force: true });
    await mkdir(staged);
    return staged;
  },
  publish: async (staged, path) => {
    if (await isSame(staged, path)) return rm(staged, { recursive: true, force: true });
    const old = existsSync(path) ? `${join(dirname(path), `.building-${process.pid}-old`)}-${basename(path)}` : null;
    if (old !== null) {
      await rm(old, { recursive: true, force: true });
      await rename(path, old);
    }
    await rename(staged, path);
    if (old !== null) await rm(old, { recursive: true, force: true });
  },
  sweep: async directory => {
    const names = await readdir(directory).catch(() => []);
    for (const name of names) await sweepLeftover(directory, name);
  },
  link: async (path, target) => {
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    await symlink(target, fresh);
    await rename(fresh, path);
  },
  readLink: path => readlink(path).catch(() => null),
  list: path =>
    readdir(path).then(
      names => names.sort((a, b) => (a < b ? -1 : 1)),
      () => []
    ),
  remove: async path => {
    await rm(path, { recursive: true, force: true });
  }
};

/** Directories that this process staged: a process id alone may be that of a dead process which had the same one. */
const ownStages = new Set<string>();

const LEFTOVER = /^\.building-(\d+)-(?:old-(.+)|\d.*)$/;

async function sweepLeftover(directory: string, name: string): Promise<void> {
  const [, pid, replaced] = LEFTOVER.exec(name) ?? [];
  const path = join(directory, name);
  if (pid === undefined || isInUse(path, Number(pid))) return;
  if (replaced !== undefined && !existsSync(join(directory, replaced))) await rename(path, join(directory, replaced));
  else await rm(path, { recursive: true, force: true });
}

function isInUse(path: string, pid: number): boolean {
  return pid === process.pid ? [...ownStages].some(own => path.startsWith(own)) : isAlive(pid);
}

/** Whether a process of this id runs; one of another user counts. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether two directories hold the same files with the same bytes. */
async function isSame(a: string, b: string): Promise<boolean> {
  const [left, right] = await Promise.all([filesUnder(a), filesUnder(b)]);
  if (left === null || right === null || left.join('\0') !== right.join('\0')) return false;
  for (const name of left) {
    const [x, y] = await Promise.all([readFile(join(a, name)), readFile(join(b, name))]);
    if (!x.equals(y)) return false;
  }
  return true;
}

/** Paths of all plain files under a directory, in order; null when it is none, or holds anything else. */
async function filesUnder(directory: string): Promise<string[] | null> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => null);
  if (entries === null || entries.some(entry => !entry.isFile() && !entry.isDirectory())) return null;
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return files.map(path => path.slice(directory.length)).sort();
}
