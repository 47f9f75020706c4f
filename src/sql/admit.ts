import type { Sql } from '../types.js';
import { callOf } from './admit-calls.js';
import { type Admitted, made, oneKind, requireKind, type Scope, withinLimits } from './admit-types.js';
import { double, join, literal, raw, sql } from './sql.js';
import type { Tree } from './tree.js';

export type { Admitted, Scope, SqlKind } from './admit-types.js';

/**
 * SQL of a parse tree that somebody wrote, rendered anew, and the kind of its value. Only this passes: columns of the
 * scope, constants, arithmetic, comparison, logic, case, coalesce, nullif, in, between, like, casts among number, flag
 * and text, and the functions of `admit-calls`. Every number is a DOUBLE; a division by zero and a text that is no
 * number give NULL.
 * @throws what `scope.fail` makes, for every other node and where kinds do not fit
 */
export function admit(node: Tree, scope: Scope): Admitted {
  const found = admitAny(node, scope);
  if (found.kind !== 'instant') return found;
  throw scope.fail('expected instants only before "is null" or "is not null" (the window says when), got another use');
}

type Rule = (node: Tree, scope: Scope) => Admitted;

const RULES: Readonly<Record<string, Rule>> = {
  COLUMN_REF: column,
  CONSTANT: constant,
  CONJUNCTION: conjunction,
  OPERATOR: operator,
  COMPARISON: comparison,
  BETWEEN: between,
  CASE: cases,
  CAST: cast,
  FUNCTION: (node, scope) => callOf(node, all(node['children'], scope), scope)
};

const REFUSED: Readonly<Record<string, string>> = {
  SUBQUERY: 'a subquery',
  WINDOW: 'a window function',
  PARAMETER: 'a parameter',
  STAR: '*',
  LAMBDA: 'a lambda',
  COLLATE: 'a collation'
};

function admitAny(node: Tree, scope: Scope): Admitted {
  const rule = RULES[String(node['class'])];
  if (rule === undefined || node['alias'] !== '') throw refusal(node, scope);
  return withinLimits(rule(node, scope), scope);
}

function refusal(node: Tree, scope: Scope): Error {
  if (node['alias'] !== '') return scope.fail(`expected no name for the expression, got ${node['alias']}`);
  const what = REFUSED[String(node['class'])] ?? String(node['type']).toLowerCase().replaceAll('_', ' ');
  return scope.fail(`expected an expression over columns, got ${what}`);
}

function all(nodes: unknown, scope: Scope): Admitted[] {
  return (nodes as readonly Tree[]).map(node => admit(node, scope));
}

function one(node: unknown, scope: Scope): Admitted {
  return admit(node as Tree, scope);
}

function column(node: Tree, scope: Scope): Admitted {
  const names = node['column_names'] as readonly string[];
  if (names.length === 1) return scope.column((names[0] as string).toLowerCase());
  throw scope.fail(`expected a column by its plain name, got ${names.join('.')}`);
}

function constant(node: Tree, scope: Scope): Admitted {
  const { type, is_null: isNull, value } = node['value'] as Tree;
  const { id: name, type_info: info } = type as Tree;
  if (isNull === true) return made('null', raw('null'), []);
  if (name === 'VARCHAR' && typeof value === 'string') return made('text', literal(value), []);
  if (name === 'BOOLEAN' && typeof value === 'boolean') return made('boolean', literal(value), []);
  if (name === 'DOUBLE' && typeof value === 'number') return made('number', double(value), []);
  const scale = name === 'DECIMAL' ? Number((info as Tree)['scale']) : 0;
  if (!['INTEGER', 'BIGINT', 'DECIMAL'].includes(String(name)) || !Number.isSafeInteger(value)) {
    throw scope.fail('expected numbers of at most 15 digits, texts, true, false or null as constants, got another one');
  }
  return made('number', double(Number(`${value}e-${scale}`)), []);
}

function conjunction(node: Tree, scope: Scope): Admitted {
  const word = node['type'] === 'CONJUNCTION_AND' ? 'and' : 'or';
  const parts = all(node['children'], scope);
  requireKind('boolean', parts, { what: word, scope });
  return made('boolean', infix(parts, word), parts);
}

function infix(parts: readonly Admitted[], word: string): Sql {
  return sql`(${join(sqlOf(parts), ` ${word} `)})`;
}

function sqlOf(parts: readonly Admitted[]): Sql[] {
  return parts.map(part => part.sql);
}

function operator(node: Tree, scope: Scope): Admitted {
  switch (node['type']) {
    case 'OPERATOR_IS_NULL':
      return nullness(node, 'is null', scope);
    case 'OPERATOR_IS_NOT_NULL':
      return nullness(node, 'is not null', scope);
    case 'OPERATOR_NOT':
      return negation(all(node['children'], scope), scope);
    case 'OPERATOR_COALESCE': {
      const parts = all(node['children'], scope);
      return made(oneKind(parts, 'coalesce', scope), sql`coalesce(${join(sqlOf(parts))})`, parts);
    }
    case 'COMPARE_IN':
      return membership(all(node['children'], scope), 'in', scope);
    case 'COMPARE_NOT_IN':
      return membership(all(node['children'], scope), 'not in', scope);
    default:
      throw refusal(node, scope);
  }
}

