import { mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/artifacts/canonical.js';
import { renderManifest } from '../../src/artifacts/manifest.js';
import { loadArtifact, verifyDirectory, writeArtifact } from '../../src/artifacts/store.js';
import { ArtifactError } from '../../src/errors.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import type { Engine, ScoringArtifact } from '../../src/types.js';
import { artifactOf, logisticArtifact, manualArtifact, neuralArtifact, scorerSource, withGolden } from './helpers.js';

let root: string;
let engine: Engine;
const options = { scorerSource: scorerSource() };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'artifact-'));
  engine = await openDuckDB({ path: ':memory:' });
});

afterAll(async () => {
  engine.close();
  await rm(root, { recursive: true });
});

async function written(name: string, artifact: ScoringArtifact): Promise<string> {
  const directory = join(root, name);
  await writeArtifact(directory, artifact, options);
  return directory;
}

/** Replaces one file of a bundle and its manifest, as somebody who can compute hashes would. */
async function forge(
  directory: string,
  name: 'scorer.mjs' | 'score.sql' | 'artifact.json',
  text: string
): Promise<void> {
  await writeFile(join(directory, name), text);
  const files = (await readdir(directory)).filter(file => file !== 'manifest.json') as (typeof name)[];
  const contents = await Promise.all(files.map(async file => [file, await readFile(join(directory, file))] as const));
  await writeFile(join(directory, 'manifest.json'), renderManifest(new Map(contents)));
}

