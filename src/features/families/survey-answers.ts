import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { id, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, minOf, sumOf } from '../aggregates.js';
import { tablePass } from '../rows.js';
import type { Aggregate, FamilyInput, FeatureSpec } from '../types.js';

export const SURVEYS = {
  family: 'surveys',
  timing: 'lagging',
  actionable: true,
  direction: 'higher_better'
} as const;
export const SENT = ['surveys.sent_at', 'surveys.kind'];
export const surveys = tablePass('surveys');

/** How answers are found among the rows `r` of the pass over surveys. */
export interface Answers {
  readonly input: FamilyInput;
  /** Column with the instant of the answer. */
  readonly when: 'responded_at' | 'sent_at';
  readonly reads: readonly string[];
  /** Age of the answer in days. */
  readonly age: Sql;
  /** Whether the survey was answered with a score before the date. */
  readonly answered: Sql;
}

/** Without the instant of the answer a score counts from the day on which the survey was sent. */
export function answersOf(input: FamilyInput): Answers {
  const when = input.has('surveys.responded_at') ? 'responded_at' : 'sent_at';
  return {
    input,
    when,
    reads: [...new Set([...SENT, `surveys.${when}`, 'surveys.score'])],
    age: id('r', `${when}__age`),
    answered: sql`r.score is not null and ${id('r', when)} < r.as_of_us`
  };
}

/** Days before the date in which answers count: ages (after, upTo]. */
export interface Period {
  readonly after: number;
  readonly upTo: number;
}

/** Answers to one kind of survey in a period, which satisfy a condition on the score when one is given. */
export function answerCount(
  { age, answered }: Answers,
  kind: string,
  { after, upTo, name, score }: Period & { readonly name: string; readonly score?: Sql }
): Aggregate {
  const where = allOf(
    sql`r.kind = ${kind} and ${answered} and ${age} > ${after} and ${age} <= ${upTo}`,
    ...(score === undefined ? [] : [score])
  );
  return countOf({ pass: surveys, name: `${kind}_${name}_${after}_${upTo}`, where });
}

type Named = Pick<FeatureSpec, 'name' | 'about'>;

/** The number of answers behind a level; measured from the first day on. */
export function answerSize(answers: Answers, kind: string, { name, about, ...period }: Named & Period): FeatureSpec {
  return {
    ...SURVEYS,
    name,
    unit: 'answers',
    about,
    direction: 'none',
    reads: answers.reads,
    minimum: 0,
    windowDays: period.upTo,
    minAgeDays: 0,
    define: use => orZero(use(answerCount(answers, kind, { ...period, name: 'n' })))
  };
}

/** Mean score of one kind over the last `days`; unknown without an answer. */
export function answerMean(answers: Answers, kind: string, { days, ...named }: Named & { days: number }): FeatureSpec {
  const { age, answered, input, reads } = answers;
  const where = sql`r.kind = ${kind} and ${answered} and ${age} <= ${days}`;
  const total = sumOf(sql`r.score`, { pass: surveys, name: `${kind}_sum_${days}d`, where });
  return {
    ...SURVEYS,
    ...named,
    unit: 'score',
    reads,
    minimum: 0,
    windowDays: days,
    minAgeDays: 0,
    define: use => {
      const n = use(answerCount(answers, kind, { after: 0, upTo: days, name: 'n' }));
      return ratio(use(total), sql`${n} * ${10 ** input.decimals('surveys.score')}`);
    }
  };
}

/** Days since the last answer; unknown when there was none. */
export function daysSinceAnswer({ age, answered, reads }: Answers, kind: string | null, named: Named): FeatureSpec {
  const where = kind === null ? answered : allOf(sql`r.kind = ${kind}`, answered);
  return {
    ...SURVEYS,
    ...named,
    unit: 'days',
    direction: 'lower_better',
    reads,
    minimum: 1,
    step: 30,
    define: use => use(minOf(age, { pass: surveys, name: `${kind ?? 'any'}_answer_age`, where }))
  };
}
