import { id, join, raw, sql } from '../sql/sql.js';
import type { Sql, TableName, Tables } from '../types.js';
import { PARTIALS } from './partials.js';
import { type Aggregate, columnOf, type FeatureDef, type Pass, type PassInput, tableOf } from './types.js';

/** Columns that every snapshot has before its features. A feature of the same name shares the column. */
export const BASE_COLUMNS = ['account_id', 'as_of_day', 'as_of_us', 'parent', 'tenure_days', 'arr'] as const;

/** Reference tables: a record of theirs that exists is true whatever came later, so no watermark limits them. */
export const TIMELESS: ReadonlySet<TableName> = new Set(['accounts', 'plans']);

/** One statement of a plan. */
export interface PlanStep {
  /** Table that it creates. */
  readonly table: string;
  readonly about: string;
  readonly statement: Sql;
  /** Features that need it. */
  readonly features: readonly string[];
}

/** The grouped table of one pass. */
export interface PassTable {
  readonly table: string;
  /** Columns beside account_id and as_of_day. */
  readonly aggregates: readonly string[];
  /** One row: the aggregates over no rows, which an account without a group has. */
  readonly empty: Sql;
}

export interface SnapshotPlan {
  /** Steps in order; the last creates table `snapshots`. */
  readonly steps: readonly PlanStep[];
  readonly passes: readonly PassTable[];
  readonly statements: readonly Sql[];
  /** Intermediate tables to drop afterwards. */
  readonly temporary: readonly string[];
}

export interface CompileInput extends Pick<PassInput, 'tables' | 'events' | 'timezone' | 'day'> {
  readonly features: readonly FeatureDef[];
}

/**
 * The statements that build table `snapshots` from table `spine`: the intermediate tables that the features need, one
 * grouping per pass over all as-of dates at once, and one join. Nothing is computed that no feature asks for.
 */
export function compileSnapshots({ features, ...context }: CompileInput): SnapshotPlan {
  const { tables } = context;
  const aggregates = distinctAggregates(features);
  const passes = distinctPasses(aggregates);
  const input: PassInput = { ...context, reads: new Set(features.flatMap(f => f.reads)), aggregates };
  const users = (names: (aggregate: Aggregate) => boolean) =>
    features.filter(f => f.aggregates.some(names)).map(f => f.name);
  const partials = PARTIALS.flatMap(({ name, about, build }): PlanStep[] => {
    const needed = users(aggregate => aggregate.pass.partials.includes(name));
    const query = needed.length === 0 ? null : build(input);
    if (query === null) return [];
    return [
      { table: name, about, features: needed, statement: sql`create or replace temp table ${id(name)} as ${query}` }
    ];
  });
  const grouped = passes.map(
    (pass): PlanStep => ({
      table: passTable(pass),
      about: `${pass.name.replaceAll('_', ' ')}, grouped by account and as-of date`,
      features: users(aggregate => aggregate.pass.name === pass.name),
      statement: passStatement(pass, input)
    })
  );
  const last: PlanStep = {
    table: 'snapshots',
    about: 'features with their states',
    features: features.map(f => f.name),
    statement: finalStatement(features, passes, tables)
  };
  const steps = [...partials, ...grouped, last];
  return {
    steps,
    passes: passes.map(pass => passColumns(pass, input)),
    statements: steps.map(step => step.statement),
    temporary: steps.slice(0, -1).map(step => step.table)
  };
}

function distinctAggregates(features: readonly FeatureDef[]): Aggregate[] {
  const found = new Map<string, Aggregate>();
  for (const aggregate of features.flatMap(f => f.aggregates)) {
    const key = `${aggregate.pass.name}.${aggregate.name}`;
    const other = found.get(key);
    if (other !== undefined && other.sql.text !== aggregate.sql.text) {
      throw new Error(`two aggregates are named ${key}: ${other.sql.text} and ${aggregate.sql.text}`);
    }
    found.set(key, aggregate);
  }
  return [...found.values()];
}

function distinctPasses(aggregates: readonly Aggregate[]): Pass[] {
  return [...new Map(aggregates.map(a => [a.pass.name, a.pass] as const)).values()];
}

function passTable(pass: Pass): string {
  return `feature_pass_${pass.name}`;
}

function passColumns(pass: Pass, input: PassInput): PassTable {
  return {
    table: passTable(pass),
    aggregates: aggregatesOf(pass, input).map(a => a.name),
    empty: sql`select ${join(aggregateColumns(pass, input))} from (select * from (${pass.from(input)}) limit 0) r`
  };
}

function aggregatesOf(pass: Pass, { aggregates }: PassInput): Aggregate[] {
  return aggregates.filter(a => a.pass.name === pass.name);
}

function aggregateColumns(pass: Pass, input: PassInput): Sql[] {
  return aggregatesOf(pass, input).map(a => sql`${a.sql} as ${id(a.name)}`);
}

function passStatement(pass: Pass, input: PassInput): Sql {
  const columns = aggregateColumns(pass, input);
  return sql`create or replace temp table ${id(passTable(pass))} as
select ${join([sql`r.account_id`, sql`r.as_of_day`, ...columns], ',\n  ')}
from (${pass.from(input)}) r group by r.account_id, r.as_of_day`;
}

function finalStatement(features: readonly FeatureDef[], passes: readonly Pass[], tables: Tables): Sql {
  const base: readonly string[] = BASE_COLUMNS;
  const values = features.map(f => sql`${castValue(f)} as ${id(`${f.name}__value`)}`);
  const gates = features.map(f => sql`${gate(f, tables)} as ${id(`${f.name}__gate`)}`);
  const cells = features.flatMap(f => {
    const state = sql`cast(case when v.${id(`${f.name}__gate`)} > 0 then v.${id(`${f.name}__gate`)}
    when v.${id(`${f.name}__value`)} is null then 1 else 0 end as utinyint) as ${id(`${f.name}__state`)}`;
    if (base.includes(f.name)) return [state];
    return [sql`case when v.${id(`${f.name}__gate`)} = 0 then v.${id(`${f.name}__value`)} end as ${id(f.name)}`, state];
  });
  const joins = passes.map(
    pass => sql`left join ${id(passTable(pass))} ${id(pass.name)}
    on ${id(pass.name)}.account_id = s.account_id and ${id(pass.name)}.as_of_day = s.as_of_day`
  );
  return sql`create or replace table snapshots as
select ${join([...base.map(name => sql`v.${id(name)}`), ...cells], ',\n  ')}
from (
  select ${join([...base.map(name => sql`s.${id(name)}`), ...values, ...gates], ',\n    ')}
  from spine s
  ${joins.length === 0 ? raw('') : join(joins, '\n  ')}
) v order by v.as_of_day, v.account_id`;
}

function castValue(feature: FeatureDef): Sql {
  return feature.type === 'category' ? feature.sql : sql`cast(${feature.sql} as double)`;
}

/** 1 past a watermark of a table or history it reads, else 2 under its least age, else 0. */
function gate(feature: FeatureDef, tables: Tables): Sql {
  const histories = feature.reads.map(read => tables[tableOf(read)]?.histories?.[columnOf(read)]?.watermarkUs);
  const marks = [
    ...feature.requires.filter(name => !TIMELESS.has(name)).map(name => tables[name]?.watermarkUs ?? 0),
    ...histories.filter(us => us !== undefined)
  ];
  const unknown = marks.length === 0 ? raw('false') : sql`s.as_of_us > ${Math.min(...marks)}`;
  return sql`case when ${unknown} then 1 when s.tenure_days < ${feature.minAgeDays} then 2 else 0 end`;
}
