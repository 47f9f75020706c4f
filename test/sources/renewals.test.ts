import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/types.js';
import { ConfigError } from '../../src/errors.js';
import { dateOfDay, planAsOf, resolveAsOf } from '../../src/sources/calendar.js';
import { buildSpine } from '../../src/sources/spine.js';
import { ingestWorld, source, us, type World } from './fixtures.js';
import { history } from './history-world.js';

const TERMS = ['subscription_id', 'account_id', 'started_at', 'term_end', 'ended_at', 'notice_at', 'mrr', 'is_trial'];

function calendar(partial: Partial<Config['calendar']> = {}): Config['calendar'] {
  return {
    timezone: 'UTC',
    dates: null,
    every: 'renewal',
    daysBefore: [90, 60, 30],
    first: null,
    last: null,
    ...partial
  };
}

function world(terms: readonly string[], partial: Partial<Config['calendar']> = {}, known = false): World {
  return {
    files: { 'subscriptions.csv': [[...TERMS, ...(known ? ['known'] : [])].join(','), ...terms] },
    sources: [source('subscriptions', TERMS, known ? { knownAt: 'known' } : {})],
    config: { calendar: calendar(partial) }
  };
}

/** Planned dates, and the pairs of the spine. */
const planned = (of: World) =>
  ingestWorld(of, async ({ engine, config, tables, read }) => {
    const asOf = await planAsOf(engine, config, tables);
    await buildSpine(engine, { asOf, config, tables });
    const spine = await read('spine');
    return {
      asOf,
      dates: asOf.map(date => date.date),
      pairs: spine.map(row => `${row['account_id']} ${dateOfDay(row['as_of_day'] as number)}`)
    };
  });

describe('as-of dates before renewals', () => {
  it('are 90, 60 and 30 local days before each contract end, for its account only', async () => {
    const { dates, pairs } = await planned(
      world(['S1,A,2024-01-01,2024-09-30,,,10,', 'S2,B,2024-01-01,2024-10-30,,,10,', 'S3,B,2024-01-01,,,,10,'])
    );
    expect(dates).toEqual(['2024-07-02', '2024-08-01', '2024-08-31', '2024-09-30']);
    expect(pairs).toEqual([
      'A 2024-07-02',
      'A 2024-08-01',
      'B 2024-08-01',
      'A 2024-08-31',
      'B 2024-08-31',
      'B 2024-09-30'
    ]);
  });

  it('are midnights of the calendar across a change of clocks (promise 31)', async () => {
    const { asOf, pairs } = await planned(
      world(['S1,A,2024-01-01,2024-11-09T23:30:00Z,,,10,'], { timezone: 'Europe/Berlin', daysBefore: [30] })
    );
    // The contract ends on 10 November in Berlin, 30 days after 11 October, when summer time still held.
    expect(asOf).toEqual([{ date: '2024-10-11', day: 20007, us: us('2024-10-10T22:00Z'), daysBefore: [30] }]);
    expect(pairs).toEqual(['A 2024-10-11']);
  });

  it('count only what was known then, no trial, and no account that left', async () => {
    const { dates, pairs } = await planned(
      world(
        [
          'S1,A,2024-01-01,2024-12-29,,,10,,2024-11-15',
          'S2,B,2024-01-01,2024-12-28,,2024-11-01,10,,2024-01-01',
          'S3,A,2024-01-01,,,,10,,2024-01-01',
          'S4,A,2024-01-01,2024-12-27,,,0,yes,2024-01-01',
          'S5,A,2024-01-01,2024-12-26,2024-10-10,,1,,2024-01-01'
        ],
        {},
        true
      )
    );
    expect(dates).toContain('2024-09-28');
    expect(pairs).toEqual(['A 2024-09-27', 'B 2024-09-29', 'B 2024-10-29', 'A 2024-11-29']);
  });

  it('move with a contract end that moved, from the change on', async () => {
    const time = {
      history: history('ends.csv', { completeUntil: null, knownAt: null, at: 'at', value: 'end' })
    };
    const columns = {
      subscription_id: 'subscription_id',
      account_id: 'account_id',
      started_at: 'started_at',
      mrr: 'mrr',
      term_end: { time }
    };
    const { pairs } = await planned({
      files: {
        'subscriptions.csv': ['subscription_id,account_id,started_at,mrr,term_end', 'S1,A,2024-01-01,1,2024-12-31'],
        'ends.csv': ['id,at,end', 'S1,2024-01-01,2024-08-28', 'S1,2024-07-15,2024-12-31']
      },
      sources: [source('subscriptions', columns)],
      config: { calendar: calendar() }
    });
    expect(pairs).toEqual(['A 2024-05-30', 'A 2024-06-29', 'A 2024-10-02', 'A 2024-11-01', 'A 2024-12-01']);
  });

  it('lie between first and last, and stand beside dates of all accounts', async () => {
    const terms = ['S1,A,2024-01-01,2024-09-30,,,10,', 'S2,B,2024-01-01,2024-12-30,,,10,'];
    const { dates } = await planned(world(terms, { first: '2024-08-01', last: '2024-10-01' }));
    expect(dates).toEqual(['2024-08-01', '2024-08-31', '2024-10-01']);
    await ingestWorld(world(terms), async ({ engine, config, tables, read }) => {
      const all = await resolveAsOf(engine, ['2024-08-15'], 'UTC');
      const asOf = [...(await planAsOf(engine, config, tables)), ...all];
      await buildSpine(engine, { asOf, config, tables });
      const rows = await read(`spine where as_of_us = ${all[0]?.us}`);
      expect(rows.map(row => row['account_id'])).toEqual(['A', 'B']);
    });
  });

  it('need contract ends', async () => {
    const of = {
      config: { calendar: calendar() },
      sources: [source('subscriptions', ['account_id', 'started_at', 'mrr'])]
    };
    const error = await ingestWorld(of, async ({ engine, config, tables }) =>
      planAsOf(engine, config, tables).catch((cause: unknown) => cause)
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain('expected term_end of subscriptions to be mapped for every: renewal');
  });

  it('are not changed by contract ends that are known later (promises 28, 29)', async () => {
    const terms = ['S1,A,2024-01-01,2024-09-30,,,10,,2024-01-01', 'S2,B,2024-01-01,2024-10-30,,,10,,2024-01-01'];
    const poison = Array.from(
      { length: 30 },
      (_, i) => `P${i},${'AB'[i % 2]},2024-0${1 + (i % 7)}-01,2024-1${i % 3}-1${i % 9},,,99,,2024-09-0${1 + (i % 9)}`
    );
    const early = ({ pairs }: { pairs: readonly string[] }) =>
      pairs.filter(pair => (pair.split(' ')[1] ?? '') <= '2024-09-01');
    const full = early(await planned(world(terms, {}, true)));
    expect(full).toHaveLength(5);
    expect(early(await planned(world([...poison, ...terms], {}, true)))).toEqual(full);
  });
});
