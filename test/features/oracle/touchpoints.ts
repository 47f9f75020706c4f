import type { Row } from '../world.js';
import { daysSince, median, relative } from './core.js';
import { between, inLast, num, type Rule, type View } from './view.js';

const DAY = 86_400_000_000;
const KINDS = ['call', 'email', 'meeting', 'visit', 'webinar', 'qbr', 'training'];
const recent = (v: View, rows: readonly Row[]) => inLast(v, rows, 'occurred_at', 90);
const held = (v: View) => v.touchpoints.filter(row => row['cancelled_by'] === null);
const talks = (v: View, kinds = KINDS) =>
  held(v).filter(row => row['two_way'] === true && kinds.includes(row['kind'] as string));
const planned = (v: View) => recent(v, v.touchpoints).filter(row => row['kind'] !== 'email');
const kept = (v: View) => recent(v, held(v)).filter(row => row['kind'] !== 'email');
const cancelled = (v: View, who: string) => planned(v).filter(row => row['cancelled_by'] === who);
const fromThree = (part: number, whole: number) => (whole < 3 ? null : part / whole);

const messages = (v: View) =>
  recent(v, held(v)).filter(row => row['kind'] === 'email' && row['direction'] === 'outbound');
const replied = (v: View) => messages(v).filter(row => row['replied_at'] !== null);
const due = (v: View) => messages(v).filter(row => num(row['occurred_at']) + 14 * DAY <= v.t);
const wait = (row: Row) => num(row['replied_at']) - num(row['occurred_at']);
const invited = (v: View) => planned(v).filter(row => row['accepted'] !== null);

/** Months all of whose days lie in the 90 days before the date, found day by day. */
function wholeMonths(v: View): number {
  const days = Array.from({ length: 90 }, (_, i) => new Date((v.spine.asOfDay - 1 - i) * 86_400_000));
  const counts = new Map<string, number>();
  for (const day of days) {
    const month = day.toISOString().slice(0, 7);
    counts.set(month, (counts.get(month) ?? 0) + 1);
  }
  const length = (month: string) =>
    new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).getUTCDate();
  return [...counts].filter(([month, n]) => n === length(month)).length;
}

function adherence(v: View): number | null {
  const done = kept(v).length;
  switch (v.account?.['cadence']) {
    case '7':
      return Math.min(1, (done * 7) / 90);
    case '14':
      return Math.min(1, (done * 14) / 90);
    case 'month':
      return Math.min(1, done / wholeMonths(v));
    default:
      return null;
  }
}

function plannedCount(v: View): number | null {
  const cadence = v.account?.['cadence'];
  if (cadence === 'month') return wholeMonths(v);
  return cadence === '7' || cadence === '14' ? 90 / Number(cadence) : null;
}

function channels(v: View): number {
  const inbound = recent(v, held(v)).filter(row => row['direction'] === 'inbound');
  const tickets = inLast(v, v.tickets, 'opened_at', 90);
  const names = [...inbound.map(row => row['channel'] ?? row['kind']), ...tickets.map(row => row['channel'])];
  return new Set(names.filter(name => name !== null)).size;
}

export const TOUCHPOINT_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    [30, 90, 180].flatMap((days): [string, Rule][] => [
      [`touchpoints_${days}d`, [days, v => inLast(v, held(v), 'occurred_at', days).length]],
      ...KINDS.map((kind): [string, Rule] => [
        `touchpoints_${kind}_${days}d`,
        [days, v => inLast(v, held(v), 'occurred_at', days).filter(row => row['kind'] === kind).length]
      ])
    ])
  ),
  touchpoints_two_way_90d: [90, v => recent(v, talks(v)).length],
  touchpoints_two_way_change_90d: [
    180,
    v => {
      const before = talks(v).filter(row => between(row['occurred_at'], v.back(180), v.back(90)));
      return relative(recent(v, talks(v)).length, before.length);
    }
  ],
  days_since_two_way: [0, v => daysSince(v, talks(v), 'occurred_at')],
  days_since_two_way_face_to_face: [0, v => daysSince(v, talks(v, ['meeting', 'visit', 'qbr']), 'occurred_at')],
  days_since_two_way_phone: [0, v => daysSince(v, talks(v, ['call']), 'occurred_at')],
  days_since_two_way_mail: [0, v => daysSince(v, talks(v, ['email']), 'occurred_at')],
  days_since_two_way_group: [0, v => daysSince(v, talks(v, ['webinar', 'training']), 'occurred_at')],
  touchpoints_scheduled_90d: [0, v => planned(v).length],
  touchpoints_cancelled_by_customer_share_90d: [0, v => fromThree(cancelled(v, 'customer').length, planned(v).length)],
  touchpoints_cancelled_by_vendor_share_90d: [0, v => fromThree(cancelled(v, 'vendor').length, planned(v).length)],
  cadence_adherence_90d: [90, adherence],
  cadence_planned_90d: [90, plannedCount],
  reply_hours_90d: [0, v => (replied(v).length < 3 ? null : median(replied(v).map(wait)))],
  replies_90d: [0, v => replied(v).length],
  messages_answered_share_90d: [
    0,
    v => fromThree(due(v).filter(row => row['replied_at'] !== null && wait(row) <= 14 * DAY).length, due(v).length)
  ],
  messages_due_90d: [0, v => due(v).length],
  meeting_acceptance_share_90d: [
    0,
    v => fromThree(invited(v).filter(row => row['accepted'] === true).length, invited(v).length)
  ],
  meetings_invited_90d: [0, v => invited(v).length],
  channels_inbound_90d: [90, channels],
  ...people()
};

/** With whom both sides talked. */
function people(): Record<string, Rule> {
  const met = (v: View) => {
    const known = v.of('contacts');
    return recent(v, talks(v)).flatMap(row => known.filter(who => who['contact_id'] === row['contact_id']));
  };
  return {
    departments_two_way_90d: [
      90,
      v =>
        new Set(
          met(v)
            .map(who => who['department'])
            .filter(name => name !== null)
        ).size
    ],
    seniority_two_way_90d: [
      0,
      v => {
        const levels = met(v)
          .map(who => who['seniority'])
          .filter(level => level !== null);
        return levels.length === 0 ? null : Math.max(...levels.map(num));
      }
    ]
  };
}
