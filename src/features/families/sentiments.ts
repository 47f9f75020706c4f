import { contractColumn } from '../../sources/contracts.js';
import { allOf, ratio, unscale } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { minOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { Aggregate, Family, FamilyInput, FeatureSpec, Pass } from '../types.js';

const BASE = {
  family: 'sentiments',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
const READS = ['sentiments.recorded_at', 'sentiments.kind', 'sentiments.score'];
/** Kinds of noted scores, with the question that each answers (R51, R52, R61). */
const KINDS = {
  sentiment: "our people's feeling about the account",
  content: 'how content the customer is with the product',
  onboarding: 'how well onboarding goes',
  renewal_tone: 'the tone of talks about renewal',
  relationship: 'the strength of the relationship'
} as const;
const PERSONAS = contractColumn('sentiments', 'persona').allowed ?? [];

/** Scores of a group with their place in time: 1 is the last, 2 the one before, equal for the same instant. */
function placed(name: string, by: Sql, where: Sql): Pass {
  return {
    name,
    partials: [],
    from: input => sql`select *, dense_rank() over (
      partition by account_id, as_of_day, ${by} order by recorded_at desc) as place
    from (${visibleRows('sentiments', input)}) where ${where}`
  };
}

const noted = placed('noted', raw('kind'), raw('true'));
const rapports = placed('rapports', raw('persona'), raw(`kind = 'rapport' and persona is not null`));

interface Group {
  readonly pass: Pass;
  readonly key: string;
  readonly is: Sql;
  readonly what: string;
  readonly reads: readonly string[];
}

/**
 * What our people noted, 0 to 10: the last score of each kind (the lowest of several at the same instant) while it holds,
 * and its age. A score holds until `expires_at`, or for `features.sentiment_days` (default 90) when it has none; one that
 * no longer holds is undefined, never neutral.
 */
export const sentiments: Family = input => {
  const groups: Group[] = Object.entries(KINDS).map(([kind, what]) => ({
    pass: noted,
    key: kind,
    is: sql`r.kind = ${kind}`,
    what,
    reads: READS
  }));
  return [
    ...groups.flatMap(group => [scoreOf(input, group), ageOf(group)]),
    change(input),
    ...PERSONAS.map(persona => rapport(persona)).flatMap(group => [scoreOf(input, group), ageOf(group)])
  ];
};

/** R59: rapport with one of the personas. */
function rapport(persona: string): Group {
  return {
    pass: rapports,
    key: `rapport_${persona}`,
    is: sql`r.persona = ${persona}`,
    what: `our rapport with the ${persona.replace('_', ' ')}`,
    reads: [...READS, 'sentiments.persona']
  };
}

function holds({ has, sentimentDays }: FamilyInput): Sql {
  const young = sql`r.recorded_at__age <= ${sentimentDays}`;
  return has('sentiments.expires_at') ? sql`coalesce(r.expires_at >= r.as_of_us, ${young})` : young;
}

const withExpiry = ({ has }: FamilyInput, reads: readonly string[]) =>
  has('sentiments.expires_at') ? [...reads, 'sentiments.expires_at'] : reads;

function lastScore(input: FamilyInput, { pass, key, is }: Group): Aggregate {
  const where = allOf(is, raw('r.place = 1'), holds(input));
  return minOf(raw('r.score'), { pass, name: `${key}_score`, where });
}

function scoreOf(input: FamilyInput, group: Group): FeatureSpec {
  return {
    ...BASE,
    name: `${group.key}_score`,
    unit: 'score',
    about: `Last noted score, 0 to 10, of ${group.what}; undefined when it has expired.`,
    reads: withExpiry(input, group.reads),
    define: use => unscale(use(lastScore(input, group)), input.decimals('sentiments.score'))
  };
}

function ageOf({ pass, key, is, what, reads }: Group): FeatureSpec {
  return {
    ...BASE,
    name: `days_since_${key}_score`,
    unit: 'days',
    about: `Days since we last noted a score of ${what}, expired or not; unknown when we never did.`,
    direction: 'lower_better',
    reads,
    minimum: 1,
    step: 30,
    define: use => use(minOf(raw('r.recorded_at__age'), { pass, name: `${key}_age`, where: is }))
  };
}

/** R51: the last sentiment, while it holds, against the one before it, whatever the age of that one. */
function change(input: FamilyInput): FeatureSpec {
  const is = sql`r.kind = 'sentiment'`;
  const last = lastScore(input, { pass: noted, key: 'sentiment', is, what: '', reads: READS });
  const before = minOf(raw('r.score'), { pass: noted, name: 'sentiment_before', where: allOf(is, raw('r.place = 2')) });
  return {
    ...BASE,
    name: 'sentiment_change',
    unit: 'score',
    about: 'Last noted sentiment minus the one before it; undefined when it has expired or is the first.',
    reads: withExpiry(input, READS),
    minimum: -10,
    define: use => ratio(sql`${use(last)} - ${use(before)}`, sql`${10 ** input.decimals('sentiments.score')}`)
  };
}
