import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, distinctOf, maxOf, minOf } from '../aggregates.js';
import { tablePass, visibleRows } from '../rows.js';
import type { Family, FamilyInput, FeatureSpec, Pass } from '../types.js';
import { DAYS, heldRows } from './touchpoint-rows.js';

const BASE = {
  family: 'contacts',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
/** Decision maker, champion, business user, economic buyer. */
const PERSONAS = 4;
const people = tablePass('contacts');

/** The people of the account whom we deal with. A contact is present until it has left. */
export const contacts: Family = input => {
  const leaves = input.has('contacts.left_at');
  const present = leaves ? raw('r.left_at is null') : raw('true');
  const reads = ['contacts.contact_id', 'contacts.created_at', ...(leaves ? ['contacts.left_at'] : [])];
  return [...coverage(present, reads), ...highAndWide(input), ...mainContact(input, present, reads)];
};

/** R59: personas with a present contact / 4. Undefined when contacts are there and none has a persona on record. */
function coverage(present: Sql, reads: readonly string[]): FeatureSpec[] {
  const all = countOf({ pass: people, name: 'present', where: present });
  const covered = distinctOf(raw('r.persona'), { pass: people, name: 'personas', where: present });
  return [
    {
      ...BASE,
      name: 'contacts_present',
      unit: 'contacts',
      about: 'Contacts on record who have not left.',
      reads,
      define: use => orZero(use(all))
    },
    {
      ...BASE,
      name: 'persona_coverage',
      unit: 'share',
      about:
        'Share of the four personas (decision maker, champion, business user, economic buyer) with a present contact; undefined when contacts are there without a persona.',
      reads: [...reads, 'contacts.persona'],
      step: 0.25,
      define: use => {
        const share = ratio(orZero(use(covered)), sql`${PERSONAS}`);
        return sql`case when ${orZero(use(all))} = 0 or ${use(covered)} > 0 then ${share} end`;
      }
    }
  ];
}

/** R60: with which departments, and how high up, both sides talked in 90 days. */
function highAndWide(input: FamilyInput): FeatureSpec[] {
  const { held, reads: touch } = heldRows(input);
  const reads = [
    ...touch,
    'touchpoints.two_way',
    'touchpoints.contact_id',
    'contacts.contact_id',
    'contacts.created_at'
  ];
  const where = allOf(held, sql`coalesce(r.two_way, false) and r.occurred_at__age <= ${DAYS}`);
  return [
    {
      ...BASE,
      name: `departments_two_way_${DAYS}d`,
      unit: 'departments',
      about: `Distinct departments with two-way contact in the last ${DAYS} days.`,
      reads: [...reads, 'contacts.department'],
      windowDays: DAYS,
      define: use =>
        orZero(use(distinctOf(raw('r.department'), { pass: talks('department'), name: 'departments', where })))
    },
    {
      ...BASE,
      name: `seniority_two_way_${DAYS}d`,
      unit: 'level',
      about: `Highest seniority with two-way contact in the last ${DAYS} days; unknown without one.`,
      reads: [...reads, 'contacts.seniority'],
      windowDays: DAYS,
      minAgeDays: 0,
      define: use => use(maxOf(raw('r.seniority'), { pass: talks('seniority'), name: 'highest', where }))
    }
  ];
}

/** Touchpoints with one column of the contact whom they were with. */
function talks(column: 'department' | 'seniority'): Pass {
  return {
    name: `talks_${column}`,
    partials: [],
    from: input => sql`select t.*, c.${raw(column)} from (${visibleRows('touchpoints', input)}) t
    join (${visibleRows('contacts', input)}) c
      on c.account_id = t.account_id and c.as_of_day = t.as_of_day and c.contact_id = t.contact_id`
  };
}

/** Present contacts who are the main contact at the date; `place` 1 are those who became it last. */
function mainPass(here: Sql): Pass {
  return {
    name: 'main_contact',
    partials: [],
    from: input => sql`select *, rank() over (partition by r.account_id, r.as_of_day order by r.main_from desc) as place
    from (${visibleRows('contacts', input)}) r
    where ${here}`
  };
}

/** R62, R63: who the main contact is and since when. Unknown when nobody is the main contact. */
function mainContact(input: FamilyInput, present: Sql, contact: readonly string[]): FeatureSpec[] {
  const ends = input.has('contacts.main_to');
  const reads = [...contact, 'contacts.main_from', ...(ends ? ['contacts.main_to'] : [])];
  const began = raw('r.main_from < r.as_of_us');
  const isMain = allOf(present, began, raw(ends ? 'r.main_to is null' : 'true'));
  const pass = mainPass(isMain);
  const where = raw('r.place = 1');
  const since = minOf(raw('r.main_from__age'), { pass, name: 'since', where });
  const ever = countOf({ pass: people, name: 'ever_main', where: began });
  const now = countOf({ pass: people, name: 'now_main', where: isMain });
  return [
    {
      ...BASE,
      name: 'main_contact_seniority',
      unit: 'level',
      about: 'Seniority of the main contact (the highest of several who became it together); unknown without one.',
      reads: [...reads, 'contacts.seniority'],
      define: use => use(maxOf(raw('r.seniority'), { pass, name: 'seniority', where }))
    },
    {
      ...BASE,
      name: 'days_since_main_contact',
      unit: 'days',
      about: 'Days since the main contact changed or started; unknown without one.',
      actionable: false,
      reads,
      minimum: 1,
      step: 30,
      define: use => use(since)
    },
    {
      ...BASE,
      name: 'new_contact',
      unit: 'flag',
      about: `1 when the main contact is so for less than ${input.newContactDays} days; unknown without one.`,
      actionable: false,
      direction: 'lower_better',
      reads,
      define: use =>
        sql`case when ${use(since)} < ${input.newContactDays} then 1 when ${use(since)} is not null then 0 end`
    },
    {
      ...BASE,
      name: 'main_contact_vacant',
      unit: 'flag',
      about: '1 when somebody was the main contact and nobody is now; unknown when nobody ever was.',
      direction: 'lower_better',
      reads,
      define: use => sql`case when ${use(ever)} > 0 then case when ${use(now)} = 0 then 1 else 0 end end`
    }
  ];
}
