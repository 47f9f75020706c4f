import { ConfigError } from '../errors.js';
import { ALLOWED_AGGREGATES, ALLOWED_FUNCTIONS, ALLOWED_RANKS, ALLOWED_TYPES, VALUE_NAMES } from '../sql/allowed.js';
import { raw, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';

/** Name under which a SELECT reads the files of its source. */
export const FILES = 'files';

/** Longest text of a SELECT. */
const MOST_TEXT = 20_000;

type Tree = Readonly<Record<string, unknown>>;

/**
 * Admits one SELECT over the relation `files` and gives it back as the engine's parser writes it. Everything in the parsed
 * statement must be known here: its parts, functions, types and names; whatever is not listed is refused.
 * @param place key of the configuration, for messages
 * @throws ConfigError that says what was found and what may stand there
 */
export async function admitSelect(
  engine: Engine,
  text: string,
  { place, columns }: { readonly place: string; readonly columns: readonly string[] }
): Promise<Sql> {
  if (text.length > MOST_TEXT || text.includes('\0')) {
    throw new ConfigError(`${place}: expected a SELECT of at most ${MOST_TEXT} characters without NUL; shorten it`);
  }
  const [row] = await engine.rows(sql`select cast(json_serialize_sql(${text}) as varchar) as tree`);
  const tree = JSON.parse(String(row?.['tree'])) as Tree;
  if (tree['error'] === true) throw unparsed(tree, place);
  const [statement, ...others] = tree['statements'] as Tree[];
  if (statement === undefined || others.length > 0) {
    throw new ConfigError(`${place}: expected one SELECT, got ${others.length === 0 ? 'none' : others.length + 1}`);
  }
  const refuse = (what: string, instead: string) => {
    throw new ConfigError(`${place}: expected ${instead}, got ${what}`);
  };
  new Admission(refuse, new Set([...columns, ...aliases(statement)].map(name => name.toLowerCase()))).admit(statement);
  const [written] = await engine.rows(sql`select json_deserialize_sql(json_serialize_sql(${text})) as text`);
  return raw(String(written?.['text']));
}

function unparsed(tree: Tree, place: string): ConfigError {
  if (tree['error_type'] !== 'parser') {
    return new ConfigError(`${place}: expected one SELECT that reads ${FILES}, got another statement`);
  }
  const at = Number(tree['position']);
  const where = Number.isFinite(at) ? ` at character ${at + 1}` : '';
  return new ConfigError(`${place}: expected a SELECT, got text that does not parse: ${tree['error_message']}${where}`);
}

/** Names that the statement itself gives. */
function aliases(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(aliases);
  if (value === null || typeof value !== 'object') return [];
  const own = value as Tree;
  const columns = Array.isArray(own['column_name_alias']) ? (own['column_name_alias'] as string[]) : [];
  const alias = typeof own['alias'] === 'string' && own['alias'] !== '' ? [own['alias']] : [];
  return [...alias, ...columns, FILES, ...Object.values(own).flatMap(aliases)];
}

/** Parts of a statement that may stand anywhere, by the parser's own names. */
const PARTS: ReadonlySet<string> = new Set([
  ...['SELECT_NODE', 'SET_OPERATION_NODE', 'DISTINCT_MODIFIER', 'ORDER_MODIFIER'],
  ...['ORDER_DEFAULT', 'ASCENDING', 'DESCENDING', 'SUBQUERY', 'JOIN', 'BASE_TABLE', 'COLUMN_REF', 'VALUE_CONSTANT'],
  ...['OPERATOR_CAST', 'CASE_EXPR', 'FUNCTION', 'STAR', 'WINDOW_AGGREGATE', 'WINDOW_RANK', 'WINDOW_RANK_DENSE'],
  ...['COMPARE_EQUAL', 'COMPARE_NOTEQUAL', 'COMPARE_LESSTHAN', 'COMPARE_GREATERTHAN', 'COMPARE_LESSTHANOREQUALTO'],
  ...['COMPARE_GREATERTHANOREQUALTO', 'COMPARE_DISTINCT_FROM', 'COMPARE_NOT_DISTINCT_FROM', 'COMPARE_IN'],
  ...['COMPARE_NOT_IN', 'COMPARE_BETWEEN', 'CONJUNCTION_AND', 'CONJUNCTION_OR', 'OPERATOR_NOT', 'OPERATOR_IS_NULL'],
  ...['OPERATOR_IS_NOT_NULL', 'OPERATOR_COALESCE', 'OPERATOR_NULLIF', 'STRUCT_EXTRACT', 'DECIMAL_TYPE_INFO']
]);

/** Parts that are refused wherever they have a value, in the words of a user. */
const EMPTY: Readonly<Record<string, string>> = {
  sample: 'a sample of rows',
  at_clause: 'AT',
  distinct_on_targets: 'DISTINCT ON',
  named_param_map: 'a parameter',
  qualified_exclude_list: 'EXCLUDE with a table',
  start_expr: 'a frame of a window',
  end_expr: 'a frame of a window',
  arg_orders: 'ORDER BY inside a function',
  ignore_nulls: 'IGNORE NULLS',
  export_state: 'EXPORT_STATE'
};

const NO_CHANCE = 'parts whose result does not depend on the order of rows';

class Admission {
  readonly #refuse: (what: string, instead: string) => void;
  readonly #names: ReadonlySet<string>;

  constructor(refuse: (what: string, instead: string) => void, names: ReadonlySet<string>) {
    this.#refuse = refuse;
    this.#names = names;
  }

  /** Looks at every object of the tree; nothing is skipped. */
  admit(value: unknown): void {
    if (Array.isArray(value)) for (const item of value) this.admit(item);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return;
    const part = value as Tree;
    this.#admitPart(part);
    for (const inner of Object.values(part)) this.admit(inner);
  }

  #admitPart(part: Tree): void {
    for (const [key, what] of Object.entries(EMPTY)) if (filled(part[key])) this.#refuse(what, NO_CHANCE);
    if (filled((part['cte_map'] as Tree | undefined)?.['map'])) this.#refuse('WITH', 'a subquery in FROM');
    if (typeof part['id'] === 'string' && 'type_info' in part) this.#type(part['id']);
    const { type } = part;
    if (typeof type !== 'string') return;
    if (type === 'LIMIT_MODIFIER' || type === 'LIMIT_PERCENT_MODIFIER') this.#refuse('LIMIT', 'all rows');
    if (type === 'TABLE_FUNCTION') this.#refuse('a table function', `the relation ${FILES}`);
    if (type === 'EMPTY' || type === 'EXPRESSION_LIST') this.#refuse('rows of its own', `the relation ${FILES}`);
    if (!PARTS.has(type)) this.#refuse(type, 'a plain SELECT');
    this.#checks[type]?.(part);
  }

  readonly #checks: Readonly<Record<string, (part: Tree) => void>> = {
    BASE_TABLE: part => {
      const { table_name: name, schema_name: schema, catalog_name: catalog } = part;
      if (String(name).toLowerCase() === FILES && schema === '' && catalog === '') return;
      this.#refuse(`the relation ${[catalog, schema, name].filter(Boolean).join('.')}`, `the relation ${FILES}`);
    },
    JOIN: part => {
      if (part['ref_type'] === 'REGULAR' || part['ref_type'] === 'CROSS') return;
      this.#refuse(`a join of kind ${part['ref_type']}`, 'a join with ON or USING');
    },
    COLUMN_REF: part => this.#column(part['column_names'] as string[]),
    STAR: part => {
      if (part['columns'] === true || filled(part['expr'])) this.#refuse('COLUMNS', 'columns by name');
    },
    FUNCTION: part => this.#function(part),
    WINDOW_AGGREGATE: part => this.#window(part, ALLOWED_AGGREGATES),
    WINDOW_RANK: part => this.#window(part, ALLOWED_RANKS),
    WINDOW_RANK_DENSE: part => this.#window(part, ALLOWED_RANKS)
  };

  #type(name: string): void {
    if (!ALLOWED_TYPES.has(name) && name !== 'NULL')
      this.#refuse(`the type ${name}`, 'numbers, texts, dates, booleans');
  }

  #column(names: readonly string[]): void {
    const first = String(names[0]).toLowerCase();
    if (names.length === 1 && VALUE_NAMES.has(first)) this.#refuse(first, 'columns of the files, no clock and no user');
    if (!this.#names.has(first)) this.#refuse(`the name ${names[0]}`, `columns of ${FILES}`);
  }

  #function(part: Tree): void {
    const name = this.#called(part);
    if (filled((part['order_bys'] as Tree | undefined)?.['orders']))
      this.#refuse('ORDER BY inside a function', NO_CHANCE);
    if (!ALLOWED_FUNCTIONS.has(name) && !ALLOWED_AGGREGATES.has(name)) this.#unknown(name);
    if (name === 'sum') this.#exactSum(part);
  }

  #window(part: Tree, allowed: ReadonlySet<string>): void {
    const name = this.#called(part);
    if (!allowed.has(name)) this.#unknown(name);
    const framed = part['start'] !== 'UNBOUNDED_PRECEDING' || part['end'] !== 'CURRENT_ROW_RANGE';
    if (framed || part['exclude_clause'] !== 'NO_OTHER') this.#refuse('a frame of a window', NO_CHANCE);
    if (name === 'sum') this.#exactSum(part);
  }

  #called(part: Tree): string {
    const { schema, catalog } = part;
    const foreign = (schema !== '' && schema !== 'main') || catalog !== '';
    if (foreign) this.#refuse(`the schema ${catalog}.${schema}`, 'functions of the engine');
    return String(part['function_name']).toLowerCase();
  }

  #unknown(name: string): void {
    this.#refuse(`the function ${name}`, 'functions that always give the same result and read only cells');
  }

  /** Sums of floating numbers depend on the order of the rows. */
  #exactSum(part: Tree): void {
    if ((part['children'] as Tree[]).every(isExact)) return;
    this.#refuse('a sum of numbers that may not be exact', 'sum(cast(x as bigint)) or of a decimal');
  }
}