function nullness(node: Tree, words: string, scope: Scope): Admitted {
  const part = admitAny((node['children'] as readonly Tree[])[0] as Tree, scope);
  return made('boolean', sql`(${part.sql} ${raw(words)})`, [part]);
}

function negation(parts: readonly Admitted[], scope: Scope): Admitted {
  requireKind('boolean', parts, { what: 'not', scope });
  return made('boolean', sql`(not ${join(sqlOf(parts))})`, parts);
}

function membership(parts: readonly Admitted[], words: string, scope: Scope): Admitted {
  requireComparable(parts, words, scope);
  const [value, ...list] = sqlOf(parts);
  return made('boolean', sql`(${value as Sql} ${raw(words)} (${join(list)}))`, parts);
}

/** A comparison with NULL is never true, so nobody means it. */
function requireComparable(parts: readonly Admitted[], words: string, scope: Scope): void {
  oneKind(parts, words, scope);
  if (parts.every(part => part.kind !== 'null')) return;
  throw scope.fail(`expected a value in ${words}, got null, which compares as unknown; write "is null"`);
}

const COMPARISONS: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_GREATERTHAN: '>',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHANOREQUALTO: '>=',
  COMPARE_DISTINCT_FROM: 'is distinct from',
  COMPARE_NOT_DISTINCT_FROM: 'is not distinct from'
};

function comparison(node: Tree, scope: Scope): Admitted {
  const word = COMPARISONS[String(node['type'])];
  if (word === undefined) throw refusal(node, scope);
  const parts = [one(node['left'], scope), one(node['right'], scope)];
  if (word.startsWith('is')) oneKind(parts, word, scope);
  else requireComparable(parts, word, scope);
  return made('boolean', infix(parts, word), parts);
}

function between(node: Tree, scope: Scope): Admitted {
  const parts = [one(node['input'], scope), one(node['lower'], scope), one(node['upper'], scope)] as const;
  requireComparable(parts, 'between', scope);
  return made('boolean', sql`(${parts[0].sql} between ${parts[1].sql} and ${parts[2].sql})`, parts);
}

function cases(node: Tree, scope: Scope): Admitted {
  const checks = node['case_checks'] as readonly Tree[];
  const when = checks.map(check => one(check['when_expr'], scope));
  requireKind('boolean', when, { what: 'when', scope });
  const then = checks.map(check => one(check['then_expr'], scope));
  const otherwise = one(node['else_expr'], scope);
  const branches = when.map((test, i) => sql`when ${test.sql} then ${(then[i] as Admitted).sql}`);
  const kind = oneKind([...then, otherwise], 'the branches of case', scope);
  return made(kind, sql`(case ${join(branches, ' ')} else ${otherwise.sql} end)`, [...when, ...then, otherwise]);
}

const CAST_KINDS: Readonly<Record<string, 'number' | 'boolean' | 'text'>> = {
  DOUBLE: 'number',
  INTEGER: 'number',
  BIGINT: 'number',
  BOOLEAN: 'boolean',
  VARCHAR: 'text'
};

/** Whole numbers are rounded half to even; whatever does not convert is NULL. */
function cast(node: Tree, scope: Scope): Admitted {
  const type = String((node['cast_type'] as Tree)['id']);
  const to = CAST_KINDS[type];
  const from = one(node['child'], scope);
  if (to === undefined) {
    throw scope.fail(
      `expected a cast to double, integer, bigint, boolean or varchar, got one to ${type.toLowerCase()}`
    );
  }
  if (to === 'text' && from.kind === 'number') {
    throw scope.fail('expected no cast of a number to text; name its ranges with case when … then …');
  }
  const plain = from.kind === to || from.kind === 'null' ? from.sql : converted(from, to);
  if (type === 'INTEGER' || type === 'BIGINT') {
    return made(to, sql`cast(try_cast(${plain} as ${raw(type.toLowerCase())}) as double)`, [from]);
  }
  return made(from.kind === 'null' ? 'null' : to, plain, [from]);
}

function converted(from: Admitted, to: 'number' | 'boolean' | 'text'): Sql {
  if (to === 'boolean' && /^'[tf]'$/.test(from.sql.text)) return literal(from.sql.text === "'t'");
  if (to === 'boolean') return sql`try_cast(${from.sql} as boolean)`;
  if (to === 'text') return sql`cast(${from.sql} as varchar)`;
  const value = sql`try_cast(${from.sql} as double)`;
  return from.kind === 'text' ? sql`(case when isfinite(${value}) then ${value} end)` : value;
}