describe('writeArtifact and loadArtifact', () => {
  it('round trip: the loaded artifact scores like the written one', async () => {
    const artifact = withGolden(logisticArtifact());
    const directory = await written('round', artifact);
    expect((await readdir(directory)).sort()).toEqual([
      'MODEL_CARD.md',
      'artifact.json',
      'manifest.json',
      'score.sql',
      'scorer.mjs'
    ]);
    const loaded = await loadArtifact(directory);
    expect(loaded.artifact).toEqual(artifact);
    expect(loaded.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(loaded.score({ silence: null, seats: 10, contract: 'year' }).ok).toBe(true);
  });

  it('writes equal bytes twice, replaces what stood there and leaves nothing beside it', async () => {
    const directory = await written('twice/a', withGolden(logisticArtifact()));
    const first = await readFile(join(directory, 'manifest.json'), 'utf8');
    await writeFile(join(directory, 'stray.txt'), 'x');
    await written('twice/a', withGolden(logisticArtifact()));
    expect(await readFile(join(directory, 'manifest.json'), 'utf8')).toBe(first);
    expect(await readdir(join(root, 'twice'))).toEqual(['a']);
    expect(await readdir(directory)).not.toContain('stray.txt');
  });

  it('leaves the directory as it was when the new artifact does not reproduce its golden rows', async () => {
    const directory = await written('kept', withGolden(logisticArtifact()));
    const before = await readFile(join(directory, 'manifest.json'), 'utf8');
    const good = withGolden(logisticArtifact());
    const golden = good.golden.map(row => (row.probability === undefined ? row : { ...row, probability: 0.123 }));
    await expect(written('kept', { ...good, golden })).rejects.toThrow(ArtifactError);
    await expect(written('kept', logisticArtifact())).rejects.toThrow(/golden rows that score/);
    expect(await readFile(join(directory, 'manifest.json'), 'utf8')).toBe(before);
  });

  it('has no score.sql for a network, and its card says why', async () => {
    const directory = await written('net', withGolden(neuralArtifact()));
    expect(await readdir(directory)).not.toContain('score.sql');
    expect(await readFile(join(directory, 'MODEL_CARD.md'), 'utf8')).toContain('a neural network has no SQL form');
    expect((await loadArtifact(directory)).artifact.model.kind).toBe('neural');
  });

  it('refuses links, missing files and a missing directory', async () => {
    const directory = await written('links', withGolden(logisticArtifact()));
    const elsewhere = join(root, 'elsewhere.json');
    await writeFile(elsewhere, await readFile(join(directory, 'artifact.json')));
    await rm(join(directory, 'artifact.json'));
    await expect(loadArtifact(directory)).rejects.toThrow(/expected the file/);
    await symlink(elsewhere, join(directory, 'artifact.json'));
    await expect(loadArtifact(directory)).rejects.toThrow(/plain file/);
    await expect(loadArtifact(join(root, 'nowhere'))).rejects.toThrow(ArtifactError);
  });
});

describe('promise 43: any flipped or cut byte is caught', () => {
  it('rejects a sample of flips in every file and of every cut', { timeout: 60_000 }, async () => {
    const constant = artifactOf({ inputs: [], model: { kind: 'constant', intercept: -3 } });
    const directory = await written('flips', {
      ...constant,
      golden: [{ row: {}, probability: 1 / (1 + Math.exp(3)) }]
    });
    const full = process.env['VITALS_FULL'] === '1';
    for (const name of (await readdir(directory)).sort()) {
      const path = join(directory, name);
      const bytes = await readFile(path);
      const step = full || name === 'manifest.json' ? 1 : Math.ceil(bytes.length / 60);
      for (let at = 0; at < bytes.length; at += step) {
        const flipped = Buffer.from(bytes);
        flipped[at] = (bytes[at] as number) ^ (1 << (at % 8));
        await writeFile(path, flipped);
        await expect(loadArtifact(directory), `${name} flipped at ${at}`).rejects.toThrow(ArtifactError);
        await writeFile(path, bytes.subarray(0, at));
        await expect(loadArtifact(directory), `${name} cut at ${at}`).rejects.toThrow(ArtifactError);
      }
      await writeFile(path, Buffer.concat([bytes, Buffer.from('\n')]));
      await expect(loadArtifact(directory), `${name} longer`).rejects.toThrow(ArtifactError);
      await writeFile(path, bytes);
    }
    expect((await loadArtifact(directory)).artifact.name).toBe('churn-test');
  });

  it('rejects path tricks in the manifest', async () => {
    const directory = await written('tricks', withGolden(logisticArtifact()));
    const manifest = await readFile(join(directory, 'manifest.json'), 'utf8');
    for (const name of [
      '../artifact.json',
      '/etc/passwd',
      'a/../artifact.json',
      'ARTIFACT.json',
      '__proto__',
      'artifact.json\\u0000'
    ]) {
      await writeFile(join(directory, 'manifest.json'), manifest.replace('"artifact.json"', `"${name}"`));
      await expect(loadArtifact(directory), name).rejects.toThrow(ArtifactError);
    }
    await truncate(join(directory, 'manifest.json'), 0);
    await expect(loadArtifact(directory)).rejects.toThrow(ArtifactError);
  });
});

describe('verifyDirectory', () => {
  it('reproduces every artifact of a run in JSON, module and SQL', async () => {
    await written('run/churn', withGolden(logisticArtifact()));
    await written('run/health', withGolden(manualArtifact()));
    await written('run/candidates/churn-neural', withGolden(neuralArtifact()));
    await written('run/candidates/churn-beta', withGolden(logisticArtifact({ kind: 'beta', a: 0.8, b: 1.2, c: 0.1 })));
    const report = await verifyDirectory(join(root, 'run'), engine, options);
    expect(report.artifacts.map(({ path, kind, problems }) => [path, kind, problems])).toEqual([
      ['churn', 'logistic', []],
      ['health', 'manual', []],
      ['candidates/churn-beta', 'logistic', []],
      ['candidates/churn-neural', 'neural', []]
    ]);
    expect(report.ok).toBe(true);
    const [churn, , , neural] = report.artifacts;
    expect(churn?.rows).toBeGreaterThan(15);
    expect(churn?.maxDifference.sql).toBeLessThan(1e-12);
    expect(churn?.maxDifference.module).toBe(0);
    expect(neural?.maxDifference.sql).toBeNull();
  });

  it('verifies a single bundle, and says when a directory has none', async () => {
    const single = await verifyDirectory(join(root, 'run', 'churn'), null, options);
    expect(single.artifacts.map(check => [check.path, check.maxDifference.sql])).toEqual([['.', null]]);
    expect((await verifyDirectory(root, null, options)).ok).toBe(false);
  });

  it('reports a changed byte, an unlisted file, and never runs a module or SQL that the JSON does not regenerate', async () => {
    const directory = await written('forged/churn', withGolden(logisticArtifact()));
    const module = await readFile(join(directory, 'scorer.mjs'), 'utf8');
    await forge(directory, 'scorer.mjs', `globalThis.forgedModuleRan = true;\n${module}`);
    await forge(directory, 'score.sql', 'CREATE TABLE forged AS SELECT 1');
    await writeFile(join(directory, 'extra.mjs'), '');
    const report = await verifyDirectory(join(root, 'forged'), engine, options);
    expect(report.ok).toBe(false);
    expect(report.artifacts[0]?.problems).toEqual(
      expect.arrayContaining([
        'scorer.mjs is not what artifact.json regenerates',
        'score.sql is not what artifact.json regenerates',
        'a file that the manifest does not list: extra.mjs'
      ])
    );
    expect(report.artifacts[0]?.maxDifference).toEqual({ json: 0, module: null, sql: null });
    expect(Reflect.get(globalThis, 'forgedModuleRan')).toBeUndefined();
    expect(await engine.rows({ text: "SELECT table_name FROM duckdb_tables() WHERE table_name = 'forged'" })).toEqual(
      []
    );
    await writeFile(join(directory, 'artifact.json'), '{}');
    const broken = await verifyDirectory(join(root, 'forged'), engine, options);
    expect(broken.artifacts[0]).toMatchObject({
      kind: 'unreadable',
      problems: [expect.stringContaining('it was changed')]
    });
  });

  it('a forged artifact with fitting hashes still has to reproduce its golden rows', async () => {
    const artifact = withGolden(logisticArtifact());
    const directory = await written('swapped', artifact);
    const model = { kind: 'logistic' as const, intercept: -1, coefficients: [0.7, 0.1, -0.3, 0.4, 0.05] };
    await forge(directory, 'artifact.json', canonicalJson({ ...artifact, model }));
    await expect(loadArtifact(directory)).rejects.toThrow(/golden row 0/);
  });
});
