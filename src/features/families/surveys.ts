import { unscale } from '../../sql/expressions.js';
import { id, raw, sql } from '../../sql/sql.js';
import { minOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { Family, FeatureSpec, Pass } from '../types.js';
import { type Answers, answerMean, answerSize, answersOf, daysSinceAnswer, SURVEYS } from './survey-answers.js';
import { levels } from './survey-levels.js';
import { silence } from './survey-silence.js';

const DAYS = 180;
/** The intent items of R78, each from 0 to 10. */
const INTENTS = {
  intent_stay: 'intent to stay a customer',
  intent_buy: 'intent to buy more',
  intent_recommend: 'intent to recommend us'
} as const;

/** What people said when asked, and whether they answered (R24: silence is a factor of its own). */
export const feedback: Family = input => {
  const answers = answersOf(input);
  return [
    npsLast(answers),
    answerMean(answers, 'nps', {
      name: 'nps_mean_365d',
      about: 'Mean answer to the recommendation question in the last 365 days; unknown without an answer.',
      days: 365
    }),
    answerMean(answers, 'csat', {
      name: `csat_mean_${DAYS}d`,
      about: `Mean satisfaction score in the last ${DAYS} days; unknown without an answer.`,
      days: DAYS
    }),
    daysSinceAnswer(answers, null, {
      name: 'days_since_last_response',
      about: 'Days since the last answer to any survey; unknown when there was none.'
    }),
    ...levels(answers),
    daysSinceAnswer(answers, 'csat', {
      name: 'days_since_csat',
      about: 'Days since the last answer to a satisfaction survey; unknown when there was none.'
    }),
    ...Object.entries(INTENTS).flatMap(([kind, about]) => intent(answers, kind, about)),
    ...silence(input)
  ];
};

/** R78: mean of an intent item, 0..10, the number of answers behind it, and the age of the last one. */
function intent(answers: Answers, kind: string, what: string): FeatureSpec[] {
  return [
    answerMean(answers, kind, {
      name: `${kind}_mean_${DAYS}d`,
      about: `Mean ${what} in the last ${DAYS} days, 0 to 10; unknown without an answer.`,
      days: DAYS
    }),
    answerSize(answers, kind, {
      name: `${kind}_n_${DAYS}d`,
      about: `Answers on the ${what} in the last ${DAYS} days.`,
      after: 0,
      upTo: DAYS
    }),
    daysSinceAnswer(answers, kind, {
      name: `days_since_${kind}`,
      about: `Days since the last answer on the ${what}; unknown when there was none.`
    })
  ];
}

function npsLast({ input, when, reads }: Answers): FeatureSpec {
  const latest: Pass = {
    name: 'nps_latest',
    partials: [],
    from: pass => sql`select *, rank() over (partition by account_id, as_of_day order by ${id(when)} desc) as place
      from (${visibleRows('surveys', pass)})
      where kind = 'nps' and score is not null and ${id(when)} < as_of_us`
  };
  return {
    ...SURVEYS,
    name: 'nps_last',
    unit: 'score',
    about: 'Last answer to the recommendation question, 0 to 10 (the lowest of several at the same instant).',
    reads,
    minimum: 0,
    define: use =>
      unscale(
        use(minOf(raw('r.score'), { pass: latest, name: 'score', where: raw('r.place = 1') })),
        input.decimals('surveys.score')
      )
  };
}
