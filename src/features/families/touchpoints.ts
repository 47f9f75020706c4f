import { contractColumn } from '../../sources/contracts.js';
import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { minOf } from '../aggregates.js';
import type { Family, FeatureSpec } from '../types.js';
import { cadence } from './cadence.js';
import { channels } from './channels.js';
import { responsiveness } from './responsiveness.js';
import {
  contacts,
  DAYS,
  heldRows,
  ofKinds,
  recent,
  scheduled,
  TOUCHPOINTS,
  touchCount,
  touchCounted,
  touchShare,
  touchSize
} from './touchpoint-rows.js';

/** Windows of the plain counts, in days. */
const WINDOWS = [30, 90, 180];
const KINDS = contractColumn('touchpoints', 'kind').allowed ?? [];
/** The ways of R54 in which people talk, as kinds of touchpoints. */
const WAYS = {
  face_to_face: { kinds: ['meeting', 'visit', 'qbr'], words: 'meeting, visit or business review' },
  phone: { kinds: ['call'], words: 'call' },
  mail: { kinds: ['email'], words: 'e-mail' },
  group: { kinds: ['webinar', 'training'], words: 'webinar or training' }
} as const;

interface Held {
  readonly held: Sql;
  readonly reads: readonly string[];
}

/** Contact with people of the account. A cancelled touchpoint did not take place; without that column all did. */
export const relationship: Family = input => {
  const rows = heldRows(input);
  return [
    ...counts(rows),
    ...twoWay(rows),
    ...cancellations(),
    ...cadence(input),
    ...responsiveness(input),
    ...channels(input)
  ];
};

/** R39, R40: touchpoints held, in all and by kind. R57: a plain count is vanity. */
function counts({ held, reads }: Held): FeatureSpec[] {
  return WINDOWS.flatMap(days => {
    const within = sql`r.occurred_at__age <= ${days}`;
    const shared = { windowDays: days, vanity: true };
    return [
      touchCounted(touchCount(`held_${days}d`, held, within), {
        ...shared,
        name: `touchpoints_${days}d`,
        about: `Touchpoints held in the last ${days} days; their number alone says little about health.`,
        reads
      }),
      ...KINDS.map(kind =>
        touchCounted(touchCount(`held_${kind}_${days}d`, held, within, ofKinds(kind)), {
          ...shared,
          name: `touchpoints_${kind}_${days}d`,
          about: `Touchpoints of kind ${kind} held in the last ${days} days.`,
          reads: [...reads, 'touchpoints.kind']
        })
      )
    ];
  });
}

/** R41, R54: how much and how recently both sides talked, in all and by way of talking. */
function twoWay(rows: Held): FeatureSpec[] {
  const reads = [...rows.reads, 'touchpoints.two_way'];
  const talked = allOf(rows.held, sql`coalesce(r.two_way, false)`);
  const prior = sql`r.occurred_at__age > ${DAYS} and r.occurred_at__age <= ${2 * DAYS}`;
  const now = touchCount('two_way', talked, recent);
  const before = touchCount('two_way_prior', talked, prior);
  return [
    touchCounted(now, {
      name: `touchpoints_two_way_${DAYS}d`,
      about: `Two-way touchpoints held in the last ${DAYS} days.`,
      reads,
      windowDays: DAYS
    }),
    touchCounted(now, {
      name: `touchpoints_two_way_change_${DAYS}d`,
      unit: 'share',
      about: `Relative change of two-way touchpoints against the ${DAYS} days before; undefined when there were none then.`,
      reads,
      minimum: -1,
      step: 0.1,
      windowDays: 2 * DAYS,
      define: use => ratio(sql`${orZero(use(now))} - ${use(before)}`, use(before))
    }),
    daysSince('two_way_age', talked, {
      name: 'days_since_two_way',
      about: 'Days since the last two-way touchpoint; unknown when there was none.',
      reads
    }),
    ...Object.entries(WAYS).map(([way, { kinds, words }]) =>
      daysSince(`two_way_${way}_age`, allOf(talked, ofKinds(...kinds)), {
        name: `days_since_two_way_${way}`,
        about: `Days since the last two-way ${words}; unknown when there was none.`,
        reads: [...reads, 'touchpoints.kind']
      })
    )
  ];
}

function daysSince(name: string, where: Sql, spec: Pick<FeatureSpec, 'name' | 'about' | 'reads'>): FeatureSpec {
  return {
    ...TOUCHPOINTS,
    ...spec,
    unit: 'days',
    direction: 'lower_better',
    minimum: 1,
    step: 30,
    define: use => use(minOf(sql`r.occurred_at__age`, { pass: contacts, name, where }))
  };
}

/** R56: cancelled / scheduled, by the customer and by us apart. An e-mail is not scheduled. */
function cancellations(): FeatureSpec[] {
  const reads = ['occurred_at', 'cancelled_by', 'kind'].map(column => `touchpoints.${column}`);
  const planned = touchCount('scheduled', scheduled, recent);
  const share = (who: string, by: string, verb: string) =>
    touchShare(touchCount(`cancelled_${who}`, scheduled, recent, sql`r.cancelled_by = ${who}`), planned, {
      name: `touchpoints_cancelled_by_${who}_share_${DAYS}d`,
      about: `Share of the touchpoints scheduled in the last ${DAYS} days that ${by} ${verb}; undefined under 3.`,
      direction: who === 'customer' ? 'lower_better' : 'none',
      reads
    });
  return [
    share('customer', 'the customer', 'cancelled'),
    share('vendor', 'we', 'cancelled'),
    touchSize(planned, {
      name: `touchpoints_scheduled_${DAYS}d`,
      about: `Touchpoints other than e-mails scheduled in the last ${DAYS} days, cancelled ones included.`,
      reads: ['touchpoints.occurred_at', 'touchpoints.kind']
    })
  ];
}
