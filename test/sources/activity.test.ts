import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/errors.js';
import { dateOfDay, planAsOf } from '../../src/sources/calendar.js';
import { ingestSources } from '../../src/sources/ingest.js';
import { buildSpine } from '../../src/sources/spine.js';
import { sql } from '../../src/sql/sql.js';
import { source, testConfig, us, withEngine, writeWorkspace } from './fixtures.js';

const CHURN = { leadDays: 0, horizonDays: 30, graceDays: 0 };
const events = source('events', ['account_id', 'occurred_at', 'event_type'], { completeUntil: '2025-01-01' });

/** A workspace of accounts without creation dates and their events. */
function workspaceOf(silenceDays?: number) {
  const workspace = writeWorkspace({
    'accounts.csv': ['account_id', 'A', 'B'],
    'events.csv': [
      'account_id,occurred_at,event_type',
      'A,2024-03-01T10:00,login',
      'A,2024-06-25,login',
      'B,2024-06-01,login'
    ]
  });
  const churn = silenceDays === undefined ? CHURN : { ...CHURN, silenceDays };
  const config = testConfig({
    workspace,
    sources: [source('accounts', ['account_id']), events],
    outcomes: { churn, upsell: null }
  });
  return { workspace, config };
}

describe('a workspace of accounts and events', () => {
  it('is enough when silence is churn: accounts begin with their first event', async () => {
    const { workspace, config } = workspaceOf(30);
    const rows = await withEngine(async engine => {
      const tables = await ingestSources(engine, config);
      const asOf = await planAsOf(engine, config, tables);
      expect(asOf[0]?.date).toBe('2024-06-01');
      await buildSpine(engine, { asOf, config, tables });
      return engine.rows(sql`select account_id, as_of_day, start_us, arr from spine`);
    }, workspace);
    // A is silent from 2 March to 24 June and from 26 June on; B from 2 June on.
    expect(
      rows.map(row => [row['account_id'], dateOfDay(row['as_of_day'] as number), row['start_us'], row['arr']])
    ).toEqual([
      ['A', '2024-07-01', us('2024-03-01T10:00Z'), 0],
      ['B', '2024-07-01', us('2024-06-01T00:00Z'), 0]
    ]);
  });

  it('has no source of outcomes without silence_days', async () => {
    const { workspace, config } = workspaceOf();
    const ingest = withEngine(engine => ingestSources(engine, config), workspace);
    await expect(ingest).rejects.toThrow(ConfigError);
    await expect(ingest).rejects.toThrow('sources.events with outcomes.churn.silence_days');
  });
});
