import { countWhere, ratio, sumWhere, unscale } from '../../sql/expressions.js';
import { id, raw, sql } from '../../sql/sql.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Family, FamilyInput, FeatureSpec, Pass } from '../types.js';

const BASE = { family: 'surveys', timing: 'lagging', actionable: true, direction: 'higher_better' } as const;
const surveys = tablePass('surveys');
const SENT = ['surveys.sent_at', 'surveys.kind'];

/** What people said when asked, and whether they answered (R24: silence is a factor of its own). */
export const feedback: Family = input => {
  const when = input.has('surveys.responded_at') ? 'responded_at' : 'sent_at';
  const answer = [...new Set([...SENT, `surveys.${when}`, 'surveys.score'])];
  const age = id('r', `${when}__age`);
  const answered = sql`r.score is not null and ${id('r', when)} < r.as_of_us`;
  const scale = 10 ** input.decimals('surveys.score');
  const mean =
    (kind: string, days: number): FeatureSpec['define'] =>
    use => {
      const where = sql`r.kind = ${kind} and ${answered} and ${age} <= ${days}`;
      const n = use({ pass: surveys, name: `${kind}_n_${days}d`, sql: countWhere(where) });
      const total = use({ pass: surveys, name: `${kind}_sum_${days}d`, sql: sumWhere(sql`r.score`, where) });
      return ratio(total, sql`${n} * ${scale}`);
    };
  const shared = { ...BASE, unit: 'score', reads: answer, minimum: 0, minAgeDays: 0 };
  return [
    npsLast(input, { when, reads: answer }),
    {
      ...shared,
      name: 'nps_mean_365d',
      about: 'Mean answer to the recommendation question in the last 365 days; unknown without an answer.',
      windowDays: 365,
      define: mean('nps', 365)
    },
    responseShare(),
    {
      ...shared,
      name: 'csat_mean_180d',
      about: 'Mean satisfaction score in the last 180 days; unknown without an answer.',
      windowDays: 180,
      define: mean('csat', 180)
    },
    {
      ...BASE,
      name: 'days_since_last_response',
      unit: 'days',
      about: 'Days since the last answer to any survey; unknown when there was none.',
      direction: 'lower_better',
      reads: answer,
      minimum: 1,
      step: 30,
      define: use => use({ pass: surveys, name: 'last_answer_age', sql: sql`min(${age}) filter (where ${answered})` })
    }
  ];
};

function npsLast({ decimals }: FamilyInput, { when, reads }: { when: string; reads: readonly string[] }): FeatureSpec {
  const latest: Pass = {
    name: 'nps_latest',
    partials: [],
    from: input => sql`select *, rank() over (partition by account_id, as_of_day order by ${id(when)} desc) as place
      from (${visibleRows('surveys', input)})
      where kind = 'nps' and score is not null and ${id(when)} < as_of_us`
  };
  return {
    ...BASE,
    name: 'nps_last',
    unit: 'score',
    about: 'Last answer to the recommendation question, 0 to 10 (the lowest of several at the same instant).',
    reads,
    minimum: 0,
    define: use =>
      unscale(
        use({ pass: latest, name: 'score', sql: raw('min(r.score) filter (where r.place = 1)') }),
        decimals('surveys.score')
      )
  };
}

function responseShare(): FeatureSpec {
  const asked = sql`r.kind = 'nps' and r.sent_at__age <= 365`;
  return {
    ...BASE,
    name: 'nps_response_share_365d',
    unit: 'share',
    about: 'Share of the recommendation surveys sent in the last 365 days that were answered before the date.',
    reads: [...SENT, 'surveys.responded_at'],
    minimum: 0,
    step: 0.1,
    windowDays: 365,
    minAgeDays: 0,
    define: use =>
      ratio(
        use({ pass: surveys, name: 'nps_answered', sql: countWhere(sql`${asked} and r.responded_at < r.as_of_us`) }),
        use({ pass: surveys, name: 'nps_sent', sql: countWhere(asked) })
      )
  };
}
