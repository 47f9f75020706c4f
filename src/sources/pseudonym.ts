import { sql } from '../sql/sql.js';
import type { Sql } from '../types.js';

/** A user id as it is kept: SHA-256 under the workspace's secret (32 hexadecimal digits), or itself without a secret. */
export function pseudonym(userId: Sql, userKey: string | null): Sql {
  return userKey === null ? userId : sql`substr(sha256(${userKey} || ${userId}), 1, 32)`;
}
