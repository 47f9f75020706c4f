/** A node of the engine's own parse tree (`json_serialize_sql`), as plain JSON. */
export type Tree = Readonly<Record<string, unknown>>;

/** Why a text was not taken as one expression; `text` completes "expected …, got …". */
export class NotAnExpression {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const PREFIX = 'select (';
const SUFFIX = ')';

/** The query whose parse tree `soleExpression` reads. */
export function expressionQuery(text: string): string {
  return PREFIX + text + SUFFIX;
}

/**
 * What a text may not hold outside of quotes, whatever its parse tree says: comments, which hide what is meant, several
 * statements, parameters, and strings with escapes of their own. null when it holds none.
 */
export function hiddenIn(text: string): NotAnExpression | null {
  if (text.includes('\0')) return new NotAnExpression('expected text, got a NUL character');
  const prefixed = /[\p{L}\p{N}_]'/u;
  const bare = outsideQuotes(text);
  if (/--|\/\*/.test(bare))
    return new NotAnExpression('expected no comment in the SQL, got one; use a comment of YAML');
  if (bare.includes(';')) return new NotAnExpression('expected one expression, got several statements');
  if (/[$?]/.test(bare)) return new NotAnExpression('expected no parameter, got ? or $; write the value itself');
  if (prefixed.test(bare))
    return new NotAnExpression("expected plain texts in quotes such as 'a', got one with a prefix");
  return null;
}

/** The text with everything between quotes left out, the quotes themselves kept. */
function outsideQuotes(text: string): string {
  return text.replaceAll(/'[^']*'|"[^"]*"/g, quoted => (quoted.startsWith("'") ? "''" : '""'));
}

/** Everything of a select without clauses but its list; any other value is a clause that the text smuggled in. */
const BARE_SELECT: Readonly<Record<string, string>> = {
  type: '"SELECT_NODE"',
  modifiers: '[]',
  cte_map: '{"map":[]}',
  where_clause: 'null',
  group_expressions: '[]',
  group_sets: '[]',
  aggregate_handling: '"STANDARD_HANDLING"',
  having: 'null',
  sample: 'null',
  qualify: 'null'
};

/** The one expression in the serialised parse tree of `expressionQuery(text)`, or why it is none. */
export function soleExpression(serialized: string): Tree | NotAnExpression {
  const parsed = JSON.parse(serialized) as Tree;
  if (parsed['error'] !== false) return unparsed(parsed);
  const [statement, ...more] = parsed['statements'] as readonly Tree[];
  if (statement === undefined || more.length > 0) {
    return new NotAnExpression('expected one expression, got several statements');
  }
  const { select_list: list, from_table: from, ...rest } = statement['node'] as Tree;
  const [expression, ...others] = Array.isArray(list) ? (list as readonly Tree[]) : [];
  const bare = Object.entries(rest).every(([key, value]) => JSON.stringify(value) === BARE_SELECT[key]);
  if (expression === undefined || others.length > 0 || !bare || (from as Tree)['type'] !== 'EMPTY') {
    return new NotAnExpression('expected one expression, got clauses of a query');
  }
  return expression;
}

function unparsed(parsed: Tree): NotAnExpression {
  const position = Number(parsed['position']) - PREFIX.length;
  const where = position >= 0 ? ` at character ${position + 1}` : '';
  return new NotAnExpression(
    `expected one SQL expression, got text that cannot be parsed${where}: ${parsed['error_message']}`
  );
}
