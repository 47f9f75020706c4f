import { describe, expect, it } from 'vitest';
import { mrrWaterfall, retentionRates } from '../../src/outcomes/rates.js';
import {
  averageRates,
  computeRetention,
  type Retention,
  type RetentionPeriod,
  totalOf
} from '../../src/outcomes/retention.js';
import { raw } from '../../src/sql/sql.js';
import type { Engine } from '../../src/types.js';
import { Draw } from '../features/history/draw.js';
import {
  berlinMidnight,
  configOf,
  dayOf,
  EMPTY,
  loadWorld,
  type Row,
  tableInfos,
  type World,
  withEngine
} from '../features/world.js';
import { mrrAt, term, termsOf } from './oracle/terms.js';
import { us } from './world.js';

const GRACE = 5;
/** May 2023 (one microsecond before June) to August 2024. */
const MONTHS = 16;
const config = (graceDays: number) =>
  configOf({ outcomes: { churn: { leadDays: 0, horizonDays: 90, graceDays }, upsell: null } });

/** An engine that keeps what the computation drops, so that single accounts can be read. */
function keeping(engine: Engine): Engine {
  return {
    kind: engine.kind,
    run: async statement => (statement.text.startsWith('drop') ? undefined : engine.run(statement)),
    columns: query => engine.columns(query),
    rows: query => engine.rows(query),
    append: (table, columns) => engine.append(table, columns),
    close: () => engine.close()
  };
}

/** A random history of up to six terms: gaps, overlaps, early ends, trials, amounts of 0. */
function randomTerms(draw: Draw, account_id: string): Row[] {
  return Array.from({ length: draw.below(7) }, () => {
    const started_at = draw.chance(0.3)
      ? berlinMidnight(dayOf(`2024-0${1 + draw.below(8)}-01`))
      : draw.instant(dayOf('2023-06-01'), dayOf('2024-08-31'));
    return term({
      account_id,
      started_at,
      mrr: draw.of([0, 1, 99_99, 10_050, draw.below(1_000_000)]),
      term_end: draw.maybe(
        0.7,
        draw.chance(0.3)
          ? Math.max(started_at, berlinMidnight(dayOf(`2024-0${1 + draw.below(9)}-01`)))
          : draw.after(started_at, 150)
      ),
      ended_at: draw.maybe(0.2, draw.after(started_at, 100)),
      is_trial: draw.chance(0.1)
    });
  });
}

interface Moves {
  readonly start: number;
  readonly end: number;
  readonly paidBefore: boolean;
}

/** MRR of an account at both ends of each month, read term by term. */
function naiveMonths(world: World, account: string, boundaries: readonly number[]): Moves[] {
  const terms = termsOf(world, account);
  const instants = terms.map(({ start }) => start);
  return boundaries.slice(1).map((to, i) => {
    const from = boundaries[i] as number;
    const paidBefore = instants.some(at => at < from && mrrAt(terms, at, GRACE) > 0);
    return { start: mrrAt(terms, from - 1, GRACE), end: mrrAt(terms, to - 1, GRACE), paidBefore };
  });
}

describe('on 1,000 random subscription histories', () => {
  const draw = new Draw(7);
  const names = Array.from({ length: 1000 }, (_, i) => `a${String(i).padStart(4, '0')}`);
  const world: World = { ...EMPTY, subscriptions: names.flatMap(name => randomTerms(draw, name)) };

  it('every identity holds per account and in total, and equals a naive reading term by term (R79)', async () => {
    const [retention, moves] = await withEngine(async engine => {
      await loadWorld(engine, world);
      const kept = keeping(engine);
      const tables = tableInfos(us('2024-09-15'));
      const result = (await computeRetention(kept, { config: config(GRACE), tables })) as Retention;
      return [result, await engine.rows(raw('select * from retention_moves order by account_id, period'))] as const;
    });
    const boundaries = [...retention.months.map(({ from }) => us(from)), us(retention.months.at(-1)?.to as string)];
    expect(retention.months).toHaveLength(MONTHS);
    const naive = names.map(name => naiveMonths(world, name, boundaries));

    const perAccount = names.flatMap((account_id, i) =>
      (naive[i] as Moves[]).flatMap((move, period) => {
        if (move.start === 0 && move.end === 0) return [];
        const w = mrrWaterfall([move]);
        return [
          {
            account_id,
            period,
            started: w.start,
            ended: w.end,
            fresh: w.new,
            reactivated: w.reactivation,
            expanded: w.expansion,
            contracted: w.contraction,
            churned: w.churn
          }
        ];
      })
    );
    expect(moves.filter(row => (row['period'] as number) < MONTHS)).toEqual(perAccount);
    const of = (row: Row, name: string) => row[name] as number;
    for (const row of moves as Row[]) {
      const gains = of(row, 'fresh') + of(row, 'expanded') + of(row, 'reactivated');
      expect(of(row, 'started') + gains - of(row, 'contracted') - of(row, 'churned')).toBe(of(row, 'ended'));
    }

    retention.months.forEach((found, k) => {
      const waterfall = mrrWaterfall(naive.map(months => months[k] as Moves));
      expect(found).toEqual({ from: found.from, to: found.to, ...waterfall, ...retentionRates(waterfall) });
      expect(found.start).toBe(k === 0 ? 0 : retention.months[k - 1]?.end);
      checkIdentities(found);
    });
    expect(retention.total).toEqual(totalOf(retention.months));
    checkTotals(retention);
  });

  it('gives the same bits on any number of threads (promise 51)', async () => {
    const run = (threads: number) =>
      withEngine(async engine => {
        await loadWorld(engine, world);
        return JSON.stringify(
          await computeRetention(engine, { config: config(GRACE), tables: tableInfos(us('2024-09-15')) })
        );
      }, threads);
    const one = await run(1);
    expect(one.length).toBeGreaterThan(3000);
    expect(await run(4)).toBe(one);
  });
});

function checkIdentities(w: RetentionPeriod): void {
  expect(w.start + w.new + w.expansion + w.reactivation - w.contraction - w.churn).toBe(w.end);
  expect(w.startAccounts + w.newAccounts + w.reactivatedAccounts - w.churnedAccounts).toBe(w.endAccounts);
  if (w.start === 0) {
    expect([w.grossRevenueRetention, w.netRevenueRetention, w.logoChurn]).toEqual([null, null, null]);
    return;
  }
  const [gross, net] = [w.grossRevenueRetention as number, w.netRevenueRetention as number];
  expect(gross).toBeGreaterThanOrEqual(0);
  expect(gross).toBeLessThanOrEqual(1);
  expect(net).toBeCloseTo(gross + w.expansion / w.start, 12);
  expect(gross + (w.grossRevenueChurn as number)).toBeCloseTo(1, 12);
  expect((w.logoChurn as number) + (w.logoRetention as number)).toBeCloseTo(1, 12);
}

function checkTotals({ months, total, year, average, cohorts }: Retention): void {
  if (total === null || year === null) throw new Error('expected a total and a year');
  expect(total.start + total.new + total.expansion + total.reactivation - total.contraction - total.churn).toBe(
    total.end
  );
  checkIdentities(year);
  expect([year.start, year.end]).toEqual([months[MONTHS - 12]?.start, months[MONTHS - 1]?.end]);
  expect(average).toEqual(averageRates(months.slice(-12)));
  const active = cohorts.reduce((sum, cohort) => sum + (cohort.active.at(-1) as number), 0);
  expect(active).toBe(months.at(-1)?.endAccounts);
}
