import { describe, expect, it } from 'vitest';
import { episodeCounts, outcomeSummary } from '../../src/outcomes/index.js';
import { dayOf, type Row } from '../features/world.js';
import { term } from './oracle.js';
import { ACCOUNT, byDate, episodes, open, snapshotsOf, us } from './world.js';

const events = (...dates: string[]): Row[] =>
  dates.map(date => ({
    account_id: 'a',
    occurred_at: us(date, 3_600_000_000),
    event_type: 'login',
    known_at: us(date, 3_600_000_000)
  }));

describe('reactivation', () => {
  const first = term({ ...open, term_end: us('2024-03-10') });
  const second = term({ started_at: us('2024-05-10'), term_end: us('2024-06-20') });
  const dates = ['2024-03-01', '2024-04-01', '2024-05-10', '2024-06-01', '2024-07-01'];

  it('an account that churned and pays again begins a new episode and is at risk again', async () => {
    const [rows, relationships, counts] = await snapshotsOf(
      { subscriptions: [first, second] },
      { dates },
      async engine => [await byDate(engine), await episodes(engine), await episodeCounts(engine)] as const
    );
    expect(Object.keys(rows)).toEqual(['2024-03-01', '2024-06-01']);
    expect(rows['2024-03-01']).toMatchObject({
      churn: 1,
      churn_us: us('2024-03-10'),
      episode: 1,
      reactivated_us: null
    });
    expect(rows['2024-06-01']).toMatchObject({
      churn: 1,
      churn_us: us('2024-06-20'),
      episode: 2,
      reactivated_us: us('2024-05-10')
    });
    const ended = { account_id: 'a', churn_kind: 'non_renewal' };
    expect(relationships).toEqual([
      { ...ended, episode: 1, began_us: us('2023-01-01'), churn_us: us('2024-03-10') },
      { ...ended, episode: 2, began_us: us('2024-05-10'), churn_us: us('2024-06-20') }
    ]);
    const churned = { cancelled: 0, non_renewal: 2, payment_failure: 0, silence: 0 };
    expect(counts).toEqual({ accounts: 1, episodes: 2, churned, reactivations: 1 });
  });

  it('a term within grace is no reactivation; what several systems tell of one churn is one', async () => {
    const grace = { leadDays: 0, horizonDays: 30, graceDays: 70 };
    expect(await snapshotsOf({ subscriptions: [first, second] }, { dates, churn: grace }, episodes)).toHaveLength(1);
    const said = (date: string, system: string): Row => ({
      account_id: 'a',
      notice_at: us(date),
      system,
      known_at: us(date)
    });
    const notices = [said('2024-02-20', 'crm'), said('2024-02-25', 'billing')];
    const told = await snapshotsOf({ subscriptions: [first, second], notices }, { dates }, async engine => [
      ...(await episodes(engine)),
      Object.keys(await byDate(engine))
    ]);
    expect(told).toEqual([
      expect.objectContaining({ churn_us: us('2024-02-20'), churn_kind: 'cancelled' }),
      expect.objectContaining({ began_us: us('2024-05-10'), churn_us: us('2024-06-20') }),
      ['2024-06-01']
    ]);
  });

  it('a late payment brings an account back, and a churn whose grace is not over is not told', async () => {
    const bill = {
      account_id: 'a',
      issued_at: us('2024-02-01'),
      failed_at: us('2024-02-10'),
      paid_at: us('2024-04-15'),
      known_at: us('2024-02-01')
    };
    const subscriptions = [term({ ...open, term_end: us('2024-12-28') })];
    const churn = { leadDays: 0, horizonDays: 30, graceDays: 5 };
    const [rows, relationships] = await snapshotsOf(
      { subscriptions, invoices: [bill] },
      { dates: ['2024-02-12', '2024-03-01', '2024-05-01'], churn },
      async engine => [await byDate(engine), await episodes(engine)] as const
    );
    expect(Object.keys(rows)).toEqual(['2024-02-12', '2024-05-01']);
    expect(rows['2024-02-12']).toMatchObject({
      churn_status: 'left_in_lead',
      churn_kind: 'payment_failure',
      episode: 1
    });
    expect(rows['2024-05-01']).toMatchObject({ churn: 0, episode: 2, reactivated_us: us('2024-04-15') });
    expect(relationships.at(-1)).toMatchObject({ began_us: us('2024-04-15'), churn_us: null, churn_kind: null });
  });
});

