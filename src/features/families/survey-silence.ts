import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, maxOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass } from '../types.js';
import { SENT, SURVEYS, surveys } from './survey-answers.js';

const WINDOWS = [90, 365];
const SILENCE = { ...SURVEYS, timing: 'leading', direction: 'lower_better', minimum: 0 } as const;

/**
 * R24: who does not answer. Only delivered invitations count: those whose `delivered` is not false. A missing answer is
 * a factor of its own and never neutral; without a delivered invitation there is nothing to answer, so it is undefined.
 */
export function silence(input: FamilyInput): FeatureSpec[] {
  const flagged = input.has('surveys.delivered');
  const delivered = flagged ? raw('coalesce(r.delivered, true)') : raw('true');
  const reads = [...SENT, 'surveys.responded_at', ...(flagged ? ['surveys.delivered'] : [])];
  return [
    ...WINDOWS.flatMap(days => {
      const asked = allOf(delivered, sql`r.kind = 'nps' and r.sent_at__age <= ${days}`);
      const invited = countOf({ pass: surveys, name: `nps_invited_${days}d`, where: asked });
      const answered = countOf({
        pass: surveys,
        name: `nps_answered_${days}d`,
        where: allOf(asked, raw('r.responded_at < r.as_of_us'))
      });
      return [
        {
          ...SURVEYS,
          name: `nps_response_share_${days}d`,
          unit: 'share',
          about: `Share of the recommendation surveys delivered in the last ${days} days that were answered before the date.`,
          reads,
          minimum: 0,
          step: 0.1,
          windowDays: days,
          minAgeDays: 0,
          define: use => ratio(use(answered), use(invited))
        },
        {
          ...SURVEYS,
          name: `nps_invited_${days}d`,
          unit: 'invitations',
          about: `Recommendation surveys delivered in the last ${days} days.`,
          direction: 'none',
          reads,
          minimum: 0,
          windowDays: days,
          minAgeDays: 0,
          define: use => orZero(use(invited))
        }
      ] satisfies FeatureSpec[];
    }),
    ...unanswered(reads, runPass(flagged))
  ];
}

/** Delivered invitations of any kind, with the instant at which the last one that was answered had been sent. */
function runPass(flagged: boolean): Pass {
  return {
    name: 'survey_run',
    partials: [],
    from: input => sql`select *, max(sent_at) filter (where responded_at < as_of_us)
        over (partition by account_id, as_of_day) as answered_sent_at
      from (${visibleRows('surveys', input)}) ${raw(flagged ? 'where coalesce(delivered, true)' : '')}`
  };
}

function unanswered(reads: readonly string[], pass: Pass): FeatureSpec[] {
  const where = raw('coalesce(r.sent_at > r.answered_sent_at, true)');
  const run = countOf({ pass, name: 'unanswered', where });
  const oldest = maxOf(raw('r.sent_at__age'), { pass, name: 'oldest', where });
  const invited = countOf({ pass, name: 'delivered', where: raw('true') });
  return [
    {
      ...SILENCE,
      name: 'surveys_unanswered_in_row',
      unit: 'invitations',
      about: 'Surveys delivered after the last one that was answered; undefined when none was ever delivered.',
      reads,
      define: use => sql`case when ${use(invited)} > 0 then ${use(run)} end`
    },
    {
      ...SILENCE,
      name: 'survey_silence_days',
      unit: 'days',
      about:
        'Days since the first survey of the current row of unanswered ones; 0 when the last was answered, undefined when none was ever delivered.',
      reads,
      step: 30,
      define: use => sql`case when ${use(invited)} > 0 then ${orZero(use(oldest))} end`
    }
  ];
}
