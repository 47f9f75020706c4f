import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig, loadProfile } from '../../src/config/load.js';
import { ConfigError } from '../../src/errors.js';
import { factorText, profileText } from './profile-text.js';

const CONFIG =
  'name: d\ndata_end: 2025-01-01\ncurrency: USD\nsources: { accounts: { files: a.csv, columns: { account_id: a } } }\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitals config '));
  mkdirSync(join(folder, 'models/manual'), { recursive: true });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('loadConfig', () => {
  it('reads vitals.yaml of the directory', async () => {
    writeFileSync(join(folder, 'vitals.yaml'), CONFIG);
    expect(await loadConfig(folder)).toMatchObject({ name: 'd', workspace: folder });
  });

  it('refuses an empty workspace, saying what to do', async () => {
    await expect(loadConfig(folder)).rejects.toThrow(ConfigError);
    await expect(loadConfig(folder)).rejects.toThrow('run vitals init there');
  });

  it('refuses bytes that are not UTF-8, and a folder in its place', async () => {
    writeFileSync(join(folder, 'vitals.yaml'), Buffer.from([0x6e, 0xff, 0xfe]));
    await expect(loadConfig(folder)).rejects.toThrow('expected UTF-8');
    rmSync(join(folder, 'vitals.yaml'));
    mkdirSync(join(folder, 'vitals.yaml'));
    await expect(loadConfig(folder)).rejects.toThrow('cannot be read (EISDIR)');
  });
});

describe('loadProfile', () => {
  it('reads a profile by name, from a directory or a configuration', async () => {
    writeFileSync(join(folder, 'models/manual/default.yaml'), profileText([factorText({})]));
    expect((await loadProfile(folder, 'default')).name).toBe('default');
    expect((await loadProfile({ workspace: folder }, 'default')).owner).toBe('Ann');
  });

  it('suggests the right name when there is no such profile', async () => {
    writeFileSync(join(folder, 'models/manual/default.yaml'), profileText([factorText({})]));
    await expect(loadProfile(folder, 'defualt')).rejects.toThrow('did you mean default?');
  });

  it.each(['../default', 'a/b', '', '.hidden'])('refuses the name %j', async name => {
    await expect(loadProfile(folder, name)).rejects.toThrow('expected the name of a file');
  });
});
