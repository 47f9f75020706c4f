import { describe, expect, it } from 'vitest';
import type { HistoryConfig } from '../../src/config/types.js';
import { buildCatalogue } from '../../src/features/index.js';
import { circlesOf } from '../../src/sources/account-findings.js';
import { checkQuality } from '../../src/sources/quality.js';
import { ingestWorld, source, type World } from './fixtures.js';
import { history } from './history-world.js';

const TERMS = ['account_id', 'started_at', 'term_end', 'ended_at', 'mrr', 'is_trial'];
const NOTICES = ['notice_id', 'account_id', 'notice_at', 'system'];
const ids = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];

const findings = (world: World) =>
  ingestWorld(world, async ({ engine, config, tables }) =>
    (await checkQuality(engine, config, tables)).map(f => `${f.table} ${f.severity}: ${f.message}`)
  );

/** Accounts with a flag of churn, terms from 2024-01-01 on, and notices. */
function churnWorld(
  flags: Readonly<Record<string, string>>,
  terms: readonly string[],
  notices: readonly string[] = []
): World {
  return {
    files: {
      'accounts.csv': [
        'account_id,created_at,churned',
        ...Object.entries(flags).map(([a, flag]) => `${a},2024-01-01,${flag}`)
      ],
      'subscriptions.csv': [TERMS.join(','), ...terms],
      'notices.csv': [NOTICES.join(','), ...notices.map((notice, i) => `N${i},${notice}`)]
    },
    sources: [
      source('accounts', ['account_id', 'created_at', 'churned']),
      source('subscriptions', TERMS),
      ...(notices.length === 0 ? [] : [source('notices', NOTICES)])
    ]
  };
}

describe('churn as its sources tell it', () => {
  it('the flag of accounts against notices and ends', async () => {
    const flags = { A: 'yes', B: 'yes', C: 'no', D: 'no', E: 'yes', F: 'no', G: '', H: 'no' };
    const open = (account: string) => `${account},2024-01-01,,,1,`;
    const ended = (account: string) => `${account},2024-01-01,2024-06-01,,1,`;
    const terms = [open('A'), ended('B'), ended('C'), open('D'), open('E'), open('F'), ended('G'), ended('H')];
    const notices = ['E,2024-05-01,crm', 'F,2024-05-01,crm', 'D,2023-05-01,crm', 'B,2024-05-01,crm'];
    const found = await findings(churnWorld(flags, [...terms, 'H,2024-06-01,,,1,yes', 'D,2024-07-01,,,1,'], notices));
    expect(found).toContain(
      'accounts warn: churned is true for 1 accounts without any notice, end or failed payment (A)'
    );
    expect(found).toContain('accounts warn: churned is false for 2 accounts whose terms all ended (C, H)');
    expect(found).toContain(
      'accounts warn: churned is false for 1 accounts with a notice that no later term follows (F)'
    );
  });

  it('says nothing where flag, notices and ends agree, and names at most three accounts', async () => {
    const terms = ids.map(account => `${account},2024-01-01,2024-06-01,,1,`);
    const agreed = Object.fromEntries(ids.map(account => [account, 'yes']));
    const notices = ids.map(account => `${account},2024-05-20,crm`);
    const told = (all: readonly string[]) => all.filter(line => /churned is|have (no|a) notice|systems? /.test(line));
    expect(told(await findings(churnWorld(agreed, terms, notices)))).toEqual([]);
    const wrong = Object.fromEntries(ids.map(account => [account, 'no']));
    expect(told(await findings(churnWorld(wrong, terms)))).toEqual([
      'accounts warn: churned is false for 8 accounts whose terms all ended (for example A, B, C)'
    ]);
  });

  it('systems of notices against each other and against the ends of terms', async () => {
    const flags = { A: '', B: '', C: '', D: '', E: '' };
    const terms = [
      'A,2024-01-01,2024-06-01,,1,',
      'B,2024-01-01,2024-12-01,2024-06-01,1,',
      'C,2024-01-01,2024-06-01,,1,',
      'D,2024-01-01,,,1,',
      'E,2024-01-01,2024-06-01,,1,'
    ];
    const notices = [
      'A,2024-05-01,crm',
      'A,2024-05-31,billing',
      'B,2024-05-01,crm',
      'B,2024-05-31T00:00:01,billing',
      'C,2024-07-01T00:00:01,billing',
      'D,2024-06-01,billing'
    ];
    const found = await findings(churnWorld(flags, terms, notices));
    expect(found.filter(line => line.startsWith('notices') && /system|accounts/.test(line))).toEqual([
      'notices info: 1 accounts whose terms all ended have no notice (E)',
      'notices warn: 1 accounts have a notice more than 30 days after their last term ended (C)',
      'notices info: 1 accounts have a notice, no later term, and a term without an end (D)',
      'notices warn: systems billing and crm disagree by more than 30 days for 1 accounts (B)',
      'notices info: system crm has no notice of 2 accounts of which another system has one (C, D)'
    ]);
  });

  it('the flag is never a feature', async () => {
    await ingestWorld(churnWorld({ A: 'yes', B: 'no' }, ['A,2024-01-01,,,1,']), async ({ config, tables }) => {
      expect(tables.accounts?.columns['churned']).toBeDefined();
      const { features, all } = buildCatalogue(config, tables);
      expect(features.length).toBeGreaterThan(0);
      expect(features.filter(feature => feature.reads.includes('accounts.churned'))).toEqual([]);
      expect(all.map(feature => feature.name)).not.toContain('churned');
    });
  });
});

