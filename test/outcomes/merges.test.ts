import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/types.js';
import { buildOutcomes } from '../../src/outcomes/index.js';
import { computeRetention } from '../../src/outcomes/retention.js';
import { dateOfDay, resolveAsOf } from '../../src/sources/calendar.js';
import { buildSpine } from '../../src/sources/spine.js';
import { raw, sql } from '../../src/sql/sql.js';
import type { Engine, TableInfo, Tables } from '../../src/types.js';
import { configOf, EMPTY, loadWorld, type Row, tableInfos, type World, withEngine } from '../features/world.js';
import { term } from './oracle.js';
import { ACCOUNT, FAR, open, us } from './world.js';

const infos = tableInfos(FAR);
const TABLES: Tables = { ...infos, accounts: { ...(infos.accounts as TableInfo), merges: true } };
const MERGE = us('2024-04-01');
const CHURN: Config['outcomes']['churn'] = { leadDays: 0, horizonDays: 90, graceDays: 0 };

/** Account `m` that went into `a` on 1 April 2024. */
async function load(engine: Engine, world: Partial<World>) {
  await loadWorld(engine, { ...EMPTY, accounts: [ACCOUNT, { ...ACCOUNT, account_id: 'm' }], ...world });
  await engine.run(sql`create table account_merges as select 'm' as member, 'a' as account_id, ${MERGE} as since`);
}

/** Outcomes by account and date, 1 March and 2 April unless said. */
async function outcomesOf(
  world: Partial<World>,
  churn = CHURN,
  dates: readonly string[] = ['2024-03-01', '2024-04-02']
) {
  return withEngine(async engine => {
    await load(engine, world);
    const config = configOf({ outcomes: { churn, upsell: CHURN } });
    await buildSpine(engine, {
      asOf: await resolveAsOf(engine, dates, config.calendar.timezone),
      config,
      tables: TABLES
    });
    await buildOutcomes(engine, { config, tables: TABLES });
    const rows = await engine.rows(raw('select * from outcomes'));
    return Object.fromEntries(rows.map(row => [`${row['account_id']}@${dateOfDay(row['as_of_day'] as number)}`, row]));
  });
}

const churnsOf = async (...given: Parameters<typeof outcomesOf>) =>
  Object.fromEntries(
    Object.entries(await outcomesOf(...given)).map(([name, row]) => [name, [row['churn_kind'], row['churn_us']]])
  );

const NONE = [null, null];
const terms = ['a', 'm'].map(account_id => term({ ...open, account_id }));
const quiet = { 'a@2024-03-01': NONE, 'm@2024-03-01': NONE, 'a@2024-04-02': NONE };

