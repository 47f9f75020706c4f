import { double, id, join, raw, sql } from '../sql/sql.js';
import type { Engine, GoldenRow, ScoringArtifact, Sql } from '../types.js';
import type { Reproduced } from './reproduce.js';
import { renderSql } from './sql-writer.js';

const TABLE = id('vitals_golden_rows');

/** Golden rows that a typed table can hold: every input there, with a value of its type or null. */
export function tableRows(artifact: ScoringArtifact): GoldenRow[] {
  return artifact.golden.filter(({ row }) =>
    artifact.inputs.every(input => {
      if (!Object.hasOwn(row, input.name)) return false;
      const value = row[input.name];
      return value === null || typeof value === (input.type === 'number' ? 'number' : 'string');
    })
  );
}

/** Scores golden rows with the artifact's SQL, in a temporary table of the engine that is removed afterwards. */
export async function reproduceSql(
  artifact: ScoringArtifact,
  golden: readonly GoldenRow[],
  engine: Engine
): Promise<Reproduced[]> {
  const position = positionColumn(artifact);
  await engine.run(createTable(artifact, golden, position));
  try {
    const query: Sql = raw(renderSql(artifact, { dialect: 'duckdb', table: TABLE }));
    const { n, numbers, texts } = await engine.columns(sql`SELECT * FROM (${query}) ORDER BY ${position}`);
    const u = numbers['low'];
    return Array.from({ length: n }, (_, i) => ({
      probability: numberAt(numbers['probability'], i),
      refusal: texts['refusal']?.[i] ?? null,
      ...(artifact.model.kind === 'manual' ? { u: numberAt(u, i), category: texts['category']?.[i] ?? null } : {})
    }));
  } finally {
    await engine.run(sql`DROP TABLE IF EXISTS ${TABLE}`);
  }
}

function createTable(artifact: ScoringArtifact, golden: readonly GoldenRow[], position: Sql): Sql {
  const { inputs } = artifact;
  const types = inputs.map(input => sql`${id(input.name)} ${raw(input.type === 'number' ? 'DOUBLE' : 'VARCHAR')}`);
  const create = sql`CREATE OR REPLACE TEMP TABLE ${TABLE} (${join([sql`${position} INTEGER`, ...types])})`;
  if (golden.length === 0) return create;
  const rows = golden.map(({ row }, i) => {
    const cells = inputs.map(input => {
      const value = row[input.name] ?? null;
      return typeof value === 'number' ? double(value) : sql`${value}`;
    });
    return sql`(${join([i, ...cells])})`;
  });
  return sql`${create}; INSERT INTO ${TABLE} VALUES ${join(rows)}`;
}

/** The column that keeps the order of the rows, named like no input. */
function positionColumn(artifact: ScoringArtifact): Sql {
  let name = 'golden_row';
  while (artifact.inputs.some(input => input.name.toLowerCase() === name)) name = `${name}_`;
  return id(name);
}

function numberAt(values: Float64Array | undefined, i: number): number | null {
  const value = values?.[i] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}