describe('a notice', () => {
  const noticed = term({ ...open, notice_at: us('2024-12-10'), ended_at: us('2024-12-24') });
  const grace = { leadDays: 0, horizonDays: 30, graceDays: 14 };

  it('lasts beyond the end of its term, also while the grace of that end is not over', async () => {
    const told = await snapshotsOf({ subscriptions: [noticed] }, { dates: ['2024-11-01'], churn: grace }, episodes);
    expect(told).toEqual([
      expect.objectContaining({ episode: 1, churn_us: us('2024-12-10'), churn_kind: 'cancelled' })
    ]);
  });

  it('ends with its term when another goes on', async () => {
    const subscriptions = [noticed, term({ ...open, product: 'insights' })];
    const told = await snapshotsOf({ subscriptions }, { dates: ['2024-11-01'], churn: grace }, episodes);
    expect(told).toEqual([
      expect.objectContaining({ episode: 1, churn_us: us('2024-12-10') }),
      expect.objectContaining({ episode: 2, began_us: us('2024-12-24'), churn_us: null })
    ]);
  });
});

describe('the spine under notices', () => {
  it('drops an account from the notice to the next paid start, as known before the date', async () => {
    const subscriptions = [term({ ...open, ended_at: us('2024-06-01') }), term({ started_at: us('2024-08-01') })];
    const notices = [{ account_id: 'a', notice_at: us('2024-03-10'), known_at: us('2024-04-10') }];
    const dates = ['2024-03-01', '2024-04-01', '2024-04-10', '2024-04-11', '2024-08-01', '2024-08-02'];
    const rows = await snapshotsOf({ subscriptions, notices }, { dates }, byDate);
    expect(Object.keys(rows)).toEqual(['2024-03-01', '2024-04-01', '2024-04-10', '2024-08-02']);
    expect(rows['2024-04-01']).toMatchObject({ churn_status: 'left_in_lead', churn_us: us('2024-03-10') });
  });
});

