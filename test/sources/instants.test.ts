import { describe, expect, it } from 'vitest';
import { instantOf, NEVER_US } from '../../src/sources/instants.js';
import { sql } from '../../src/sql/sql.js';
import { us, withEngine } from './fixtures.js';

async function read(texts: readonly string[], timezone: string): Promise<(string | number | null)[]> {
  return withEngine(async engine => {
    const values: (string | number | null)[] = [];
    for (const text of texts) {
      const [row] = await engine.rows(
        sql`select ${instantOf(sql`t`, 'text', timezone)} as us from (select ${text} as t)`
      );
      values.push(row?.['us'] ?? null);
    }
    return values;
  });
}

/** Instants of year 9999 are too far for an exact double, so they are compared in the engine. */
async function isNever(text: string, timezone: string): Promise<string | number | null | undefined> {
  return withEngine(async engine => {
    const instant = instantOf(sql`t`, 'text', timezone);
    const [row] = await engine.rows(sql`select ${instant} >= ${NEVER_US} as never from (select ${text} as t)`);
    return row?.['never'];
  });
}

describe('instants (promise 31)', () => {
  it('reads naive texts in the zone and keeps offsets', async () => {
    expect(
      await read(
        ['2024-07-01', '2024-07-01 10:00:00', '2024-01-01T10:00', '2024-07-01T10:00:00Z', '2024-07-01T10:00:00.5+0530'],
        'Europe/Berlin'
      )
    ).toEqual([
      us('2024-06-30T22:00Z'),
      us('2024-07-01T08:00Z'),
      us('2024-01-01T09:00Z'),
      us('2024-07-01T10:00Z'),
      us('2024-07-01T04:30:00.500Z')
    ]);
  });

  it('keeps microseconds and leap days, and cuts finer digits', async () => {
    expect(await read(['1970-01-01T00:00:00.000001Z', '2024-02-29', '2024-02-29 23:59:59.9999999'], 'UTC')).toEqual([
      1,
      us('2024-02-29T00:00Z'),
      us('2024-03-01T00:00Z') - 1
    ]);
  });

  it('on the days of the clock change, in Berlin: the skipped hour moves on, the doubled one is its later passing', async () => {
    const spring = ['2024-03-31 01:59:59', '2024-03-31 02:30:00', '2024-03-31 03:30:00'];
    expect(await read(spring, 'Europe/Berlin')).toEqual([
      us('2024-03-31T00:59:59Z'),
      us('2024-03-31T01:30Z'),
      us('2024-03-31T01:30Z')
    ]);
    const autumn = ['2024-10-27 01:59:59', '2024-10-27 02:30:00', '2024-10-27 02:30:00+02:00', '2024-10-27 03:00:00'];
    expect(await read(autumn, 'Europe/Berlin')).toEqual([
      us('2024-10-26T23:59:59Z'),
      us('2024-10-27T01:30Z'),
      us('2024-10-27T00:30Z'),
      us('2024-10-27T02:00Z')
    ]);
  });

  it('takes no other writing', async () => {
    const others = [
      '2024-02-30',
      '04/01/2024',
      '2024/01/04',
      '2024-1-4',
      '1704067200',
      'yesterday',
      '2024-01-04 10:00 Europe/Berlin',
      '12024-01-01',
      '0000-00-00',
      '2024-01-04T25:00:00'
    ];
    expect(await read(others, 'UTC')).toEqual(others.map(() => null));
    expect(await read(others, 'Europe/Berlin')).toEqual(others.map(() => null));
  });

  it('reads the last day that four digits can name, as never', async () => {
    for (const zone of ['UTC', 'Europe/Berlin']) {
      expect(await isNever('9999-12-31', zone)).toBe('true');
      expect(await isNever('2199-12-31', zone)).toBe('false');
    }
  });

  it('reads never', async () => {
    expect(await read(['infinity', '2200-01-01'], 'UTC')).toEqual([NEVER_US, NEVER_US]);
    expect(us('2200-01-01T00:00Z')).toBe(NEVER_US);
  });
});
