import type { Config } from '../config/types.js';
import { computeRetention, episodeCounts, type RetentionCohort, type Waterfall } from '../outcomes/index.js';
import { share } from '../outcomes/rates.js';
import type { RetentionReport } from '../reports/model.js';
import type { Engine, Tables } from '../types.js';

const MONEY = ['start', 'new', 'expansion', 'contraction', 'churn', 'reactivation', 'end'] as const;
const AGES = [1, 3, 6, 12];

/** Retention arithmetic in money of the reporting currency; null without subscriptions. */
export async function retentionReport(
  engine: Engine,
  input: { readonly config: Config; readonly tables: Tables }
): Promise<RetentionReport | null> {
  const retention = await computeRetention(engine, input);
  if (retention === null) return null;
  const { decimals, months, total, year, average, cohorts } = retention;
  const money = <T extends Waterfall>(waterfall: T): T => inMoney(waterfall, 10 ** decimals);
  return {
    annualisation: '1 - (1 - m)^12',
    months: months.map(money),
    total: total === null ? null : money(total),
    year: year === null ? null : money(year),
    average,
    cohorts,
    byAge: AGES.map(age => churnedBy(cohorts, age)),
    episodes: await episodeCounts(engine)
  };
}

function inMoney<T extends Waterfall>(waterfall: T, scale: number): T {
  return { ...waterfall, ...Object.fromEntries(MONEY.map(name => [name, waterfall[name] / scale])) };
}

function churnedBy(cohorts: readonly RetentionCohort[], age: number): RetentionReport['byAge'][number] {
  const observed = cohorts.filter(({ active }) => active.length >= age);
  const accounts = observed.reduce((sum, { size }) => sum + size, 0);
  const paying = observed.reduce((sum, { active }) => sum + (active[age - 1] as number), 0);
  return { months: age, accounts, churned: accounts - paying, share: share(accounts - paying, accounts) };
}
