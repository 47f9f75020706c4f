import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.js';
import { type Change, copyConfiguration, fillWorld, quietEffects, removeDirectories, SMALL_RUN } from './workspaces.js';

/** The demo without contracts and bills: only accounts, users and events, and silence is churn. */
const SILENT: readonly Change[] = [
  ...SMALL_RUN,
  ...['subscriptions', 'plans', 'invoices', 'tickets', 'surveys', 'touchpoints'].map(
    (table): Change => [['sources', table], undefined]
  ),
  [['outcomes'], { churn: { horizon_days: 30, grace_days: 14, silence_days: 21 } }],
  [['models', 'neural'], false],
  [['health'], false]
];

afterAll(removeDirectories);

describe('a business without contracts', () => {
  it('is judged by silence: accounts and events are enough for a run', async () => {
    const workspace = copyConfiguration(SILENT);
    await fillWorld(workspace, { seed: 6 });
    const result = await run({ workspace }, await quietEffects());
    expect(Object.keys(result.rows)).toEqual(['accounts', 'users', 'events']);
    const logistic = result.models.find(({ kind }) => kind === 'logistic');
    expect(result.models.map(({ target }) => target)).not.toContain('upsell');
    expect(logistic).toMatchObject({ status: 'ok', horizonDays: 30 });
    expect(logistic?.episodes.test).toBeGreaterThan(10);
    expect(logistic?.test?.auc).toBeGreaterThan(0.7);
    expect(result.termEnds.status).toBe('no_term_ends');
  }, 120_000);
});
