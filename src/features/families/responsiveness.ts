import { allOf, ratio, whenAtLeast } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, sumOf } from '../aggregates.js';
import { visibleRows } from '../rows.js';
import type { FamilyInput, FeatureSpec, Pass } from '../types.js';
import {
  DAYS,
  heldRows,
  LEAST_CONTACTS,
  recent,
  scheduled,
  TOUCHPOINTS,
  touchCount,
  touchShare,
  touchSize
} from './touchpoint-rows.js';

const HOUR_US = 3_600_000_000;
const DAY_US = 24 * HOUR_US;
const ANSWER_DAYS = 14;

/** R58: how fast and how often the customer answers. A message is an e-mail of ours (`outbound`). */
export function responsiveness(input: FamilyInput): FeatureSpec[] {
  const { held, reads } = heldRows(input);
  const messages: Messages = {
    is: allOf(held, raw(`r.kind = 'email' and r.direction = 'outbound'`), recent),
    reads: [...reads, ...['kind', 'direction', 'replied_at'].map(column => `touchpoints.${column}`)]
  };
  return [...speed(messages, medianPass(input.has('touchpoints.cancelled_by'))), ...answers(messages), ...acceptance()];
}

interface Messages {
  readonly is: Sql;
  readonly reads: readonly string[];
}

function speed({ is, reads }: Messages, pass: Pass): FeatureSpec[] {
  const replies = touchCount('replies', is, raw('r.replied_at < r.as_of_us'));
  const took = sumOf(raw('r.took'), { pass, name: 'took', where: raw('true') });
  const rows = countOf({ pass, name: 'rows', where: raw('true') });
  return [
    {
      ...TOUCHPOINTS,
      name: `reply_hours_${DAYS}d`,
      unit: 'hours',
      about: `Median hours to the customer's first reply to our e-mails of the last ${DAYS} days; undefined under ${LEAST_CONTACTS} replies.`,
      direction: 'lower_better',
      reads,
      step: 24,
      windowDays: DAYS,
      minAgeDays: 0,
      define: use => {
        const median = ratio(use(took), sql`${use(rows)} * ${HOUR_US}`);
        return whenAtLeast(LEAST_CONTACTS, use(replies), median);
      }
    },
    touchSize(replies, {
      name: `replies_${DAYS}d`,
      unit: 'replies',
      about: `Replies to our e-mails of the last ${DAYS} days.`,
      reads
    })
  ];
}

/** Only messages whose 14 days are over count: to count the young ones that were answered would flatter the share. */
function answers({ is, reads }: Messages): FeatureSpec[] {
  const over = sql`r.occurred_at <= r.as_of_us - ${ANSWER_DAYS * DAY_US}`;
  const inTime = sql`r.replied_at - r.occurred_at <= ${ANSWER_DAYS * DAY_US}`;
  const due = touchCount('messages_due', is, over);
  return [
    touchShare(touchCount('messages_answered', is, over, inTime), due, {
      name: `messages_answered_share_${DAYS}d`,
      about: `Share of our e-mails of the last ${DAYS} days, older than ${ANSWER_DAYS} days, answered within ${ANSWER_DAYS} days; undefined under ${LEAST_CONTACTS}.`,
      reads
    }),
    touchSize(due, {
      name: `messages_due_${DAYS}d`,
      unit: 'messages',
      about: `Our e-mails of the last ${DAYS} days that are older than ${ANSWER_DAYS} days.`,
      reads
    })
  ];
}

/** Accepted / answered invitations to touchpoints at an agreed time, cancelled ones included. */
function acceptance(): FeatureSpec[] {
  const reads = ['occurred_at', 'kind', 'accepted'].map(column => `touchpoints.${column}`);
  const invited = touchCount('invited', scheduled, recent, raw('r.accepted is not null'));
  return [
    touchShare(touchCount('accepted', scheduled, recent, raw('coalesce(r.accepted, false)')), invited, {
      name: `meeting_acceptance_share_${DAYS}d`,
      about: `Share of the invitations of the last ${DAYS} days that the customer accepted; undefined under ${LEAST_CONTACTS}.`,
      reads
    }),
    touchSize(invited, {
      name: `meetings_invited_${DAYS}d`,
      unit: 'invitations',
      about: `Invitations of the last ${DAYS} days of which we know whether the customer accepted.`,
      reads
    })
  ];
}

/** The middle row, or the two middle rows, of the time to the reply. */
function medianPass(cancels: boolean): Pass {
  return {
    name: 'reply_median',
    partials: [],
    from: input => sql`select * from (
    select *, replied_at - occurred_at as took,
      row_number() over (partition by account_id, as_of_day order by replied_at - occurred_at) as place,
      count(*) over (partition by account_id, as_of_day) as n
    from (${visibleRows('touchpoints', input)})
    where kind = 'email' and direction = 'outbound' and replied_at < as_of_us and occurred_at__age <= ${DAYS}
      ${raw(cancels ? 'and cancelled_by is null' : '')}
  ) where 2 * place >= n and 2 * place <= n + 2`
  };
}
