import { sql } from '../sql/sql.js';
import { expressionQuery, hiddenIn, NotAnExpression, soleExpression, type Tree } from '../sql/tree.js';
import type { Engine } from '../types.js';

/**
 * Parse tree of a SQL expression that somebody wrote, by the engine's own parser; nothing of it is run. What the tree
 * may hold is decided by `admit` of `src/sql`, and only SQL that is rendered anew from it ever reaches the engine.
 * @param fail makes the error to throw from what is wrong
 */
export async function parseExpression(engine: Engine, text: string, fail: (problem: string) => Error): Promise<Tree> {
  const hidden = hiddenIn(text);
  if (hidden !== null) throw fail(hidden.text);
  const [row] = await engine.rows(sql`select json_serialize_sql(${expressionQuery(text)}) as tree`);
  const found = soleExpression(String(row?.['tree']));
  if (found instanceof NotAnExpression) throw fail(found.text);
  return found;
}
