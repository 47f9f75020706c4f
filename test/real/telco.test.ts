import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, run } from '../../src/pipeline/run.js';
import { score } from '../../src/pipeline/score.js';
import { verify } from '../../src/pipeline/verify.js';
import type { ReportModel } from '../../src/reports/model.js';
import type { ModelResult } from '../../src/types.js';
import { quietEffects, removeDirectories } from '../pipeline/workspaces.js';
import { copyExample, DATA, hasData } from './examples.js';

describe.skipIf(!hasData('ibm-telco'))(`telco (skipped unless its data are in ${DATA}/ibm-telco)`, () => {
  let result: RunResult;
  let logistic: ModelResult;

  beforeAll(async () => {
    const workspace = copyExample('telco', { max_epochs: 6 });
    result = await run({ workspace }, await quietEffects());
    logistic = result.models.find(model => model.kind === 'logistic') as ModelResult;
  }, 300_000);

  afterAll(removeDirectories);

  it('reaches AUC 0.844 and log loss 0.420 in five pooled folds', () => {
    expect(logistic.status).toBe('ok');
    expect(logistic.test?.auc).toBeGreaterThanOrEqual(0.844);
    expect(logistic.test?.auc).toBeLessThanOrEqual(0.87);
    expect(logistic.test?.logLoss).toBeLessThanOrEqual(0.42);
  });

  it('judges every customer once, and says that nothing is time-ordered', () => {
    expect(logistic.rows).toEqual({ train: 7043, validation: 0, calibration: 0, test: 7043 });
    expect(logistic.episodes).toEqual({ train: 1869, validation: 0, calibration: 0, test: 1869 });
    const report: ReportModel = JSON.parse(readFileSync(result.reports['json'] as string, 'utf8'));
    expect(report).toMatchObject({ timeOrdered: false, folds: 5 });
    expect(readFileSync(result.reports['markdown'] as string, 'utf8')).toContain('Not time-ordered');
  });

  it('beats the constant and the best single feature, and ends with artifacts that verify and score', async () => {
    const of = (kind: string) => result.models.find(model => model.kind === kind)?.test;
    expect(of('constant')?.logLoss).toBeGreaterThan(logistic.test?.logLoss as number);
    expect(of('single')?.logLoss).toBeGreaterThan(logistic.test?.logLoss as number);
    expect(result.gates).toEqual([expect.objectContaining({ name: 'churn skill', passed: true })]);
    const { workspace } = result;
    expect((await verify({ workspace, directory: null })).ok).toBe(true);
    const rows = await score({ workspace, asOf: null }, await quietEffects());
    expect(rows).toHaveLength(7043);
    expect(
      rows.every(row => row.refusal === null && (row.probability as number) > 0 && (row.probability as number) < 1)
    ).toBe(true);
  }, 60_000);
});
