import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ingestSources } from '../../src/sources/ingest.js';
import { sql } from '../../src/sql/sql.js';
import { ingestWorld, source } from './fixtures.js';

const COLUMNS = ['ticket_id', 'account_id', 'opened_at', 'resolved_at', 'priority', 'rating', 'rated_at'];
const CELLS = {
  ticket_id: 'T',
  account_id: 'A',
  opened_at: '2024-03-01 10:00:00',
  resolved_at: '2024-03-02',
  priority: 'low',
  rating: '4',
  rated_at: '2024-03-03'
};
type Cells = typeof CELLS;

/** One fault each: how it spoils a row, and how the reason begins. */
const FAULTS: Readonly<Record<string, { spoil: Partial<Cells>; reason: string }>> = {
  id: { spoil: { ticket_id: '' }, reason: 'ticket_id: expected a value' },
  stranger: { spoil: { account_id: 'Zed' }, reason: 'account_id: expected an account' },
  blankAccount: { spoil: { account_id: ' ' }, reason: 'account_id: expected a value' },
  noDate: { spoil: { opened_at: 'soon' }, reason: 'opened_at: expected a date or timestamp' },
  empty: { spoil: { opened_at: '' }, reason: 'opened_at: expected a value' },
  ancient: { spoil: { opened_at: '1969-12-31 23:59:59' }, reason: 'opened_at: expected an instant from 1970' },
  future: { spoil: { opened_at: '2025-01-01' }, reason: 'opened_at: expected an instant before the data end' },
  never: { spoil: { opened_at: '9999-12-31' }, reason: 'opened_at: expected an instant before the data end' },
  priority: { spoil: { priority: 'blocker' }, reason: 'priority: expected one of' }
};

/** Faults of cells that tell what happened later: the cell is emptied, the row stays. */
const EMPTIED: typeof FAULTS = {
  backwards: { spoil: { resolved_at: '2024-02-01' }, reason: 'resolved_at: expected an instant from opened_at' },
  otherEnd: { spoil: { resolved_at: '2024-13-01' }, reason: 'resolved_at: expected a date or timestamp' },
  words: { spoil: { rating: 'good' }, reason: 'rating: expected a number' },
  half: { spoil: { rating: '4.5' }, reason: 'rating: expected a whole number' },
  huge: { spoil: { rating: '1e300' }, reason: 'rating: expected a number below 2^53' }
};
const KINDS = [...Object.keys(FAULTS), ...Object.keys(EMPTIED), 'copy', 'clash'];

interface Lines {
  readonly lines: string[];
  readonly spoiled: Map<number, string>;
  readonly emptied: string[];
  readonly copies: number;
}

function rowsOf(kinds: readonly string[]): Lines {
  const lines: string[] = [];
  const spoiled = new Map<number, string>();
  const emptied: string[] = [];
  let copies = 0;
  const push = (cells: Cells) => lines.push(COLUMNS.map(name => `"${cells[name as keyof Cells]}"`).join(','));
  for (let i = 0; i < kinds.length + 8; i++) push({ ...CELLS, ticket_id: `G${i}` });
  kinds.forEach((kind, i) => {
    const fault = FAULTS[kind];
    const later = EMPTIED[kind];
    if (later !== undefined) {
      push({ ...CELLS, ticket_id: `F${i}`, ...later.spoil });
      emptied.push(later.reason);
    } else if (fault !== undefined) {
      push({ ...CELLS, ticket_id: `F${i}`, ...fault.spoil });
      spoiled.set(lines.length, fault.reason);
    } else if (kind === 'copy') {
      push({ ...CELLS, ticket_id: `G${i}` });
      copies++;
    } else {
      push({ ...CELLS, ticket_id: `G${i}`, opened_at: '2024-03-01 12:00:00' });
      spoiled.set(lines.length, 'ticket_id: expected one record per key');
    }
  });
  return { lines, spoiled, emptied, copies };
}

describe('quarantine (promise 54)', () => {
  it('finds every seeded fault at its row, accuses no clean row, and the counts add up', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...KINDS), { maxLength: 12 }), async kinds => {
        const { lines, spoiled, emptied, copies } = rowsOf(kinds);
        const files = { 'tickets.csv': [COLUMNS.join(','), ...lines] };
        await ingestWorld({ files, sources: [source('tickets', COLUMNS)] }, async ({ tables, read }) => {
          const rows = tables.tickets?.rows;
          expect(rows).toEqual({
            in: lines.length,
            used: lines.length - spoiled.size - copies,
            quarantined: spoiled.size,
            dropped: copies
          });
          const found = new Map((await read('quarantine')).map(row => [row['source_row'], String(row['reason'])]));
          expect([...found.keys()].sort()).toEqual([...spoiled.keys()].sort());
          for (const [row, reason] of spoiled) expect(found.get(row)).toContain(reason);
          expect((await read('tickets')).length).toBe(rows?.used);
          const notes = (await read('ingest_notes')).flatMap(row => Array(row['rows']).fill(String(row['note'])));
          expect(notes.length).toBe(emptied.length);
          for (const reason of emptied) {
            const same = (texts: readonly unknown[]) => texts.filter(text => String(text).startsWith(reason)).length;
            expect(same(notes)).toBe(same(emptied));
          }
        });
      }),
      { numRuns: 20, seed: 3, examples: [[KINDS]] }
    );
  });

  it('counts rows in a transaction from 1 as well', async () => {
    const files = { 'tickets.csv': [COLUMNS.join(','), ...rowsOf(['priority']).lines] };
    await ingestWorld({ files, sources: [source('tickets', COLUMNS)] }, async ({ engine, config, read }) => {
      await engine.run(sql`begin transaction`);
      await ingestSources(engine, config);
      await engine.run(sql`commit`);
      expect((await read('quarantine')).map(row => row['source_row'])).toEqual([10]);
    });
  });

  it('rows past the data end do not count as faults of the source, whatever else they hold (promise 29)', async () => {
    const garbage = Array.from({ length: 50 }, (_, i) => `X${i},Q,2025-0${1 + (i % 9)}-01,then,soon,NaN,1e308`);
    const files = { 'tickets.csv': [COLUMNS.join(','), 'T1,A,2024-03-01,,low,,', ...garbage] };
    await ingestWorld({ files, sources: [source('tickets', COLUMNS)] }, async ({ tables }) => {
      expect(tables.tickets?.rows).toEqual({ in: 51, used: 1, quarantined: 50, dropped: 0 });
      expect(tables.tickets?.reasons).toHaveLength(1);
    });
  });
});
