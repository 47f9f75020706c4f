import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Calibrator } from '../../src/types.js';
import { type Batch, fitLogisticScore, judgeFurther, type Lab, openLab, testAuc, trueLogits } from './world-lab.js';

const FULL = process.env['VITALS_FULL'] === '1';
const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1);
const ACCOUNTS = 2_000;
/** Batches of the reference fit, and the index of its first account: none of the worlds has accounts from there on. */
const REFERENCE = { batches: 50, firstAccount: 10_000 };
const HOURS = 3_600_000;

if (!FULL) console.log('Simulated worlds, 20 seeds: skipped, set VITALS_FULL=1 (npm run test:full) to run them.');

/** What one world showed on its further accounts. */
interface Result {
  readonly seed: number;
  readonly how: string;
  readonly calibrator: Calibrator;
  readonly episodes: Readonly<Record<string, number>>;
  readonly auc: number;
  readonly aucInterval: readonly [number, number];
  readonly slope: number | null;
  readonly slopeInterval: readonly [number, number] | null;
  readonly truthAuc: number;
  /** AUC of the fit on fifty times the data on the same rows; null in worlds without effects. */
  readonly referenceAuc: number | null;
}

describe.skipIf(!FULL)('simulated worlds, 20 seeds, scored on 2,000 further accounts', () => {
  let lab: Lab;
  let worlds: Result[];
  let nulls: Result[];

  beforeAll(async () => {
    lab = await openLab();
    const reference = await fitReference(lab);
    worlds = [];
    nulls = [];
    for (const seed of SEEDS) {
      worlds.push(await runWorld(lab, { seed, effects: 1, reference }));
      nulls.push(await runWorld(lab, { seed, effects: 0, reference: null }));
      console.error(`world ${seed}: ${JSON.stringify([worlds.at(-1), nulls.at(-1)])}`);
    }
    console.log(JSON.stringify({ ...figures(worlds, nulls), worlds, nulls }));
  }, 8 * HOURS);

  afterAll(() => lab?.close());

  it('ranks nearly as well as the same model on fifty times the data', () => {
    expect(figures(worlds, nulls).shareOfReferenceGain).toBeGreaterThanOrEqual(0.95);
  });

  it('has a calibration slope interval that contains 1 in at least 17 worlds', () => {
    expect(figures(worlds, nulls).slopeIntervalsWithOne).toBeGreaterThanOrEqual(17);
  });

  it('finds nothing where nothing is: the AUC interval contains 0.5 in at least 17 worlds without effects', () => {
    expect(figures(worlds, nulls).nullIntervalsWithHalf).toBeGreaterThanOrEqual(17);
  });

  it('ranks no better than the true probabilities on average', () => {
    const { meanGain, meanTruthGain } = figures(worlds, nulls);
    expect(meanGain).toBeLessThan(meanTruthGain);
  });
});

/**
 * The same model on the pooled training rows of fifty batches. One reference serves every seed: a seed draws accounts and
 * never changes the process that generates them.
 */
async function fitReference(lab: Lab) {
  const stored = [];
  for (let k = 0; k < REFERENCE.batches; k++) {
    const firstAccount = REFERENCE.firstAccount + k * ACCOUNTS;
    stored.push(await lab.store({ seed: 1, firstAccount, accounts: ACCOUNTS, effects: 1 }, ['train']));
  }
  const data = await lab.read(stored, ['train']);
  return fitLogisticScore(lab.config, data);
}

interface Setting {
  readonly seed: number;
  readonly effects: number;
  readonly reference: Awaited<ReturnType<typeof fitReference>> | null;
}

async function runWorld(lab: Lab, { seed, effects, reference }: Setting): Promise<Result> {
  const batch = (firstAccount: number): Batch => ({ seed, firstAccount, accounts: ACCOUNTS, effects });
  const own = await lab.read([await lab.store(batch(0), ['train', 'calibration'])], ['train', 'calibration']);
  const further = await lab.read([await lab.store(batch(ACCOUNTS), ['test'])], ['test']);
  const model = judgeFurther(lab.config, fitLogisticScore(lab.config, own), { own, further });
  const test = model.test as NonNullable<typeof model.test>;
  return {
    seed,
    how: model.how,
    calibrator: model.calibrator,
    episodes: model.episodes,
    auc: test.auc as number,
    aucInterval: test.aucInterval as readonly [number, number],
    slope: test.calibrationSlope,
    slopeInterval: test.calibrationSlopeInterval,
    truthAuc: testAuc(further, trueLogits(further)),
    referenceAuc: reference === null ? null : testAuc(further, reference.predict(further.blocks.test))
  };
}

function figures(worlds: readonly Result[], nulls: readonly Result[]) {
  const mean = (of: (world: Result) => number) => worlds.reduce((sum, world) => sum + of(world), 0) / worlds.length;
  const meanGain = mean(({ auc }) => auc - 0.5);
  const meanReferenceGain = mean(({ referenceAuc }) => (referenceAuc as number) - 0.5);
  return {
    meanGain,
    meanReferenceGain,
    shareOfReferenceGain: meanGain / meanReferenceGain,
    meanTruthGain: mean(({ truthAuc }) => truthAuc - 0.5),
    slopeIntervalsWithOne: worlds.filter(({ slopeInterval }) => contains(slopeInterval, 1)).length,
    nullIntervalsWithHalf: nulls.filter(({ aucInterval }) => contains(aucInterval, 0.5)).length,
    worlds: worlds.length
  };
}

function contains(interval: readonly [number, number] | null, value: number): boolean {
  return interval !== null && interval[0] <= value && value <= interval[1];
}
