import { customPlace } from '../../config/custom.js';
import { didYouMean } from '../../config/suggest.js';
import type { Config, CustomExpression } from '../../config/types.js';
import { ConfigError } from '../../errors.js';
import { type Admitted, admit, type SqlKind } from '../../sql/admit.js';
import { id, sql } from '../../sql/sql.js';
import type { Tree } from '../../sql/tree.js';
import type { Sql } from '../../types.js';
import type { Aggregate } from '../types.js';

export type Use = (aggregate: Aggregate) => Sql;

/** A feature as an expression sees it. */
export interface Named {
  readonly type: 'number' | 'category';
  /** Its value over the spine row and columns of passes. */
  readonly value: (use: Use) => { readonly sql: Sql; readonly depth: number };
}

export interface ExpressionInput {
  readonly config: Config;
  readonly tree: Tree;
  /** The feature of a name; undefined when there is none. */
  readonly find: (name: string) => Named | undefined;
  /** Every name, for messages. */
  readonly names: readonly string[];
}

const WANTED: Readonly<Record<CustomExpression['type'], SqlKind>> = {
  number: 'number',
  flag: 'boolean',
  category: 'text'
};

/**
 * The features that an expression names, once it is admitted, and its SQL with their definitions written in their places.
 * @throws ConfigError with file, line and key
 */
export function admitNamed(feature: CustomExpression, input: ExpressionInput) {
  const { config, tree, find, names } = input;
  const fail = (problem: string) => new ConfigError(customPlace(config, feature.name, 'expression') + problem);
  const used = new Set<string>();
  const named = (name: string): Named => {
    const found = find(name);
    if (found === undefined) throw fail(`expected the name of a feature, got ${name}; ${didYouMean(name, names)}`);
    used.add(name);
    return found;
  };
  const checked = admit(tree, {
    fail,
    column: name => ({ kind: kindOf(named(name)), sql: id(name), depth: 1 })
  });
  requireType(feature, checked, fail);
  if (used.size === 0) throw fail('expected an expression over at least one feature, got a constant');
  const render = (use: Use): Admitted => {
    const inlined = new Map<string, Admitted>();
    const column = (name: string) => {
      const value = inlined.get(name) ?? columnOf(named(name), use);
      inlined.set(name, value);
      return value;
    };
    return admit(tree, { fail, column });
  };
  return { used: [...used], render };
}

function kindOf({ type }: Named): SqlKind {
  return type === 'category' ? 'text' : 'number';
}

function columnOf(named: Named, use: Use): Admitted {
  const { sql: value, depth } = named.value(use);
  return {
    kind: kindOf(named),
    depth,
    sql: named.type === 'category' ? sql`(${value})` : sql`cast(${value} as double)`
  };
}

function requireType(feature: CustomExpression, { kind }: Admitted, fail: (problem: string) => Error): void {
  if (kind === WANTED[feature.type]) return;
  const fitting = Object.entries(WANTED).find(([, wanted]) => wanted === kind)?.[0];
  const advice = fitting === undefined ? '' : `; write type: ${fitting}`;
  throw fail(`expected a ${WANTED[feature.type]} as type ${feature.type} says, got a ${kind}${advice}`);
}

/** The value as a feature keeps it: 0 or 1 for a flag; NULL for a number beyond the range of a double. */
export function keptValue({ type }: CustomExpression, { sql: value }: Admitted): Sql {
  if (type === 'flag') return sql`cast(${value} as integer)`;
  return type === 'category' ? value : sql`case when isfinite(${value}) then ${value} end`;
}
