import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyCalibrator } from '../../../src/calibration/apply.js';
import type { CalibratorFit } from '../../../src/calibration/fit.js';
import { ModelError } from '../../../src/errors.js';
import { logit, sigmoid } from '../../../src/math/links.js';
import { seededRandom } from '../../../src/math/random.js';
import type { Candidate } from '../../../src/pipeline/candidate.js';
import { judge, judgeLevelOnly, judgePooled } from '../../../src/pipeline/judge.js';
import type { Dataset } from '../../../src/types.js';
import { frameOfRows, infosOf } from '../../datasets/frames.js';
import { blocksOf, dataset } from './blocks.js';

/** A model whose log-odds are its only feature. */
const candidate: Candidate = {
  kind: 'logistic',
  spec: { kind: 'logistic', intercept: 0, coefficients: [1] },
  preparation: { columns: [] },
  inputs: [],
  frame: frameOfRows(infosOf(['z']), []),
  predict: data => data.X,
  how: ''
};

/** Outcomes drawn from the log-odds themselves. */
function drawn(name: string, n: number, seed: number): Dataset {
  const random = seededRandom(seed, 3);
  const z = Array.from({ length: n }, () => 1.5 * random.normal() - 1);
  const y = z.map(v => (random.uniform() < sigmoid(v) ? 1 : 0));
  return dataset(name, z, y);
}

/** Mean calibrated probability over all rows of the blocks. */
function meanProbability(model: ReturnType<typeof judgeLevelOnly>, blocks: ReturnType<typeof blocksOf>): number {
  const all = Object.values(blocks).flatMap(data => [...applyCalibrator(model.calibrator, candidate.predict(data))]);
  return all.reduce((sum, p) => sum + p, 0) / all.length;
}

describe('judgeLevelOnly', () => {
  it('sets the mean probability to the rate of all matured rows, half an episode added to each class', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -30, max: 30, noNaN: true }), fc.integer({ min: 0, max: 1 })), {
          minLength: 1
        }),
        rows => {
          const half = Math.ceil(rows.length / 2);
          const part = (from: number, to: number, name: string) =>
            dataset(
              name,
              rows.slice(from, to).map(([z]) => z),
              rows.slice(from, to).map(([, y]) => y)
            );
          const blocks = blocksOf({ train: part(0, half, 'train'), test: part(half, rows.length, 'test') });
          const positives = rows.reduce((sum, [, y]) => sum + y, 0);
          const rate = (positives + 0.5) / (rows.length + 1);
          expect(meanProbability(judgeLevelOnly(candidate, blocks, 'churn'), blocks)).toBeCloseTo(rate, 10);
        }
      ),
      { seed: 7, numRuns: 200 }
    );
  });

  it('is the shift of the log-odds when all rows score alike', () => {
    const blocks = blocksOf({ train: dataset('train', [2, 2, 2, 2], [1, 0, 0, 0]) });
    const { calibrator } = judgeLevelOnly(candidate, blocks, 'churn');
    // (1 + 0.5) / (4 + 1) = 0.3 from log-odds of 2.
    expect(calibrator).toEqual({ kind: 'intercept', intercept: expect.closeTo(Math.log(0.3 / 0.7) - 2, 12) });
  });

  it('judges nothing, and says why', () => {
    const blocks = blocksOf({ train: dataset('train', [0, 1, 2], [1, 0, 0]), test: dataset('test', [1], [0]) });
    const model = judgeLevelOnly(candidate, blocks, 'churn');
    expect([model.status, model.test, model.testProbability.length]).toEqual(['uncalibrated', null, 0]);
    expect(model.calibratorReason).toBe('too few episodes to calibrate: only the level is set, to 1 of 4 matured rows');
    expect(model.rows).toEqual({ train: 3, validation: 0, calibration: 0, test: 1 });
    expect(model.episodes).toEqual({ train: 1, validation: 0, calibration: 0, test: 0 });
  });

  it('without rows is the rate of half an episode of each class', () => {
    const { calibrator } = judgeLevelOnly(candidate, blocksOf({}), 'churn');
    expect(calibrator).toEqual({ kind: 'intercept', intercept: logit(0.5) });
  });
});

describe('judge', () => {
  const blocks = blocksOf({
    train: drawn('train', 50, 1),
    calibration: drawn('calibration', 600, 2),
    test: drawn('test', 400, 3)
  });

  it('calibrates on the calibration block and evaluates on the test block', () => {
    const model = judge(candidate, blocks, { target: 'churn', seed: 1 });
    expect(model.status).toBe('ok');
    expect([...model.testProbability]).toEqual([...applyCalibrator(model.calibrator, blocks.test.X)]);
    expect([model.test?.n, model.test?.positives]).toEqual([400, blocks.test.y.filter(v => v === 1).length]);
    expect(model.trainedOn.rows).toBe(50);
    expect(model.calibratedOn.rows).toBe(600);
    expect(model.test?.expectedValue).toBeCloseTo(100 * (model.test?.expected as number), 8);
  });

  it('the test block moves nothing but its own measures', () => {
    const other = { ...blocks, test: drawn('test', 100, 9) };
    const [one, two] = [blocks, other].map(data => judge(candidate, data, { target: 'churn', seed: 1 }));
    expect(two?.calibrator).toEqual(one?.calibrator);
    expect(two?.test).not.toEqual(one?.test);
  });

  it('promise 17: refuses a calibration row that training or validation has seen', () => {
    const leaking = (name: 'train' | 'validation') => {
      const seen = { ...blocks[name], ids: ['x', blocks.calibration.ids[17] as string] };
      return () => judge(candidate, { ...blocks, [name]: seen }, { target: 'churn', seed: 1 });
    };
    expect(leaking('train')).toThrow(ModelError);
    expect(leaking('validation')).toThrow('calibration-17@2024-01-01 in both training and calibration');
  });
});

describe('judgePooled', () => {
  it('evaluates probabilities from folds; rows of unused blocks are 0', () => {
    const all = drawn('all', 200, 4);
    const probability = all.X.map(sigmoid);
    const calibration: CalibratorFit = {
      calibrator: { kind: 'identity' },
      method: 'identity',
      reason: 'by hand',
      episodes: 3,
      candidates: []
    };
    const model = judgePooled(candidate, all, { probability, calibration, target: 'churn', seed: 1 });
    expect(model.rows).toEqual({ train: 200, validation: 0, calibration: 0, test: 200 });
    expect(model.episodes.test).toBe(all.y.filter(v => v === 1).length);
    expect([model.test?.n, model.testProbability, model.calibratorReason]).toEqual([200, probability, 'by hand']);
  });
});
