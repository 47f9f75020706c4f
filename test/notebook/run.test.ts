import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

/** The compiled module: it starts itself in a process of its own. */
const compiled = pathToFileURL(join(import.meta.dirname, '..', '..', 'dist', 'notebook', 'run.js')).href;
const { canExecuteNotebooks, executeNotebook } = (await import(compiled)) as typeof import('../../src/notebook/run.js');

interface CodeCell {
  readonly cell_type: string;
  readonly source: string | string[];
  readonly outputs: readonly { output_type: string; name?: string; text?: string[]; data?: Record<string, unknown> }[];
  readonly execution_count: number | null;
}

const directory = mkdtempSync(join(tmpdir(), 'vitals-notebook-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Writes a notebook of code cells (an array is the source in lines) that seem to have run before. */
function writeNotebook(name: string, sources: readonly (string | string[])[]): string {
  const old = [{ output_type: 'stream', name: 'stdout', text: ['of an earlier run\n'] }];
  const code = sources.map(source => ({ cell_type: 'code', metadata: {}, source, outputs: old, execution_count: 99 }));
  const cells = [{ cell_type: 'markdown', metadata: {}, source: '# Title' }, ...code];
  const path = join(directory, name);
  writeFileSync(path, JSON.stringify({ cells, metadata: { title: name }, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

/** Executes a notebook; the error, if any, the code cells of its copy, and whether the original is as it was. */
async function execute(name: string, sources: readonly (string | string[])[]) {
  const path = writeNotebook(name, sources);
  const before = readFileSync(path, 'utf8');
  const output = join(directory, `executed-${name}`);
  const error = await executeNotebook(path, output).then(
    () => null,
    (reason: Error) => reason
  );
  expect(readFileSync(path, 'utf8')).toBe(before);
  const copy = JSON.parse(readFileSync(output, 'utf8')) as { cells: CodeCell[]; metadata: unknown };
  expect(copy.metadata).toEqual({ title: name });
  expect(copy.cells[0]).toEqual({ cell_type: 'markdown', metadata: {}, source: '# Title' });
  return { error, cells: copy.cells.slice(1) };
}

const text = (cell: CodeCell | undefined) => cell?.outputs.flatMap(output => output.text ?? []).join('');

describe('executeNotebook', () => {
  it('runs cells in order in the directory of the notebook, and writes a copy with outputs', async () => {
    const { error, cells } = await execute('good.ipynb', [
      ['const double = (x: number): number => 2 * x;\n', 'const waited = await Promise.resolve(21);'],
      "console.log('answer', double(waited));\nconsole.error('beware');",
      "import * as tslab from 'tslab';\ntslab.display.html('<b>bold</b>');",
      "import { basename } from 'node:path';\nconsole.log(basename(process.cwd()));"
    ]);
    expect(error).toBeNull();
    expect(cells.map(cell => cell.execution_count)).toEqual([1, 2, 3, 4]);
    expect(cells.map(cell => cell.outputs)).toEqual([
      [],
      [
        { output_type: 'stream', name: 'stdout', text: ['answer 42\n'] },
        { output_type: 'stream', name: 'stderr', text: ['beware\n'] }
      ],
      [{ output_type: 'display_data', data: { 'text/html': '<b>bold</b>' }, metadata: {} }],
      [{ output_type: 'stream', name: 'stdout', text: [`${basename(directory)}\n`] }]
    ]);
  });

  it('a cell that throws ends the run: the error names it, the copy shows it, later cells are empty', async () => {
    const { error, cells } = await execute('failing.ipynb', [
      "console.log('fine');",
      "const dig = () => { throw new RangeError('the well is dry'); };\ndig();",
      "console.log('never');"
    ]);
    expect(error?.name).toBe('VitalsError');
    expect(error?.message).toContain(
      'failing.ipynb did not run to its end: cell 2 failed: RangeError: the well is dry;'
    );
    expect(error?.message).toContain(`its copy ${join(directory, 'executed-failing.ipynb')} shows where`);
    expect(text(cells[0])).toBe('fine\n');
    expect(text(cells[1])).toContain('RangeError: the well is dry');
    expect(cells[2]).toMatchObject({ outputs: [], execution_count: null });
  });

  it('a type error fails its cell before it runs', async () => {
    const { error, cells } = await execute('typed.ipynb', [
      "console.log('not yet');\nconst size: number = 'large';\nconsole.log(size);"
    ]);
    expect(error?.name).toBe('VitalsError');
    expect(error?.message).toContain("cell 1 failed: 2:7 - Type 'string' is not assignable to type 'number'.");
    expect(text(cells[0])).not.toContain('not yet');
  });

  it('is possible where tslab is installed', () => {
    expect(canExecuteNotebooks()).toBe(true);
  });
});
