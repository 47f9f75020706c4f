import { describe, expect, it } from 'vitest';
import { buildCatalogue } from '../../../src/features/index.js';
import { configOf, type Row, tableInfos } from '../world.js';
import { term, valuesOf } from './one-account.js';

const ask = (rows: readonly Row[], names: readonly string[], omit: readonly string[] = []) =>
  valuesOf({ world: { subscriptions: rows }, at: '2024-04-01', names, omit });

describe('the contract', () => {
  it('tenure, industry and contract size are candidates wherever accounts and subscriptions are mapped (R80)', () => {
    const others = Object.keys(tableInfos(0)).filter(name => name !== 'accounts' && name !== 'subscriptions');
    const names = buildCatalogue(configOf(), tableInfos(0, others)).features.map(f => f.name);
    for (const name of ['tenure_days', 'tenure_months', 'industry', 'mrr', 'arr', 'contract_value', 'term_months']) {
      expect(names).toContain(name);
    }
  });

  it('progress and days to the end, in days of the calendar (R80)', async () => {
    const names = ['days_to_term_end', 'term_progress'];
    // 2024 has 366 days: 91 of them before 1 April, 275 to go.
    expect(await ask([term('2024-01-01', '2025-01-01')], names)).toEqual([275, 91 / 366]);
    expect(await ask([term('2024-01-01', null)], names)).toEqual([null, null]);
    const two = [term('2024-01-01', '2025-01-01', { mrr: 5000 }), term('2024-03-01', '2024-05-01', { mrr: 4000 })];
    expect(await ask(two, names)).toEqual([30, 91 / 366]);
  });

  it.each([
    ['2024-05-01', 1, 'monthly', 0],
    ['2024-06-30', 3, 'part_year', 0],
    ['2025-03-31', 12, 'annual', 0],
    ['2026-04-01', 24, 'multi_year', 1]
  ])('a term from 31 March to %s has %i months: %s, multi-year %i (R80)', async (end, months, kind, flag) => {
    const names = ['term_months', 'term_kind', 'multi_year'];
    expect(await ask([term('2024-03-31', end)], names)).toEqual([months, kind, flag]);
  });

  it('stated months go first; without them or an end the length is unknown (R80)', async () => {
    const names = ['term_months', 'term_kind', 'multi_year'];
    const stated = [term('2024-01-01', '2025-01-01', { term_months: 36 })];
    expect(await ask(stated, names)).toEqual([36, 'multi_year', 1]);
    expect(await ask(stated, names, ['subscriptions.term_months'])).toEqual([12, 'annual', 0]);
    expect(await ask(stated, names, ['subscriptions.term_end'])).toEqual([36, 'multi_year', 1]);
    expect(await ask([term('2024-01-01', null)], names)).toEqual([null, null, null]);
  });

  it('the main term pays most; of two alike the smaller plan, then the newer (R80)', async () => {
    const rows = [
      term('2023-12-01', '2024-12-01', { mrr: 5000, plan: 'b', term_months: 12 }),
      term('2024-01-01', '2026-01-01', { mrr: 5000, plan: 'a', term_months: 24 }),
      term('2024-02-01', '2024-05-01', { mrr: 5000, plan: 'a', term_months: 3 }),
      term('2024-02-01', '2024-05-01', { mrr: 4000, plan: '0', term_months: 1 })
    ];
    expect(await ask(rows, ['plan', 'term_months'])).toEqual(['a', 3]);
    expect(await ask([...rows].reverse(), ['plan', 'term_months'])).toEqual(['a', 3]);
  });

  it('contract value and products of what runs; unknown when no term states them (R80)', async () => {
    const names = ['contract_value', 'products', 'terms_count'];
    const rows = [
      term('2023-01-01', '2024-01-01', { amount: 999_900, product: 'old' }),
      term('2024-01-01', null, { amount: 120_000, product: 'suite' }),
      term('2024-02-01', null, { amount: 30_050, product: 'add-on' }),
      term('2024-02-01', null, { product: 'add-on' })
    ];
    expect(await ask(rows, names)).toEqual([1200 + 300.5, 2, 4]);
    expect(await ask([term('2024-01-01', null)], names)).toEqual([null, null, 1]);
  });
});
