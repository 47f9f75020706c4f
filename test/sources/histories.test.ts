import { describe, expect, it } from 'vitest';
import { ConfigError, DataError } from '../../src/errors.js';
import { buildCatalogue, buildSnapshots } from '../../src/features/index.js';
import { resolveAsOf } from '../../src/sources/calendar.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { checkQuality } from '../../src/sources/quality.js';
import { buildSpine } from '../../src/sources/spine.js';
import { sql } from '../../src/sql/sql.js';
import type { TableName } from '../../src/types.js';
import { ingestError, ingestWorld, source, us, type World } from './fixtures.js';
import { HEADER, history, INDUSTRY, industries, readAt } from './history-world.js';

describe('a versioned column', () => {
  it('reads the latest record before the instant, NULL before the first, and never the main table (R103)', async () => {
    const lines = ['A,2024-02-01,retail,2024-02-01', 'A,2024-04-01,health,2024-04-01', 'A,2024-06-01,,2024-06-01'];
    await ingestWorld(industries(lines), async world => {
      const dates = [us('2024-02-01'), us('2024-02-01') + 1, us('2024-04-01'), us('2024-04-02'), us('2024-06-02')];
      expect(await readAt(world, INDUSTRY, dates)).toEqual([
        { A: null, B: null },
        { A: 'retail', B: null },
        { A: 'retail', B: null },
        { A: 'health', B: null },
        { A: null, B: null }
      ]);
    });
  });

  it('takes the latest known of one instant, then the smallest value', async () => {
    const lines = [
      'A,2024-02-01,b,2024-02-05',
      'A,2024-02-01,c,2024-02-03',
      'B,2024-02-01,z,2024-02-03',
      'B,2024-02-01,a,2024-02-03',
      'B,2024-02-01,,2024-02-03'
    ];
    await ingestWorld(industries(lines), async world => {
      expect(await readAt(world, INDUSTRY, [us('2024-02-04'), us('2024-02-06')])).toEqual([
        { A: 'c', B: 'a' },
        { A: 'b', B: 'a' }
      ]);
    });
  });

  it('learns of an earlier change later, without undoing a later one (promise 30)', async () => {
    const lines = [
      'A,2024-02-01,first,2024-02-01',
      'A,2024-03-01,missed,2024-05-01',
      'A,2024-04-01,latest,2024-04-01',
      'B,2024-03-01,announced,2024-02-01',
      'B,2024-01-10,corrected,2024-06-01'
    ];
    await ingestWorld(industries(lines), async world => {
      const dates = ['2024-02-10', '2024-03-10', '2024-04-10', '2024-05-10', '2024-06-10'].map(us);
      expect(await readAt(world, INDUSTRY, dates)).toEqual([
        { A: 'first', B: null },
        { A: 'first', B: 'announced' },
        { A: 'latest', B: 'announced' },
        { A: 'latest', B: 'announced' },
        { A: 'latest', B: 'announced' }
      ]);
    });
  });

  it('is known from its own instant on when no column says when, and findings say so', async () => {
    const world = industries(['A,2024-02-01,retail,'], { knownAt: null, timezoneDeclared: false });
    await ingestWorld(world, async world => {
      expect(await readAt(world, INDUSTRY, [us('2024-02-01'), us('2024-02-02')])).toEqual([
        { A: null, B: null },
        { A: 'retail', B: null }
      ]);
      const found = (await checkQuality(world.engine, world.config, world.tables)).map(finding => finding.message);
      expect(found).toContain('history of industry: a change is assumed to be known from its own instant on');
      expect(found).toContain('history of industry: times without an offset are read as UTC');
    });
  });

  it('quarantines bad rows under its own name and counts them', async () => {
    const lines = [
      'A,2024-02-01,retail,2024-02-01',
      'A,2024-02-01,retail,2024-02-01',
      'Q,2024-02-01,retail,2024-02-01',
      'A,soon,retail,2024-02-01',
      'B,2024-02-01,health,2025-01-01',
      'B,2024-02-02,health,2024-02-02'
    ];
    await ingestWorld(industries(lines), async world => {
      const { tables, engine, config, read } = world;
      expect(tables.accounts?.rows.in).toBe(2);
      expect(tables.accounts?.histories?.['industry']).toMatchObject({
        name: 'accounts.industry',
        rows: { in: 6, used: 2, quarantined: 3, dropped: 1 },
        watermarkUs: us('2025-01-01'),
        watermarkAssumed: false
      });
      expect((await read('quarantine')).map(row => [row['table_name'], row['source_row']])).toEqual([
        ['accounts.industry', 3],
        ['accounts.industry', 4],
        ['accounts.industry', 5]
      ]);
      const found = (await checkQuality(engine, config, tables)).map(finding => finding.message);
      expect(found).toContain(
        'history of industry: 1 of 6 rows quarantined: key: expected an account_id of accounts, got an unknown one'
      );
      expect(found).toContain('history of industry: 1 of 6 rows dropped: exact duplicates');
    });
    const bad = industries(['A,soon,x,2024-02-01', 'A,later,x,2024-02-01', 'A,2024-02-01,x,2024-02-01']);
    const error = await ingestError(bad);
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('accounts.industry: expected at least half of the rows to be usable, but 2 of 3');
  });

  it('has a watermark of its own: past it the column is unknown', async () => {
    const world = industries(['A,2024-02-01,retail,2024-02-01'], { completeUntil: '2024-07-01' });
    await ingestWorld(world, async ({ engine, tables, config }) => {
      expect(tables.accounts?.watermarkUs).toBe(us('2024-01-06'));
      const asOf = await resolveAsOf(engine, ['2024-07-01', '2024-07-02'], 'UTC');
      const features = buildCatalogue(config, tables).features.filter(feature => feature.name === 'industry');
      await buildSpine(engine, { asOf, config, tables });
      await buildSnapshots(engine, { config, tables, features });
      const rows = await engine.rows(
        sql`select industry, industry__state from snapshots where account_id = 'A' order by as_of_us`
      );
      expect(rows).toEqual([
        { industry: 'retail', industry__state: 0 },
        { industry: null, industry__state: 1 }
      ]);
    });
  });

  it('is part of the definition hash of the features that read it', async () => {
    const hash = (world: World) =>
      ingestWorld(
        world,
        async ({ config, tables }) =>
          buildCatalogue(config, tables).features.find(feature => feature.name === 'industry')?.definitionHash
      );
    const columns = { account_id: 'account_id', created_at: 'created_at', industry: { time: 'fixed' as const } };
    const fixed = await hash({ ...industries([]), sources: [source('accounts', columns)] });
    const versioned = await hash(industries(['A,2024-02-01,retail,2024-02-01']));
    expect(versioned).not.toBe(fixed);
    expect(await hash(industries(['B,2024-03-01,health,2024-02-01']))).toBe(versioned);
  });
});

