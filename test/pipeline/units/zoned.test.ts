import { describe, expect, it } from 'vitest';
import { zonedText } from '../../../src/pipeline/zoned.js';

const us = (iso: string, micros = 0) => Date.parse(iso) * 1000 + micros;

describe('zonedText', () => {
  it('writes an instant with the offset that the zone has then', () => {
    expect(zonedText(us('2024-07-01T22:00:00Z'), 'Europe/Berlin')).toBe('2024-07-02T00:00:00+02:00');
    expect(zonedText(us('2024-01-01T22:00:00Z'), 'Europe/Berlin')).toBe('2024-01-01T23:00:00+01:00');
    expect(zonedText(us('2024-01-01T03:15:00Z'), 'Asia/Kathmandu')).toBe('2024-01-01T09:00:00+05:45');
    expect(zonedText(us('2024-01-01T03:15:00Z'), 'America/New_York')).toBe('2023-12-31T22:15:00-05:00');
  });

  it('tells the two passings of an hour apart', () => {
    expect(zonedText(us('2024-10-27T00:30:00Z'), 'Europe/Berlin')).toBe('2024-10-27T02:30:00+02:00');
    expect(zonedText(us('2024-10-27T01:30:00Z'), 'Europe/Berlin')).toBe('2024-10-27T02:30:00+01:00');
  });

  it('keeps every microsecond, before 1970 too, and reads back as the same instant', () => {
    expect(zonedText(us('2024-01-01T00:00:00Z', -1), 'UTC')).toMatch(/^2023-12-31T23:59:59\.999999(Z|\+00:00)$/);
    expect(zonedText(-1, 'UTC')).toMatch(/^1969-12-31T23:59:59\.999999/);
    for (const zone of ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe']) {
      for (let day = 0; day < 400; day += 7) {
        const at = us('2024-01-01T05:06:07Z') + day * 86_400_000_000;
        expect(Date.parse(zonedText(at, zone)) * 1000).toBe(at);
      }
    }
  });
});
