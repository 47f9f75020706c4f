#!/usr/bin/env node
import { VitalsError } from '../errors.js';
import { buildProgram } from './program.js';

/** Entry of `vitals`: failures of the user's making are one paragraph with their exit code, ours come with a stack. */
async function main(): Promise<void> {
  const debug = process.argv.includes('--debug');
  process.stdout.on('error', stopQuietly);
  try {
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error, debug);
  }
}

/** A reader that has seen enough (`vitals score | head`) is no failure. */
function stopQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function report(error: unknown, debug: boolean): number {
  if (error instanceof VitalsError) {
    process.stderr.write(`vitals: ${debug ? error.stack : error.message}\n`);
    return error.exitCode;
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : 2;
  const text = error instanceof Error ? (debug ? error.stack : error.message) : String(error);
  process.stderr.write(`vitals: an unexpected failure, which is a fault of this program: ${text}\n`);
  if (!debug) process.stderr.write('Run again with --debug for the place where it happened.\n');
  return 1;
}

function isCommanderError(error: unknown): error is { exitCode: number } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

await main();
