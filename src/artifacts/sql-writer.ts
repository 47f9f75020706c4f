import { ArtifactError } from '../errors.js';
import { double, id, join, raw, sql } from '../sql/sql.js';
import type { ArtifactInput, ScoringArtifact, Sql } from '../types.js';
import { type InputRule, inputRules } from './scorer/input.js';
import { calibrateSql } from './sql-calibrate.js';
import { manualStages } from './sql-manual.js';
import { preparedSql } from './sql-prepare.js';
import { outside, Stages } from './sql-stages.js';

export interface SqlOptions {
  readonly dialect: 'duckdb';
  /** Table or view with one column per input; default `"snapshots"`. */
  readonly table?: Sql;
}

/**
 * One SELECT that scores every row of a table: its columns, then `probability` DOUBLE and `refusal` VARCHAR
 * (`code: input`, NULL when scored; a refused row has NULL elsewhere), for manual models also `low`, `high`,
 * `coverage`, `score` and `category`. It reads nothing but the table and changes nothing. Inputs that are named like
 * an output are left out of the result; a column of another type than its input is a refusal of every value.
 * @throws ArtifactError when `sqlObstacle` is not null.
 */
export function renderSql(artifact: ScoringArtifact, options: SqlOptions): string {
  const obstacle = sqlObstacle(artifact);
  if (obstacle !== null) throw new ArtifactError(`expected an artifact that SQL can express, but ${obstacle}`);
  const table = options.table ?? id('snapshots');
  const stages = new Stages(prefixOutside(artifact.inputs, table));
  const values = artifact.inputs.map((input, i) => stages.column(`value ${i + 1}`, readSql(input)));
  const rules = inputRules(artifact.inputs, artifact.preparation);
  const refusal = stages.column('refusal', refusalSql(rules));
  stages.next();
  const outputs = modelStages(stages, artifact, values);
  const scored = (value: Sql) => sql`CASE WHEN ${refusal} IS NULL THEN ${value} END`;
  const probability = calibrateSql(stages, artifact.calibrator, outputs.z);
  const columns: [string, Sql][] = [
    ['probability', scored(probability)],
    ['refusal', refusal],
    ...outputs.health.map(([name, value]): [string, Sql] => [name, scored(value)])
  ];
  const taken = new Set(columns.map(([name]) => name));
  const hidden = artifact.inputs.filter(input => taken.has(caseless(input.name))).map(input => id(input.name));
  return `${stages.select(table, { columns, hidden }).text}\n`;
}

/** Why an artifact has no SQL form, or null when it has one. */
export function sqlObstacle(artifact: ScoringArtifact): string | null {
  const { model, inputs } = artifact;
  if (model.kind === 'neural') return 'a neural network has no SQL form';
  const names = inputs.map(input => input.name);
  if (new Set(names.map(caseless)).size < names.length)
    return 'two inputs differ only in case, which SQL cannot tell apart';
  const labels = model.kind === 'manual' ? model.categories.map(category => category.label) : [];
  const texts = [...names, ...inputs.flatMap(input => input.levels ?? []), ...labels];
  if (texts.some(text => text.includes('\0') || /\p{Surrogate}/u.test(text))) {
    return 'a name or level holds a character that SQL text cannot hold';
  }
  return null;
}

interface ModelOutputs {
  readonly z: Sql;
  readonly health: readonly (readonly [string, Sql])[];
}

function modelStages(stages: Stages, artifact: ScoringArtifact, values: readonly Sql[]): ModelOutputs {
  const { model, inputs } = artifact;
  if (model.kind === 'constant') return { z: double(model.intercept), health: [] };
  if (model.kind === 'manual') return manualStages(stages, model, { inputs, values });
  if (model.kind === 'neural') throw new ArtifactError('a neural network has no SQL form');
  const terms = artifact.preparation.columns.map((column, j) => {
    const position = inputs.findIndex(input => input.name === column.input);
    const levels = inputs[position]?.levels ?? [];
    const prepared = preparedSql(column, { value: values[position] as Sql, levels });
    return sql`${double(model.coefficients[j] as number)} * ${prepared}`;
  });
  return { z: stages.sum('z', double(model.intercept), terms), health: [] };
}

const NUMERIC = raw(
  "('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'HUGEINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT', 'UHUGEINT', 'FLOAT', 'DOUBLE')"
);

/** Whether the engine's type of a column fits the type of its input; constant per query. */
function typeFits(column: Sql, numeric: boolean): Sql {
  if (numeric) return sql`(typeof(${column}) IN ${NUMERIC} OR typeof(${column}) LIKE 'DECIMAL(%')`;
  return sql`(typeof(${column}) = 'VARCHAR' OR typeof(${column}) LIKE 'ENUM(%')`;
}

function source(name: string): Sql {
  return sql`source.${id(name)}`;
}

function readSql(input: ArtifactInput): Sql {
  const column = source(input.name);
  const numeric = input.type === 'number';
  return sql`CASE WHEN ${typeFits(column, numeric)} THEN TRY_CAST(${column} AS ${raw(numeric ? 'DOUBLE' : 'VARCHAR')}) END`;
}

/** The first refusal in input order, as the JSON scorer gives it. */
function refusalSql(rules: readonly InputRule[]): Sql {
  if (rules.length === 0) return raw('CAST(NULL AS VARCHAR)');
  return sql`COALESCE(${join(rules.map(refusalOf), ',\n      ')})`;
}

function refusalOf(rule: InputRule): Sql {
  const column = source(rule.name);
  const says = (code: string) => `${code}: ${rule.name}`;
  const absent = rule.nullable ? raw('NULL') : sql`${says('null_refused')}`;
  const domain = rule.numeric ? numberRefusals(rule, says) : levelRefusals(rule, says);
  const cases = [
    sql`WHEN ${column} IS NULL THEN ${absent}`,
    sql`WHEN NOT ${typeFits(column, rule.numeric)} THEN ${says('wrong_type')}`,
    ...domain
  ];
  return sql`CASE ${join(cases, ' ')} END`;
}

function numberRefusals(rule: InputRule, says: (code: string) => string): Sql[] {
  const value = sql`TRY_CAST(${source(rule.name)} AS DOUBLE)`;
  const range = outside(value, rule);
  const finite = sql`WHEN NOT isfinite(${value}) THEN ${says('not_finite')}`;
  return range === null ? [finite] : [finite, sql`WHEN ${range} THEN ${says('out_of_range')}`];
}

function levelRefusals(rule: InputRule, says: (code: string) => string): Sql[] {
  if (rule.levels === null) return [];
  const levels = Array.from(rule.levels);
  if (levels.length === 0) return [sql`ELSE ${says('unknown_level')}`];
  return [sql`WHEN TRY_CAST(${source(rule.name)} AS VARCHAR) NOT IN (${join(levels)}) THEN ${says('unknown_level')}`];
}

/** A prefix of intermediate names that no input and no part of the table's name begins with. */
function prefixOutside(inputs: readonly ArtifactInput[], table: Sql): string {
  let prefix = 'vitals ';
  while (inputs.some(input => caseless(input.name).startsWith(prefix)) || caseless(table.text).includes(prefix)) {
    prefix = `_${prefix}`;
  }
  return prefix;
}

/** Names that DuckDB takes for equal: it folds ASCII letters. */
function caseless(name: string): string {
  return name.replace(/[A-Z]/g, letter => letter.toLowerCase());
}
