import { describe, expect, it } from 'vitest';
import { buildOutcomes } from '../../src/outcomes/index.js';
import { raw } from '../../src/sql/sql.js';
import { Draw } from '../features/history/draw.js';
import { randomSpine, randomWorld } from '../features/history.js';
import {
  berlinDay,
  berlinMidnight,
  configOf,
  dayOf,
  loadSpine,
  loadWorld,
  type Row,
  type SpineRow,
  tableInfos,
  type World,
  withEngine
} from '../features/world.js';
import { episodesOf } from './oracle/absences.js';
import { expectedOutcome } from './oracle.js';

const COLUMNS = [
  'churn',
  'churn_status',
  'churn_kind',
  'churn_us',
  'upsell',
  'upsell_status',
  'upsell_kind',
  'upsell_us',
  'early_churn',
  'early_churn_status',
  'contraction',
  'contraction_status',
  'contraction_us',
  'renewal',
  'renewal_status',
  'renewal_terms',
  'renewal_us',
  'competing',
  'episode',
  'reactivated_us'
];
const SETTINGS = [
  { churn: { leadDays: 0, horizonDays: 90, graceDays: 0 }, upsell: { leadDays: 0, horizonDays: 90, graceDays: 0 } },
  { churn: { leadDays: 14, horizonDays: 30, graceDays: 7 }, upsell: { leadDays: 7, horizonDays: 60, graceDays: 30 } },
  { churn: { leadDays: 1, horizonDays: 365, graceDays: 3 }, upsell: null },
  {
    churn: { leadDays: 0, horizonDays: 60, graceDays: 2, silenceDays: 14 },
    upsell: { leadDays: 0, horizonDays: 90, graceDays: 0 }
  }
];

/** Notices of two systems, some of them known late. */
function randomNotices(seed: number, world: World): Row[] {
  const draw = new Draw(seed + 500);
  return world.accounts.flatMap(({ account_id }) =>
    Array.from({ length: draw.below(3) }, () => {
      const notice_at = draw.when();
      const kind = draw.of(['cancelled', 'non_renewal', 'payment_failure', null]);
      return {
        account_id: account_id as string,
        notice_at,
        kind,
        system: draw.of(['crm', 'billing']),
        known_at: draw.known(notice_at)
      };
    })
  );
}

/** A random world with notices, its random spine, and both in the database for each setting. */
async function compare(seed: number, contracts: boolean) {
  const plain = randomWorld(seed, 60);
  const world = { ...plain, notices: randomNotices(seed, plain), ...(contracts ? {} : { subscriptions: [] }) };
  const spine = randomSpine(seed, world, berlinDay);
  const watermarkUs = berlinMidnight(dayOf('2024-09-13')) + (seed % 3) - 1;
  const seen = new Map<string, Set<unknown>>(COLUMNS.map(column => [column, new Set()]));
  await withEngine(async engine => {
    await loadWorld(engine, world);
    await loadSpine(engine, spine);
    for (const outcomes of SETTINGS) {
      const tables = tableInfos(watermarkUs, contracts ? [] : ['subscriptions']);
      await buildOutcomes(engine, { config: configOf({ outcomes }), tables });
      const settings = { ...outcomes, watermarkUs, contracts };
      const want = ordered(spine).map(at => ({
        account_id: at.account,
        as_of_day: at.asOfDay,
        ...expectedOutcome(world, at, settings)
      }));
      const rows = await engine.rows(raw('select * from outcomes'));
      expect(rows.map(row => pick(row, ['account_id', 'as_of_day', ...COLUMNS]))).toEqual(want);
      for (const row of want) for (const column of COLUMNS) seen.get(column)?.add((row as Row)[column]);
      const relationships = world.accounts
        .map(row => row['account_id'] as string)
        .sort()
        .flatMap(account =>
          episodesOf(world, account, settings).map((episode, i) => ({
            account_id: account,
            episode: i + 1,
            began_us: episode.began,
            churn_us: episode.churned,
            churn_kind: episode.kind
          }))
        );
      expect(await engine.rows(raw('select * from outcome_episodes'))).toEqual(relationships);
    }
  });
  return seen;
}

const ordered = (spine: readonly SpineRow[]) =>
  [...spine].sort((a, b) => a.asOfDay - b.asOfDay || (a.account < b.account ? -1 : 1));
const pick = (row: Row, columns: readonly string[]) => Object.fromEntries(columns.map(column => [column, row[column]]));

describe('buildOutcomes', () => {
  it.each([21, 22, 23])('equals a naive account-by-account oracle, seed %i (promise 32, promise 36)', async seed => {
    const seen = await compare(seed, true);
    const has = (column: string, values: readonly unknown[]) =>
      expect([...(seen.get(column) ?? [])]).toEqual(expect.arrayContaining([...values]));
    has('churn_kind', ['cancelled', 'non_renewal', 'payment_failure', 'silence']);
    has('churn_status', ['ok', 'left_in_lead', 'immature']);
    has('upsell_kind', ['plan_up', 'add_on', 'seats_up']);
    has('early_churn', [0, 1]);
    has('contraction', [0, 1]);
    has('renewal', [0, 1]);
    has('renewal_terms', [0, 1, 2]);
    has('competing', ['churn_before_upsell', 'upsell_before_churn']);
    has('episode', [1, 2, 3]);
  });

  it('equals the oracle without contracts, where notices and silence tell of churn (promise 32)', async () => {
    const seen = await compare(24, false);
    expect([...(seen.get('churn_kind') ?? [])]).toEqual(expect.arrayContaining(['cancelled', 'silence']));
    expect([...(seen.get('contraction_status') ?? [])]).toEqual(['no_mrr']);
    expect([...(seen.get('renewal_status') ?? [])]).toEqual(['no_term_ends']);
  });
});
