import { describe, expect, it } from 'vitest';
import { isDate, isInstant, isTimezone, nextDay } from '../../src/config/dates.js';

describe('isDate', () => {
  it.each(['2024-02-29', '2000-02-29', '2025-12-31', '1900-01-01'])('takes %s', text => {
    expect(isDate(text)).toBe(true);
  });

  it.each([
    '2025-02-29',
    '1900-02-29',
    '2025-04-31',
    '2025-13-01',
    '2025-00-10',
    '2025-01-00',
    '2025-1-1',
    '9999-12-31',
    '20250101',
    ''
  ])('refuses %s', text => {
    expect(isDate(text)).toBe(false);
  });
});

describe('isInstant', () => {
  it.each(['2025-04-01', '2025-04-01T06:00', '2025-04-01T06:00:00Z', '2025-04-01T06:00:00.123456+02:00'])(
    'takes %s',
    text => {
      expect(isInstant(text)).toBe(true);
    }
  );

  it.each([
    '2025-04-01T24:00',
    '2025-04-01 06:00',
    '2025-02-30T06:00Z',
    '2025-04-01T06:60',
    'T06:00',
    '2025-04-01T06:00:00.1234567Z'
  ])('refuses %s', text => {
    expect(isInstant(text)).toBe(false);
  });
});

describe('isTimezone', () => {
  it('knows the names of the IANA database and nothing else', () => {
    expect(['UTC', 'Europe/Berlin', 'America/Los_Angeles'].every(isTimezone)).toBe(true);
    expect(['', 'Berlin', 'Europe/Berln', '+01:00', 'UTC; x'].some(isTimezone)).toBe(false);
  });
});

describe('nextDay', () => {
  it.each([
    ['2024-02-28', '2024-02-29'],
    ['2024-12-31', '2025-01-01'],
    ['2025-03-30', '2025-03-31']
  ])('after %s comes %s', (day, next) => {
    expect(nextDay(day)).toBe(next);
  });
});
