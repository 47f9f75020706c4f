import { describe, expect, it } from 'vitest';
import { buildCatalogue, buildSnapshots, type FeatureDef } from '../../src/features/index.js';
import { tablePass } from '../../src/features/rows.js';
import { type Trace, traceFeature } from '../../src/features/trace.js';
import { isOwned } from '../../src/features/trace-lab.js';
import { type TraceRecord, traceRecords } from '../../src/features/trace-records.js';
import { orZero } from '../../src/sql/expressions.js';
import { id, join, raw, sql } from '../../src/sql/sql.js';
import type { Engine, TableName } from '../../src/types.js';
import { randomSpine, randomWorld } from './history.js';
import {
  berlinDay,
  berlinMidnight,
  configOf,
  DAY,
  dayOf,
  EMPTY,
  loadSpine,
  loadWorld,
  type Row,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from './world.js';

const MIDNIGHT = berlinMidnight(dayOf('2024-06-15'));
const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));
const CONFIG = configOf();
const FEATURES = buildCatalogue(CONFIG, TABLES).features;
const SEEDS = process.env['VITALS_FULL'] === '1' ? Array.from({ length: 10 }, (_, i) => 61 + i) : [61];

interface Traced {
  readonly trace: Trace;
  /** Records by table. */
  readonly records: Readonly<Record<string, readonly TraceRecord[]>>;
  /** Rows of the world (`world_row`) that made the value, by table. */
  readonly kept: ReadonlyMap<TableName, readonly number[]>;
}

async function inScratch<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  await engine.run(raw('begin transaction'));
  try {
    return await work();
  } finally {
    await engine.run(raw('rollback'));
  }
}

/** A world in the database whose records are numbered by `world_row`. */
async function loadNumbered(engine: Engine, seed: number): Promise<SpineRow[]> {
  const world = randomWorld(seed, 6);
  const spine = randomSpine(seed, world, berlinDay);
  await loadWorld(engine, world);
  await loadSpine(engine, spine);
  for (const table of (Object.keys(TABLES) as TableName[]).filter(isOwned)) {
    await engine.run(sql`alter table ${id(table)} add column world_row integer`);
    await engine.run(sql`update ${id(table)} set world_row = rowid`);
  }
  return spine;
}

function traced(engine: Engine, feature: FeatureDef, at: SpineRow, mostRows?: number): Promise<Traced> {
  return inScratch(engine, async () => {
    const input = { config: CONFIG, tables: TABLES, feature, at, ...(mostRows === undefined ? {} : { mostRows }) };
    const trace = await traceFeature(engine, input);
    const records: Record<string, TraceRecord[]> = {};
    const kept = new Map<TableName, number[]>();
    for (const entry of trace.tables) {
      const rows = await engine.rows(sql`select world_row from ${id(`trace_${entry.table}`)}
        where trace_seen and list_contains([${join(entry.made)}]::integer[], trace_seen_row)`);
      kept.set(
        entry.table,
        rows.map(row => row['world_row'] as number)
      );
      records[entry.table] = await traceRecords(engine, entry, { tables: TABLES, feature, at });
    }
    return { trace, records, kept };
  });
}

/** Value and state of a feature after every other record of the account is deleted. */
function withOnly(engine: Engine, { feature, at, kept }: { feature: FeatureDef; at: SpineRow; kept: Traced['kept'] }) {
  return inScratch(engine, async () => {
    for (const [table, rows] of kept) {
      await engine.run(sql`delete from ${id(table)} where account_id = ${at.account}
        and not list_contains([${join(rows)}]::integer[], world_row)`);
    }
    return cellOf(engine, feature, at);
  });
}

async function cellOf(engine: Engine, feature: FeatureDef, at: SpineRow) {
  await buildSnapshots(engine, { config: CONFIG, tables: TABLES, features: [feature] });
  const [row] = await engine.rows(sql`select ${id(feature.name)} as value, ${id(`${feature.name}__state`)} as state
    from snapshots where account_id = ${at.account} and as_of_day = ${at.asOfDay}`);
  return { value: row?.['value'] ?? null, state: row?.['state'] };
}

const featureOf = (name: string) => FEATURES.find(feature => feature.name === name) as FeatureDef;
const madeOf = ({ trace }: Traced) => trace.tables.reduce((n, table) => n + table.made.length, 0);

