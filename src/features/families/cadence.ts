import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { minOf } from '../aggregates.js';
import { tablePass } from '../rows.js';
import type { FamilyInput, FeatureSpec } from '../types.js';
import { DAYS, heldRows, recent, scheduled, TOUCHPOINTS, touchCount } from './touchpoint-rows.js';

const WEEK = 7;
const FORTNIGHT = 14;
const accounts = tablePass('accounts');
const agreed = minOf(raw('r.cadence'), { pass: accounts, name: 'cadence', where: raw('true') });

/**
 * R55: min(1, held / planned) over 90 days. `accounts.cadence` says how often contact was agreed: `7` or `14` days plan
 * 90/7 or 90/14 touchpoints, `month` plans one for each calendar month that lies wholly in the window (2 or 3), so that
 * an account met once in every month never falls below 1. Any other text, or none, is undefined. E-mails do not count.
 */
export function cadence(input: FamilyInput): FeatureSpec[] {
  const { held, reads } = heldRows(input);
  const kept = touchCount('kept', held, recent, scheduled);
  const base = { ...TOUCHPOINTS, windowDays: DAYS };
  return [
    {
      ...base,
      name: `cadence_adherence_${DAYS}d`,
      unit: 'share',
      about: `Touchpoints held in the last ${DAYS} days (e-mails aside) per touchpoint that the agreed rhythm plans, at most 1.`,
      reads: [...reads, 'touchpoints.kind', 'accounts.cadence'],
      step: 0.1,
      define: use => {
        const done = orZero(use(kept));
        return byCadence(use(agreed), ({ of, per }) => sql`least(1, ${ratio(sql`${done} * ${per}`, of)})`);
      }
    },
    {
      ...base,
      name: `cadence_planned_${DAYS}d`,
      unit: 'touchpoints',
      about: `Touchpoints that the agreed rhythm plans in ${DAYS} days.`,
      actionable: false,
      direction: 'none',
      reads: ['accounts.cadence'],
      define: use => byCadence(use(agreed), planned => ratio(planned.of, planned.per))
    }
  ];
}

/** Planned touchpoints as `of / per`. */
interface Planned {
  readonly of: Sql;
  readonly per: Sql;
}

function byCadence(text: Sql, value: (planned: Planned) => Sql): Sql {
  const days = (per: number) => sql`when ${String(per)} then ${value({ of: sql`${DAYS}`, per: sql`${per}` })}`;
  const months = sql`when 'month' then ${value({ of: wholeMonths(), per: sql`1` })}`;
  return sql`(case ${text} ${days(WEEK)} ${days(FORTNIGHT)} ${months} end)`;
}

/** Calendar months that lie wholly in the local days [t - 90, t): those begun from day t - 90 on and over before t. */
function wholeMonths(): Sql {
  const month = (day: Sql) => sql`datediff('month', date '1970-01-01', date '1970-01-01' + cast(${day} as integer))`;
  return sql`(${month(raw('s.as_of_day'))} - ${month(sql`(s.as_of_day - ${DAYS + 1})`)} - 1)`;
}
