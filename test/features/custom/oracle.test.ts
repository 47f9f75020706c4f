import { describe, expect, it } from 'vitest';
import type { AggregateKind } from '../../../src/config/types.js';
import type { TableName } from '../../../src/types.js';
import { Draw } from '../history/draw.js';
import { randomSpine, randomWorld } from '../history.js';
import { type View, viewOf } from '../oracle.js';
import { berlinDay, berlinMidnight, dayOf, type Row, SCHEMA, type SpineRow, tableInfos, withEngine } from '../world.js';
import { declaring, measure } from './declared.js';

interface Condition {
  readonly sql: string;
  readonly holds: (row: Row) => boolean;
}

interface Source {
  readonly table: TableName;
  readonly time: string;
  readonly of: readonly string[];
  readonly conditions: readonly Condition[];
}

const units = (row: Row, column: string, decimals: number) =>
  row[column] === null ? null : (row[column] as number) / 10 ** decimals;
const above = (value: number | null, limit: number) => value !== null && value > limit;

const SOURCES: readonly Source[] = [
  {
    table: 'events',
    time: 'occurred_at',
    of: ['value', 'duration_seconds'],
    conditions: [
      {
        sql: "event_type = 'export' and value > 10",
        holds: r => r['event_type'] === 'export' && above(units(r, 'value', 3), 10)
      },
      { sql: 'value <= 12.345', holds: r => r['value'] !== null && (r['value'] as number) <= 12_345 },
      {
        sql: "lower(event_type) like 'c%' or user_id is null",
        holds: r => r['event_type'] === 'Create Report' || r['user_id'] === null
      },
      {
        sql: 'not (duration_seconds between 100 and 2000)',
        holds: r =>
          r['duration_seconds'] !== null &&
          !((r['duration_seconds'] as number) >= 100 && (r['duration_seconds'] as number) <= 2000)
      },
      {
        sql: "event_type not in ('login', 'api')",
        holds: r => r['event_type'] !== 'login' && r['event_type'] !== 'api'
      },
      {
        sql: 'coalesce(value, 0) / nullif(duration_seconds, 0) > 0.01',
        holds: r =>
          (r['duration_seconds'] ?? 0) !== 0 && (units(r, 'value', 3) ?? 0) / (r['duration_seconds'] as number) > 0.01
      }
    ]
  },
  {
    table: 'tickets',
    time: 'opened_at',
    of: ['rating'],
    conditions: [
      { sql: 'resolved_at is null', holds: r => r['resolved_at'] === null },
      {
        sql: 'rating >= 3 and escalated_at is not null',
        holds: r => r['rating'] !== null && (r['rating'] as number) >= 3 && r['escalated_at'] !== null
      },
      {
        sql: "case priority when 'high' then true when 'urgent' then true else false end",
        holds: r => r['priority'] === 'high' || r['priority'] === 'urgent'
      }
    ]
  },
  {
    table: 'invoices',
    time: 'issued_at',
    of: ['amount'],
    conditions: [
      {
        sql: 'paid_at is null and amount > 100.5',
        holds: r => r['paid_at'] === null && (r['amount'] as number) > 10_050
      },
      { sql: 'abs(amount - 5000) < 2500', holds: r => Math.abs((r['amount'] as number) / 100 - 5000) < 2500 }
    ]
  },
  {
    table: 'surveys',
    time: 'sent_at',
    of: ['score'],
    conditions: [
      { sql: "kind = 'nps' and score is distinct from 0", holds: r => r['kind'] === 'nps' && r['score'] !== 0 }
    ]
  },
  {
    table: 'subscriptions',
    time: 'started_at',
    of: ['seats', 'mrr'],
    conditions: [
      {
        sql: 'is_trial is not true and seats % 2 = 0',
        holds: r => r['is_trial'] !== true && r['seats'] !== null && (r['seats'] as number) % 2 === 0
      }
    ]
  },
  {
    table: 'touchpoints',
    time: 'occurred_at',
    of: [],
    conditions: [
      { sql: 'two_way', holds: r => r['two_way'] === true },
      { sql: 'cancelled_by is null', holds: r => r['cancelled_by'] === null }
    ]
  }
];

interface Declared {
  readonly name: string;
  readonly kind: AggregateKind;
  readonly source: Source;
  readonly of: string | null;
  readonly condition: Condition | null;
  readonly window: number;
}

const KINDS: readonly AggregateKind[] = [
  'count',
  'sum',
  'distinct_users',
  'median',
  'last',
  'days_since',
  'share',
  'change',
  'slope'
];
const NEEDS_OF = ['sum', 'median', 'last'];

function randomAggregate(draw: Draw, i: number): Declared {
  const kind = KINDS[i % KINDS.length] as AggregateKind;
  const fitting = SOURCES.filter(s =>
    NEEDS_OF.includes(kind) ? s.of.length > 0 : kind !== 'distinct_users' || SCHEMA[s.table]['user_id'] !== undefined
  );
  const source = draw.of(fitting);
  const measured =
    NEEDS_OF.includes(kind) || ((kind === 'change' || kind === 'slope') && source.of.length > 0 && draw.chance(0.5));
  const condition = kind === 'share' || draw.chance(0.6) ? draw.of(source.conditions) : null;
  const window = kind === 'slope' ? 7 * (2 + draw.below(12)) : draw.of([1, 7, 8, 28, 29, 30, 56, 84, 90, 180]);
  return { name: `c${i}`, kind, source, of: measured ? draw.of(source.of) : null, condition, window };
}

