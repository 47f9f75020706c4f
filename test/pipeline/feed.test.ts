import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { readFrame } from '../../src/datasets/frame.js';
import { computeManual } from '../../src/pipeline/manual.js';
import { computeSnapshots, ingest } from '../../src/pipeline/prepare-data.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import { raw } from '../../src/sql/sql.js';
import type { FeatureInfo, TableInfo } from '../../src/types.js';
import {
  changeConfiguration,
  copyConfiguration,
  copyWorkspace,
  fillWorld,
  quietEffects,
  removeDirectories,
  rewriteTable,
  withDatabase
} from './workspaces.js';

const STOP = '2025-06-01';
const DATES = ['2025-05-01', '2025-06-02', '2025-09-01', '2026-01-01'];

interface Measured {
  readonly infos: readonly FeatureInfo[];
  readonly tickets: TableInfo;
  readonly rows: readonly Readonly<Record<string, string | number | null>>[];
  /** By account and date: lowest score and index of the category, -1 = Undefined. */
  readonly health: ReadonlyMap<string, { readonly low: number; readonly category: number; readonly coverage: number }>;
}

let full: Measured;
let stopped: Measured;
let assumed: Measured;

beforeAll(async () => {
  const whole = copyConfiguration([]);
  await fillWorld(whole, { seed: 5, accounts: 120 });
  full = await measure(whole);
  const cut = copyWorkspace(whole);
  await rewriteTable(cut, 'tickets', [`delete from old where opened_at >= timestamp '${STOP}'`]);
  changeConfiguration(cut, [[['sources', 'tickets', 'complete_until'], STOP]]);
  stopped = await measure(cut);
  changeConfiguration(cut, [[['sources', 'tickets', 'complete_until'], undefined]]);
  assumed = await measure(cut);
}, 120_000);

afterAll(removeDirectories);

async function measure(workspace: string): Promise<Measured> {
  const config = await loadConfig(workspace);
  return withDatabase(workspace, async engine => {
    const context = { config, engine, effects: await quietEffects() };
    const { tables } = await ingest(context);
    const dates = await resolveAsOf(engine, DATES, config.calendar.timezone);
    const { infos, all } = await computeSnapshots(context, tables, dates, names => new Set(names));
    const frame = await readFrame(engine, infos, false);
    const manual = await computeManual(engine, config, { frame, infos: all });
    if (manual === null || tables.tickets === undefined) throw new Error('expected a manual score and tickets');
    const { low, category, coverage } = manual.scores;
    const health = frame.accounts.map((account, i) => {
      const score = { low: low[i] as number, category: category[i] as number, coverage: coverage[i] as number };
      return [`${account} ${frame.day[i]}`, score] as const;
    });
    const rows = await engine.rows(raw('select * from snapshots order by as_of_day, account_id'));
    return { infos, tickets: tables.tickets, rows, health: new Map(health) };
  });
}

const dayOf = (date: string) => Date.parse(date) / 86_400_000;

describe('a feed that stops', () => {
  it('makes its features unknown past the watermark, never zero, and leaves all others alone', () => {
    const ofTickets = new Set(full.infos.filter(info => info.requires.includes('tickets')).map(info => info.name));
    expect(ofTickets.size).toBeGreaterThanOrEqual(5);
    expect(stopped.rows).toHaveLength(full.rows.length);
    stopped.rows.forEach((row, i) => {
      const expected = { ...full.rows[i] };
      if ((row['as_of_day'] as number) > dayOf(STOP)) {
        for (const name of ofTickets) Object.assign(expected, { [name]: null, [`${name}__state`]: 1 });
      }
      expect(row).toEqual(expected);
    });
  });

  it('had measured them: the full feed has values at the same dates', () => {
    const late = full.rows.filter(row => (row['as_of_day'] as number) > dayOf(STOP));
    expect(late.length).toBeGreaterThan(100);
    expect(late.filter(row => row['tickets_open__state'] === 0)).toHaveLength(late.length);
    expect(late.some(row => (row['tickets_open'] as number) > 0)).toBe(true);
  });

  it('raises no health score and improves no category', () => {
    let lower = 0;
    for (const [key, mine] of stopped.health) {
      const before = full.health.get(key);
      expect(before, key).toBeDefined();
      expect(mine.low, key).toBeLessThanOrEqual(before?.low as number);
      expect(mine.category, key).toBeLessThanOrEqual(before?.category as number);
      expect(mine.coverage, key).toBeLessThanOrEqual(before?.coverage as number);
      if (mine.low < (before?.low as number)) lower += 1;
    }
    expect(lower).toBeGreaterThan(100);
  });

  it('is found out when nobody declares it: the watermark is the midnight after the last ticket', () => {
    expect(stopped.tickets).toMatchObject({ watermarkUs: Date.parse(STOP) * 1000, watermarkAssumed: false });
    expect(assumed.tickets.watermarkAssumed).toBe(true);
    expect(assumed.tickets.watermarkUs).toBeLessThanOrEqual(Date.parse(STOP) * 1000);
    expect(assumed.tickets.watermarkUs).toBeGreaterThan(Date.parse('2025-05-20') * 1000);
    expect(assumed.rows).toEqual(stopped.rows);
    expect(assumed.health).toEqual(stopped.health);
  });
});
