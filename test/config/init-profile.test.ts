import { describe, expect, it } from 'vitest';
import { starterProfile } from '../../src/config/init-profile.js';
import { parseProfile } from '../../src/config/profile.js';

const INFO = {
  date: '2025-01-05',
  tenureDays: 'tenure_days',
  activeDays28: 'active_days_28d',
  overdueInvoices: 'overdue'
};
const parse = (text: string) => parseProfile(text, { file: 'f', name: 'default' });

describe('starterProfile', () => {
  it('R87: uses usage, invoices and tenure and parses', () => {
    const profile = parse(starterProfile(INFO));
    expect(profile.factors.map(factor => factor.feature)).toEqual(['active_days_28d', 'overdue', 'tenure_days']);
    expect(profile).toMatchObject({ purpose: 'predictor', date: '2025-01-05', minCoverage: 0.5 });
  });

  it('R87: leaves out what has no source', () => {
    const profile = parse(starterProfile({ ...INFO, overdueInvoices: null, activeDays28: null }));
    expect(profile.factors.map(factor => factor.name)).toEqual(['Tenure']);
  });

  it('refuses to write a profile of nothing', () => {
    expect(() =>
      starterProfile({ date: '2025-01-05', tenureDays: null, activeDays28: null, overdueInvoices: null })
    ).toThrow('got none');
  });
});
