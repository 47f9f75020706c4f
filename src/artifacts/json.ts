import { ArtifactError } from '../errors.js';

export interface JsonLimits {
  /** Longest text accepted, in UTF-16 code units. */
  readonly maxLength: number;
  /** Deepest nesting of arrays and objects accepted. */
  readonly maxDepth: number;
}

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null]
]);

/**
 * Parses JSON that nobody vouches for. Beyond RFC 8259 it refuses: texts over the limits, duplicate keys, the keys
 * `__proto__`, `constructor` and `prototype`, and numbers that a double cannot hold.
 * @throws ArtifactError with the path of the fault.
 */
export function parseJson(text: string, limits: JsonLimits): unknown {
  if (text.length > limits.maxLength) {
    throw new ArtifactError(`expected JSON of at most ${limits.maxLength} characters, got ${text.length}`);
  }
  return new JsonReader(text, limits.maxDepth).document();
}

class JsonReader {
  readonly #text: string;
  readonly #maxDepth: number;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): unknown {
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault('the end of the text');
    return value;
  }

  #value(): unknown {
    this.#space();
    const start = this.#text[this.#at];
    if (start === '{') return this.#object();
    if (start === '[') return this.#array();
    if (start === '"') return this.#string();
    const word = this.#word();
    return word === undefined ? this.#number() : word;
  }

  #object(): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.#items('}', () => {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#fault('a key in quotes');
      const key = this.#string();
      this.#path.push(key);
      if (FORBIDDEN_KEYS.has(key)) throw this.#fault(`a key other than ${key}`);
      if (Object.hasOwn(result, key)) throw this.#fault('every key once');
      this.#space();
      if (!this.#take(':')) throw this.#fault("':'");
      result[key] = this.#value();
      this.#path.pop();
    });
    return result;
  }

  #array(): unknown[] {
    const result: unknown[] = [];
    this.#items(']', () => {
      this.#path.push(result.length);
      result.push(this.#value());
      this.#path.pop();
    });
    return result;
  }

  #depth = 0;

  /** Reads `item, item, …` and the closing bracket; the opening one is at the cursor. */
  #items(close: string, item: () => void): void {
    this.#at++;
    if (++this.#depth > this.#maxDepth) throw this.#fault(`at most ${this.#maxDepth} levels of nesting`);
    this.#space();
    if (!this.#take(close)) {
      do item();
      while (this.#separator(close));
    }
    this.#depth--;
  }

  #separator(close: string): boolean {
    this.#space();
    if (this.#take(',')) return true;
    if (this.#take(close)) return false;
    throw this.#fault(`',' or '${close}'`);
  }

  #string(): string {
    let end = this.#at + 1;
    for (;;) {
      const code = this.#text.charCodeAt(end);
      if (code === 0x22) break;
      if (!(code >= 0x20)) throw this.#fault('text that ends with a quote and has no raw control character');
      end += code === 0x5c ? 2 : 1;
    }
    try {
      const value = JSON.parse(this.#text.slice(this.#at, end + 1)) as string;
      this.#at = end + 1;
      return value;
    } catch {
      throw this.#fault('text with the escapes of JSON');
    }
  }

  #word(): boolean | null | undefined {
    for (const [word, value] of WORDS) {
      if (!this.#text.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    return undefined;
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) throw this.#fault('a JSON value');
    const value = Number(match[0]);
    if (!Number.isFinite(value)) throw this.#fault('a number that a double can hold');
    this.#at += match[0].length;
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #take(mark: string): boolean {
    if (this.#text[this.#at] !== mark) return false;
    this.#at++;
    return true;
  }

  #fault(expected: string): ArtifactError {
    return new ArtifactError(`expected ${expected} at ${pathText(this.#path)} (character ${this.#at})`);
  }
}

/** A path such as `$.model.coefficients[3]`; keys that are long or unusual are quoted and cut at 60 characters. */
export function pathText(path: readonly (string | number)[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return /^\w{1,60}$/.test(part) ? `${text}.${part}` : `${text}[${JSON.stringify(part.slice(0, 60))}]`;
  }, '$');
}
