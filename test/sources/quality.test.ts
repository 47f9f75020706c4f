import { describe, expect, it } from 'vitest';
import { checkQuality } from '../../src/sources/quality.js';
import { ingestWorld, source, testConfig, type World } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];

const findings = (world: World) =>
  ingestWorld(world, async ({ engine, config, tables }) =>
    (await checkQuality(engine, config, tables)).map(f => `${f.table} ${f.severity}: ${f.message}`)
  );

describe('quality', () => {
  it('repeats every assumption', async () => {
    const sources = [
      source(
        'accounts',
        { account_id: 'account_id', created_at: 'created_at', industry: 'created_at' },
        { assumeFixed: true, timezoneDeclared: false }
      )
    ];
    const found = await findings({ sources });
    expect(found).toContain(
      'accounts warn: assumed fixed although they may change: industry; past values may be wrong'
    );
    expect(found).toContain('accounts info: a record is assumed to be known from its event time (created_at) on');
    expect(found).toContain('accounts info: times without an offset are read as UTC');
    expect(found).toContain('subscriptions info: amounts are taken to be in the reporting currency');
  });

  it('tells a feed that stops, quarantined rows, unknown types and accounts without records', async () => {
    const lines = ['A,2024-03-01,login', 'A,2024-03-02,login', 'A,2024-03-03,share', 'A,soon,login'];
    const features = { ...testConfig().features, eventTypes: ['login', 'export'] };
    const found = await findings({
      files: { 'events.csv': [EVENTS.join(','), ...lines] },
      sources: [source('events', EVENTS)],
      config: { features }
    });
    expect(found).toContain(
      'events warn: complete up to 2024-03-04 (assumed), before the data end 2025-01-01: later windows are unknown'
    );
    expect(found).toContain(
      'events warn: 1 of 4 rows quarantined: occurred_at: expected a date or timestamp such as 2025-04-01T06:00:00Z, got other text'
    );
    expect(found).toContain('events info: event types without features of their own: share (1)');
    expect(found).toContain('events warn: event types that never occur: export');
    expect(found).toContain('accounts info: 1 of 2 accounts have no event');
  });

  it('tells gaps between terms, empty cells, open ends and accounts without a term', async () => {
    const columns = ['account_id', 'plan', 'started_at', 'term_end', 'mrr'];
    const lines = ['A,x,2024-01-01,2024-02-01,1', 'A,,2024-02-11,2024-03-01,1', 'A,,2024-03-01,9999-12-31,1'];
    const found = await findings({
      files: { 'subscriptions.csv': [columns.join(','), ...lines] },
      sources: [source('subscriptions', columns)]
    });
    expect(found).toContain(
      'subscriptions info: 1 gaps of a day or more between terms in 1 accounts, the longest of 10 days'
    );
    expect(found).toContain('subscriptions info: plan: 66.7 % of the cells are empty');
    expect(found).toContain('subscriptions info: term_end: dates from 2200 on are read as open (no end): 1 cells');
    expect(found).toContain('accounts warn: 1 of 2 accounts have no subscription and are never scored');
  });
});