describe('traceFeature', () => {
  it.each(SEEDS)(
    'deleting every record that is not marked changes the value of no feature, seed %i',
    { timeout: 600_000 },
    async seed => {
      let marked = 0;
      await withEngine(async engine => {
        const spine = await loadNumbered(engine, seed);
        await buildSnapshots(engine, { config: CONFIG, tables: TABLES, features: FEATURES });
        const cells = await engine.rows(raw('select * from snapshots'));
        for (const [i, feature] of FEATURES.entries()) {
          const at = spine[(i * 7 + seed) % spine.length] as SpineRow;
          const found = await traced(engine, feature, at);
          const where = `${feature.name} of ${at.account}@${at.asOfDay}`;
          const row = cells.find(r => r['account_id'] === at.account && r['as_of_day'] === at.asOfDay);
          const cell = { where, value: row?.[feature.name], state: row?.[`${feature.name}__state`] };
          expect({ where, value: found.trace.value, state: found.trace.state }).toEqual(cell);
          expect({ where, ...(await withOnly(engine, { feature, at, kept: found.kept })) }).toEqual(cell);
          if (found.trace.rule === 'count') expect({ ...cell, value: madeOf(found) }).toEqual(cell);
          if (madeOf(found) > 0) marked++;
        }
      });
      expect(marked).toBeGreaterThan(FEATURES.length / 3);
    }
  );

  const counts: readonly (readonly [string, TableName])[] = [
    ['events_84d', 'events'],
    ['login_84d', 'events'],
    ['users_total', 'users'],
    ['tickets_84d', 'tickets'],
    ['tickets_open', 'tickets'],
    ['invoices_overdue', 'invoices'],
    ['touchpoints_90d', 'touchpoints']
  ];

  it.each(counts)('marks as many records as %s counts', async (name, table) => {
    let total = 0;
    await withEngine(async engine => {
      for (const at of (await loadNumbered(engine, 63)).slice(0, 10)) {
        const found = await traced(engine, featureOf(name), at);
        const { trace, records } = found;
        if (trace.state !== 0) continue;
        expect(records[table]?.filter(record => record.mark === 'made').length).toBe(trace.value);
        expect(trace.rule).toBe(trace.value === 0 ? 'none' : 'count');
        total += madeOf(found);
      }
    });
    expect(total).toBeGreaterThan(0);
  });

  const sums: readonly (readonly [string, string, number])[] = [
    ['value_84d', 'events.value', 1000],
    ['hours_84d', 'events.duration_seconds', 3600],
    ['invoices_overdue_amount', 'invoices.amount', 100]
  ];

  it.each(sums)('marks records that give the sum %s', async (name, read, unit) => {
    const [table, column] = read.split('.') as [string, string];
    let measured = 0;
    await withEngine(async engine => {
      for (const at of (await loadNumbered(engine, 64)).slice(0, 10)) {
        const { trace, records } = await traced(engine, featureOf(name), at);
        if (trace.state !== 0 || trace.value === 0) continue;
        const made = (records[table] ?? []).filter(record => record.mark === 'made');
        expect(made.reduce((sum, record) => sum + (record.cells[column] as number), 0) / unit).toBe(trace.value);
        measured++;
      }
    });
    expect(measured).toBeGreaterThan(0);
  });

  it('names the records that hold an extreme, and those that count only together', async () => {
    await withEngine(async engine => {
      const [at] = await loadNumbered(engine, 65);
      if (at === undefined) throw new Error('no snapshot');
      const last = await traced(engine, featureOf('days_since_last_event'), at);
      const made = last.records['events']?.filter(record => record.mark === 'made') ?? [];
      const seen = last.records['events']?.filter(record => record.mark !== 'later') ?? [];
      expect(last.trace.rule).toBe('extreme');
      expect(made.length).toBeLessThan(seen.length);
      for (const record of made) expect(record.happened).toBe(Math.max(...seen.map(other => other.happened ?? 0)));
      expect((await traced(engine, featureOf('tenure_days'), at)).trace).toEqual({
        value: at.tenureDays,
        state: 0,
        rule: 'spine',
        tables: []
      });
    });
  });

  it('marks records that only together give a value, and all of them when none can be spared or missed', async () => {
    const tickets = featureOf('tickets_84d');
    const synthetic = (name: string, value: string): FeatureDef => ({
      ...tickets,
      name,
      requires: ['tickets'],
      reads: ['tickets.opened_at'],
      minAgeDays: 0,
      aggregates: [{ pass: tablePass('tickets'), name, sql: raw(value) }],
      sql: value.startsWith('count') ? orZero(id('tickets', name)) : id('tickets', name)
    });
    const times = (n: number) => Array.from({ length: n }, (_, i) => MIDNIGHT - (i + 1) * DAY);
    const world = (n: number): World => ({
      ...EMPTY,
      tickets: times(n).map((us, i) => ({ ticket_id: `t${i}`, account_id: 'a', opened_at: us, known_at: us }))
    });
    const at = { account: 'a', asOfDay: berlinDay(MIDNIGHT), asOfUs: MIDNIGHT, startUs: 0, tenureDays: 99, arr: 0 };
    const cases = [
      ['case when count(*) >= 3 then 7 end', 3, 'together', 3],
      ['case when count(*) >= 3 then 7 end', 5, 'all', 5],
      ['count(*)', 5, 'count', 5],
      ['count(*) filter (where r.opened_at__age > 9)', 5, 'none', 0],
      ['min(r.opened_at__age)', 5, 'extreme', 1],
      ['max(r.opened_at__age) - min(r.opened_at__age)', 5, 'together', 5]
    ] as const;
    await withEngine(async engine => {
      for (const [value, records, rule, marked] of cases) {
        await loadWorld(engine, world(records));
        await loadSpine(engine, [at]);
        const { trace } = await inScratch(engine, async () => ({
          trace: await traceFeature(engine, { config: CONFIG, tables: TABLES, feature: synthetic('odd', value), at })
        }));
        expect([value, trace.rule, trace.tables[0]?.made.length]).toEqual([value, rule, marked]);
      }
    });
  });

  it('tries very many records in groups, which leaves the value as it is too', async () => {
    await withEngine(async engine => {
      const spine = await loadNumbered(engine, 66);
      let wide = 0;
      for (const name of ['share_active_84d', 'users_inactive_30d']) {
        const feature = featureOf(name);
        for (const at of spine.filter((_, i) => i % 5 === 0)) {
          const fine = await traced(engine, feature, at);
          const coarse = await traced(engine, feature, at, 4);
          wide = Math.max(wide, ...coarse.trace.tables.map(table => table.width));
          const cell = { value: fine.trace.value, state: fine.trace.state };
          expect(await withOnly(engine, { feature, at, kept: coarse.kept })).toEqual(cell);
        }
      }
      expect(wide).toBeGreaterThan(1);
    });
  });
});

