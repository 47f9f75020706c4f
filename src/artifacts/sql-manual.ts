import { double, join, sql } from '../sql/sql.js';
import type { ArtifactInput, FactorTransform, ModelSpec, Sql } from '../types.js';
import { clampSql, type Stages } from './sql-stages.js';

type ManualModel = Extract<ModelSpec, { kind: 'manual' }>;

export interface ManualOutputs {
  readonly z: Sql;
  readonly health: readonly (readonly [string, Sql])[];
}

const COVERAGE_TOLERANCE = 1e-9;

/** Adds the manual score over the values of the inputs; the same sums in the same order as the JSON scorer. */
export function manualStages(
  stages: Stages,
  model: ManualModel,
  read: { readonly inputs: readonly ArtifactInput[]; readonly values: readonly Sql[] }
): ManualOutputs {
  const { factors } = model;
  const scores = factors.map((factor, f) => {
    const position = read.inputs.findIndex(input => input.name === factor.input);
    return stages.column(`score ${f + 1}`, scoreSql(factor.transform, read.values[position] as Sql));
  });
  stages.next();
  const weighted = factors.map((factor, f) => sql`${double(factor.weight)} * ${scores[f] as Sql}`);
  const zero = double(0);
  const low = stages.sum(
    'low',
    zero,
    weighted.map(part => sql`COALESCE(${part}, ${zero})`)
  );
  const high = stages.sum(
    'high',
    zero,
    factors.map((f, i) => sql`COALESCE(${weighted[i] as Sql}, ${double(f.weight)})`)
  );
  const known = stages.sum(
    'known',
    zero,
    factors.map((f, i) => presentWeight(scores[i] as Sql, f.weight))
  );
  const anyMissing = join(
    scores.map(score => sql`${score} IS NULL`),
    ' OR '
  );
  const coverage = stages.column('coverage', sql`CASE WHEN ${anyMissing} THEN ${unit(known)} ELSE ${double(1)} END`);
  const u = stages.column('u', unit(low));
  stages.next();
  const undefinedHere = stages.column('undefined', undefinedSql(model, scores, coverage));
  stages.next();
  const defined = (value: Sql, otherwise: Sql) => sql`CASE WHEN ${undefinedHere} THEN ${otherwise} ELSE ${value} END`;
  return {
    z: sql`${double(4)} * (${double(0.5)} - ${u})`,
    health: [
      ['low', u],
      ['high', unit(high)],
      ['coverage', coverage],
      ['score', defined(sql`CAST(1 + floor(${double(99)} * ${u} + ${double(0.5)}) AS INTEGER)`, sql`NULL`)],
      ['category', defined(categorySql(model, u), sql`${'Undefined'}`)]
    ]
  };
}

function presentWeight(score: Sql, weight: number): Sql {
  return sql`CASE WHEN ${score} IS NULL THEN ${double(0)} ELSE ${double(weight)} END`;
}

function undefinedSql(model: ManualModel, scores: readonly Sql[], coverage: Sql): Sql {
  const required = model.factors.flatMap((factor, f) => (factor.required ? [sql`${scores[f] as Sql} IS NULL`] : []));
  return join([sql`${coverage} < ${double(model.minCoverage - COVERAGE_TOLERANCE)}`, ...required], ' OR ');
}

function scoreSql(transform: FactorTransform, value: Sql): Sql {
  return sql`CASE WHEN ${value} IS NULL THEN NULL ${presentScore(transform, value)} END`;
}

function presentScore(transform: FactorTransform, value: Sql): Sql {
  if (transform.kind === 'thresholds') {
    const cases = [...transform.steps]
      .reverse()
      .map(step => sql`WHEN ${value} >= ${double(step.at)} THEN ${double(step.s)}`);
    return sql`${join(cases, ' ')} ELSE ${double(transform.below)}`;
  }
  if (transform.kind === 'linear') {
    const { from, to } = transform;
    return sql`ELSE ${unit(sql`(${value} - ${double(from)}) / ${double(to - from)}`)}`;
  }
  const share = sql`${value} / ${double(100)}`;
  return sql`ELSE ${unit(transform.lowerBetter ? sql`${double(1)} - ${share}` : share)}`;
}

function categorySql(model: ManualModel, u: Sql): Sql {
  const [first, ...others] = model.categories;
  if (others.length === 0) return sql`${first?.label ?? ''}`;
  const cases = others.reverse().map(category => sql`WHEN ${u} >= ${double(category.from)} THEN ${category.label}`);
  return sql`CASE ${join(cases, ' ')} ELSE ${first?.label ?? ''} END`;
}

function unit(value: Sql): Sql {
  return clampSql(value, 0, 1);
}
