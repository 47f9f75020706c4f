import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulateWorld } from '../../src/simulate/index.js';
import { openDuckDB } from '../../src/sources/duckdb.js';
import { raw } from '../../src/sql/sql.js';
import { type OpenWorld, one, openWorld } from './world.js';

const SMALL = { seed: 11, accounts: 150 };

describe('files of a simulated world', () => {
  it('are the same bytes for the same seed, on one thread or four', async () => {
    const first = await openWorld(SMALL, 1);
    const again = await openWorld(SMALL, 4);
    expect(Object.keys(first.hashes)).toHaveLength(11);
    expect(again.hashes).toEqual(first.hashes);
    expect(again.summary).toEqual(first.summary);
    first.engine.close();
    again.engine.close();
  });

  it('differ for another seed in every table that holds something drawn', async () => {
    const first = await openWorld(SMALL);
    const other = await openWorld({ ...SMALL, seed: 12 });
    const equal = Object.keys(first.hashes).filter(file => first.hashes[file] === other.hashes[file]);
    expect(equal).toEqual(['plans.parquet']);
    first.engine.close();
    other.engine.close();
  });

  it('hold the same accounts, whichever range of the world is written', async () => {
    const all = await openWorld(SMALL);
    const further = await openWorld({ ...SMALL, accounts: 50, firstAccount: 100 });
    for (const table of [
      'accounts',
      'users',
      'subscriptions',
      'events',
      'tickets',
      'invoices',
      'surveys',
      'touchpoints',
      'truth_churn'
    ]) {
      const query = raw(`select * from ${table} where account_id >= 'A000100' order by all`);
      expect(await further.engine.rows(query), table).toEqual(await all.engine.rows(query));
    }
    expect(await one(further.engine, `select count(*) as n from accounts`)).toBe(50);
    all.engine.close();
    further.engine.close();
  });

  it('are counted in the summary', async () => {
    const { engine, summary } = await openWorld(SMALL);
    for (const [path, rows] of Object.entries(summary.rows)) {
      expect(await one(engine, `select count(*) as n from ${path.replace('/', '_')}`), path).toBe(rows);
    }
    expect(summary).toMatchObject({ seed: 11, accounts: 150, dataEnd: '2026-01-01' });
    engine.close();
  });
});

describe('options of a simulated world', () => {
  it.each([
    [{ accounts: 0 }, 'accounts'],
    [{ months: 0.5 }, 'months'],
    [{ effects: Number.NaN }, 'effects'],
    [{ effects: 1.5 }, 'effects'],
    [{ firstAccount: 15 }, 'firstAccount'],
    [{ firstAccount: 999_990 }, 'firstAccount']
  ])('outside their range are refused: %o', async (wrong, name) => {
    const engine = await openDuckDB({ path: ':memory:', threads: 1 });
    await expect(simulateWorld(engine, { directory: 'nowhere', seed: 1, ...wrong })).rejects.toThrow(name);
    engine.close();
  });

  it('with a directory that does not exist fail, and leave nothing in the database', async () => {
    const engine = await openDuckDB({ path: ':memory:', threads: 1 });
    await expect(simulateWorld(engine, { directory: 'nowhere/at/all', seed: 1, accounts: 1 })).rejects.toThrow(
      'nowhere/at/all'
    );
    expect(await engine.rows(raw('select table_name from information_schema.tables'))).toEqual([]);
    engine.close();
  });
});

