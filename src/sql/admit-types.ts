import type { Sql } from '../types.js';

/** What an admitted expression gives. `number` is DOUBLE; `null` is the bare NULL, which fits every kind. */
export type SqlKind = 'number' | 'boolean' | 'text' | 'instant' | 'null';

/** SQL that is rendered anew from an admitted tree. */
export interface Admitted {
  readonly kind: SqlKind;
  readonly sql: Sql;
  /** Levels of nesting, those of the columns' own expressions included. */
  readonly depth: number;
}

/** The names that an expression may use. */
export interface Scope {
  /** The column of a name in lower case. @throws what `fail` makes when there is none */
  column(name: string): Admitted;
  /** The error to throw for a problem. */
  fail(problem: string): Error;
}

/** Below the engine's own limit of 1,000, of which one level here can take several. */
const DEEPEST = 200;
const LONGEST = 50_000;

/** An expression made of parts. */
export function made(kind: SqlKind, sql: Sql, parts: readonly Admitted[]): Admitted {
  return { kind, sql, depth: 1 + Math.max(0, ...parts.map(part => part.depth)) };
}

/** The expression itself, when the engine can still be expected to take it. @throws what `scope.fail` makes */
export function withinLimits(found: Admitted, scope: Scope): Admitted {
  if (found.depth > DEEPEST) throw scope.fail(`expected at most ${DEEPEST} levels of nesting, got more`);
  if (found.sql.text.length > LONGEST) {
    throw scope.fail(`expected at most ${LONGEST} characters of SQL with every named feature written out, got more`);
  }
  return found;
}

/** The one kind of all parts, where NULL fits any. @throws what `scope.fail` makes when they differ */
export function oneKind(parts: readonly Admitted[], what: string, scope: Scope): SqlKind {
  const kinds = [...new Set(parts.map(part => part.kind).filter(kind => kind !== 'null'))];
  if (kinds.length > 1) throw scope.fail(`expected values of one kind in ${what}, got ${kinds.join(' and ')}`);
  return kinds[0] ?? 'null';
}

/** @throws what `scope.fail` makes unless every part is of the kind, or NULL */
export function requireKind(
  kind: SqlKind,
  parts: readonly Admitted[],
  { what, scope }: { what: string; scope: Scope }
): void {
  const other = parts.find(part => part.kind !== kind && part.kind !== 'null');
  if (other !== undefined) throw scope.fail(`expected a ${kind} in ${what}, got a ${other.kind}`);
}
