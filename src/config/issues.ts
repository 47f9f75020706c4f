import type { z } from 'zod';
import { ConfigError } from '../errors.js';
import { didYouMean, suggest } from './suggest.js';
import { type KeyPath, prefix, type YamlSource } from './yaml.js';

type Issue = z.core.$ZodIssue;

interface Problem {
  readonly path: KeyPath;
  /** The key itself is wrong, not its value. */
  readonly onKey: boolean;
  readonly text: string;
}

/**
 * Checks a document against a schema and returns the schema's output.
 * @throws ConfigError naming file, line, column, key path, what was expected and what came, for a misspelled key
 * (with the nearest right one), else the first problem in the file; the places of the others follow.
 */
export function parseWith<T>(schema: z.ZodType<T>, source: YamlSource): T {
  const result = schema.safeParse(source.value, { reportInput: true });
  if (result.success) return result.data;
  throw report(
    source,
    result.error.issues.flatMap(issue => problems(issue, [], schema))
  );
}

function report(source: YamlSource, found: readonly Problem[]): ConfigError {
  const placed = found
    .map(problem => ({ ...problem, place: problem.onKey ? source.keyPlace(problem.path) : source.place(problem.path) }))
    .sort(
      (a, b) => Number(b.onKey) - Number(a.onKey) || a.place.line - b.place.line || a.place.column - b.place.column
    );
  const first = placed[0]!;
  const rest = placed.slice(1, 6).map(p => `line ${p.place.line} (${pathText(p.path)})`);
  const more = placed.length > 6 ? ` and ${placed.length - 6} more` : '';
  const also = rest.length === 0 ? '' : `. Also wrong: ${rest.join(', ')}${more}`;
  return new ConfigError(`${prefix(source.file, first.place)}${first.text}${also}`);
}

function problems(issue: Issue, base: KeyPath, root: z.core.$ZodType): Problem[] {
  const path = [...base, ...issue.path.map(step => (typeof step === 'number' ? step : String(step)))];
  if (issue.code === 'unrecognized_keys') {
    const known = keysOf(schemasAt(root, path));
    return issue.keys.map(key => ({ path: [...path, key], onKey: true, text: unknownKey(key, path, known) }));
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, path, root);
  return [{ path, onKey: false, text: `${pathText(path)}: ${wording(issue)}` }];
}

/** The branch that the author meant (its own kind fits), or one sentence that names what every branch expects. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, path: KeyPath, root: z.core.$ZodType): Problem[] {
  const meant = issue.errors.find(branch => branch.length > 0 && !branch.some(atRoot));
  if (meant !== undefined) return meant.flatMap(inner => problems(inner, path, root));
  const kinds = [...new Set(issue.errors.flatMap(branch => branch.filter(atRoot).map(expectation)))];
  return [{ path, onKey: false, text: `${pathText(path)}: ${expected(kinds.join(' or '), issue.input)}` }];
}

function atRoot(issue: Issue): boolean {
  return issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value');
}

function unknownKey(key: string, path: KeyPath, known: readonly string[]): string {
  const owner = path.length === 0 ? 'the top level' : pathText(path);
  return `${key} is not a key of ${owner}; ${didYouMean(key, known)}`;
}

function wording(issue: Issue): string {
  if (issue.code === 'custom' || issue.code === 'invalid_format') return issue.message;
  if (issue.code === 'invalid_type' && issue.message.startsWith('expected ')) return issue.message;
  return expected(expectation(issue), issue.input) + hint(issue);
}

/** The nearest allowed text, where a text was given. */
function hint(issue: Issue): string {
  if (issue.code !== 'invalid_value' || typeof issue.input !== 'string') return '';
  const near = suggest(issue.input, issue.values.map(String));
  return near === null ? '' : `; did you mean ${near}?`;
}

function expected(what: string, input: unknown): string {
  if (input === undefined) return `is required: expected ${what}`;
  const quotes = what === 'text' && (typeof input === 'number' || typeof input === 'boolean');
  return `expected ${what}, got ${describe(input)}${quotes ? `; write it in quotes: "${input}"` : ''}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'keys with values',
  record: 'keys with values'
};

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return bound(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    default:
      return issue.message;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  if (origin === 'array') return `${relation} ${limit} entries`;
  if (origin === 'string') return `text of ${relation} ${limit} characters`;
  return `a number of ${relation} ${limit}`;
}

/** A value in words for a message; texts in quotes, cut after 80 characters. */
export function describe(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'keys with values';
  if (typeof value !== 'string') return String(value);
  return `the text "${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`;
}

/** `outcomes.churn.horizon_days`, `sources.events.files[0]`. */
export function pathText(path: KeyPath): string {
  if (path.length === 0) return 'the document';
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('');
}

/** Every schema that may govern the value at a path (several where a union allows several). */
function schemasAt(schema: z.core.$ZodType, path: KeyPath): z.core.$ZodType[] {
  const open = unwrap(schema);
  const [step, ...rest] = path;
  if (step === undefined) return open;
  return open.flatMap(one => {
    const next = childSchema((one as z.core.$ZodTypes)._zod.def, step);
    return next === undefined ? [] : schemasAt(next, rest);
  });
}

function childSchema(def: z.core.$ZodTypes['_zod']['def'], step: string | number): z.core.$ZodType | undefined {
  if (def.type === 'object') return Object.hasOwn(def.shape, step) ? def.shape[step] : undefined;
  if (def.type === 'record') return def.valueType;
  if (def.type === 'array') return def.element;
  return undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType[] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'optional' || def.type === 'default' || def.type === 'nullable' || def.type === 'prefault') {
    return unwrap(def.innerType);
  }
  return def.type === 'union' ? def.options.flatMap(unwrap) : [schema];
}

function keysOf(schemas: readonly z.core.$ZodType[]): string[] {
  return schemas.flatMap(schema => {
    const def = (schema as z.core.$ZodTypes)._zod.def;
    return def.type === 'object' ? Object.keys(def.shape) : [];
  });
}
