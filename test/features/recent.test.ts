import { describe, expect, it } from 'vitest';
import { CANONICAL } from '../../src/features/event-layout.js';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { localDays } from '../../src/features/recent.js';
import { dayExpression } from '../../src/sources/calendar.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Sql } from '../../src/types.js';
import { randomWorld } from './history.js';
import { configOf, dayOf, loadSpine, loadWorld, tableInfos, withEngine } from './world.js';

/** First instant and length in hours of one local day, among those before an as-of date two days later. */
function localDay(date: string, timezone: string) {
  const day = dayOf(date);
  const us = (day + 2) * 86_400_000_000;
  const at = { account: 'a', asOfDay: day + 2, asOfUs: us, startUs: 0, tenureDays: 1, arr: 1 };
  return withEngine(async engine => {
    await loadSpine(engine, [at]);
    const input = {
      tables: {},
      reads: new Set<string>(),
      aggregates: [],
      events: CANONICAL,
      timezone: 'UTC',
      day: (x: Sql) => dayExpression(x, timezone)
    };
    const [row] = await engine.rows(sql`select * from (${localDays(3, input)}) where day = ${day}`);
    const [from, to] = [row?.['from_us'] as number, row?.['to_us'] as number];
    return [new Date(from / 1000).toISOString(), (to - from) / 3_600_000_000];
  });
}

describe('localDays', () => {
  it.each([
    ['2024-03-30', 'UTC', '2024-03-30T00:00:00.000Z', 24],
    ['2024-03-31', 'Europe/Berlin', '2024-03-30T23:00:00.000Z', 23],
    ['2024-10-27', 'Europe/Berlin', '2024-10-26T22:00:00.000Z', 25],
    ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z', 23],
    ['2024-03-10', 'Asia/Kathmandu', '2024-03-09T18:15:00.000Z', 24],
    ['2024-04-07', 'Australia/Lord_Howe', '2024-04-06T13:00:00.000Z', 24.5]
  ])('starts %s in %s at %s and gives it %d hours', async (date, timezone, from, hours) => {
    expect(await localDay(date, timezone)).toEqual([from, hours]);
  });
});

describe('recent rows', () => {
  it('are none without an account', async () => {
    const tables = tableInfos(0);
    const features = buildCatalogue(configOf(), tables).features;
    await withEngine(async engine => {
      await loadWorld(engine, randomWorld(1, 3));
      await loadSpine(engine, []);
      await buildSnapshots(engine, { config: configOf(), tables, features });
      expect(await engine.rows(raw('select * from snapshots'))).toEqual([]);
    });
  });
});
