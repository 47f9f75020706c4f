// npm start: build, make the demo world when data/ is empty, run everything.
import { existsSync } from 'node:fs';
import { node } from './lib.mjs';

node('scripts/build.mjs');
if (!existsSync('data/accounts.parquet')) node('dist/cli/main.js', 'simulate');
node('dist/cli/main.js', 'run', ...process.argv.slice(2));