function yamlOf({ name, kind, source, of, condition, window }: Declared): string {
  const keys = { about: 'A test.', aggregate: kind, table: source.table, of, where: condition?.sql, window };
  const lines = Object.entries(keys).filter(([, value]) => value !== null && value !== undefined);
  return `${name}:\n${lines.map(([key, value]) => `  ${key}: ${JSON.stringify(value)}`).join('\n')}`;
}

/** The value by the definition in words, one record after another. */
function naive({ kind, source, of, condition, window }: Declared, view: View): number | null {
  const decimals = of === null ? 0 : (SCHEMA[source.table][of]?.[1] ?? 0);
  const rowsIn = (from: number, to: number) =>
    view.of(source.table).filter(row => {
      const at = row[source.time] as number;
      return at >= view.back(from) && at < view.back(to);
    });
  const matching = (rows: readonly Row[]) => rows.filter(row => condition === null || condition.holds(row));
  const amount = (rows: readonly Row[]) =>
    of === null ? rows.length : rows.reduce((sum, row) => sum + ((row[of] as number | null) ?? 0), 0);
  const rows = matching(rowsIn(window, 0));
  const values = of === null ? [] : rows.flatMap(row => (row[of] === null ? [] : [row[of] as number]));
  switch (kind) {
    case 'count':
      return rows.length;
    case 'sum':
      return amount(rows) / 10 ** decimals;
    case 'distinct_users':
      return new Set(rows.map(row => row['user_id'] ?? null).filter(user => user !== null)).size;
    case 'median': {
      const sorted = [...values].sort((a, b) => a - b);
      if (sorted.length === 0) return null;
      const low = sorted[Math.floor((sorted.length - 1) / 2)] as number;
      const high = sorted[Math.floor(sorted.length / 2)] as number;
      return (low + high) / (2 * 10 ** decimals);
    }
    case 'last': {
      const valued = rows.filter(row => row[of ?? ''] !== null);
      const latest = Math.max(...valued.map(row => row[source.time] as number));
      const last = valued.filter(row => row[source.time] === latest).map(row => row[of ?? ''] as number);
      return last.length === 0 ? null : Math.min(...last) / 10 ** decimals;
    }
    case 'days_since':
      return rows.length === 0
        ? null
        : Math.min(...rows.map(row => view.spine.asOfDay - view.dayOf(row[source.time] as number)));
    case 'share': {
      const all = rowsIn(window, 0).length;
      return all === 0 ? null : rows.length / all;
    }
    case 'change': {
      const before = amount(matching(rowsIn(2 * window, window)));
      return before === 0 ? null : (amount(rows) - before) / before;
    }
    case 'slope': {
      const n = window / 7;
      const weeks = Array.from({ length: n }, (_, w) => amount(matching(rowsIn(7 * (n - w), 7 * (n - w - 1)))));
      const moment = weeks.reduce((sum, y, w) => sum + w * y, 0);
      const [s0, s1, s2] = [0, 1, 2].map(power => weeks.reduce((sum, _, w) => sum + w ** power, 0)) as [
        number,
        number,
        number
      ];
      const numerator = s0 * moment - s1 * amount(matching(rowsIn(window, 0)));
      return numerator === 0 ? 0 : numerator / ((s0 * s2 - s1 * s1) * 10 ** decimals);
    }
  }
}

const AGE: Partial<Record<AggregateKind, number>> = { count: 1, sum: 1, distinct_users: 1, slope: 1, change: 2 };
const TABLES = tableInfos(berlinMidnight(dayOf('2024-12-31')));
const SEEDS = process.env['VITALS_FULL'] === '1' ? Array.from({ length: 30 }, (_, i) => 41 + i) : [41, 42];
const AGGREGATES = 54;

describe('declared aggregates', () => {
  it.each(SEEDS)('equal a naive record-by-record oracle, seed %i (R25)', async seed => {
    const world = randomWorld(seed, 12);
    const spine = randomSpine(seed, world, berlinDay);
    const draw = new Draw(seed);
    const declared = Array.from({ length: AGGREGATES }, (_, i) => randomAggregate(draw, i));
    const config = declaring(declared.map(yamlOf).join('\n'));
    const rows = await withEngine(engine => measure(engine, { config, tables: TABLES, world, spine }));
    expect(rows.length).toBe(spine.length);
    const differences: string[] = [];
    const telling = new Map<string, number>();
    for (const row of rows) {
      const at = spine.find(s => s.account === row['account_id'] && s.asOfDay === row['as_of_day']) as SpineRow;
      const view = viewOf(world, at, berlinDay);
      for (const one of declared) {
        const young = at.tenureDays < one.window * (AGE[one.kind] ?? 0);
        const value = young ? null : naive(one, view);
        const state = young ? 2 : value === null ? 1 : 0;
        if (value !== null && value !== 0) telling.set(one.kind, (telling.get(one.kind) ?? 0) + 1);
        const same = close(row[one.name] as number | null, value, one.kind === 'slope' ? 1e-12 : 0);
        if (same && row[`${one.name}__state`] === state) continue;
        differences.push(
          `${at.account}@${at.asOfDay} ${yamlOf(one)}: got ${row[one.name]}/${row[`${one.name}__state`]}, want ${value}/${state}`
        );
      }
    }
    expect(differences.slice(0, 3)).toEqual([]);
    expect([...telling.keys()].sort()).toEqual([...KINDS].sort());
    expect([...telling.values()].reduce((a, b) => a + b)).toBeGreaterThan(200);
  });
});

/** The slope's closed form divides by another multiple of the same integers, so its last bit may differ. */
function close(found: number | null, wanted: number | null, tolerance: number): boolean {
  if (found === null || wanted === null) return found === wanted;
  return Math.abs(found - wanted) <= tolerance * Math.abs(wanted);
}
