import { describe, expect, it } from 'vitest';
import { selectDataset } from '../../src/datasets/frame.js';
import { applyPreparation } from '../../src/datasets/prepare.js';
import { ModelError } from '../../src/errors.js';
import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';
import { fitNeural, NEURAL_DEFAULTS, predictNeural } from '../../src/models/neural-fit.js';
import { predictLogits } from '../../src/models/predict.js';
import type { Dataset } from '../../src/types.js';
import { allRows, frameOfRows, infosOf } from '../datasets/frames.js';

const SMALL = { hidden: [6], maxEpochs: 4, batch: 64, learningRate: 0.01, seed: 3, backend: 'cpu' } as const;

/** Accounts with a number that is missing in a tenth of the rows and a category; both move the outcome. */
function rawRows(n: number, seed: number): Dataset {
  const random = seededRandom(seed, 8);
  const rows = Array.from({ length: n }, (_, i) => {
    const number = random.uniform() < 0.1 ? null : 100 + 25 * random.normal();
    return { account: `a${i}`, values: [number, random.uniform() < 0.4 ? 'basic' : 'plus'] };
  });
  const data = selectDataset(frameOfRows(infosOf(['logins', 'plan?']), rows), allRows(n), 'churn');
  const y = Uint8Array.from(rows, ({ values: [number, plan] }) => {
    const z = ((number === null ? 100 : (number as number)) - 100) / -6 + (plan === 'basic' ? 1 : -1);
    return random.uniform() < sigmoid(z) ? 1 : 0;
  });
  return { ...data, y };
}

const TRAIN = rawRows(300, 1);
const VALIDATION = rawRows(150, 2);

describe('fitNeural', () => {
  it('prepares raw rows on training alone and learns from them', async () => {
    const fit = await fitNeural(TRAIN, { ...SMALL, validation: VALIDATION, maxEpochs: 25, learningRate: 0.03 });
    expect(fit.preparation.columns.map(column => column.name)).toEqual([
      'logins',
      'logins (missing)',
      'plan=basic',
      'plan=plus'
    ]);
    expect(fit.inputs.map(input => input.name)).toEqual(['logins', 'plan']);
    expect(fit.backend).toMatch(/^tfjs \d+\.\d+\.\d+ cpu$/);
    expect(fit.validationLoss[fit.bestEpoch]).toBeLessThan(0.45);
    const changed = { ...VALIDATION, X: VALIDATION.X.map(v => v * 2) };
    const other = await fitNeural(TRAIN, { ...SMALL, validation: changed, maxEpochs: 1 });
    expect(other.preparation).toEqual(fit.preparation);
  });

  it('promise 14: the seed decides the weights', async () => {
    const seeded = (seed: number) => fitNeural(TRAIN, { ...SMALL, validation: VALIDATION, seed });
    expect(await seeded(3)).toEqual(await seeded(3));
    expect((await seeded(4)).spec).not.toEqual((await seeded(3)).spec);
  });

  it('predicts raw rows as the scorer does', async () => {
    const fit = await fitNeural(TRAIN, { ...SMALL, validation: VALIDATION });
    const logits = await predictNeural(fit, VALIDATION);
    const q = fit.preparation.columns.length;
    const double = predictLogits(fit.spec, { X: applyPreparation(fit.preparation, VALIDATION), n: VALIDATION.n, q });
    expect(logits).toHaveLength(150);
    expect(Math.max(...double.map((z, i) => Math.abs(z - (logits[i] as number))))).toBeLessThan(1e-5);
  });

  it('takes the documented defaults for what is not given', async () => {
    const fit = await fitNeural(TRAIN, { validation: VALIDATION, backend: 'cpu', maxEpochs: 0 });
    expect(fit.spec.layers.map(layer => layer.units)).toEqual([...NEURAL_DEFAULTS.hidden, 1]);
    const same = await fitNeural(TRAIN, {
      validation: VALIDATION,
      backend: 'cpu',
      maxEpochs: 0,
      seed: NEURAL_DEFAULTS.seed
    });
    expect(same.spec).toEqual(fit.spec);
  });

  it('refuses rows of one class', async () => {
    const only = { ...TRAIN, y: new Uint8Array(TRAIN.n) };
    await expect(fitNeural(only, { ...SMALL, validation: VALIDATION })).rejects.toThrow(ModelError);
    await expect(fitNeural(TRAIN, { ...SMALL, validation: only })).rejects.toThrow('among the validation rows');
  });
});
