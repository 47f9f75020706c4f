import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, minOf } from '../aggregates.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Aggregate, Family, FeatureSpec, Pass } from '../types.js';
import { userActivity } from './usage-passes.js';
import { activeIn } from './users-passes.js';

const BASE = {
  family: 'trainings',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
const DAYS = 365;
const ACTIVE_DAYS = 28;
const READS = ['trainings.invited_at', 'trainings.attended_at'];
const invitations = tablePass('trainings');

/** R49: do they attend training? An invitation counts in the year in which it was sent. */
export const trainings: Family = () => {
  const recent = sql`r.invited_at__age <= ${DAYS}`;
  const came = raw('r.attended_at < r.as_of_us');
  const invited = countOf({ pass: invitations, name: 'invited', where: recent });
  const attended = countOf({ pass: invitations, name: 'attended', where: allOf(recent, came) });
  const last = minOf(raw('r.attended_at__age'), { pass: invitations, name: 'attended_age', where: came });
  return [
    {
      ...BASE,
      name: `trainings_attended_share_${DAYS}d`,
      unit: 'share',
      about: `Share of the training invitations of the last ${DAYS} days that were attended; undefined without any.`,
      reads: READS,
      step: 0.1,
      windowDays: DAYS,
      minAgeDays: 0,
      define: use => ratio(use(attended), use(invited))
    },
    {
      ...BASE,
      name: `trainings_invited_${DAYS}d`,
      unit: 'invitations',
      about: `Training invitations of the last ${DAYS} days.`,
      direction: 'none',
      reads: ['trainings.invited_at'],
      windowDays: DAYS,
      minAgeDays: 0,
      define: use => orZero(use(invited))
    },
    daysSince(last),
    trained()
  ];
};

function daysSince(last: Aggregate): FeatureSpec {
  return {
    ...BASE,
    name: 'days_since_training',
    unit: 'days',
    about: 'Days since somebody of the account last attended a training; unknown when nobody ever did.',
    direction: 'lower_better',
    reads: READS,
    minimum: 1,
    step: 30,
    define: use => use(last)
  };
}

/** Users with a visible event, with whether they were active and whether they ever attended a training. */
const trainedUsers: Pass = {
  name: 'trained_users',
  partials: userActivity.partials,
  from: input => sql`select a.*, t.user_id is not null as trained
  from (${userActivity.from(input)}) a left join (
    select distinct account_id, as_of_day, user_id from (${visibleRows('trainings', input)})
    where attended_at < as_of_us and user_id is not null
  ) t on t.account_id = a.account_id and t.as_of_day = a.as_of_day and t.user_id = a.user_id`
};

function trained(): FeatureSpec {
  const { where: active, spans } = activeIn(ACTIVE_DAYS);
  const over = (name: string, where: Sql): Aggregate => ({
    ...countOf({ pass: trainedUsers, name, where }),
    events: { spans }
  });
  const all = over('active', active);
  const some = over('trained', allOf(active, raw('r.trained')));
  return {
    ...BASE,
    name: `active_users_trained_share_${ACTIVE_DAYS}d`,
    unit: 'share',
    about: `Share of the users active in the last ${ACTIVE_DAYS} days who ever attended a training; undefined without any.`,
    reads: [...READS, 'trainings.user_id', 'events.occurred_at', 'events.user_id'],
    step: 0.1,
    windowDays: ACTIVE_DAYS,
    minAgeDays: 0,
    define: use => ratio(use(some), use(all))
  };
}
