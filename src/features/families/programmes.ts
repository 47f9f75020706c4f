import { orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import { countOf, sumOf } from '../aggregates.js';
import { tablePass } from '../rows.js';
import type { Family } from '../types.js';

const BASE = {
  family: 'programmes',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
const OFFERED = 'programmes.offered_at';
const JOINED = [OFFERED, 'programmes.joined_at'];
const offers = tablePass('programmes');
const joinedRows = raw('r.joined_at < r.as_of_us');
const offered = countOf({ pass: offers, name: 'offered', where: raw('true') });
const joined = countOf({ pass: offers, name: 'joined', where: joinedRows });
const milestones = sumOf(raw('r.milestones'), { pass: offers, name: 'milestones', where: joinedRows });

/** R76: part in customer success programmes, over the life of the account. */
export const programmes: Family = () => [
  {
    ...BASE,
    name: 'programmes_offered',
    unit: 'programmes',
    about: 'Customer success programmes offered to the account.',
    direction: 'none',
    reads: [OFFERED],
    define: use => orZero(use(offered))
  },
  {
    ...BASE,
    name: 'programmes_joined_share',
    unit: 'share',
    about: 'Share of the programmes offered that the account joined; undefined when none was offered.',
    reads: JOINED,
    step: 0.1,
    define: use => ratio(use(joined), use(offered))
  },
  {
    ...BASE,
    name: 'programme_milestones',
    unit: 'milestones',
    about: 'Milestones completed in the programmes that the account joined; undefined when it joined none.',
    reads: [...JOINED, 'programmes.milestones'],
    define: use => sql`case when ${use(joined)} > 0 then ${use(milestones)} end`
  }
];
