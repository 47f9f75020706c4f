import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../../src/features/index.js';
import { configOf, DAY, dayOf, type Row, tableInfos } from '../world.js';
import { ago, measured, T } from './measured.js';

let serial = 0;
const touch = (days: number, rest: Row = {}): Row => {
  serial += 1;
  return { touchpoint_id: `t${serial}`, occurred_at: ago(days), kind: 'call', ...rest };
};
const HOUR = DAY / 24;

describe('counts of touchpoints', () => {
  const touchpoints = [
    touch(5),
    touch(5, { kind: 'qbr' }),
    touch(40, { kind: 'qbr' }),
    touch(40, { kind: 'email' }),
    touch(40, { cancelled_by: 'customer' }),
    touch(100, { kind: 'visit' }),
    touch(181, { kind: 'visit' })
  ];

  it('are held ones in 30, 90 and 180 days, in all and by kind (R39, R40)', async () => {
    const all = ['touchpoints_30d', 'touchpoints_90d', 'touchpoints_180d'];
    expect(await measured(all, { touchpoints })).toEqual([2, 4, 5]);
    const qbr = all.map(name => name.replace('touchpoints', 'touchpoints_qbr'));
    expect(await measured(qbr, { touchpoints })).toEqual([1, 2, 2]);
    const others = [
      'touchpoints_call_90d',
      'touchpoints_email_90d',
      'touchpoints_visit_180d',
      'touchpoints_webinar_90d'
    ];
    expect(await measured(others, { touchpoints })).toEqual([1, 1, 1, 0]);
    expect(await measured(['touchpoints_meeting_30d', 'touchpoints_training_180d'], { touchpoints })).toEqual([0, 0]);
  });

  it('are zero for a silent account and too young before the window fits (R40)', async () => {
    const names = ['touchpoints_30d', 'touchpoints_90d'];
    expect(await measured(names, {})).toEqual([0, 0]);
    expect(await measured(names, {}, { tenureDays: 60 })).toEqual([0, 'too young']);
  });

  it('are marked as vanity, and only they (R57)', () => {
    const { features, all } = buildCatalogue(configOf(), tableInfos(0));
    const marked = features.filter(feature => feature.vanity === true).map(feature => feature.name);
    expect(marked.length).toBe(3 * (1 + 7));
    expect(marked.every(name => /^touchpoints_([a-z]+_)?(30|90|180)d$/.test(name))).toBe(true);
    expect(marked).not.toContain('touchpoints_scheduled_90d');
    expect(all.find(info => info.name === 'touchpoints_90d')?.vanity).toBe(true);
    expect(features.find(feature => feature.name === 'touchpoints_two_way_90d')).not.toHaveProperty('vanity');
  });
});

describe('talk in both directions', () => {
  const touchpoints = [
    touch(3, { two_way: false, kind: 'email' }),
    touch(4),
    touch(6, { two_way: true, cancelled_by: 'vendor', kind: 'visit' }),
    touch(12, { two_way: true, kind: 'email' }),
    touch(30, { two_way: true, kind: 'call' }),
    touch(95, { two_way: true, kind: 'qbr' }),
    touch(200, { two_way: true, kind: 'visit' })
  ];

  it('is as old as the last two-way touchpoint held (R41)', async () => {
    expect(await measured(['days_since_two_way', 'touchpoints_two_way_90d'], { touchpoints })).toEqual([12, 2]);
    expect(await measured(['days_since_two_way'], { touchpoints: [touch(4)] })).toEqual([null]);
  });

  it('has an age for each way of talking: face to face, phone, mail, in a group (R54)', async () => {
    const ways = ['face_to_face', 'phone', 'mail', 'group'].map(way => `days_since_two_way_${way}`);
    expect(await measured(ways, { touchpoints })).toEqual([95, 30, 12, null]);
  });

  it('changes against the 90 days before; undefined when there was none then (R41)', async () => {
    const name = ['touchpoints_two_way_change_90d'];
    expect(await measured(name, { touchpoints })).toEqual([(2 - 1) / 1]);
    expect(await measured(name, { touchpoints: touchpoints.slice(0, 5) })).toEqual([null]);
    expect(await measured(name, { touchpoints }, { tenureDays: 179 })).toEqual(['too young']);
  });
});