const TERM = ['subscription_id', 'account_id', 'started_at', 'mrr'];

describe('versioned columns of terms', () => {
  it('seats, plan and contract end as they read then decide on the spine and its features (R33, R65)', async () => {
    const columns = {
      ...Object.fromEntries(TERM.map(name => [name, name])),
      seats: { time: { history: history('seats.csv') } },
      plan: { time: { history: history('plan.csv') } },
      term_end: { time: { history: history('ends.csv') } }
    };
    const world: World = {
      files: {
        'subscriptions.csv': [`${TERM.join(',')},seats,plan,term_end`, 'S1,A,2024-01-01,10,99,pro,2030-01-01'],
        'seats.csv': [HEADER, 'S1,2024-01-01,5,2024-01-01', 'S1,2024-03-15,8,2024-03-15'],
        'plan.csv': [HEADER, 'S1,2024-01-01,basic,2024-01-01', 'S1,2024-03-15,pro,2024-03-15'],
        'ends.csv': [HEADER, 'S1,2024-01-01,2024-03-31,2024-01-01', 'S1,2024-05-01,2024-12-31,2024-05-01']
      },
      sources: [source('subscriptions', columns, { completeUntil: '2025-01-01' })]
    };
    await ingestWorld(world, async ({ engine, tables, config, read }) => {
      const asOf = await resolveAsOf(engine, ['2024-03-01', '2024-03-20', '2024-04-10', '2024-05-02'], 'UTC');
      const features = buildCatalogue(config, tables).features.filter(({ name }) =>
        ['seats', 'plan', 'days_to_term_end'].includes(name)
      );
      await buildSpine(engine, { asOf, config, tables });
      await buildSnapshots(engine, { config, tables, features });
      const rows = await read('snapshots order by as_of_us');
      expect(rows.map(row => [row['as_of_day'], row['seats'], row['plan'], row['days_to_term_end']])).toEqual([
        [asOf[0]?.day, 5, 'basic', 30],
        [asOf[1]?.day, 8, 'pro', 11],
        [asOf[3]?.day, 8, 'pro', 243]
      ]);
    });
  });

  it('of parents move an account under its new top parent from the change on', async () => {
    const columns = {
      account_id: 'account_id',
      created_at: 'created_at',
      parent_id: { time: { history: history('parents.csv') } }
    };
    const world: World = {
      files: {
        'accounts.csv': ['account_id,created_at,parent_id', 'A,2024-01-01,Z', 'B,2024-01-01,Z'],
        'parents.csv': [
          HEADER,
          'A,2024-01-01,North,2024-01-01',
          'A,2024-06-01,B,2024-06-01',
          'B,2024-06-01,South,2024-07-01'
        ]
      },
      sources: [source('accounts', columns)]
    };
    await ingestWorld(world, async ({ engine, tables, config, read }) => {
      const asOf = await resolveAsOf(engine, ['2024-06-01', '2024-06-02', '2024-07-02'], 'UTC');
      await buildSpine(engine, { asOf, config, tables });
      expect((await read('spine')).map(row => row['parent'])).toEqual(['North', 'B', 'B', 'B', 'South', 'South']);
    });
  });

  it('hashes the keys of users like the users themselves', async () => {
    const columns = {
      user_id: 'user_id',
      account_id: 'account_id',
      created_at: 'created_at',
      role: { time: { history: history('roles.csv') } }
    };
    const world: World = {
      files: {
        'users.csv': ['user_id,account_id,created_at,role', 'u1,A,2024-01-02,x'],
        'roles.csv': [HEADER, 'u1,2024-01-02,admin,2024-01-02', 'u9,2024-01-02,admin,2024-01-02']
      },
      sources: [source('users', columns)]
    };
    await ingestWorld(world, async ({ engine, config, read }) => {
      await ingestSources(engine, config, { userKey: 'secret' });
      const [user] = await read('users');
      expect(user?.['user_id']).toMatch(/^[0-9a-f]{32}$/);
      expect((await read('users__role')).map(row => [row['key'], row['value']])).toEqual([
        [user?.['user_id'], 'admin']
      ]);
    });
  });
});

