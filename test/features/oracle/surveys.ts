import type { Row } from '../world.js';
import { daysSince } from './core.js';
import { between, inLast, mean, num, type Rule, share, type View } from './view.js';

const NPS_MIN = 2;
const answered = (v: View, kind: string) => v.surveys.filter(row => row['kind'] === kind && row['score'] !== null);
const scores = (rows: readonly Row[]) => rows.map(row => num(row['score']));
const inPeriod = (v: View, kind: string, [from, to]: readonly [number, number]) =>
  scores(answered(v, kind).filter(row => between(row['responded_at'], v.back(from), v.back(to))));
const NOW = [90, 0] as const;
const PRIOR = [180, 90] as const;
const delivered = (v: View) => v.surveys.filter(row => row['delivered'] !== false);

/** Sum of the votes of a kind: +1 and -1 for NPS, 1 for a satisfied CSAT. */
const votes = (kind: string, list: readonly number[]) =>
  list
    .map(score => (kind === 'csat' ? Number(score >= 4) : Number(score >= 9) - Number(score <= 6)))
    .reduce((a: number, b) => a + b, 0);

function level(kind: string, period: readonly [number, number]): Rule {
  return [
    0,
    v => {
      const list = inPeriod(v, kind, period);
      return list.length < NPS_MIN ? null : (100 * votes(kind, list)) / list.length;
    }
  ];
}

function change(kind: string): Rule {
  return [
    0,
    v => {
      const [now, prior] = [inPeriod(v, kind, NOW), inPeriod(v, kind, PRIOR)];
      if (now.length < NPS_MIN || prior.length < NPS_MIN) return null;
      const gap = votes(kind, now) * prior.length - votes(kind, prior) * now.length;
      return (100 * gap) / (now.length * prior.length);
    }
  ];
}

const levels = (kind: string): Record<string, Rule> => ({
  [`${kind}_90d`]: level(kind, NOW),
  [`${kind}_prior_90d`]: level(kind, PRIOR),
  [`${kind}_change_90d`]: change(kind),
  [`${kind}_n_90d`]: [0, v => inPeriod(v, kind, NOW).length],
  [`${kind}_n_prior_90d`]: [0, v => inPeriod(v, kind, PRIOR).length]
});

const intent = (kind: string): Record<string, Rule> => ({
  [`${kind}_mean_180d`]: [0, v => mean(inPeriod(v, kind, [180, 0]))],
  [`${kind}_n_180d`]: [0, v => inPeriod(v, kind, [180, 0]).length],
  [`days_since_${kind}`]: [0, v => daysSince(v, answered(v, kind), 'responded_at')]
});

const invited = (v: View, days: number) =>
  inLast(v, delivered(v), 'sent_at', days).filter(row => row['kind'] === 'nps');

/** Delivered surveys that nobody answered, sent after the last one that was. */
function run(v: View): Row[] {
  const last = Math.max(...delivered(v).flatMap(row => (row['responded_at'] === null ? [] : [num(row['sent_at'])])));
  return delivered(v).filter(row => num(row['sent_at']) > last);
}

export const SURVEY_RULES: Readonly<Record<string, Rule>> = {
  nps_last: [
    0,
    v => {
      const latest = Math.max(...answered(v, 'nps').map(row => num(row['responded_at'])));
      const found = scores(answered(v, 'nps').filter(row => row['responded_at'] === latest));
      return found.length === 0 ? null : Math.min(...found);
    }
  ],
  nps_mean_365d: [0, v => mean(inPeriod(v, 'nps', [365, 0]))],
  csat_mean_180d: [0, v => mean(inPeriod(v, 'csat', [180, 0]))],
  days_since_last_response: [
    0,
    v =>
      daysSince(
        v,
        v.surveys.filter(row => row['score'] !== null && row['responded_at'] !== null),
        'responded_at'
      )
  ],
  days_since_csat: [0, v => daysSince(v, answered(v, 'csat'), 'responded_at')],
  ...levels('nps'),
  ...levels('csat'),
  ...intent('intent_stay'),
  ...intent('intent_buy'),
  ...intent('intent_recommend'),
  ...Object.fromEntries(
    [90, 365].flatMap((days): [string, Rule][] => [
      [`nps_invited_${days}d`, [0, v => invited(v, days).length]],
      [
        `nps_response_share_${days}d`,
        [0, v => share(invited(v, days).filter(row => row['responded_at'] !== null).length, invited(v, days).length)]
      ]
    ])
  ),
  surveys_unanswered_in_row: [0, v => (delivered(v).length === 0 ? null : run(v).length)],
  survey_silence_days: [
    0,
    v => {
      if (delivered(v).length === 0) return null;
      return Math.max(0, ...run(v).map(row => v.spine.asOfDay - v.dayOf(num(row['sent_at']))));
    }
  ]
};
