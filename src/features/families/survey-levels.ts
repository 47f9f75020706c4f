import { ratio, unscale, whenAtLeast } from '../../sql/expressions.js';
import { double, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import type { Aggregate, FeatureSpec } from '../types.js';
import { type Answers, answerCount, answerSize, type Period, SURVEYS } from './survey-answers.js';

const DAYS = 90;
const NOW: Period = { after: 0, upTo: DAYS };
const PRIOR: Period = { after: DAYS, upTo: 2 * DAYS };

type Use = (aggregate: Aggregate) => Sql;

/** A level of answers in percent: 100 x (votes for - votes against) / answers. */
interface Level {
  readonly kind: 'nps' | 'csat';
  readonly unit: string;
  readonly minimum: number;
  /** In words, for the sentence of the feature. */
  readonly what: string;
  readonly votes: (use: Use, period: Period) => Sql;
}

/**
 * R23: NPS = 100 x (answers 9..10 - answers 0..6) / answers, -100..100 points; R50: CSAT = 100 x satisfied / answers,
 * 0..100 %. Each for the last 90 days and the 90 days before, with the numbers of answers and the difference in points.
 * Undefined with fewer than `features.nps_min` answers (default 5).
 */
export function levels(answers: Answers): FeatureSpec[] {
  return [nps(answers), csat(answers)].flatMap(level => [
    now(answers, level),
    prior(answers, level),
    change(answers, level),
    size(answers, level, NOW),
    size(answers, level, PRIOR)
  ]);
}

function nps(answers: Answers): Level {
  const scale = 10 ** answers.input.decimals('surveys.score');
  const promoters = sql`r.score >= ${9 * scale}`;
  const detractors = sql`r.score <= ${6 * scale}`;
  return {
    kind: 'nps',
    unit: 'points',
    minimum: -100,
    what: 'Net promoter score (share of 9 and 10 minus share of 0 to 6, in points)',
    votes: (use, period) => {
      const forUs = use(answerCount(answers, 'nps', { ...period, name: 'promoters', score: promoters }));
      return sql`(${forUs} - ${use(answerCount(answers, 'nps', { ...period, name: 'detractors', score: detractors }))})`;
    }
  };
}

function csat(answers: Answers): Level {
  const { csatSatisfied, decimals } = answers.input;
  const satisfied = sql`${unscale(sql`r.score`, decimals('surveys.score'))} >= ${double(csatSatisfied)}`;
  return {
    kind: 'csat',
    unit: 'percent',
    minimum: 0,
    what: `Percentage of satisfaction scores of at least ${csatSatisfied}`,
    votes: (use, period) => use(answerCount(answers, 'csat', { ...period, name: 'satisfied', score: satisfied }))
  };
}

const sizeOf = (answers: Answers, { kind }: Level, period: Period) =>
  answerCount(answers, kind, { ...period, name: 'n' });

function base({ reads }: Answers, { unit, minimum }: Level) {
  return { ...SURVEYS, unit, minimum, reads, step: 10, minAgeDays: 0 };
}

function levelIn(answers: Answers, level: Level, period: Period): FeatureSpec['define'] {
  return use => {
    const n = use(sizeOf(answers, level, period));
    return whenAtLeast(answers.input.npsMin, n, ratio(sql`100 * ${level.votes(use, period)}`, n));
  };
}

function now(answers: Answers, level: Level): FeatureSpec {
  return {
    ...base(answers, level),
    name: `${level.kind}_${DAYS}d`,
    about: `${level.what}, last ${DAYS} days; undefined under ${answers.input.npsMin} answers.`,
    windowDays: DAYS,
    define: levelIn(answers, level, NOW)
  };
}

function prior(answers: Answers, level: Level): FeatureSpec {
  return {
    ...base(answers, level),
    name: `${level.kind}_prior_${DAYS}d`,
    about: `${level.what}, in the ${DAYS} days before the last ${DAYS}; undefined under ${answers.input.npsMin} answers.`,
    windowDays: 2 * DAYS,
    define: levelIn(answers, level, PRIOR)
  };
}

/** Difference of two levels over one common denominator, so that a single division rounds. */
function change(answers: Answers, level: Level): FeatureSpec {
  const { npsMin } = answers.input;
  return {
    ...base(answers, level),
    name: `${level.kind}_change_${DAYS}d`,
    unit: 'points',
    about: `${level.what}, last ${DAYS} days minus the ${DAYS} days before; undefined when either has under ${npsMin} answers.`,
    minimum: level.minimum === 0 ? -100 : -200,
    windowDays: 2 * DAYS,
    define: use => {
      const [n, m] = [use(sizeOf(answers, level, NOW)), use(sizeOf(answers, level, PRIOR))];
      const gap = sql`100 * (${level.votes(use, NOW)} * ${m} - ${level.votes(use, PRIOR)} * ${n})`;
      return whenAtLeast(npsMin, sql`least(${n}, ${m})`, ratio(gap, sql`(${n} * ${m})`));
    }
  };
}

function size(answers: Answers, { kind }: Level, period: Period): FeatureSpec {
  const when = period === NOW ? `last ${DAYS} days` : `${DAYS} days before the last ${DAYS}`;
  return answerSize(answers, kind, {
    ...period,
    name: period === NOW ? `${kind}_n_${DAYS}d` : `${kind}_n_prior_${DAYS}d`,
    about: `Answers behind the ${kind.toUpperCase()} of the ${when}.`
  });
}