describe('a history that cannot be one', () => {
  const time = { history: history('x.csv') };
  const refused = async (table: TableName, columns: Parameters<typeof source>[1]) => {
    const error = await ingestError({ sources: [source(table, columns)] });
    expect(error).toBeInstanceOf(ConfigError);
    return error.message;
  };
  const term = { account_id: 'account_id', started_at: 'started_at', mrr: 'mrr' };

  it('of a key, an event time or a price', async () => {
    expect(await refused('accounts', { account_id: { time } })).toContain('accounts.columns.account_id.time');
    expect(await refused('accounts', { account_id: 'account_id', created_at: { time } })).toContain('created_at names');
    expect(await refused('subscriptions', { ...term, mrr: { time } })).toContain('a change of price is a new term');
  });

  it('of a table without a mapped key, of records that do not last, and of an instant that dates another column', async () => {
    expect(await refused('subscriptions', { ...term, plan: { time } })).toContain(
      'expected subscription_id to be mapped'
    );
    const ticket = { ticket_id: 'ticket_id', account_id: 'account_id', opened_at: 'opened_at' };
    expect(await refused('tickets', { ...ticket, channel: { time } })).toContain(
      'expected a history for columns of accounts, users, contacts, subscriptions only'
    );
    const seats = { at: 'ended_at' };
    const dated = { ...term, subscription_id: 'subscription_id', ended_at: { time }, seats: { time: seats } };
    expect(await refused('subscriptions', dated)).toContain('because ended_at dates seats');
  });

  it('is named as a way out by the error about an undeclared changing column', async () => {
    expect(await refused('accounts', ['account_id', 'industry'])).toContain('time: {history: {files, key, at, value}}');
  });
});
