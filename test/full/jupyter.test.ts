import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT, realEffects } from '../../src/pipeline/effects.js';
import { simulateInto } from '../../src/pipeline/simulate.js';

const FULL = process.env['VITALS_FULL'] === '1';
const PYTHON = 'python3';
const NOTEBOOK = '01-churn-drivers.ipynb';
const MINUTES = 60_000;
const run = promisify(execFile);

if (!FULL) console.log('Notebook in Jupyter: skipped, set VITALS_FULL=1 (npm run test:full) to run it.');

interface Output {
  readonly output_type: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Why Jupyter cannot be had here, or null. */
let absent: string | null = null;
let folder: string;

describe.skipIf(!FULL)('the notebook in Jupyter', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitals-jupyter-'));
    absent = await installJupyter(join(folder, 'venv'));
    if (absent !== null) return console.log(`Notebook in Jupyter: skipped, ${absent}`);
    writeKernel(join(folder, 'jupyter', 'kernels', 'tslab'));
    await createWorkspace(join(folder, 'workspace'));
  }, 10 * MINUTES);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'runs to its end, and its charts are SVG and Vega-Lite',
    async context => {
      if (absent !== null) return context.skip(absent);
      const outputs = await execute(join(folder, 'workspace', 'notebooks'));
      expect(outputs.filter(output => output.output_type === 'error')).toEqual([]);
      const bundles = outputs.map(output => output.data ?? {});
      const charts = bundles.filter(data => 'application/vnd.vegalite.v5+json' in data);
      expect(charts.length).toBeGreaterThanOrEqual(3);
      for (const data of charts) expect(String(data['image/svg+xml'])).toContain('<svg');
    },
    10 * MINUTES
  );
});

/** A virtual environment with nbconvert; the reason when there is no Python, no pip or no package to install. */
async function installJupyter(venv: string): Promise<string | null> {
  const python = await run(PYTHON, ['-c', 'import venv, ensurepip']).catch(() => null);
  if (python === null) return `${PYTHON} with venv and pip is not there.`;
  await run(PYTHON, ['-m', 'venv', venv]);
  const installed = await run(join(venv, 'bin', 'pip'), ['install', '--quiet', 'nbconvert']).catch(() => null);
  return installed === null ? 'nbconvert could not be installed with pip.' : null;
}

/** tslab as this checkout has it, found by Jupyter under the name that the notebook asks for. */
function writeKernel(directory: string): void {
  const tslab = join(PACKAGE_ROOT, 'node_modules', 'tslab', 'bin', 'tslab');
  const argv = [process.execPath, tslab, 'kernel', '--config-path', '{connection_file}'];
  mkdirSync(directory, { recursive: true });
  writeFileSync(
    join(directory, 'kernel.json'),
    JSON.stringify({ argv, display_name: 'TypeScript', language: 'typescript' })
  );
}

/** The demo workspace; its notebooks see the built package one directory up. */
async function createWorkspace(workspace: string): Promise<void> {
  mkdirSync(join(workspace, 'data'), { recursive: true });
  for (const part of ['vitals.yaml', 'notebooks', join('models', 'manual')]) {
    cpSync(join(PACKAGE_ROOT, part), join(workspace, part), { recursive: true });
  }
  for (const part of ['dist', 'node_modules']) symlinkSync(join(PACKAGE_ROOT, part), join(workspace, part));
  await simulateInto({ workspace, world: { seed: 20260101 } }, await realEffects({ quiet: true }));
}

async function execute(notebooks: string): Promise<Output[]> {
  const bin = join(folder, 'venv', 'bin', 'jupyter-nbconvert');
  const options = ['--to', 'notebook', '--execute', '--ExecutePreprocessor.timeout=300', '--output', 'executed.ipynb'];
  const env = {
    ...process.env,
    JUPYTER_PATH: join(folder, 'jupyter'),
    JUPYTER_RUNTIME_DIR: join(folder, 'runtime'),
    IPYTHONDIR: join(folder, 'ipython')
  };
  await run(bin, [...options, NOTEBOOK], { cwd: notebooks, env });
  const executed: { cells: { outputs?: Output[] }[] } = JSON.parse(
    readFileSync(join(notebooks, 'executed.ipynb'), 'utf8')
  );
  return executed.cells.flatMap(cell => cell.outputs ?? []);
}
