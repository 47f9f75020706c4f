import type { ArtifactInput, Preparation, Refused } from '../../types.js';

/** A validated value of one input. */
export type Cell = number | string | null;

/** What one input accepts. `levels` null: any text (unknown levels are pooled by the preparation). */
export interface InputRule {
  readonly name: string;
  readonly numeric: boolean;
  readonly nullable: boolean;
  readonly minimum: number;
  readonly maximum: number;
  readonly levels: ReadonlySet<string> | null;
}

/**
 * The accepted domain of every input, in input order. An input that some column reads through `log1p` is at least 0,
 * whatever its declared minimum.
 */
export function inputRules(inputs: readonly ArtifactInput[], preparation: Preparation): InputRule[] {
  return inputs.map(input => {
    const columns = preparation.columns.filter(column => column.input === input.name);
    const floor = columns.some(column => column.transform === 'log1p') ? 0 : Number.NEGATIVE_INFINITY;
    return {
      name: input.name,
      numeric: input.type === 'number',
      nullable: input.nullable,
      minimum: Math.max(input.minimum ?? Number.NEGATIVE_INFINITY, floor),
      maximum: input.maximum ?? Number.POSITIVE_INFINITY,
      levels: columns.some(column => column.kind === 'other') ? null : new Set(input.levels ?? [])
    };
  });
}

/**
 * Reads the cells of a row in input order, or says why the row is refused (the first fault in input order). Only own
 * enumerable data properties of a plain object are read, each once; further keys are ignored. Never throws.
 */
export function readCells(rules: readonly InputRule[], row: unknown): Cell[] | Refused {
  try {
    if (!isPlainRow(row)) return refuse('not_a_row', '', 'expected a plain object of named values');
    const cells: Cell[] = [];
    for (const rule of rules) {
      const value = ownValue(row, rule.name);
      const refused = checkCell(rule, value);
      if (refused !== null) return refused;
      cells.push(value as Cell);
    }
    return cells;
  } catch {
    return refuse('not_a_row', '', 'expected a plain object of named values, got one that cannot be read');
  }
}

/** A typed refusal; `input` is empty when it is about the whole row. */
export function refuse(code: Refused['code'], input: string, message: string): Refused {
  return { ok: false, code, input, message };
}

function isPlainRow(row: unknown): row is object {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return false;
  const prototype: unknown = Object.getPrototypeOf(row);
  // Plain objects of another realm (a frame, a worker) have another Object.prototype; it is the one without a parent.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  return !Object.hasOwn(row, '__proto__');
}

const ACCESSOR = Symbol('accessor');

function ownValue(row: object, name: string): unknown {
  const property = Object.getOwnPropertyDescriptor(row, name);
  if (property === undefined || !property.enumerable) return undefined;
  return 'value' in property ? property.value : ACCESSOR;
}

function checkCell(rule: InputRule, value: unknown): Refused | null {
  if (value === undefined) return refuse('missing_key', rule.name, `expected a value for ${rule.name}, got none`);
  if (value === null) {
    return rule.nullable ? null : refuse('null_refused', rule.name, `expected a value for ${rule.name}, got null`);
  }
  return rule.numeric ? checkNumber(rule, value) : checkLevel(rule, value);
}

function checkNumber(rule: InputRule, value: unknown): Refused | null {
  const { name, minimum, maximum } = rule;
  if (typeof value !== 'number') {
    return refuse('wrong_type', name, `expected a number for ${name}, got ${kindOf(value)}`);
  }
  if (!Number.isFinite(value)) return refuse('not_finite', name, `expected a finite number for ${name}, got ${value}`);
  if (value >= minimum && value <= maximum) return null;
  return refuse('out_of_range', name, `expected ${name} within [${minimum}, ${maximum}], got ${value}`);
}

function checkLevel(rule: InputRule, value: unknown): Refused | null {
  const { name, levels } = rule;
  if (typeof value !== 'string') {
    return refuse('wrong_type', name, `expected text for ${name}, got ${kindOf(value)}`);
  }
  if (levels === null || levels.has(value)) return null;
  return refuse('unknown_level', name, `expected one of ${levels.size} known levels for ${name}, got ${kindOf(value)}`);
}

function kindOf(value: unknown): string {
  if (value === ACCESSOR) return 'a getter or setter';
  return typeof value === 'string' ? `text of ${value.length} characters` : `a value of type ${typeof value}`;
}
