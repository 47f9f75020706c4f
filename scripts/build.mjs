// Compiles src/ to dist/ when a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const stamp = 'dist/index.js';
const newest = dir =>
  Math.max(0, ...readdirSync(dir, { recursive: true, withFileTypes: true }).map(e => (e.isFile() ? statSync(join(e.parentPath, e.name)).mtimeMs : 0)));
const inputs = Math.max(newest('src'), statSync('package.json').mtimeMs, statSync('tsconfig.json').mtimeMs, statSync('tsconfig.build.json').mtimeMs);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < inputs) {
  // A removed source must not live on in dist.
  rmSync('dist', { recursive: true, force: true });
  rmSync('node_modules/.cache/tsconfig.build.tsbuildinfo', { force: true });
  // Called by path: another package owns the `tsc` bin.
  const { status } = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