describe('records of a simulated world', () => {
  let world: OpenWorld;
  beforeAll(async () => {
    world = await openWorld(SMALL);
  }, 120_000);
  afterAll(() => world.engine.close());
  const count = (query: string) => one(world.engine, `select count(*) as n from ${query}`);

  it('have unique keys', async () => {
    const keys = {
      accounts: 'account_id',
      users: 'user_id',
      subscriptions: 'subscription_id',
      tickets: 'ticket_id',
      invoices: 'invoice_id',
      surveys: 'survey_id',
      touchpoints: 'touchpoint_id'
    };
    for (const [table, key] of Object.entries(keys)) {
      expect(await count(`(select ${key} from ${table} group by 1 having count(*) > 1)`), table).toBe(0);
    }
  });

  it('point at accounts, users and parents that exist', async () => {
    for (const table of ['users', 'subscriptions', 'events', 'tickets', 'invoices', 'surveys', 'touchpoints']) {
      expect(await count(`${table} anti join accounts using (account_id)`), table).toBe(0);
    }
    expect(await count('events anti join users using (account_id, user_id)')).toBe(0);
    expect(await count('surveys anti join users using (account_id, user_id)')).toBe(0);
    expect(
      await count('accounts a where parent_id is not null and parent_id not in (select account_id from accounts)')
    ).toBe(0);
  });

  it('end before data end, in every instant of every column that is not a promise', async () => {
    const instants = [
      'accounts.created_at',
      'users.created_at',
      'users.deactivated_at',
      'subscriptions.started_at',
      'subscriptions.ended_at',
      'subscriptions.notice_at',
      'events.occurred_at',
      'tickets.opened_at',
      'tickets.resolved_at',
      'tickets.rated_at',
      'tickets.escalated_at',
      'invoices.issued_at',
      'invoices.paid_at',
      'invoices.failed_at',
      'surveys.sent_at',
      'surveys.responded_at',
      'touchpoints.occurred_at'
    ];
    for (const column of instants) {
      const [table, name] = column.split('.');
      expect(await count(`${table} where ${name} >= timestamp '2026-01-01'`), column).toBe(0);
      expect(await count(`${table} where ${name} < timestamp '2026-01-01'`), column).toBeGreaterThan(0);
    }
  });

  it('have terms that follow each other without gap or overlap', async () => {
    const ends = 'select *, least(term_end, coalesce(ended_at, term_end)) as stop from subscriptions';
    const next = `select *, lead(started_at) over (partition by account_id, product order by started_at) as next from (${ends})`;
    expect(await count(`(${next}) where next is not null and next <> stop`)).toBe(0);
    expect(
      await count('subscriptions where started_at >= term_end or ended_at <= started_at or ended_at > term_end')
    ).toBe(0);
  });

  it('use events of users only while they are there', async () => {
    expect(
      await count(
        'events e join users u using (user_id) where occurred_at < created_at or occurred_at >= deactivated_at'
      )
    ).toBe(0);
  });

  it('have no behaviour at or after the churn instant', async () => {
    const behaviour = {
      events: 'occurred_at',
      touchpoints: 'occurred_at',
      tickets: 'opened_at',
      surveys: 'sent_at',
      invoices: 'issued_at',
      users: 'created_at'
    };
    const churned = '(select account_id, min(instant) as instant from episodes group by 1)';
    for (const [table, instant] of Object.entries(behaviour)) {
      expect(
        await count(`${table} t join ${churned} c using (account_id) where t.${instant} >= c.instant`),
        table
      ).toBe(0);
    }
    expect(await count(`surveys join ${churned} using (account_id) where responded_at >= instant`)).toBe(0);
    expect(
      await count(`tickets join ${churned} using (account_id) where rated_at >= instant or escalated_at >= instant`)
    ).toBe(0);
  });

  it('cure a payment that failed within ten days, or never', async () => {
    expect(await count('invoices where failed_at is not null and paid_at is not null')).toBeGreaterThan(10);
    expect(await count('invoices where failed_at is not null and paid_at >= failed_at + interval 10 day')).toBe(0);
  });

  it('hold no payment after one that failed for good', async () => {
    const failed = `(select account_id, instant from episodes where kind = 'payment_failure')`;
    expect(await count(failed)).toBeGreaterThan(0);
    expect(await count(`invoices join ${failed} using (account_id) where paid_at >= instant`)).toBe(0);
  });

  it('have the types of the contract', async () => {
    const rows = await world.engine.rows(
      raw(`select table_name || '.' || column_name as name, data_type from information_schema.columns order by name`)
    );
    const types = Object.fromEntries(rows.map(row => [row['name'], row['data_type']]));
    expect(types).toMatchObject({
      'subscriptions.mrr': 'DECIMAL(12,2)',
      'invoices.amount': 'DECIMAL(12,2)',
      'subscriptions.is_trial': 'BOOLEAN',
      'touchpoints.two_way': 'BOOLEAN',
      'events.occurred_at': 'TIMESTAMP',
      'events.duration_seconds': 'INTEGER',
      'truth_churn.as_of': 'DATE',
      'truth_churn.probability': 'DOUBLE',
      'accounts.parent_id': 'VARCHAR'
    });
  });
});
