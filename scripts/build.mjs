// Compiles src/ to dist/ when a source is newer than the last build.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const stamp = 'dist/index.js';
const newest = dir =>
  Math.max(
    0,
    ...readdirSync(dir, { recursive: true, withFileTypes: true }).map(e =>
      e.isFile() ? statSync(join(e.parentPath, e.name)).mtimeMs : 0
    )
  );
const inputs = Math.max(
  newest('src'),
  statSync('package.json').mtimeMs,
  statSync('tsconfig.json').mtimeMs,
  statSync('tsconfig.build.json').mtimeMs
);
if (!existsSync(stamp) || statSync(stamp).mtimeMs < inputs) {
  // Built beside and renamed, so that nobody sees half a dist and no removed source lives on in it.
  const fresh = `.dist-${process.pid}`;
  // Called by path: another package owns the `tsc` bin.
  const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', fresh];
  const { status } = spawnSync(process.execPath, compiler, { stdio: 'inherit' });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    process.exit(status ?? 1);
  }
  const old = `${fresh}-old`;
  if (existsSync('dist')) renameSync('dist', old);
  renameSync(fresh, 'dist');
  rmSync(old, { recursive: true, force: true });
}
