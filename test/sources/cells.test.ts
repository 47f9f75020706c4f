import { describe, expect, it } from 'vitest';
import { cellBefore } from '../../src/sources/cells.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { TableInfo } from '../../src/types.js';
import { withEngine } from './fixtures.js';

const table: TableInfo = {
  name: 'tickets',
  columns: {
    priority: { type: 'text', decimals: 0, time: 'fixed' },
    rating: { type: 'measure', decimals: 0, time: { at: 'rated_at' } },
    rated_at: { type: 'instant', decimals: 0, time: { at: 'rated_at' } }
  },
  watermarkUs: 100,
  watermarkAssumed: false,
  inPlace: false,
  knownAtAssumed: false,
  rows: { in: 1, used: 1, quarantined: 0, dropped: 0 },
  reasons: []
};

const read = (t: number) =>
  withEngine(async engine => {
    const cell = (name: string) => cellBefore(table, name, { alias: 'x', t: sql`${t}` });
    const [row] = await engine.rows(sql`select ${cell('priority')} as priority, ${cell('rating')} as rating,
      ${cell('rated_at')} as rated_at, ${cell('escalated_at')} as escalated_at
      from (select 'low' as priority, 5 as rating, 50 as rated_at) ${raw('x')}`);
    return row;
  });

describe('cells before an instant (promise 31)', () => {
  it('are NULL until their own instant lies before it', async () => {
    expect(await read(49)).toEqual({ priority: 'low', rating: null, rated_at: null, escalated_at: null });
    expect(await read(50)).toEqual({ priority: 'low', rating: null, rated_at: null, escalated_at: null });
    expect(await read(51)).toEqual({ priority: 'low', rating: 5, rated_at: 50, escalated_at: null });
  });
});
