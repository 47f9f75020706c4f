import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunResult, run } from '../../src/pipeline/run.js';
import { score } from '../../src/pipeline/score.js';
import { scoresCsv } from '../../src/pipeline/scores.js';
import { verify } from '../../src/pipeline/verify.js';
import type { ReportModel } from '../../src/reports/model.js';
import type { ModelResult } from '../../src/types.js';
import { quietEffects, removeDirectories, textLines } from '../pipeline/workspaces.js';
import { copyExample, DATA, hasData } from './examples.js';

const TEST_DATE = '2020-04-25';

describe.skipIf(!hasData('socialnet7'))(`socialnet7 (skipped unless its data are in ${DATA}/socialnet7)`, () => {
  let result: RunResult;
  let report: ReportModel;
  let logistic: ModelResult;

  beforeAll(async () => {
    const workspace = copyExample('socialnet7', undefined);
    result = await run({ workspace }, await quietEffects());
    report = JSON.parse(readFileSync(result.reports['json'] as string, 'utf8'));
    logistic = result.models.find(model => model.kind === 'logistic') as ModelResult;
  }, 300_000);

  afterAll(removeDirectories);

  it(`is judged at ${TEST_DATE} on 55 churn episodes`, () => {
    expect(logistic.status).toBe('ok');
    expect(logistic.episodes.test).toBe(55);
    expect(logistic.test?.positives).toBe(55);
    expect(logistic.horizonDays).toBe(30);
  });

  it('ranks with AUC of at least 0.745 and four times the churn in the top tenth', () => {
    expect(logistic.test?.auc).toBeGreaterThanOrEqual(0.745);
    expect(logistic.test?.liftAt10).toBeGreaterThanOrEqual(4);
  });

  it('leaks nothing: no model ranks above 0.93, which knowing the true probability gives', () => {
    const aucs = result.models.flatMap(model => model.test?.auc ?? []);
    expect(aucs.length).toBeGreaterThanOrEqual(4);
    for (const auc of aucs) expect(auc).toBeLessThanOrEqual(0.93);
  });

  it('prints a wide interval', () => {
    const [lo, hi] = logistic.test?.aucInterval ?? [0, 0];
    expect(hi - lo).toBeGreaterThan(0.05);
    expect(hi - lo).toBeLessThan(0.3);
  });

  it('trains, calibrates and tests on the configured dates; validation shares the training dates and says so', () => {
    const blocks = report.blocks.churn;
    const training = { from: '2020-01-29', to: '2020-02-24' };
    expect(blocks).toMatchObject({
      train: training,
      validation: training,
      calibration: { from: '2020-03-25', to: '2020-03-25' },
      test: { from: TEST_DATE, to: TEST_DATE }
    });
    const { train, validation } = blocks as NonNullable<typeof blocks>;
    expect(validation.accounts / (train.accounts + validation.accounts)).toBeCloseTo(0.2, 1);
    expect(report.notes.join('\n')).toContain('validation is a fifth of the accounts');
    expect(report.dataEnd).toBe('2020-06-01');
  });

  it('quarantines what is known after data end, and counts every row', () => {
    for (const rows of Object.values(result.rows)) expect(rows.in).toBe(rows.used + rows.quarantined + rows.dropped);
    expect(result.rows['events']?.in).toBeGreaterThan(3_000_000);
  });

  it('has artifacts that verify, and scores the test date as the run did', async () => {
    const { workspace } = result;
    expect((await verify({ workspace, directory: null })).ok).toBe(true);
    const rows = await score({ workspace, asOf: TEST_DATE }, await quietEffects());
    const printed = scoresCsv(rows).trimEnd().split('\n');
    const [header, ...all] = textLines(result.reports['scores'] as string);
    expect(printed).toEqual([header, ...all.filter(line => line.includes(`,${TEST_DATE},`))]);
  }, 120_000);
});
