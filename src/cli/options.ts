import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError, type OutputConfiguration } from 'commander';
import { ConfigError } from '../errors.js';
import type { Effects } from '../pipeline/effects.js';

/** Options that every command takes. */
export interface CommonOptions {
  readonly workspace: string;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly threads?: number;
  readonly debug: boolean;
}

/** A command with the common options; `action` gets its arguments, the options, and the world. */
export function command(name: string, about: string): Command {
  return new Command(name)
    .description(about)
    .option('--workspace <dir>', 'directory with vitals.yaml', '.')
    .option('--json', 'one JSON document on stdout', false)
    .option('--quiet', 'no notes on stderr', false)
    .option('--threads <n>', 'threads of the engine (never changes a result)', positiveInteger)
    .option('--debug', 'show a stack when something fails', false)
    .configureOutput(refusals(`vitals ${name}`))
    .exitOverride();
}

/** Output of a command whose arguments are refused: one paragraph, in the form of every other failure. */
export function refusals(name: string): OutputConfiguration {
  return {
    outputError: (text, write) => {
      const said = text
        .replace(/^error: /, '')
        .trim()
        .replaceAll(/\s*\n\s*/g, ' ')
        .replace(/\.$/, '');
      write(`vitals: ${said}; ${name} --help lists what there is\n`);
    }
  };
}

/** Refuses a directory that is not there. @throws ConfigError that says what to do. */
export function requireDirectory(path: string, { what, help }: { what: string; help: string }): void {
  if (!existsSync(path)) throw new ConfigError(`expected ${what} at ${path}, found none; ${help}`);
}

/** The common options in the form that the pipeline takes. */
export function pipelineOptions(options: CommonOptions): { workspace: string; threads?: number } {
  const workspace = resolve(options.workspace);
  return options.threads === undefined ? { workspace } : { workspace, threads: options.threads };
}

/** The real world, loaded only by commands that need it. */
export async function openEffects(options: CommonOptions): Promise<Effects> {
  const { realEffects } = await import('../pipeline/effects.js');
  return realEffects({ quiet: options.quiet });
}

/** Writes a result to stdout: as one JSON document with `--json`, else as text. */
export function print(options: CommonOptions, result: { json: unknown; text: string }): void {
  process.stdout.write(
    options.json ? `${JSON.stringify(result.json)}\n` : result.text.endsWith('\n') ? result.text : `${result.text}\n`
  );
}

/** Parses a whole number of at least 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 1))
    throw new InvalidArgumentError(`expected a whole number of at least 1, got ${text}`);
  return value;
}

/** Parses a whole number of at least 0. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!(Number.isInteger(value) && value >= 0)) throw new InvalidArgumentError(`expected a whole number, got ${text}`);
  return value;
}

/** Parses a finite number of at least 0. */
export function nonNegative(text: string): number {
  const value = Number(text);
  if (!(Number.isFinite(value) && value >= 0))
    throw new InvalidArgumentError(`expected a number of at least 0, got ${text}`);
  return value;
}