describe('traceRecords', () => {
  it('lists every record of the account once, with what was not known yet and what was hidden', async () => {
    let hidden = 0;
    let later = 0;
    await withEngine(async engine => {
      for (const at of (await loadNumbered(engine, 67)).slice(0, 12)) {
        const { records } = await traced(engine, featureOf('tickets_open'), at);
        const world = randomWorld(67, 6).tickets.filter(row => row['account_id'] === at.account);
        expect(records['tickets']?.map(record => record.cells['ticket_id']).sort()).toEqual(
          world.map(row => row['ticket_id']).sort()
        );
        for (const record of records['tickets'] ?? []) {
          const row = world.find(other => other['ticket_id'] === record.cells['ticket_id']) as Row;
          const [opened, resolved, known] = [row['opened_at'], row['resolved_at'], row['known_at']] as number[];
          const seen = (known as number) < at.asOfUs && (opened as number) < at.asOfUs;
          expect(record).toMatchObject({ happened: opened, knownAt: known });
          expect(record.mark === 'later').toBe(!seen);
          const ahead = seen && resolved !== null && (resolved as number) >= at.asOfUs;
          expect(record.hidden.filter(({ column }) => column === 'resolved_at')).toEqual(
            ahead ? [{ column: 'resolved_at', until: resolved }] : []
          );
          expect(record.cells['resolved_at']).toBe(ahead ? null : resolved);
          const open = record.cells['resolved_at'] === null || record.cells['reopened_at'] !== null;
          if (seen) expect(record.mark === 'made').toBe(open);
          if (ahead) hidden++;
          if (!seen) later++;
        }
      }
    });
    expect(Math.min(hidden, later)).toBeGreaterThan(0);
  });
});
