import type { Row } from '../world.js';
import { PAGE_RULES } from './pages.js';
import { SESSION_RULES } from './sessions.js';
import { PEOPLE_RULES } from './usage-people.js';
import { between, inLast, num, type Rule, share, sum, type View } from './view.js';

const KEYS: Readonly<Record<string, string>> = {
  create_report: 'Create Report',
  export: 'export',
  invite: 'invite',
  api: 'api',
  share: 'share'
};
const TYPES: Readonly<Record<string, string>> = { login: 'login', ...KEYS };

const span = (v: View, after: number, upTo: number) =>
  v.events.filter(row => between(row['occurred_at'], v.back(upTo), v.back(after)));
const typed = (rows: readonly Row[], ...types: readonly string[]) =>
  rows.filter(row => types.includes(row['event_type'] as string));
const identified = (rows: readonly Row[]) => rows.filter(row => row['user_id'] !== null);
const usersOf = (rows: readonly Row[]) => [...new Set(identified(rows).map(row => row['user_id']))];
const daysOf = (v: View, rows: readonly Row[]) => new Set(rows.map(row => v.dayOf(num(row['occurred_at'])))).size;
const changed = (now: number, before: number) => share(now - before, before);

/** Days with any of the rows, for each user active in the last 28 days. */
function daysPerUser(v: View, pick: (rows: readonly Row[]) => readonly Row[]): number[] {
  const recent = span(v, 0, 28);
  return usersOf(recent).map(user => daysOf(v, pick(recent.filter(row => row['user_id'] === user))));
}

function middleShare(values: readonly number[], whole: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const n = sorted.length;
  if (n === 0) return null;
  const high = sorted[Math.floor(n / 2)] as number;
  return n % 2 === 1 ? high / whole : ((sorted[n / 2 - 1] as number) + high) / (2 * whole);
}

function weeks(v: View): number[] {
  return Array.from({ length: 8 }, (_, w) => span(v, 7 * w, 7 * (w + 1)).length);
}

/** n sum(x^2) - sum(x)^2 and sum(x) of the weekly counts. */
function spread(v: View): readonly [number, number] {
  const total = weeks(v).reduce((a, b) => a + b, 0);
  return [8 * weeks(v).reduce((a, b) => a + b * b, 0) - total * total, total];
}

/** Whether the running terms, trials among them, entitle to a type; null when the price list cannot tell. */
function entitled(v: View, type: string): boolean | null {
  const ends = ['term_end', 'ended_at'];
  const running = v
    .of('subscriptions')
    .filter(row => ends.every(end => row[end] === null || row[end] === undefined || num(row[end]) >= v.t));
  const plans = running.map(row => v.plans.find(plan => plan['plan'] === row['plan']));
  const has = (plan: Row | undefined) => {
    if (plan === undefined) return false;
    const list = String(plan['features'] ?? '')
      .split(';')
      .map(text => text.trim())
      .filter(text => text !== '');
    return list.length === 0 || list.includes(type);
  };
  if (plans.some(has)) return true;
  return plans.length === 0 || plans.includes(undefined) ? null : false;
}

function breadth(v: View): number | null {
  const found = Object.values(KEYS).map(type => ({ may: entitled(v, type), n: typed(span(v, 0, 30), type).length }));
  if (found.some(({ may }) => may === null)) return null;
  const own = found.filter(({ may }) => may === true);
  return share(own.filter(({ n }) => n > 0).length, own.length);
}

function rateChange(v: View, pick: (rows: readonly Row[]) => readonly Row[]): number | null {
  const days = v.spine.asOfDay - 28 - Math.min(...v.events.map(row => v.dayOf(num(row['occurred_at']))));
  if (v.events.length === 0 || days <= 0) return null;
  const recent = pick(span(v, 0, 28)).length;
  const before = 28 * (pick(v.events).length - recent);
  return share(recent * days - before, before);
}

const distinctTypes = (days: number): Rule => [
  days,
  v => new Set(typed(span(v, 0, days), ...Object.values(TYPES)).map(row => row['event_type'])).size
];

export const USAGE_RULES: Readonly<Record<string, Rule>> = {
  ...SESSION_RULES,
  ...PEOPLE_RULES,
  ...PAGE_RULES,
  event_types_7d: distinctTypes(7),
  event_types_84d: distinctTypes(84),
  ...Object.fromEntries(
    Object.entries(TYPES).flatMap(([slug, type]): [string, Rule][] => [
      [
        `${slug}_change_28d`,
        [56, v => changed(typed(span(v, 0, 28), type).length, typed(span(v, 28, 56), type).length)]
      ],
      [`${slug}_rate_change_life`, [28, v => rateChange(v, rows => typed(rows, type))]]
    ])
  ),
  events_rate_change_life: [28, v => rateChange(v, rows => rows)],
  ...Object.fromEntries(
    Object.entries(KEYS).map(([slug, type]): [string, Rule] => [
      `never_used_${slug}`,
      [
        0,
        v => {
          if (typed(v.events, type).length > 0) return 0;
          const may = entitled(v, type);
          return may === null ? null : Number(may);
        }
      ]
    ])
  ),
  key_features_share_30d: [30, breadth],
  key_events_per_active_user_30d: [
    30,
    v => {
      const recent = identified(span(v, 0, 30));
      return share(typed(recent, ...Object.values(KEYS)).length, usersOf(recent).length);
    }
  ],
  logins_per_active_user_week_28d: [
    28,
    v => share(typed(identified(span(v, 0, 28)), 'login').length, 4 * usersOf(span(v, 0, 28)).length)
  ],
  login_days_share_28d: [
    28,
    v =>
      middleShare(
        daysPerUser(v, rows => typed(rows, 'login')),
        28
      )
  ],
  stickiness_28d: [
    28,
    v => {
      const days = daysPerUser(v, rows => rows);
      return share(
        days.reduce((a, b) => a + b, 0),
        28 * days.length
      );
    }
  ],
  top_user_share_28d: [
    28,
    v => {
      const recent = identified(span(v, 0, 28));
      const counts = usersOf(recent).map(user => recent.filter(row => row['user_id'] === user).length);
      return counts.length === 0 ? null : Math.max(...counts) / recent.length;
    }
  ],
  events_weekly_variance_56d: [56, v => spread(v)[0] / 64],
  events_weekly_variation_56d: [56, v => share(spread(v)[0], spread(v)[1] ** 2)],
  active_days_change_28d: [56, v => changed(daysOf(v, span(v, 0, 28)), daysOf(v, span(v, 28, 56)))],
  hours_change_28d: [
    56,
    v => changed(sum(span(v, 0, 28), 'duration_seconds'), sum(span(v, 28, 56), 'duration_seconds'))
  ],
  core_events_per_active_user_week_28d: [
    28,
    v => share(typed(identified(span(v, 0, 28)), 'Create Report').length, 4 * usersOf(span(v, 0, 28)).length)
  ],
  core_events_change_28d: [
    56,
    v => changed(typed(span(v, 0, 28), 'Create Report').length, typed(span(v, 28, 56), 'Create Report').length)
  ],
  core_events_share_28d: [28, v => share(typed(span(v, 0, 28), 'Create Report').length, span(v, 0, 28).length)],
  core_events_per_visit_28d: [
    28,
    v => share(typed(span(v, 0, 28), 'Create Report').length, inLast(v, v.of('sessions'), 'ended_at', 28).length)
  ]
};
