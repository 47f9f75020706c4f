import { isDate } from '../config/dates.js';
import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';

/** Refuses an `--asof` that is no date, or lies after data end. @throws ConfigError */
export function requireDate(asOf: string, { dataEnd }: Config): void {
  if (!isDate(asOf))
    throw new ConfigError(`expected --asof as a date YYYY-MM-DD, got ${asOf}; write it like ${dataEnd}`);
  if (asOf > (dataEnd as string)) {
    throw new ConfigError(
      `expected --asof at or before data end ${dataEnd}, got ${asOf}; later records are quarantined`
    );
  }
}
