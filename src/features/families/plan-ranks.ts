import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, maxOf, minOf } from '../aggregates.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec } from '../types.js';
import { mainColumns, mainTerm, rankedTerms, rankSteps, readsOf } from './subscription-passes.js';

const BASE = { family: 'subscription', timing: 'lagging', actionable: false, direction: 'none' } as const;
const CHANGE_DAYS = [90, 180, 365];
/** Days in which an upgrade makes a plan advanced. */
const ADVANCED_DAYS = 180;

const rankNow = maxOf(raw('r.rank'), { pass: rankedTerms, name: 'rank', where: raw('r.active') });
const rankAtStart = maxOf(raw('r.rank'), { pass: rankedTerms, name: 'rank_at_start', where: raw('r.is_first') });
/** Steps at which a listed plan runs: without any, nothing is known of ups and downs. */
const rankedSteps = countOf({ pass: rankSteps, name: 'ranked', where: raw('r.rank_is is not null') });

interface Move {
  /** `upgrade` or `downgrade`. */
  readonly name: string;
  readonly verb: string;
  readonly direction: 'higher_better' | 'lower_better';
  readonly where: Sql;
}

const UP: Move = { name: 'upgrade', verb: 'rose', direction: 'higher_better', where: raw('r.rank_is > r.rank_was') };
const DOWN: Move = { name: 'downgrade', verb: 'fell', direction: 'lower_better', where: raw('r.rank_is < r.rank_was') };

/**
 * The plan, its rank on the price list, and its ups and downs (R33, R34, R79). A move is an instant at which the highest
 * rank among the running terms changes, whether a term began or ended there; it is dated by that instant.
 */
export const planRanks: Family = input => [
  {
    ...BASE,
    name: 'plan',
    type: 'category',
    unit: 'plan',
    about: 'Plan of the running term that pays most.',
    reads: [...new Set(readsOf(input)('plan', 'mrr', ...mainColumns(input)))],
    define: use => use(minOf(raw('r.plan'), { pass: mainTerm, name: 'plan', where: raw('true') }))
  },
  ...ranks(input),
  ...[UP, DOWN].flatMap(move => CHANGE_DAYS.map(days => moves(input, move, days))),
  ...[UP, DOWN].map(move => sinceMove(input, move)),
  upgradesEver(input),
  entitled(input)
];

function ranksRead(input: FamilyInput): string[] {
  return [...readsOf(input)('plan'), 'plans.plan', 'plans.rank'];
}

function ranks(input: FamilyInput): FeatureSpec[] {
  const base = { ...BASE, reads: ranksRead(input), direction: 'higher_better' } as const;
  return [
    {
      ...base,
      name: 'plan_rank',
      unit: 'rank',
      about: 'Highest plan rank among the running terms.',
      define: use => use(rankNow)
    },
    {
      ...base,
      name: 'plan_rank_start',
      unit: 'rank',
      about: 'Highest plan rank among the terms that began with the first paid start.',
      direction: 'none',
      define: use => use(rankAtStart)
    },
    {
      ...base,
      name: 'plan_rank_above_start',
      unit: 'flag',
      about: '1 when the plan ranks higher than at the first paid start; unknown when either plan is not listed.',
      minimum: 0,
      define: use => sql`cast(${use(rankNow)} > ${use(rankAtStart)} as integer)`
    },
    {
      ...base,
      name: `plan_advanced_${ADVANCED_DAYS}d`,
      unit: 'flag',
      about: `1 when the plan ranks higher than at the first paid start, or rose in the last ${ADVANCED_DAYS} days.`,
      minimum: 0,
      windowDays: ADVANCED_DAYS,
      minAgeDays: 0,
      define: use => {
        const rose = sql`${counted(use, movesIn(UP, ADVANCED_DAYS))} > 0`;
        return sql`cast((${use(rankNow)} > ${use(rankAtStart)}) or (${rose}) as integer)`;
      }
    }
  ];
}

function movesIn({ name, where }: Move, days: number): Aggregate {
  return countOf({ pass: rankSteps, name: `${name}s_${days}d`, where: sql`${where} and r.age <= ${days}` });
}

/** A count of moves; unknown when no plan that ever ran is listed. */
function counted(use: (aggregate: Aggregate) => Sql, moved: Aggregate): Sql {
  return sql`case when ${use(rankedSteps)} > 0 then ${use(moved)} end`;
}

function moves(input: FamilyInput, move: Move, days: number): FeatureSpec {
  return {
    ...BASE,
    name: `${move.name}s_${days}d`,
    unit: 'changes',
    about: `Times that the highest plan rank among the running terms ${move.verb} in the last ${days} days.`,
    reads: ranksRead(input),
    direction: move.direction,
    minimum: 0,
    windowDays: days,
    define: use => counted(use, movesIn(move, days))
  };
}

function sinceMove(input: FamilyInput, { name, verb, where, direction }: Move): FeatureSpec {
  return {
    ...BASE,
    name: `days_since_${name}`,
    unit: 'days',
    about: `Days since the highest plan rank among the running terms last ${verb}; unknown when it never did.`,
    reads: ranksRead(input),
    direction: direction === 'higher_better' ? 'lower_better' : 'higher_better',
    minimum: 1,
    step: 30,
    define: use => use(minOf(raw('r.age'), { pass: rankSteps, name: `${name}_age`, where }))
  };
}

function upgradesEver(input: FamilyInput): FeatureSpec {
  return {
    ...BASE,
    name: 'upgrades_ever',
    unit: 'changes',
    about: 'Times that the highest plan rank among the running terms ever rose before the date.',
    reads: ranksRead(input),
    direction: 'higher_better',
    minimum: 0,
    define: use => counted(use, countOf({ pass: rankSteps, name: 'upgrades_ever', where: UP.where }))
  };
}

/** Entitlement as of the date: of the declared event types, those that a plan which runs at the date allows. */
function entitled(input: FamilyInput): FeatureSpec {
  const listed = countOf({ pass: rankedTerms, name: 'listed', where: raw('r.active and r.listed') });
  const allows = input.eventTypes.map(({ type, slug }) =>
    countOf({ pass: rankedTerms, name: `entitled_${slug}`, where: sql`r.active and r.listed and ${allowsType(type)}` })
  );
  return {
    ...BASE,
    name: 'event_types_entitled',
    unit: 'event types',
    about: 'Declared event types that the plans of the running terms allow; unknown when none of them is listed.',
    reads: [...readsOf(input)('plan'), 'plans.plan', 'plans.features'],
    minimum: 0,
    ...(allows.length === 0 ? { unavailable: 'features.eventTypes is empty' } : {}),
    define: use => {
      const flags = allows.map(allow => sql`case when ${use(allow)} > 0 then 1 else 0 end`.text);
      return sql`case when ${use(listed)} > 0 then ${raw(flags.join(' + '))} end`;
    }
  };
}

/** Whether a list such as `login; export` holds the type; an empty list allows all. */
function allowsType(type: string): Sql {
  const list = sql`';' || regexp_replace(trim(r.entitles), '\\s*;\\s*', ';', 'g') || ';'`;
  return sql`coalesce(contains(${list}, ${`;${type};`}), true)`;
}
