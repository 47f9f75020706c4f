import { describe, expect, it } from 'vitest';
import type { Row } from '../world.js';
import { ago, measured, T } from './measured.js';

const person = (contact_id: string, rest: Row = {}): Row => ({ contact_id, created_at: ago(400), ...rest });

describe('personas', () => {
  const names = ['persona_coverage', 'contacts_present'];

  it('are covered as far as a contact of theirs is present (R59)', async () => {
    const contacts = [
      person('p', { persona: 'champion' }),
      person('q', { persona: 'champion' }),
      person('r', { persona: 'business_user', left_at: T }),
      person('s', { persona: 'decision_maker', left_at: ago(1) }),
      person('t')
    ];
    expect(await measured(names, { contacts })).toEqual([2 / 4, 4]);
    expect(await measured(names, { contacts }, { omit: ['contacts.left_at'] })).toEqual([3 / 4, 5]);
  });

  it('are not covered without a contact, and unknown when no contact has a persona on record (R59)', async () => {
    expect(await measured(names, {})).toEqual([0, 0]);
    expect(await measured(names, { contacts: [person('p', { persona: 'champion', left_at: ago(3) })] })).toEqual([
      0, 0
    ]);
    expect(await measured(names, { contacts: [person('p'), person('q')] })).toEqual([null, 2]);
  });
});

describe('high and wide', () => {
  const names = ['departments_two_way_90d', 'seniority_two_way_90d'];
  const contacts = [
    person('p', { department: 'sales', seniority: 2 }),
    person('q', { department: 'sales', seniority: 3 }),
    person('r', { department: 'finance', seniority: 5 }),
    person('s', { department: 'legal', seniority: 9 }),
    person('u')
  ];
  const talk = (days: number, contact_id: string | null, rest: Row = {}): Row => ({
    touchpoint_id: `${days}-${contact_id}`,
    occurred_at: ago(days),
    kind: 'call',
    contact_id,
    two_way: true,
    ...rest
  });

  it('are the distinct departments and the highest seniority in two-way contact (R60)', async () => {
    const touchpoints = [
      talk(3, 'p'),
      talk(9, 'q'),
      talk(80, 'r'),
      talk(4, 's', { two_way: false }),
      talk(5, 's', { cancelled_by: 'customer' }),
      talk(91, 's'),
      talk(6, 'u'),
      talk(7, null),
      talk(8, 'nobody')
    ];
    expect(await measured(names, { contacts, touchpoints })).toEqual([2, 5]);
  });

  it('are none and unknown without such contact (R60)', async () => {
    expect(await measured(names, { contacts, touchpoints: [talk(91, 's'), talk(6, 'u')] })).toEqual([0, null]);
  });

  it('do not use a contact of another account, or one that was not known yet (R60)', async () => {
    const strange = [
      person('p', { account_id: 'b', department: 'sales', seniority: 2 }),
      person('q', { known_at: T, department: 'legal', seniority: 3 })
    ];
    expect(await measured(names, { contacts: strange, touchpoints: [talk(3, 'p'), talk(4, 'q')] })).toEqual([0, null]);
  });
});

describe('the main contact', () => {
  const names = ['main_contact_seniority', 'days_since_main_contact', 'new_contact', 'main_contact_vacant'];
  const first = person('p', { seniority: 4, main_from: ago(300), main_to: ago(50) });
  const second = person('q', { seniority: 2, main_from: ago(50) });

  it('has a seniority (R62) and a time in the role; it is new under 90 days (R63)', async () => {
    expect(await measured(names, { contacts: [first, second] })).toEqual([2, 50, 1, 0]);
    const old = [person('p', { seniority: 4, main_from: ago(90) })];
    expect(await measured(names, { contacts: old })).toEqual([4, 90, 0, 0]);
    const days = { features: { newContactDays: 50 } };
    expect(await measured(names, { contacts: [first, second] }, days)).toEqual([2, 50, 0, 0]);
  });

  it('changes only when the change has happened (R62, R63)', async () => {
    const contacts = [
      { ...first, main_to: T },
      { ...second, main_from: T }
    ];
    expect(await measured(names, { contacts })).toEqual([4, 300, 0, 0]);
  });

  it('is the one who became it last, the most senior of several together (R62)', async () => {
    const contacts = [
      person('p', { seniority: 9, main_from: ago(200) }),
      person('q', { seniority: 2, main_from: ago(20) }),
      person('r', { seniority: 3, main_from: ago(20) })
    ];
    expect(await measured(names, { contacts })).toEqual([3, 20, 1, 0]);
  });

  it('is unknown when nobody ever was, and vacant when it left without a successor (R63)', async () => {
    expect(await measured(names, { contacts: [person('p', { seniority: 4 })] })).toEqual([null, null, null, null]);
    const gone = [person('p', { seniority: 4, main_from: ago(300), left_at: ago(10) })];
    expect(await measured(names, { contacts: gone })).toEqual([null, null, null, 1]);
    expect(await measured(names, { contacts: [first] })).toEqual([null, null, null, 1]);
    expect(await measured(names, { contacts: [first] }, { omit: ['contacts.main_to'] })).toEqual([4, 300, 0, 0]);
  });
});
