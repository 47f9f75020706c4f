import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/errors.js';
import { cohortChurn, mrrWaterfall, quickRatio, rateOver, retentionRates, share } from '../../src/outcomes/rates.js';

interface Exact {
  readonly exact: string;
  readonly value: number;
}
interface Case {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
}

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/churn-math.json'), 'utf8')) as {
  cases: readonly Case[];
};
const caseOf = (name: string) => cases.find(found => found.name === name) as Case;

/** The tolerance of the file: exact as a rational, 1e-12 as a decimal, or relative 1e-13. */
function near(actual: number | null, expected: number, relative = false): void {
  expect(Math.abs((actual ?? Number.NaN) - expected)).toBeLessThanOrEqual(
    relative ? 1e-13 * Math.abs(expected) : 1e-12
  );
}

describe('the MRR waterfall', () => {
  const { input, expected } = caseOf('mrr_waterfall');
  const before = input['had_revenue_before_the_start_month'] as readonly string[];
  const accounts = Object.entries(input['account_mrr_start_end'] as Record<string, [number, number]>);
  const waterfall = mrrWaterfall(
    accounts.map(([name, [start, end]]) => ({ start, end, paidBefore: start > 0 || before.includes(name) }))
  );

  it('reconciles to the worked example (R79)', () => {
    expect(waterfall).toMatchObject({
      start: expected['start_mrr'],
      new: expected['new'],
      reactivation: expected['reactivation'],
      expansion: expected['expansion'],
      contraction: expected['contraction'],
      churn: expected['churned_mrr'],
      end: expected['end_mrr'],
      startAccounts: 7,
      churnedAccounts: 2,
      newAccounts: 1,
      reactivatedAccounts: 1,
      endAccounts: 7
    });
  });

  it('gives its rates: gross at most 1, net without reactivation, logos of the accounts at the start', () => {
    const rates = retentionRates(waterfall);
    near(rates.grossRevenueRetention, (expected['gross_revenue_retention'] as Exact).value);
    near(rates.netRevenueRetention, (expected['net_revenue_retention'] as Exact).value);
    near(rates.grossRevenueChurn, (expected['gross_mrr_churn'] as Exact).value);
    near(rates.logoChurn, (expected['logo_churn'] as Exact).value);
    near(rates.logoRetention, (expected['logo_retention'] as Exact).value);
    near(rates.quickRatio, (expected['quick_ratio'] as Exact).value);
  });

  it('is Undefined where nothing was there to lose, and refuses what is no whole amount', () => {
    const fresh = mrrWaterfall([{ start: 0, end: 100, paidBefore: false }]);
    expect(retentionRates(fresh)).toEqual({
      grossRevenueRetention: null,
      netRevenueRetention: null,
      grossRevenueChurn: null,
      logoChurn: null,
      logoRetention: null,
      quickRatio: null,
      quickRatioStatus: 'no_losses'
    });
    expect(() => mrrWaterfall([{ start: 0.5, end: 1, paidBefore: false }])).toThrow(DataError);
    expect(() => mrrWaterfall([{ start: -1, end: 1, paidBefore: false }])).toThrow(DataError);
  });
});

describe('the quick ratio', () => {
  it('is gains over losses; nothing lost is no number', () => {
    const { input, expected } = caseOf('quick_ratio_edges');
    const gains = input['new_expansion_reactivation'] as [number, number, number][];
    const losses = input['contraction_churn'] as [number, number][];
    const want = expected['quick_ratio'] as ('Infinity' | 'Undefined (0/0)' | Exact)[];
    const status = { Infinity: 'no_losses', 'Undefined (0/0)': 'no_movement' } as const;
    expect(want).toHaveLength(3);
    want.forEach((wanted, i) => {
      const [fresh, expansion, reactivation] = gains[i] as [number, number, number];
      const [contraction, churn] = losses[i] as [number, number];
      const got = quickRatio({ new: fresh, expansion, reactivation, contraction, churn });
      expect(got).toEqual(
        typeof wanted === 'string' ? { value: null, status: status[wanted] } : { value: wanted.value, status: 'ok' }
      );
    });
  });
});

describe('a cohort', () => {
  it('keeps its size as denominator (R100)', () => {
    const { input, expected } = caseOf('cohort_logo_churn');
    const size = input['cohort_size'] as number;
    const active = input['active_at_month_end_1_to_6'] as number[];
    const { cumulative, hazard } = cohortChurn(size, active);
    for (const [i, { value }] of (expected['cumulative_churn'] as Exact[]).entries())
      near(cumulative[i] ?? null, value);
    for (const [i, { value }] of (expected['monthly_hazard'] as Exact[]).entries()) near(hazard[i] ?? null, value);
    near(
      hazard.reduce((kept: number, h) => kept * (1 - (h as number)), 1),
      14 / 20
    );
  });

  it('is Undefined when empty, at its start or later', () => {
    expect(cohortChurn(0, [0])).toEqual({ cumulative: [null], hazard: [null] });
    expect(cohortChurn(2, [0, 0])).toEqual({ cumulative: [1, 1], hazard: [1, null] });
    expect(share(0, 0)).toBeNull();
  });
});

describe('rates of other periods', () => {
  const { expected } = caseOf('churn_rate_conversion');

  it('monthly to annual is 1 - (1 - m)^12, not 12 m', () => {
    for (const row of expected['monthly_to_annual'] as { monthly: Exact; annual_exact: Exact }[]) {
      near(rateOver(row.monthly.value, 12), row.annual_exact.value, true);
    }
  });

  it('annual to monthly and quarterly, 90 to 30 days', () => {
    for (const row of expected['annual_to_monthly'] as { annual: Exact; monthly: number; quarterly: number }[]) {
      near(rateOver(row.annual.value, 1 / 12), row.monthly, true);
      near(rateOver(row.annual.value, 1 / 4), row.quarterly, true);
    }
    for (const { p90, p30 } of expected['90_day_to_30_day'] as { p90: number; p30: number }[]) {
      near(rateOver(p90, 30 / 90), p30, true);
    }
  });
});
