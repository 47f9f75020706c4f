import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { dateOfDay, dayExpression, dayOfDate, planAsOf, resolveAsOf } from '../../src/sources/calendar.js';
import { join, sql } from '../../src/sql/sql.js';
import { ingestWorld, us, type World, withEngine } from './fixtures.js';

describe('as-of dates', () => {
  it('are local midnights, also around the clock change (promise 31)', async () => {
    const dates = ['2024-03-31', '2024-04-01', '2024-10-27', '2024-10-28', '2024-02-29'];
    expect(await withEngine(engine => resolveAsOf(engine, dates, 'Europe/Berlin'))).toEqual([
      { date: '2024-03-31', us: us('2024-03-30T23:00Z'), day: dayOfDate('2024-03-31') },
      { date: '2024-04-01', us: us('2024-03-31T22:00Z'), day: dayOfDate('2024-04-01') },
      { date: '2024-10-27', us: us('2024-10-26T22:00Z'), day: dayOfDate('2024-10-27') },
      { date: '2024-10-28', us: us('2024-10-27T23:00Z'), day: dayOfDate('2024-10-28') },
      { date: '2024-02-29', us: us('2024-02-28T23:00Z'), day: dayOfDate('2024-02-29') }
    ]);
  });

  it('start at the first time of a day whose midnight is skipped or comes twice', async () => {
    const starts = await withEngine(async engine => [
      ...(await resolveAsOf(engine, ['2018-11-04'], 'America/Sao_Paulo')),
      ...(await resolveAsOf(engine, ['2024-11-03'], 'America/Havana'))
    ]);
    expect(starts.map(start => start.us)).toEqual([us('2018-11-04T03:00Z'), us('2024-11-03T04:00Z')]);
  });

  it('none for none', async () => {
    expect(await withEngine(engine => resolveAsOf(engine, [], 'UTC'))).toEqual([]);
  });
});

describe('local days', () => {
  it('change at local midnight, to the microsecond', async () => {
    const instants = [
      us('2024-03-30T23:00Z') - 1,
      us('2024-03-30T23:00Z'),
      us('2024-03-31T22:00Z') - 1,
      us('2024-03-31T22:00Z')
    ];
    const days = (zone: string) =>
      withEngine(async engine => {
        const values = join(instants.map((t, i) => sql`(${i}, ${BigInt(t)})`));
        const rows = await engine.rows(
          sql`select ${dayExpression(sql`us`, zone)} as day from (values ${values}) t(i, us) order by i`
        );
        return rows.map(row => dateOfDay(row['day'] as number));
      });
    expect(await days('Europe/Berlin')).toEqual(['2024-03-30', '2024-03-31', '2024-03-31', '2024-04-01']);
    expect(await days('UTC')).toEqual(['2024-03-30', '2024-03-30', '2024-03-31', '2024-03-31']);
  });

  it('go to ISO dates and back', () => {
    for (const date of ['1970-01-01', '2024-02-29', '2199-12-31']) expect(dateOfDay(dayOfDate(date))).toBe(date);
  });
});

describe('the plan', () => {
  const plan = (calendar: object, world: World = {}) =>
    ingestWorld(
      {
        ...world,
        config: {
          calendar: { timezone: 'UTC', dates: null, every: 'month', first: null, last: null, ...calendar },
          ...world.config
        }
      },
      async ({ engine, config, tables }) => (await planAsOf(engine, config, tables)).map(asOf => asOf.date)
    );

  it('takes listed dates, sorted and once', async () => {
    expect(await plan({ dates: ['2024-06-01', '2024-05-01', '2024-06-01', '2025-01-01'] })).toEqual([
      '2024-05-01',
      '2024-06-01',
      '2025-01-01'
    ]);
  });

  it('takes the firsts of months from 90 days after the first start to the data end', async () => {
    expect(await plan({})).toEqual([
      '2024-04-01',
      '2024-05-01',
      '2024-06-01',
      '2024-07-01',
      '2024-08-01',
      '2024-09-01',
      '2024-10-01',
      '2024-11-01',
      '2024-12-01',
      '2025-01-01'
    ]);
    expect(dayOfDate('2024-04-01') - dayOfDate('2024-01-01')).toBe(91);
    expect(await plan({ first: '2024-06-02', last: '2024-08-01' })).toEqual(['2024-07-01', '2024-08-01']);
  });

  it('takes every seventh day from first, or Mondays', async () => {
    expect(await plan({ every: 'week', first: '2024-12-04', last: '2024-12-20' })).toEqual([
      '2024-12-04',
      '2024-12-11',
      '2024-12-18'
    ]);
    const mondays = await plan({ every: 'week', last: '2024-04-16' });
    expect(mondays).toEqual(['2024-04-01', '2024-04-08', '2024-04-15']);
    expect(new Date('2024-04-01T00:00Z').getUTCDay()).toBe(1);
  });

  it('refuses a date after the data end, no date at all, and a horizon longer than the data', async () => {
    await expect(plan({ dates: ['2025-01-02'] })).rejects.toThrow(
      'expected dates up to data_end (2025-01-01), got 2025-01-02'
    );
    await expect(plan({ first: '2024-12-02', last: '2024-12-20' })).rejects.toThrow(ConfigError);
    const outcomes = { churn: { leadDays: 0, horizonDays: 366, graceDays: 1 }, upsell: null };
    const error = await plan({}, { config: { outcomes } }).catch((e: unknown) => e as Error & { exitCode: number });
    expect(error).toMatchObject({ exitCode: 2 });
    expect((error as Error).message).toContain(
      'within the 366 days of data (first start 2024-01-01, data end 2025-01-01), got 367 days'
    );
  });
});
