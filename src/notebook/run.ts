import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import { VitalsError } from '../errors.js';
import type { DisplayWriter } from './show.js';

interface Cell {
  cell_type: string;
  source: string | string[];
  outputs?: Output[];
  execution_count?: number | null;
}

interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

type Output =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string[] }
  | { output_type: 'display_data'; data: Record<string, unknown>; metadata: object };

/**
 * Executes a tslab notebook without Python, in a process of its own whose directory is the notebook's, and writes the
 * copy with outputs to `output` (also when a cell fails, so that the failure can be read there).
 * @throws VitalsError naming the failed cell.
 */
export async function executeNotebook(notebook: string, output: string): Promise<void> {
  const self = pathToFileURL(fileURLToPath(import.meta.url)).href;
  const script = `const { executeHere } = await import(${JSON.stringify(self)}); await executeHere(process.argv[1], process.argv[2]); process.exit(0);`;
  const child = spawn(
    process.execPath,
    ['--no-warnings', '--input-type=module', '--eval', script, resolve(notebook), resolve(output)],
    {
      cwd: dirname(resolve(notebook)),
      stdio: ['ignore', 'ignore', 'pipe']
    }
  );
  let stderr = '';
  child.stderr.on('data', chunk => {
    stderr += chunk;
  });
  const code = await new Promise(done => child.on('close', done));
  if (code !== 0)
    throw new VitalsError(
      `the notebook ${notebook} did not run to its end: ${thrownMessage(stderr)}; its copy ${output} shows where`
    );
}

/** Whether tslab is installed beside this package. */
export function canExecuteNotebooks(): boolean {
  try {
    createRequire(import.meta.url).resolve('tslab');
    return true;
  } catch {
    return false;
  }
}

/** Runs all cells in this process (whose directory must be the notebook's) and writes the executed copy. */
export async function executeHere(notebookPath: string, outputPath: string): Promise<void> {
  const notebook: Notebook = JSON.parse(await readFile(notebookPath, 'utf8'));
  const kernel = startKernel();
  let failed: string | null = null;
  let count = 0;
  for (const cell of notebook.cells) {
    if (cell.cell_type !== 'code') continue;
    cell.outputs = kernel.outputs = [];
    cell.execution_count = failed === null ? ++count : null;
    if (failed === null && !(await kernel.execute(sourceOf(cell))))
      failed = `cell ${count} failed: ${reasonOf(cell.outputs)}`;
  }
  kernel.close();
  await writeFile(outputPath, `${JSON.stringify(notebook, null, 1)}\n`);
  if (failed !== null) throw new VitalsError(failed);
}

interface Kernel {
  outputs: Output[];
  execute(source: string): Promise<boolean>;
  close(): void;
}

/** tslab's own converter and executor, with its display hook and this process's standard streams as cell outputs. */
function startKernel(): Kernel {
  const require = createRequire(import.meta.url);
  const { createConverter } = require('tslab/dist/converter.js') as typeof import('tslab/dist/converter.js');
  const { createExecutor } = require('tslab/dist/executor.js') as typeof import('tslab/dist/executor.js');
  const jupyter = require('tslab/dist/jupyter.js') as { lastWriteDisplayData: DisplayWriter };
  const kernel: Kernel = { outputs: [], execute: source => executor.execute(source), close: () => executor.close() };
  const write = (name: 'stdout' | 'stderr') => (text: string) => appendStream(kernel.outputs, name, text);
  jupyter.lastWriteDisplayData = ({ data, metadata }) => {
    kernel.outputs.push({ output_type: 'display_data', data, metadata });
  };
  // No cell runs in a browser here; a second compiler would double the time to start.
  const node = createConverter();
  const executor = createExecutor(
    process.cwd(),
    { node, browser: node, close: () => node.close() },
    {
      log: (...values: unknown[]) => write('stdout')(`${format(...values)}\n`),
      error: (...values: unknown[]) => write('stderr')(`${format(...values)}\n`)
    }
  );
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = ((chunk: string | Uint8Array) => {
      write(name)(String(chunk));
      return true;
    }) as typeof process.stdout.write;
  }
  return kernel;
}

function appendStream(outputs: Output[], name: 'stdout' | 'stderr', text: string): void {
  const last = outputs.at(-1);
  const lines = text.split(/(?<=\n)/);
  if (last?.output_type === 'stream' && last.name === name) last.text.push(...lines);
  else outputs.push({ output_type: 'stream', name, text: lines });
}

function sourceOf(cell: Cell): string {
  return typeof cell.source === 'string' ? cell.source : cell.source.join('');
}

const ERROR_LINE = /^\w*Error( \[\w+\])?: /;

/** The line of a cell's last output that says why it failed. */
function reasonOf(outputs: readonly Output[]): string {
  const stream = outputs.findLast(output => output.output_type === 'stream');
  const lines = stream?.output_type === 'stream' ? stream.text.join('').trim().split('\n') : [];
  return (lines.find(line => ERROR_LINE.test(line)) ?? lines[0] ?? 'no message').slice(0, 500);
}

/** The message of the error that ended a process, from what it printed. */
function thrownMessage(text: string): string {
  const lines = text.trim().split('\n');
  const thrown = lines.find(line => ERROR_LINE.test(line));
  return thrown?.replace(/^VitalsError: /, '') ?? lines.at(-1) ?? 'no message';
}
