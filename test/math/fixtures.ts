import { readFileSync } from 'node:fs';

/** A case of a file in test/fixtures. Values that JSON cannot hold are written as text. */
export interface Case<Input, Expected> {
  readonly name: string;
  readonly input: Input;
  readonly expected: Expected;
}

export function fixture<Input, Expected>(file: string, name: string): Case<Input, Expected> {
  const text = readFileSync(new URL(`../fixtures/${file}.json`, import.meta.url), 'utf8');
  const cases = JSON.parse(text) as Case<Input, Expected>[];
  const found = cases.find(c => c.name === name);
  if (found === undefined) throw new Error(`expected case ${name} in ${file}.json`);
  return found;
}

/** |actual - expected| relative to the expected value (absolute below `floor`). */
export function relativeError(actual: number, expected: number, floor = 0): number {
  if (actual === expected) return 0;
  return Math.abs(actual - expected) / Math.max(Math.abs(expected), floor);
}
