import type { Config } from './types.js';

/** Whether rows can be split in time: raw tables, or ready snapshots that carry a date. */
export function isDated(config: Config): boolean {
  return config.shape === 'events' || config.snapshots?.asOf !== null;
}
