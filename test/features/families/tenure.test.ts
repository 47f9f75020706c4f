import { describe, expect, it } from 'vitest';
import { buildCatalogue, buildSnapshots } from '../../../src/features/index.js';
import { buildSpine } from '../../../src/sources/spine.js';
import { raw } from '../../../src/sql/sql.js';
import { configOf, dayOf, EMPTY, loadWorld, type Row, tableInfos, withEngine } from '../world.js';
import { on, term, valuesOf } from './one-account.js';

const COVER = ['tenure_paid_days', 'tenure_paid_share', 'tenure_gaps', 'tenure_longest_gap_days'];

/** Days and months of tenure with the spine that ingest's tables give. */
async function tenureAt(start: number, date: string): Promise<unknown[]> {
  const config = configOf();
  const tables = tableInfos(on('2030-01-01'));
  const names = ['tenure_days', 'tenure_months', 'first_90_days'];
  const features = buildCatalogue(config, tables).features.filter(f => names.includes(f.name));
  const account: Row = { account_id: 'a', created_at: 0, known_at: 0 };
  return withEngine(async engine => {
    const subscriptions = [term('2020-01-01', null, { started_at: start, known_at: start })];
    await loadWorld(engine, { ...EMPTY, accounts: [account], subscriptions });
    await buildSpine(engine, { asOf: [{ date, us: on(date), day: dayOf(date) }], config, tables });
    await buildSnapshots(engine, { config, tables, features });
    const [row] = await engine.rows(raw('select * from snapshots'));
    return names.map(name => row?.[name]);
  });
}

describe('tenure', () => {
  it.each([
    ['2024-01-15', '2024-02-14', 30, 0],
    ['2024-01-15', '2024-02-15', 31, 1],
    ['2024-01-31', '2024-02-28', 28, 0],
    ['2024-01-31', '2024-02-29', 29, 1],
    ['2024-01-31', '2024-03-30', 59, 1],
    ['2024-01-31', '2024-03-31', 60, 2],
    ['2024-02-29', '2025-02-27', 364, 11],
    ['2024-02-29', '2025-02-28', 365, 12],
    ['2023-03-01', '2024-03-01', 366, 12],
    ['2023-12-31', '2024-01-01', 1, 0]
  ])('from %s to %s: %i days, %i whole calendar months, leap days right (R64)', async (from, to, days, months) => {
    expect(await tenureAt(on(from), to)).toEqual([days, months, days < 90 ? 1 : 0]);
  });

  it('begins on the local day: 23:30 UTC on 31 January is 1 February in Berlin (R64)', async () => {
    const start = Date.parse('2024-01-31T23:30:00Z') * 1000;
    expect(await tenureAt(start, '2024-03-01')).toEqual([29, 1, 1]);
  });
});

describe('paid tenure', () => {
  const ask = (subscriptions: readonly Row[], tenureDays: number) =>
    valuesOf({ world: { subscriptions }, at: '2024-05-01', names: COVER, tenureDays });

  it('leaves gaps out and counts them, with the longest (R64)', async () => {
    // 31 days of January, 1 to 10 February away, 11 to 29 February paid, 1 to 20 March away, 42 days paid.
    const rows = [term('2024-01-01', '2024-02-01'), term('2024-02-11', '2024-03-01'), term('2024-03-21', '2025-03-21')];
    const paid = 31 + 19 + 11 + 30;
    expect(await ask(rows, 121)).toEqual([paid, paid / 121, 2, 20]);
    expect(paid + 10 + 20).toBe(121);
  });

  it('merges terms that overlap, contain each other or touch (R64)', async () => {
    const rows = [
      term('2024-01-01', '2024-03-01'),
      term('2024-01-10', '2024-01-20'),
      term('2024-02-15', '2024-04-01'),
      term('2024-04-01', null)
    ];
    expect(await ask(rows, 121)).toEqual([121, 1, 0, 0]);
  });

  it('ends a term where it ended, not where its contract would have; trials cover nothing (R64)', async () => {
    const rows = [
      term('2024-01-01', '2025-01-01', { ended_at: on('2024-02-01') }),
      term('2024-02-01', '2024-02-11', { is_trial: true }),
      term('2024-02-11', null)
    ];
    expect(await ask(rows, 121)).toEqual([111, 111 / 121, 1, 10]);
  });

  it('a term that ends on the day of its start covers no day and parts no gap (R64)', async () => {
    const rows = [term('2024-01-01', '2024-02-01'), term('2024-02-06', '2024-02-06'), term('2024-02-11', null)];
    expect(await ask(rows, 121)).toEqual([111, 111 / 121, 1, 10]);
  });
});