describe('cancellations', () => {
  const names = ['customer_share', 'vendor_share'].map(by => `touchpoints_cancelled_by_${by}_90d`);
  const size = 'touchpoints_scheduled_90d';

  it('are shares of the touchpoints scheduled, by the customer and by us apart; e-mails are not scheduled (R56)', async () => {
    const touchpoints = [
      touch(2),
      touch(3, { cancelled_by: 'customer', kind: 'meeting' }),
      touch(4, { cancelled_by: 'customer' }),
      touch(5, { cancelled_by: 'vendor', kind: 'qbr' }),
      touch(6, { kind: 'email' }),
      touch(91, { cancelled_by: 'customer' })
    ];
    expect(await measured([...names, size], { touchpoints })).toEqual([2 / 4, 1 / 4, 4]);
  });

  it('are undefined under three scheduled touchpoints, with their number (R56)', async () => {
    const two = [touch(2, { cancelled_by: 'customer' }), touch(3), touch(4, { kind: 'email' })];
    expect(await measured([...names, size], { touchpoints: two })).toEqual([null, null, 2]);
  });
});

describe('cadence', () => {
  const names = ['cadence_adherence_90d', 'cadence_planned_90d'];
  const meetings = (n: number) => Array.from({ length: n }, (_, i) => touch(1 + 7 * i, { kind: 'meeting' }));
  const under = (cadence: string | null, held: number, more: Row[] = []) =>
    measured(names, { accounts: [{ cadence }], touchpoints: [...meetings(held), ...more] });

  it('is kept by min(1, held / planned): 90/7 weekly, 90/14 fortnightly (R55)', async () => {
    expect(await under('7', 6)).toEqual([(6 * 7) / 90, 90 / 7]);
    expect(await under('7', 13)).toEqual([1, 90 / 7]);
    expect(await under('14', 3)).toEqual([(3 * 14) / 90, 90 / 14]);
    expect(await under('14', 0)).toEqual([0, 90 / 14]);
  });

  it('counts what was held, without e-mails (R55)', async () => {
    const more = [touch(2, { kind: 'email' }), touch(3, { cancelled_by: 'customer' }), touch(91)];
    expect(await under('14', 1, more)).toEqual([14 / 90, 90 / 14]);
  });

  it('plans one per calendar month that lies wholly in the window (R55)', async () => {
    // [2 January, 1 April) holds February and March; [3 December, 2 March) January and February.
    expect(await under('month', 1)).toEqual([1 / 2, 2]);
    expect(await under('month', 5)).toEqual([1, 2]);
    const on = (date: string) =>
      measured(names.slice(1), { accounts: [{ cadence: 'month' }] }, { asOfDay: dayOf(date) });
    // 90 days before 1 May 2023 is 31 January, so February, March and April; before 1 April 2023 it is 1 January.
    expect(await on('2023-05-01')).toEqual([3]);
    expect(await on('2023-04-01')).toEqual([3]);
    expect(await on('2024-03-31')).toEqual([2]);
  });

  it('is undefined without an agreed rhythm, or with one in other words, and too young under 90 days (R55)', async () => {
    expect(await under(null, 5)).toEqual([null, null]);
    expect(await under('weekly', 5)).toEqual([null, null]);
    expect(await measured(names, { touchpoints: meetings(3) })).toEqual([null, null]);
    expect(await measured(names, { accounts: [{ cadence: '7' }] }, { tenureDays: 89 })).toEqual([
      'too young',
      'too young'
    ]);
  });
});