describe('doubtful accounts', () => {
  it('with parents in circles, of their own, or unknown, by the last record of a history', async () => {
    const parents = history('parents.csv', { completeUntil: null, knownAt: null, at: 'at', value: 'parent' });
    const lines = ['A,B', 'B,C', 'C,A', 'D,A', 'E,E', 'F,Holding', 'G,'];
    const files = {
      'accounts.csv': ['account_id,created_at,parent_id', ...lines.map(line => line.replace(',', ',2024-01-01,'))],
      'parents.csv': ['id,at,parent', 'A,2024-01-02,B', 'B,2024-01-02,A', 'B,2024-02-02,', 'G,2024-01-02,G']
    };
    const parented = (time: 'fixed' | { history: HistoryConfig }) =>
      findings({
        files,
        sources: [source('accounts', { account_id: 'account_id', created_at: 'created_at', parent_id: { time } })]
      });
    const fixed = await parented('fixed');
    expect(fixed).toContain('accounts info: 1 parents are no account of their own');
    expect(fixed).toContain('accounts info: 1 accounts are their own parent, which counts as none (E)');
    expect(fixed).toContain(
      'accounts warn: 3 accounts stand in a circle of parents, of which the smallest id counts as the top (A, B, C)'
    );
    const versioned = await parented({ history: parents });
    expect(versioned.filter(line => /circle|own parent|no account of their own/.test(line))).toEqual([
      'accounts info: 1 accounts are their own parent, which counts as none (G)'
    ]);
  });

  it('circles are found whatever leads into them', () => {
    const links = { A: 'B', B: 'C', C: 'B', D: 'E', E: 'D', F: 'A', G: 'H' };
    expect(circlesOf(new Map(Object.entries(links)))).toEqual(['B', 'C', 'D', 'E']);
  });

  it('that went into unknown ones, themselves, or in a circle', async () => {
    const columns = ['account_id', 'created_at', 'merged_at', 'merged_into'];
    const lines = [
      'A,2024-01-01,2024-06-01,B',
      'B,2024-01-01,2024-07-01,A',
      'C,2024-01-01,2024-06-01,Q',
      'D,2024-01-01,2024-06-01,D',
      'E,2024-01-01,,'
    ];
    const found = await findings({
      files: { 'accounts.csv': [columns.join(','), ...lines] },
      sources: [source('accounts', columns)]
    });
    expect(found).toContain(
      'accounts info: 1 accounts went into others: from then on their records belong to those (A)'
    );
    expect(found).toContain('accounts warn: 1 accounts went into one that is unknown, so they count as not merged (C)');
    expect(found).toContain('accounts warn: 2 merges lead back to their own account, so they count as none (B, D)');
  });

  it('whose ids differ only in case or Unicode form are kept apart and told', async () => {
    const twins = ['acme', 'Acme', 'caf\u00e9', 'cafe\u0301', 'other'];
    const world: World = {
      files: {
        'accounts.csv': ['account_id,created_at', ...twins.map(name => `${name},2024-01-01`)],
        'subscriptions.csv': [
          'account_id,started_at,term_end,mrr',
          ...twins.map((name, i) => `${name},2024-01-01,,${i + 1}`)
        ]
      }
    };
    await ingestWorld(world, async ({ read, tables, engine, config }) => {
      expect(tables.subscriptions?.rows.used).toBe(5);
      const rows = await read(
        '(select account_id, mrr from accounts join subscriptions using (account_id)) order by mrr'
      );
      expect(rows.map(row => [row['account_id'], row['mrr']])).toEqual(twins.map((name, i) => [name, (i + 1) * 100]));
      expect((await checkQuality(engine, config, tables)).map(finding => finding.message)).toContain(
        '4 accounts have an id that differs from another one only in case or Unicode form; they are kept apart (for example Acme, acme, cafe\u0301)'
      );
    });
  });
});

describe('doubtful terms', () => {
  it('that overlap are kept and told, by product', async () => {
    const columns = ['account_id', 'product', 'started_at', 'term_end', 'mrr'];
    const lines = [
      'A,suite,2024-01-01,2024-06-01,1',
      'A,suite,2024-05-31,,1',
      'B,suite,2024-01-01,2024-06-01,1',
      'B,suite,2024-06-01,,1',
      'B,extra,2024-02-01,,1'
    ];
    const world = {
      files: { 'subscriptions.csv': [columns.join(','), ...lines] },
      sources: [source('subscriptions', columns)]
    };
    await ingestWorld(world, async ({ tables }) => expect(tables.subscriptions?.rows.used).toBe(5));
    expect(await findings(world)).toContain(
      'subscriptions info: 1 accounts have overlapping terms of one product; all are kept and their amounts add up (A)'
    );
  });

  it('with an end before their start, or a negative amount, are quarantined; naive times are told', async () => {
    const columns = ['account_id', 'started_at', 'term_end', 'mrr'];
    const lines = [
      'A,2024-02-01 10:00,2024-01-31 10:00,1',
      'A,2024-02-01 10:00,2024-12-31,-0.01',
      'B,2024-02-01 10:00,,1',
      'A,2024-02-01 10:00,,1',
      'B,2024-03-01,,2'
    ];
    const found = await findings({
      files: { 'subscriptions.csv': [columns.join(','), ...lines] },
      sources: [source('subscriptions', columns, { timezoneDeclared: false })]
    });
    expect(found).toContain(
      'subscriptions warn: 1 of 5 rows quarantined: term_end: expected an instant from started_at on, got an earlier one'
    );
    expect(found).toContain(
      'subscriptions warn: 1 of 5 rows quarantined: mrr: expected at least 0, got a smaller number'
    );
    expect(found).toContain('subscriptions info: times without an offset are read as UTC');
  });
});
