import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { parseConfig } from './parse.js';
import { parseProfile } from './profile.js';
import { didYouMean } from './suggest.js';
import type { Config, ManualProfile } from './types.js';

const CONFIG_FILE = 'vitals.yaml';
const PROFILE_FOLDER = 'models/manual';

/** Reads and checks `vitals.yaml` of a workspace. @throws ConfigError when it is absent, unreadable or wrong. */
export async function loadConfig(directory: string): Promise<Config> {
  const workspace = resolve(directory);
  const text = await readText(join(workspace, CONFIG_FILE), CONFIG_FILE, () => {
    return `expected ${CONFIG_FILE} in ${workspace}, found none; run vitals init there, or name another folder with --workspace`;
  });
  return parseConfig(text, { file: CONFIG_FILE, workspace });
}

/** Reads and checks the manual profile `models/manual/<name>.yaml`. @throws ConfigError when it is absent or wrong. */
export async function loadProfile(place: Pick<Config, 'workspace'> | string, name: string): Promise<ManualProfile> {
  const workspace = typeof place === 'string' ? resolve(place) : place.workspace;
  const file = `${PROFILE_FOLDER}/${name}.yaml`;
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name)) {
    throw new ConfigError(
      `expected the name of a file in ${PROFILE_FOLDER} without extension, got ${JSON.stringify(name)}`
    );
  }
  const text = await readText(join(workspace, file), file, () => {
    return `expected the manual profile ${file}, found none; ${didYouMean(name, profileNames(workspace))}`;
  });
  return parseProfile(text, { file, name });
}

function profileNames(workspace: string): string[] {
  try {
    const files = readdirSync(join(workspace, PROFILE_FOLDER)).sort();
    return files.filter(file => file.endsWith('.yaml')).map(file => file.slice(0, -'.yaml'.length));
  } catch {
    return [];
  }
}

async function readText(path: string, file: string, absent: () => string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw new ConfigError(absent(), { cause });
    throw new ConfigError(`${file}: cannot be read (${(cause as NodeJS.ErrnoException).code ?? cause})`, { cause });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new ConfigError(`${file}: expected UTF-8 text, got other bytes; save it as UTF-8`, { cause });
  }
}