describe('responsiveness', () => {
  const mail = (days: number, hours: number | null, rest: Row = {}) => {
    const replied_at = hours === null ? null : ago(days) + hours * HOUR;
    return touch(days, { kind: 'email', direction: 'outbound', replied_at, ...rest });
  };
  const speed = ['reply_hours_90d', 'replies_90d'];
  const share = ['messages_answered_share_90d', 'messages_due_90d'];

  it('is the median of hours to the first reply to our e-mails (R58)', async () => {
    const odd = [mail(50, 2), mail(40, 30), mail(30, 5), mail(20, null)];
    expect(await measured(speed, { touchpoints: odd })).toEqual([5, 3]);
    expect(await measured(speed, { touchpoints: [...odd, mail(25, 10)] })).toEqual([(5 + 10) / 2, 4]);
    const others = [mail(9, 1, { direction: 'inbound' }), mail(9, 1, { kind: 'call' }), mail(91, 1)];
    expect(await measured(speed, { touchpoints: [...odd, ...others] })).toEqual([5, 3]);
  });

  it('needs three replies that came before the date (R58)', async () => {
    const touchpoints = [mail(50, 2), mail(40, 30), mail(1, 13)];
    expect(await measured(speed, { touchpoints })).toEqual([null, 2]);
  });

  it('is the share of e-mails older than 14 days that were answered within 14 days (R58)', async () => {
    const touchpoints = [mail(80, 1), mail(60, 14 * 24), mail(50, 14 * 24 + 1), mail(40, null)];
    // Young messages count neither when they were answered nor when not, so that the share is not flattered.
    const young = [mail(13, 1), mail(2, null)];
    expect(await measured(share, { touchpoints: [...touchpoints, ...young] })).toEqual([2 / 4, 4]);
    expect(await measured(share, { touchpoints: [...touchpoints.slice(0, 2), ...young] })).toEqual([null, 2]);
  });

  it('counts a message from the instant on at which its 14 days are over (R58)', async () => {
    const at = (us: number): Row => mail(20, null, { occurred_at: us, replied_at: null });
    const touchpoints = [T - 14 * DAY - 1, T - 14 * DAY, T - 14 * DAY + 1].map(at);
    expect(await measured(share, { touchpoints })).toEqual([null, 2]);
  });

  it('is the share of invitations accepted; no word about one is no evidence (R58)', async () => {
    const names = ['meeting_acceptance_share_90d', 'meetings_invited_90d'];
    const invite = (days: number, accepted: boolean | null) => touch(days, { kind: 'meeting', accepted });
    const touchpoints = [invite(3, true), invite(5, true), invite(7, false), invite(9, null), invite(91, false)];
    expect(await measured(names, { touchpoints })).toEqual([2 / 3, 3]);
    expect(await measured(names, { touchpoints: touchpoints.slice(1) })).toEqual([null, 2]);
  });
});

describe('channels', () => {
  const touchpoints = [
    touch(3, { direction: 'inbound', channel: 'slack', kind: 'email' }),
    touch(5, { direction: 'inbound', channel: 'slack' }),
    touch(8, { direction: 'inbound' }),
    touch(9, { direction: 'outbound', channel: 'letter' }),
    touch(91, { direction: 'inbound', channel: 'fax' })
  ];
  const ticket = (days: number, channel: string | null): Row => ({
    ticket_id: `k${days}`,
    opened_at: ago(days),
    channel
  });

  it('are distinct ones on which the customer came to us, tickets included when they say so (R48)', async () => {
    const name = ['channels_inbound_90d'];
    const tickets = [ticket(2, 'portal'), ticket(4, 'slack'), ticket(6, null), ticket(95, 'phone')];
    // slack, call (no channel), portal
    expect(await measured(name, { touchpoints, tickets })).toEqual([3]);
    expect(await measured(name, { touchpoints, tickets }, { omit: ['tickets.channel'] })).toEqual([2]);
    expect(await measured(name, { touchpoints }, { omit: ['touchpoints.channel', 'tickets'] })).toEqual([2]);
    expect(await measured(name, {})).toEqual([0]);
  });
});