describe('churn by silence', () => {
  const churn = { leadDays: 0, horizonDays: 30, graceDays: 0, silenceDays: 7 };
  const omit = ['subscriptions', 'notices', 'invoices'];
  // The last event before the gap is on 10 March: 11 to 17 March are seven silent days, and 18 March begins.
  const history = events('2024-03-01', '2024-03-05', '2024-03-10', '2024-04-20', '2024-04-25');

  it('is the midnight that ends the N-th silent day; a silent account leaves and comes back with its next event', async () => {
    const dates = ['2024-03-06', '2024-03-17', '2024-03-18', '2024-04-20', '2024-04-21', '2024-05-01', '2024-05-03'];
    const accounts = [{ ...ACCOUNT, created_at: us('2024-03-01') }];
    const [rows, relationships] = await snapshotsOf(
      { accounts, events: history },
      { dates, churn, omit },
      async engine => [await byDate(engine), await episodes(engine)] as const
    );
    expect(Object.keys(rows)).toEqual(['2024-03-06', '2024-03-17', '2024-04-21', '2024-05-01']);
    for (const date of ['2024-03-06', '2024-03-17']) {
      expect(rows[date]).toMatchObject({ churn: 1, churn_kind: 'silence', churn_us: us('2024-03-18'), episode: 1 });
    }
    const returned = us('2024-04-20', 3_600_000_000);
    // 26 April to 2 May are the next seven silent days.
    expect(rows['2024-05-01']).toMatchObject({
      churn: 1,
      churn_us: us('2024-05-03'),
      episode: 2,
      reactivated_us: returned
    });
    expect(relationships).toEqual([
      { account_id: 'a', episode: 1, began_us: us('2024-03-01'), churn_us: us('2024-03-18'), churn_kind: 'silence' },
      { account_id: 'a', episode: 2, began_us: returned, churn_us: us('2024-05-03'), churn_kind: 'silence' }
    ]);
  });

  it('needs no contracts: the account begins with its creation or first event, and ARR is 0', async () => {
    const dates = ['2024-03-02'];
    const spineOf = (accounts: Row[]) =>
      snapshotsOf({ accounts, events: history }, { dates, churn, omit }, engine =>
        engine.rows({ text: 'select start_us, tenure_days, arr from spine' })
      );
    const event = us('2024-03-01', 3_600_000_000);
    expect(await spineOf([{ account_id: 'a', created_at: null, known_at: event }])).toEqual([
      { start_us: event, tenure_days: 1, arr: 0 }
    ]);
    expect(await spineOf([{ account_id: 'a', created_at: us('2024-02-28'), known_at: us('2024-02-28') }])).toEqual([
      { start_us: us('2024-02-28'), tenure_days: 3, arr: 0 }
    ]);
  });

  it('counts only when configured, with contracts too, and never past the watermark of events', async () => {
    const subscriptions = [term(open)];
    const dates = ['2024-03-06', '2024-03-20'];
    const { silenceDays: _, ...loud } = churn;
    const quiet = await snapshotsOf({ subscriptions, events: history }, { dates, churn: loud }, byDate);
    expect(Object.values(quiet).map(row => row['churn'])).toEqual([0, 0]);
    const silent = await snapshotsOf({ subscriptions, events: history }, { dates, churn }, byDate);
    expect(Object.keys(silent)).toEqual(['2024-03-06']);
    const cut = await snapshotsOf(
      { subscriptions, events: history.slice(0, 3) },
      { dates, churn, watermarkUs: us('2024-03-17') },
      byDate
    );
    expect(Object.entries(cut).map(([date, row]) => [date, row['churn_status']])).toEqual([
      ['2024-03-06', 'immature'],
      ['2024-03-20', 'immature']
    ]);
  });

  it('a silence known late does not drop the account before: an event that arrives later was not known', async () => {
    const late = [{ ...(events('2024-03-15')[0] as Row), known_at: us('2024-03-25') }];
    const world = { subscriptions: [term(open)], events: [...events('2024-03-10'), ...late] };
    const rows = await snapshotsOf(world, { dates: ['2024-03-19', '2024-03-26'], churn }, byDate);
    expect(Object.keys(rows)).toEqual([]);
    const known = await snapshotsOf(world, { dates: ['2024-03-16', '2024-03-22'], churn }, byDate);
    expect(Object.entries(known).map(([date, row]) => [date, row['churn_us']])).toEqual([
      ['2024-03-16', us('2024-03-23')]
    ]);
  });
});

describe('outcomeSummary', () => {
  it('counts rows and distinct episodes per date, outcome, status and kind', async () => {
    const subscriptions = [term({ ...open, term_end: us('2024-04-14') })];
    const dates = ['2024-03-01', '2024-03-02'];
    const churn = { leadDays: 0, horizonDays: 60, graceDays: 0 };
    const counts = await snapshotsOf({ subscriptions }, { dates, churn }, outcomeSummary);
    const line = { censored: false, kind: null, competing: null, rows: 1, episodes: 0, status: 'ok' };
    expect(counts).toEqual(
      dates.map(dayOf).flatMap(asOfDay => [
        { ...line, asOfDay, target: 'churn', kind: 'non_renewal', episodes: 1 },
        { ...line, asOfDay, target: 'contraction' },
        { ...line, asOfDay, target: 'early_churn', status: 'not_new' },
        { ...line, asOfDay, target: 'renewal', episodes: 1 },
        { ...line, asOfDay, target: 'upsell', status: 'off' }
      ])
    );
  });

  it('tells censored rows apart: immature and left in lead (promise 36)', async () => {
    const subscriptions = [term({ ...open, term_end: us('2024-03-05') }), term({ ...open, account_id: 'b' })];
    const accounts = [ACCOUNT, { ...ACCOUNT, account_id: 'b' }];
    const churn = { leadDays: 10, horizonDays: 30, graceDays: 0 };
    const counts = await snapshotsOf(
      { accounts, subscriptions },
      { dates: ['2024-03-01', '2024-03-05', '2024-12-01'], churn },
      outcomeSummary
    );
    const of = counts.filter(({ target }) => target === 'churn').map(c => [c.status, c.censored, c.rows, c.episodes]);
    expect(of).toEqual([
      ['left_in_lead', true, 1, 1],
      ['ok', false, 1, 0],
      ['left_in_lead', true, 1, 1],
      ['ok', false, 1, 0],
      ['immature', true, 1, 0]
    ]);
  });
});
