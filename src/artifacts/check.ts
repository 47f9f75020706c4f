import { ArtifactError } from '../errors.js';
import { pathText } from './json.js';

/** A value of a parsed document with its path, for messages. */
export class Node {
  readonly value: unknown;
  readonly path: readonly (string | number)[];

  constructor(value: unknown, path: readonly (string | number)[] = []) {
    this.value = value;
    this.path = path;
  }

  /** An error that names the path; `got` tells the type, never a text in full. */
  fault(expected: string): ArtifactError {
    return new ArtifactError(`expected ${expected} at ${pathText(this.path)}, got ${brief(this.value)}`);
  }

  /** The fields of an object that has all of `required`, any of `optional` and no other key. */
  fields(required: readonly string[], optional: readonly string[] = []): (key: string) => Node {
    const object = this.object();
    const known = new Set([...required, ...optional]);
    for (const key of Object.keys(object)) {
      if (!known.has(key)) throw new Node(object[key], [...this.path, key]).fault('no such key');
    }
    for (const key of required) {
      if (!Object.hasOwn(object, key)) throw this.fault(`the key ${key}`);
    }
    return key => new Node(Object.hasOwn(object, key) ? object[key] : undefined, [...this.path, key]);
  }

  /** Key and value of every entry of an object. */
  entries(): [string, Node][] {
    return Object.entries(this.object()).map(([key, value]) => [key, new Node(value, [...this.path, key])]);
  }

  list<T>(item: (node: Node, index: number) => T): T[] {
    if (!Array.isArray(this.value)) throw this.fault('a list');
    return this.value.map((value, i) => item(new Node(value, [...this.path, i]), i));
  }

  number(range: { readonly min?: number; readonly max?: number } = {}): number {
    const { value } = this;
    const { min = -Number.MAX_VALUE, max = Number.MAX_VALUE } = range;
    if (typeof value !== 'number' || !(value >= min && value <= max)) throw this.fault(`a number in [${min}, ${max}]`);
    return value;
  }

  positive(): number {
    const value = this.number();
    if (!(value > 0)) throw this.fault('a number above 0');
    return value;
  }

  integer(min: number, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.number({ min, max });
    if (!Number.isSafeInteger(value)) throw this.fault('an integer');
    return value;
  }

  boolean(): boolean {
    if (typeof this.value !== 'boolean') throw this.fault('true or false');
    return this.value;
  }

  text(maxLength = 10_000): string {
    if (typeof this.value !== 'string' || this.value.length > maxLength) {
      throw this.fault(`text of at most ${maxLength} characters`);
    }
    return this.value;
  }

  /** A name: text that is not empty and not one of the keys that JavaScript gives a meaning. */
  name(): string {
    const value = this.text(1000);
    if (value === '' || RESERVED.has(value)) throw this.fault('a name that is not empty or reserved');
    return value;
  }

  oneOf<const T extends string | number>(...allowed: readonly T[]): T {
    const found = allowed.find(candidate => candidate === this.value);
    if (found === undefined) throw this.fault(`one of ${allowed.join(', ')}`);
    return found;
  }

  /** `read(node)` when the value is there, else undefined. */
  optional<T>(read: (node: Node) => T): T | undefined {
    return this.value === undefined ? undefined : read(this);
  }

  object(): Readonly<Record<string, unknown>> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.fault('an object');
    return value as Readonly<Record<string, unknown>>;
  }
}

/** Refuses two equal names in a list. */
export function distinct(node: Node, names: readonly string[]): void {
  if (new Set(names).size !== names.length) throw node.fault('every name once');
}

/** Refuses numbers that do not ascend strictly. */
export function ascending(node: Node, values: readonly number[]): void {
  values.forEach((value, i) => {
    if (i > 0 && !(value > (values[i - 1] as number))) throw node.fault('strictly ascending numbers');
  });
}

const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

function brief(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  if (typeof value === 'string') return `text of ${value.length} characters`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