describe('what happens to a merged account', () => {
  it('is its own before the merge, and the new account’s from the merge on', async () => {
    expect(await churnsOf({ subscriptions: terms })).toEqual(quiet);
    const invoice = (failed_at: number): Row => ({
      account_id: 'm',
      issued_at: 0,
      failed_at,
      paid_at: null,
      known_at: 0
    });
    const failed = (date: string) => churnsOf({ subscriptions: terms, invoices: [invoice(us(date))] });
    expect(await failed('2024-03-20')).toEqual({ ...quiet, 'm@2024-03-01': ['payment_failure', us('2024-03-20')] });
    const april = ['payment_failure', us('2024-04-10')];
    expect(await failed('2024-04-10')).toEqual({ ...quiet, 'a@2024-03-01': april, 'a@2024-04-02': april });
    const notice = (notice_at: number): Row => ({ account_id: 'm', notice_at, kind: null, known_at: notice_at });
    const noticed = (date: string) => churnsOf({ subscriptions: terms, notices: [notice(us(date))] });
    expect(await noticed('2024-03-20')).toEqual({ ...quiet, 'm@2024-03-01': ['cancelled', us('2024-03-20')] });
    const cancelled = ['cancelled', us('2024-04-10')];
    expect(await noticed('2024-04-10')).toEqual({ ...quiet, 'a@2024-03-01': cancelled, 'a@2024-04-02': cancelled });
  });

  it('goes on for the new account where it is a notice on a term that goes over', async () => {
    const given = term({ ...open, account_id: 'm', notice_at: us('2024-03-20'), term_end: us('2024-06-01') });
    const dates = ['2024-03-01', '2024-04-02', '2024-06-02'];
    expect(await churnsOf({ subscriptions: [terms[0] as Row, given] }, CHURN, dates)).toEqual({
      'a@2024-03-01': ['cancelled', MERGE],
      'm@2024-03-01': ['cancelled', us('2024-03-20')],
      'a@2024-06-02': NONE
    });
  });

  it('is silence of either alone before the merge, of both together after it', async () => {
    const used = (account_id: string, from: string, days: number): Row[] =>
      Array.from({ length: days }, (_, day) => {
        const occurred_at = us(from) + (day * 24 + 12) * 3_600_000_000;
        return { account_id, occurred_at, event_type: 'login', known_at: occurred_at };
      });
    const churn = { ...CHURN, silenceDays: 30 };
    const silent = (events: readonly Row[]) => churnsOf({ subscriptions: terms, events }, churn);
    const busy = used('a', '2024-02-01', 300);
    // The last use of m is on 10 March: with 11 March to 9 April 30 silent days are over, after the merge.
    expect(await silent([...busy, ...used('m', '2024-02-01', 39)])).toEqual(quiet);
    // On 20 February: 21 February to 21 March.
    expect(await silent([...busy, ...used('m', '2024-02-01', 20)])).toEqual({
      ...quiet,
      'm@2024-03-01': ['silence', us('2024-03-22')]
    });
    // Use under the old id keeps the new account alive: a stops on 10 March, m goes on to 26 November.
    expect(await silent([...used('m', '2024-02-01', 300), ...used('a', '2024-02-01', 39)])).toEqual(quiet);
  });

  it('is a purchase, a contract end or a smaller contract of the new account after the merge', async () => {
    const more = term({
      account_id: 'm',
      product: 'insights',
      started_at: us('2024-05-01'),
      known_at: us('2024-05-01')
    });
    const bought = await outcomesOf({ subscriptions: [...terms, more] });
    expect(bought['m@2024-03-01']).toMatchObject({ upsell: 0, upsell_us: null });
    expect(bought['a@2024-04-02']).toMatchObject({ upsell: 1, upsell_kind: 'add_on', upsell_us: us('2024-05-01') });
    const short = term({ ...open, account_id: 'm', mrr: 50, term_end: us('2024-05-15') });
    const ended = await outcomesOf({ subscriptions: [...terms, short] });
    const without = { renewal_status: 'no_term_ends', contraction: 0 };
    expect(ended['m@2024-03-01']).toMatchObject({ ...without, churn: 0 });
    expect(ended['a@2024-03-01']).toMatchObject(without);
    expect(ended['a@2024-04-02']).toMatchObject({
      renewal: 1,
      renewal_us: us('2024-05-15'),
      contraction: 1,
      contraction_us: us('2024-05-15')
    });
  });

  it('is no movement of revenue: merged accounts are one in every month (R79)', async () => {
    const paid = (account_id: string, from: string, mrr: number) => term({ account_id, started_at: us(from), mrr });
    const subscriptions = [paid('a', '2024-01-01', 100), paid('m', '2024-01-01', 50), paid('b', '2024-01-01', 30)];
    const retention = await withEngine(async engine => {
      await load(engine, { subscriptions });
      return computeRetention(engine, {
        config: configOf({ outcomes: { churn: CHURN, upsell: null } }),
        tables: TABLES
      });
    });
    const still = { new: 0, expansion: 0, contraction: 0, churn: 0, reactivation: 0, startAccounts: 2, endAccounts: 2 };
    for (const month of retention?.months.slice(1) ?? [])
      expect(month).toMatchObject({ ...still, start: 100 + 50 + 30, end: 100 + 50 + 30 });
    expect(retention?.months[0]).toMatchObject({ new: 100 + 50 + 30, newAccounts: 2 });
    expect(retention?.months.length).toBeGreaterThan(4);
  });
});
