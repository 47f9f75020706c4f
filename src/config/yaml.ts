import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
  visit,
  type YAMLParseError,
  type YAMLWarning
} from 'yaml';
import { ConfigError } from '../errors.js';

/** Keys and list positions from the root of a document to a value. */
export type KeyPath = readonly (string | number)[];

/** Line and column of a place in the file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML document as plain values, which still knows where each of them stands in the file. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  /** Where the value of a path stands; for a path that is absent, the key of the deepest part that is there. */
  place(path: KeyPath): Place;
  /** Where the last key of a path stands. */
  keyPlace(path: KeyPath): Place;
}

const LARGEST = 1_000_000;
const MOST_ALIASES = 50;
const DEEPEST = 40;

/**
 * Parses one YAML 1.2 document. Dates stay texts, nothing is coerced. Refused with file, line and column: syntax
 * errors, duplicate keys, unknown tags, the key `__proto__`, aliases that multiply (more than 50 nodes), more than
 * 40 levels, more than 1,000,000 characters, several documents.
 */
export function parseYaml(text: string, file: string): YamlSource {
  if (text.length > LARGEST)
    throw new ConfigError(`${file}: expected at most ${LARGEST} characters, got ${text.length}`);
  const counter = new LineCounter();
  const document = readDocument(text, file, counter);
  const place = (offset: number): Place => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const broken = document.errors[0] ?? document.warnings[0];
  if (broken !== undefined) throw new ConfigError(prefix(file, place(broken.pos[0])) + syntaxMessage(broken, text));
  refusePrototype(document, offset => prefix(file, place(offset)));
  return {
    file,
    value: plainValue(document, file),
    place: path => place(locate(document, path).value),
    keyPlace: path => place(locate(document, path).key)
  };
}

/** `file:line:column: `, as editors and terminals understand it. */
export function prefix(file: string, place: Place): string {
  return `${file}:${place.line}:${place.column}: `;
}

function readDocument(text: string, file: string, lineCounter: LineCounter): Document {
  refuseDepth(text, file);
  return parseDocument(text, { lineCounter, prettyErrors: false, version: '1.2', schema: 'core' });
}

/** Composing a document recurses and can exhaust the stack, reading its tokens does not. */
function refuseDepth(text: string, file: string): void {
  const open: { node: unknown; depth: number }[] = [...new Parser().parse(text)].map(node => ({ node, depth: 0 }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, depth } = next;
    if (typeof node !== 'object' || node === null) continue;
    if (depth > DEEPEST) throw new ConfigError(`${file}: expected at most ${DEEPEST} levels of nesting, got more`);
    if ('value' in node) open.push({ node: node.value, depth });
    if ('key' in node) open.push({ node: node.key, depth });
    if ('items' in node && Array.isArray(node.items)) {
      for (const item of node.items) open.push({ node: item, depth: depth + 1 });
    }
  }
}

function plainValue(document: Document, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (cause) {
    throw new ConfigError(
      `${file}: expected at most ${MOST_ALIASES} nodes repeated by aliases, got more; write them out`,
      {
        cause
      }
    );
  }
}

function refusePrototype(document: Document, where: (offset: number) => string): void {
  visit(document, {
    Pair(_, pair) {
      if (!isScalar(pair.key) || pair.key.value !== '__proto__') return;
      throw new ConfigError(`${where(pair.key.range?.[0] ?? 0)}__proto__ cannot be a key; rename it`);
    }
  });
}

/** Offsets of the last key that exists on the path, and of its value when the whole path exists (else of that key). */
function locate(document: Document, path: KeyPath): { key: number; value: number } {
  let node: Node | null = document.contents;
  let key = offsetOf(node) ?? 0;
  for (const step of path) {
    const next: { key: Node | null; value: Node | null } | null = child(document, node, step);
    if (next === null) return { key, value: key };
    node = next.value;
    key = offsetOf(next.key) ?? offsetOf(node) ?? key;
  }
  return { key, value: offsetOf(node) ?? key };
}

function child(
  document: Document,
  parent: Node | null,
  step: string | number
): { key: Node | null; value: Node | null } | null {
  const node = isAlias(parent) ? parent.resolve(document) : parent;
  if (isMap(node)) {
    const pair = node.items.find(item => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
    return pair === undefined ? null : { key: asNode(pair.key), value: asNode(pair.value) };
  }
  if (isSeq(node) && typeof step === 'number' && step < node.items.length) {
    return { key: null, value: asNode(node.items[step]) };
  }
  return null;
}

function asNode(value: unknown): Node | null {
  return isNode(value) ? value : null;
}

function offsetOf(node: Node | null): number | null {
  return node?.range?.[0] ?? null;
}

/** The parser's sentence, in our words where its own does not say what to do. */
function syntaxMessage({ code, message, pos }: YAMLParseError | YAMLWarning, text: string): string {
  if (code === 'DUPLICATE_KEY')
    return `expected every key once, got ${keyText(text, pos[0])} again; remove one of them`;
  return `expected YAML, got text that cannot be parsed: ${message.split('\n')[0]}`;
}

function keyText(text: string, from: number): string {
  return /^[^\s:]{1,80}/.exec(text.slice(from))?.[0] ?? 'a key';
}
