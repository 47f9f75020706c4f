import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evaluation } from '../../src/types.js';
import { fitLogisticScore, judgeFurther, type Lab, openLab, testAuc, trueLogits } from '../full/world-lab.js';

const SEED = 3;
const ACCOUNTS = 600;

/** A small sample of test/full/simulated-worlds.test.ts: one world, judged on further accounts of it. */
describe('a simulated world and its twin without effects, scored on further accounts', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(() => lab.close());

  it('ranks further accounts, less well than the truth does, with probabilities that are not too extreme', async () => {
    const { test, truthAuc } = await runWorld(1);
    const auc = test.auc as number;
    expect(auc - 0.5).toBeGreaterThan(0.6 * (truthAuc - 0.5));
    expect(auc).toBeLessThan(truthAuc);
    expect(within(test.calibrationSlopeInterval, 1)).toBe(true);
    expect(within(test.expectedInterval, test.observed)).toBe(true);
  });

  it('finds nothing where nothing is', async () => {
    const { test } = await runWorld(0);
    expect(within(test.aucInterval, 0.5)).toBe(true);
    expect(within(test.liftInterval, 1)).toBe(true);
  });

  async function runWorld(effects: number): Promise<{ test: Evaluation; truthAuc: number }> {
    const batch = (firstAccount: number) => ({ seed: SEED, firstAccount, accounts: ACCOUNTS, effects });
    const own = await lab.read([await lab.store(batch(0), ['train', 'calibration'])], ['train', 'calibration']);
    const further = await lab.read([await lab.store(batch(2_000), ['test'])], ['test']);
    const model = judgeFurther(lab.config, fitLogisticScore(lab.config, own), { own, further });
    return { test: model.test as Evaluation, truthAuc: testAuc(further, trueLogits(further)) };
  }
});

function within(interval: readonly [number, number] | null, value: number): boolean {
  return interval !== null && interval[0] <= value && value <= interval[1];
}
