import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { CONTRACTS } from '../../src/sources/contracts.js';
import { laterColumns } from '../../src/sources/mapping.js';
import { ingestError, ingestWorld, source } from './fixtures.js';

const EVENTS = ['account_id', 'occurred_at', 'event_type'];
const _events = (lines: readonly string[], partial = {}) => ({
  files: { 'events.csv': [EVENTS.join(','), ...lines] },
  sources: [source('events', EVENTS, partial)]
});

describe('bad mappings', () => {
  it('a changing column that is not declared, with the three ways out', async () => {
    const spec = source('accounts', ['account_id', 'industry']);
    const error = await ingestError({ sources: [spec] });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain('sources.accounts.columns.industry: expected a time');
    for (const way of ['time: fixed', 'time: {at:', 'assume_fixed: true']) expect(error.message).toContain(way);
  });

  it('accepts each of the three ways out', async () => {
    const files = { 'accounts.csv': ['account_id,created_at,industry', 'A,2024-01-01,health', 'B,2024-01-01,'] };
    const base = { account_id: 'account_id', created_at: 'created_at' };
    const ways = [
      [source('accounts', { ...base, industry: { from: 'industry', time: 'fixed' } }), 'fixed'],
      [
        source('accounts', { ...base, industry: { from: 'industry', time: { at: 'created_at' } } }),
        { at: 'created_at' }
      ],
      [source('accounts', { ...base, industry: 'industry' }, { assumeFixed: true }), 'fixed']
    ] as const;
    for (const [spec, time] of ways) {
      await ingestWorld({ files, sources: [spec] }, async ({ tables }) => {
        expect(tables.accounts?.columns['industry']?.time).toEqual(time);
      });
    }
  });

  it('a rating whose instant is not mapped', async () => {
    const error = await ingestError({
      sources: [source('tickets', ['ticket_id', 'account_id', 'opened_at', 'rating'])]
    });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('rated_at on, which is not mapped');
  });

  it('a required column that is not mapped, a required table that is absent, no mrr', async () => {
    expect((await ingestError({ sources: [source('events', ['account_id', 'event_type'])] })).message).toContain(
      'expected occurred_at'
    );
    expect((await ingestError({ config: { sources: [source('accounts', ['account_id'])] } })).message).toContain(
      'got no subscriptions'
    );
    expect((await ingestError({ sources: [source('subscriptions', ['account_id', 'started_at'])] })).message).toContain(
      'expected mrr, or amount with term_months'
    );
  });
});

describe('later columns', () => {
  it('are those with a time of their own that is no key, no event time and may be empty', () => {
    const later = { type: 'instant', decimals: 0, time: { at: 'ended_at' } } as const;
    const fixed = { ...later, time: 'fixed' } as const;
    const terms = { subscription_id: later, started_at: later, account_id: later, seats: later, ended_at: later };
    const found = laterColumns(CONTRACTS.subscriptions, { ...terms, term_end: fixed });
    expect([...found]).toEqual(['seats', 'ended_at']);
    expect([...laterColumns(CONTRACTS.accounts, { account_id: fixed, created_at: later, segment: later })]).toEqual([
      'segment'
    ]);
    const loose = { ...CONTRACTS.surveys, key: ['user_id'] };
    expect([...laterColumns(loose, { user_id: later, score: later })]).toEqual(['score']);
  });
});
