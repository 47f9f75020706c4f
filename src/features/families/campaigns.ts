import { allOf, orZero, ratio } from '../../sql/expressions.js';
import { raw, sql } from '../../sql/sql.js';
import type { Sql } from '../../types.js';
import { countOf, distinctOf } from '../aggregates.js';
import { tablePass } from '../rows.js';
import type { Aggregate, Family, FeatureSpec } from '../types.js';

const BASE = {
  family: 'campaigns',
  timing: 'leading',
  actionable: true,
  direction: 'higher_better',
  minimum: 0
} as const;
const DAYS = 90;
const SENT = ['campaigns.sent_at', 'campaigns.kind', 'campaigns.contact_id'];
const sendings = tablePass('campaigns');
/** Records of the window that say to whom they went. */
const addressed = sql`r.sent_at__age <= ${DAYS} and r.contact_id is not null`;
const contacts = distinctOf(raw('r.contact_id'), { pass: sendings, name: 'contacts', where: addressed });

/**
 * R75: what the contacts did with the invitations and newsletters sent in 90 days, per contact to whom any was sent. What
 * they did counts when it happened before the date. Undefined when nothing was sent.
 */
export const campaigns: Family = ({ has }) => {
  const clicks = has('campaigns.clicked_at');
  const attended = allOf(addressed, raw(`r.kind = 'event' and r.attended_at < r.as_of_us`));
  const click = raw('r.clicked_at < r.as_of_us');
  const open = raw('r.opened_at < r.as_of_us');
  const newsletter = allOf(addressed, raw(`r.kind = 'newsletter'`));
  const read = allOf(newsletter, clicks ? sql`${open} or ${click}` : open);
  const reads = [...SENT, 'campaigns.opened_at', ...(clicks ? ['campaigns.clicked_at'] : [])];
  return [
    perContact('campaign_attended', attended, {
      about: `Marketing events attended, of the invitations of the last ${DAYS} days, per contact addressed.`,
      reads: [...SENT, 'campaigns.attended_at']
    }),
    perContact('newsletters_read', read, {
      about: `Newsletters of the last ${DAYS} days that were opened or clicked, per contact addressed.`,
      reads
    }),
    perContact('newsletters_clicked', allOf(newsletter, click), {
      about: `Newsletters of the last ${DAYS} days that were clicked, per contact addressed.`,
      reads: [...SENT, 'campaigns.clicked_at']
    }),
    perContact('marketing_acts', sql`(${attended}) or (${read})`, {
      about: `Marketing events attended and newsletters opened or clicked, of the last ${DAYS} days, per contact addressed.`,
      reads: [...reads, 'campaigns.attended_at']
    }),
    {
      ...BASE,
      name: `campaign_contacts_${DAYS}d`,
      unit: 'contacts',
      about: `Contacts to whom an invitation or a newsletter was sent in the last ${DAYS} days.`,
      direction: 'none',
      reads: SENT,
      windowDays: DAYS,
      minAgeDays: 0,
      define: use => orZero(use(contacts))
    }
  ];
};

function perContact(name: string, where: Sql, spec: Pick<FeatureSpec, 'about' | 'reads'>): FeatureSpec {
  const acts: Aggregate = countOf({ pass: sendings, name, where });
  return {
    ...BASE,
    ...spec,
    name: `${name}_per_contact_${DAYS}d`,
    unit: 'per contact',
    windowDays: DAYS,
    minAgeDays: 0,
    define: use => ratio(use(acts), use(contacts))
  };
}
