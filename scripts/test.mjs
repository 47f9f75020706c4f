// npm test: build, types, lint and format, unit and end-to-end tests (notebooks are executed by the latter).
// With --full also the long simulations, Jupyter and the browser.
import { existsSync } from 'node:fs';
import { node } from './lib.mjs';

const full = process.argv.includes('--full');
if (full) process.env.VITALS_FULL = '1';
node('scripts/build.mjs');
node('node_modules/typescript/bin/tsc', '-p', 'tsconfig.json');
node('node_modules/@biomejs/biome/bin/biome', 'check', '.');
if (!existsSync('../shared'))
  console.log('../shared is not beside this checkout: the tests on public data are skipped.');
node('node_modules/vitest/vitest.mjs', 'run');
