import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  DuckDBTypeId
} from '@duckdb/node-api';
import { DataError, VitalsError } from '../errors.js';
import { id, sql } from '../sql/sql.js';
import type { Columns, Engine, Sql } from '../types.js';

export interface DuckDBOptions {
  /** File of the database, or ':memory:'. */
  readonly path: string;
  /** Threads of the engine; default all cores. Never changes a result. */
  readonly threads?: number;
  /** Memory limit such as '4GB'; default the engine's own. */
  readonly memoryLimit?: string;
}

const CHUNK = 2048;

/** Opens the embedded engine. Extensions are never fetched; a file that another process holds is refused with its PID. */
export async function openDuckDB(options: DuckDBOptions): Promise<Engine> {
  const settings: Record<string, string> = {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false'
  };
  if (options.threads !== undefined) settings['threads'] = String(options.threads);
  if (options.memoryLimit !== undefined) settings['memory_limit'] = options.memoryLimit;
  let instance: DuckDBInstance;
  try {
    instance = await DuckDBInstance.create(options.path, settings);
  } catch (cause) {
    throw lockError(options.path, cause);
  }
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return new DuckDBEngine(instance, connection);
}

function lockError(path: string, cause: unknown): Error {
  const pid = /PID (\d+)/.exec(String(cause))?.[1];
  if (pid === undefined) return new VitalsError(`cannot open the database ${path}: ${message(cause)}`, { cause });
  return new VitalsError(
    `expected the database ${path} to be free, but process ${pid} has it open; wait until it ends, then run again`,
    { cause }
  );
}

class DuckDBEngine implements Engine {
  readonly kind = 'duckdb';
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async run(statement: Sql): Promise<void> {
    await guard(statement, () => this.#connection.run(statement.text));
  }

  async columns(query: Sql): Promise<Columns> {
    return guard(query, async () => {
      const result = await this.#connection.stream(query.text);
      const names = result.columnNames();
      const types = result.columnTypes();
      const parts = names.map((_, c) => (isNumeric(types[c] as DuckDBType) ? new NumberColumn() : new TextColumn()));
      let n = 0;
      for (;;) {
        const chunk = await result.fetchChunk();
        if (!chunk || chunk.rowCount === 0) break;
        parts.forEach((part, c) => {
          const vector = chunk.getColumnVector(c);
          for (let r = 0; r < chunk.rowCount; r++) part.push(vector.getItem(r));
        });
        n += chunk.rowCount;
      }
      const numbers: Record<string, Float64Array> = Object.create(null);
      const texts: Record<string, readonly (string | null)[]> = Object.create(null);
      parts.forEach((part, c) => {
        const name = names[c] as string;
        if (part instanceof NumberColumn) numbers[name] = part.finish();
        else texts[name] = part.values;
      });
      return { n, names, numbers, texts };
    });
  }

  async rows(query: Sql): Promise<Record<string, string | number | null>[]> {
    const columns = await this.columns(query);
    return Array.from({ length: columns.n }, (_, i) => {
      const row: Record<string, string | number | null> = {};
      for (const name of columns.names) {
        const number = columns.numbers[name]?.[i];
        row[name] = number === undefined ? (columns.texts[name]?.[i] ?? null) : Number.isNaN(number) ? null : number;
      }
      return row;
    });
  }

  async append(table: string, columns: readonly (Float64Array | readonly (string | null)[])[]): Promise<void> {
    const types = (await this.#connection.runAndReadAll(sql`SELECT * FROM ${id(table)} LIMIT 0`.text)).columnTypes();
    const n = columns[0]?.length ?? 0;
    const appender = await this.#connection.createAppender(table);
    for (let from = 0; from < n; from += CHUNK) {
      const to = Math.min(n, from + CHUNK);
      const chunk = DuckDBDataChunk.create(types);
      chunk.setColumns(
        columns.map((column, c) => [...column.slice(from, to)].map(value => cell(value, types[c] as DuckDBType)))
      );
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

/** Value of the engine's own type; NaN and null become NULL. */
function cell(value: number | string | null, type: DuckDBType) {
  if (value === null || Number.isNaN(value)) return null;
  if (typeof value === 'number' && type.typeId === DuckDBTypeId.BIGINT) return BigInt(value);
  if (type.typeId === DuckDBTypeId.BOOLEAN) return value === 'true' || value === 1;
  return value;
}

class NumberColumn {
  #values = new Float64Array(CHUNK);
  #n = 0;

  push(value: unknown): void {
    if (this.#n === this.#values.length) {
      const larger = new Float64Array(this.#n * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#n++] = value === null ? Number.NaN : toNumber(value);
  }

  finish(): Float64Array {
    return this.#values.slice(0, this.#n);
  }
}

class TextColumn {
  readonly values: (string | null)[] = [];

  push(value: unknown): void {
    this.values.push(value === null ? null : String(value));
  }
}

function toNumber(value: unknown): number {
  if (
    typeof value === 'bigint' &&
    (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER))
  ) {
    throw new DataError(`expected an integer within 2^53, got ${value}; declare fewer decimals for this column`);
  }
  return Number(value);
}

const NUMERIC = new Set([
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
  DuckDBTypeId.UBIGINT,
  DuckDBTypeId.HUGEINT,
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE
]);

function isNumeric(type: DuckDBType): boolean {
  return NUMERIC.has(type.typeId);
}

async function guard<T>(statement: Sql, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof VitalsError) throw cause;
    throw new SqlError(statement.text, cause);
  }
}

/** The engine refused a statement; `sql` holds its text. */
export class SqlError extends VitalsError {
  readonly sql: string;

  constructor(text: string, cause: unknown) {
    super(`the engine refused a statement: ${message(cause)}`, { cause });
    this.sql = text;
  }
}

function message(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
