import { double, id, join, sql } from '../sql/sql.js';
import type { Sql } from '../types.js';

/** Terms of one sum: engines limit how deep an expression may nest. */
const TERMS = 100;

/**
 * Chained common table expressions. Each stage carries every column of the one before and adds named columns, so that
 * no expression is written twice and sums keep their order.
 */
export class Stages {
  readonly #prefix: string;
  readonly #stages: Sql[][] = [[]];
  readonly #names: Sql[] = [];

  /** @param prefix begins every intermediate name. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** Adds a column to the current stage and gives its name, which later stages can read. */
  column(name: string, value: Sql): Sql {
    const full = id(this.#prefix + name);
    this.#names.push(full);
    this.#stages.at(-1)?.push(sql`${value} AS ${full}`);
    return full;
  }

  /** Starts a stage that can read the columns added so far. */
  next(): void {
    this.#stages.push([]);
  }

  /** Adds `start + term + term …` from left to right and starts a new stage. */
  sum(name: string, start: Sql, terms: readonly Sql[]): Sql {
    let total = start;
    for (let from = 0; from === 0 || from < terms.length; from += TERMS) {
      const part = join([total, ...terms.slice(from, from + TERMS)], '\n      + ');
      total = this.column(from === 0 ? name : `${name} ${from / TERMS + 1}`, part);
      this.next();
    }
    return total;
  }

  /** The whole SELECT: the columns of the table except `hidden`, then the named outputs. */
  select(
    table: Sql,
    last: { readonly columns: readonly (readonly [string, Sql])[]; readonly hidden: readonly Sql[] }
  ): Sql {
    const stages = this.#stages.filter(columns => columns.length > 0);
    const names = stages.map((_, i) => id(`${this.#prefix}stage ${i + 1}`));
    const bodies = stages.map((columns, i) => {
      const from = i === 0 ? sql`${table} AS source` : (names[i - 1] as Sql);
      const star = i === 0 ? sql`source.*` : sql`*`;
      return sql`${names[i] as Sql} AS (\n  SELECT ${star},\n    ${join(columns, ',\n    ')}\n  FROM ${from}\n)`;
    });
    const outputs = last.columns.map(([name, value]) => sql`${value} AS ${id(name)}`);
    const exclude = join([...this.#names, ...last.hidden]);
    return sql`WITH ${join(bodies, ', ')}\nSELECT * EXCLUDE (${exclude}),\n  ${join(outputs, ',\n  ')}\nFROM ${names.at(-1) as Sql}`;
  }
}

/** `value` held within [lo, hi]; total for NaN and infinities. */
export function clampSql(value: Sql, lo: number, hi: number): Sql {
  return sql`least(${double(hi)}, greatest(${double(lo)}, ${value}))`;
}

/** Condition that a value lies outside a domain, or null when the domain has no limit. */
export function outside(value: Sql, domain: { readonly minimum: number; readonly maximum: number }): Sql | null {
  const { minimum, maximum } = domain;
  const parts = [
    ...(Number.isFinite(minimum) ? [sql`${value} < ${double(minimum)}`] : []),
    ...(Number.isFinite(maximum) ? [sql`${value} > ${double(maximum)}`] : [])
  ];
  return parts.length === 0 ? null : join(parts, ' OR ');
}