/** Whether a key says something: not null, false, empty text or an empty list. */
function filled(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false && value !== '';
}

const EXACT = /^(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT|UTINYINT|USMALLINT|UINTEGER|UBIGINT|DECIMAL|BOOLEAN)$/;

/** Whether an expression is an integer or decimal by its own text, whatever the columns hold. */
function isExact(value: unknown): boolean {
  if (value === null || typeof value !== 'object') return false;
  const part = value as Tree;
  const children = (part['children'] ?? []) as unknown[];
  switch (part['type']) {
    case 'OPERATOR_CAST':
      return EXACT.test(String((part['cast_type'] as Tree)['id']));
    case 'VALUE_CONSTANT':
      return EXACT.test(String(((part['value'] as Tree)['type'] as Tree)['id']));
    case 'CASE_EXPR':
      return [part['else_expr'], ...(part['case_checks'] as Tree[]).map(check => check['then_expr'])].every(
        branch => isExact(branch) || isNull(branch)
      );
    case 'OPERATOR_COALESCE':
      return children.every(isExact);
    case 'FUNCTION':
      return ['+', '-', '*', 'abs'].includes(String(part['function_name'])) && children.every(isExact);
    default:
      return false;
  }
}

function isNull(value: unknown): boolean {
  const constant = (value as Tree | null)?.['value'] as Tree | undefined;
  return constant?.['is_null'] === true;
}
