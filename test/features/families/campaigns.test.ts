import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured, T } from './measured.js';

let serial = 0;
const sent = (days: number, kind: string, contact_id: string | null, rest: Row = {}): Row => {
  serial += 1;
  return { campaign_id: `${serial}`, kind, contact_id, sent_at: ago(days), ...rest };
};

describe('marketing', () => {
  const names = ['campaign_attended', 'newsletters_read', 'newsletters_clicked', 'marketing_acts'].map(
    name => `${name}_per_contact_90d`
  );
  const size = 'campaign_contacts_90d';

  it('is events attended and newsletters opened or clicked per contact addressed in 90 days (R75)', async () => {
    const campaigns = [
      sent(10, 'event', 'p', { attended_at: ago(2) }),
      sent(10, 'event', 'q'),
      sent(20, 'event', 'r', { attended_at: T }),
      sent(30, 'newsletter', 'p', { opened_at: ago(29) }),
      sent(40, 'newsletter', 'p', { opened_at: ago(39), clicked_at: ago(38) }),
      sent(50, 'newsletter', 'q', { clicked_at: ago(49) }),
      sent(60, 'newsletter', 's', { attended_at: ago(59) }),
      sent(60, 'newsletter', null, { opened_at: ago(59) }),
      sent(91, 'newsletter', 'z', { opened_at: ago(89) })
    ];
    // Contacts p, q, r, s; one event attended; three newsletters read, two of them clicked.
    expect(await measured([...names, size], { campaigns })).toEqual([1 / 4, 3 / 4, 2 / 4, 4 / 4, 4]);
    const opened = await measured(names.slice(0, 2), { campaigns }, { omit: ['campaigns.clicked_at'] });
    expect(opened).toEqual([1 / 4, 2 / 4]);
  });

  it('is zero when nobody acted and undefined when nothing was sent (R75)', async () => {
    expect(await measured([...names, size], { campaigns: [sent(5, 'event', 'p')] })).toEqual([0, 0, 0, 0, 1]);
    expect(await measured([...names, size], {})).toEqual([null, null, null, null, 0]);
  });
});
