import { spawnSync } from 'node:child_process';

/** Runs a Node script with this terminal; a failure ends the calling script with the same code. */
export function node(...args) {
  run(process.execPath, args);
}

/** Runs a program with this terminal; a failure ends the calling script with the same code. */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', ...options });
  if (error) console.error(`${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
