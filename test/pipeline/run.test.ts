import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyCalibrator,
  evaluate,
  fitCalibrator,
  fitLogistic,
  fitNeural,
  loadArtifact,
  openWorkspace,
  predictLogistic,
  predictNeural,
  selectFeatures,
  toArquero,
  type Workspace
} from '../../src/index.js';
import type { RunResult } from '../../src/pipeline/run.js';
import { verify } from '../../src/pipeline/verify.js';
import type { Dataset, ModelResult } from '../../src/types.js';
import {
  copyConfiguration,
  fillWorld,
  newDirectory,
  removeDirectories,
  SMALL_RUN,
  textLines,
  vitals
} from './workspaces.js';

let workspace: string;
let printed: string;
let result: RunResult;

beforeAll(async () => {
  workspace = copyConfiguration(SMALL_RUN);
  await fillWorld(workspace, { seed: 6 });
  const { code, stdout, stderr } = await vitals(['run', '--workspace', workspace, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/^Neural models run on .+\.\n$/) });
  printed = stdout;
  result = JSON.parse(stdout);
}, 120_000);

afterAll(removeDirectories);

const latest = (...path: string[]) => join(workspace, 'models', 'latest', ...path);

describe('vitals run --json', () => {
  it('ends with one JSON object on stdout that has every field', () => {
    expect(printed.trimEnd().split('\n')).toHaveLength(1);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        'runId',
        'workspace',
        'seconds',
        'rows',
        'snapshots',
        'skippedFeatures',
        'models',
        'comparison',
        'termEnds',
        'artifacts',
        'reports'
      ])
    );
    expect(result.workspace).toBe(workspace);
    expect(result.runId).toMatch(/^[0-9a-f]{12}$/);
    expect(result.seconds).toMatchObject({
      ingest: expect.any(Number),
      features: expect.any(Number),
      total: expect.any(Number)
    });
    expect(result.snapshots).toBeGreaterThan(1000);
    expect(result.skippedFeatures).toContainEqual({ name: 'segment', reason: expect.stringContaining('segment') });
    expect(result.comparison).not.toBeNull();
  });

  it('counts in = used + quarantined + dropped in every table', () => {
    expect(Object.keys(result.rows)).toHaveLength(9);
    for (const rows of Object.values(result.rows)) {
      expect(rows.in).toBe(rows.used + rows.quarantined + rows.dropped);
      expect(rows.in).toBeGreaterThan(0);
    }
  });

  it('has exactly one entry per target and kind, with rows, episodes and measures', () => {
    const names = result.models.map(({ target, kind }) => `${target} ${kind}`);
    expect(names).toEqual([
      ...['churn logistic', 'churn neural', 'churn manual', 'churn constant', 'churn single'],
      ...['upsell logistic', 'upsell constant', 'upsell single']
    ]);
    for (const model of result.models) expectWhole(model);
  });

  it('sets the churn models beside the days to term end, and reports retention by month', () => {
    const { status, models, all, ending } = result.termEnds;
    expect([status, ...models.map(({ kind }) => kind)]).toEqual([
      ...['ok', 'logistic', 'neural', 'manual', 'single', 'days_to_term_end']
    ]);
    expect(ending.rows).toBeLessThan(all.rows);
    const judged = result.models.filter(({ target }) => target === 'churn');
    for (const { kind, all: whole } of models.slice(0, -1)) {
      expect(whole.auc).toBeCloseTo(judged.find(model => model.kind === kind)?.test?.auc as number, 12);
    }
    const { retention } = JSON.parse(readFileSync(result.reports['json'] as string, 'utf8'));
    expect(retention.months.length).toBeGreaterThan(12);
    for (const [i, m] of retention.months.entries()) {
      const cents = (amount: number) => Math.round(100 * amount);
      const gains = cents(m.new) + cents(m.expansion) + cents(m.reactivation);
      expect(cents(m.start) + gains - cents(m.contraction) - cents(m.churn)).toBe(cents(m.end));
      if (i > 0) expect(m.start).toBe(retention.months[i - 1].end);
    }
  });

  it('says where artifacts and reports lie, and they do', () => {
    expect(Object.keys(result.artifacts).sort()).toEqual(['churn', 'health', 'upsell']);
    for (const path of Object.values({ ...result.artifacts, ...result.reports })) expect(existsSync(path)).toBe(true);
    expect(readlinkSync(latest())).toBe(result.runId);
    expect(readdirSync(join(workspace, 'models')).sort()).toEqual([result.runId, 'latest', 'manual'].sort());
    expect(readdirSync(join(workspace, 'reports'))).toEqual([result.runId]);
  });
});

function expectWhole(model: ModelResult): void {
  expect(model.status).toBe('ok');
  expect(model.horizonDays).toBe(30);
  for (const counts of [model.rows, model.episodes]) {
    expect(Object.keys(counts)).toEqual(['train', 'validation', 'calibration', 'test']);
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0);
  }
  expect(model.calibrator.kind).toMatch(/^(identity|intercept|platt|beta|isotonic)$/);
  const test = model.test;
  expect(test?.auc).toBeGreaterThanOrEqual(0);
  expect(test?.auc).toBeLessThanOrEqual(1);
  for (const name of ['averagePrecision', 'logLoss', 'brier', 'ece'] as const)
    expect(test?.[name]).toBeTypeOf('number');
  for (const name of ['aucInterval', 'eceNullBand'] as const) expect(test?.[name]).toHaveLength(2);
  expect(test).toHaveProperty('liftInterval');
  expect(test).toHaveProperty('liftAt10');
  expect(test).toHaveProperty('calibrationSlope');
  expect(test).toHaveProperty('calibrationSlopeInterval');
  expect(test).toHaveProperty('calibrationIntercept');
}

describe('churn and upsell', () => {
  it('are separate models with artifacts of their own, and never share a scale', async () => {
    const found = await Promise.all(
      ['churn', 'upsell', 'health'].map(async folder => (await loadArtifact(latest(folder))).artifact)
    );
    expect(found.map(artifact => artifact.target)).toEqual(['churn', 'upsell', 'health']);
    for (const name of readdirSync(latest('candidates'))) {
      const { artifact } = await loadArtifact(latest('candidates', name));
      expect(artifact.name).toBe(name);
      expect(artifact.target).toBe(name === 'churn-manual' ? 'health' : name.split('-')[0]);
    }
    const [churn, upsell] = ['churn', 'upsell'].map(target => scoresOf(target));
    expect(churn?.size).toBe(upsell?.size);
    const differ = [...(churn ?? [])].filter(([key, probability]) => upsell?.get(key) !== probability);
    expect(differ.length).toBeGreaterThan(0.99 * (churn?.size ?? 0));
  });
});

/** Probability by account and date of one target in scores.csv. */
function scoresOf(target: string): Map<string, string> {
  const rows = textLines(result.reports['scores'] as string).map(line => line.split(','));
  return new Map(rows.filter(row => row[2] === target).map(row => [`${row[0]} ${row[1]}`, row[3] as string]));
}

describe('vitals verify', () => {
  it('proves every artifact, candidates included, in JSON, ES module and SQL', async () => {
    const report = await verify({ workspace, directory: null });
    expect(report.ok).toBe(true);
    const paths = report.artifacts.map(artifact => artifact.path);
    const candidates = result.models.map(({ target, kind }) => `candidates/${target}-${kind}`).sort();
    expect(paths).toEqual(['churn', 'upsell', 'health', ...candidates]);
    for (const { kind, rows, maxDifference, problems } of report.artifacts) {
      expect(problems).toEqual([]);
      expect(rows).toBeGreaterThan(kind === 'constant' ? 0 : 5);
      const limit = kind === 'neural' ? 1e-6 : 1e-12;
      expect(maxDifference.json).toBeLessThanOrEqual(limit);
      expect(maxDifference.module).toBeLessThanOrEqual(limit);
      if (kind === 'neural') expect(maxDifference.sql).toBeNull();
      else expect(maxDifference.sql).toBeLessThanOrEqual(limit);
    }
    expect(new Set(report.artifacts.map(({ kind }) => kind))).toEqual(
      new Set(['logistic', 'neural', 'manual', 'constant'])
    );
  }, 60_000);

  it('detects one flipped byte in any file of a bundle, with exit code 1', async () => {
    for (const file of ['artifact.json', 'scorer.mjs', 'score.sql', 'MODEL_CARD.md', 'manifest.json']) {
      const copy = join(newDirectory(), 'run');
      cpSync(latest('health'), join(copy, 'health'), { recursive: true });
      expect((await verify({ workspace, directory: copy })).ok).toBe(true);
      flipByte(join(copy, 'health', file));
      const report = await verify({ workspace, directory: copy });
      expect({ file, ok: report.ok }).toEqual({ file, ok: false });
      expect(report.artifacts[0]?.problems.length).toBeGreaterThan(0);
      copyFileSync(latest('health', file), join(copy, 'health', file));
      expect((await verify({ workspace, directory: copy })).ok).toBe(true);
      if (file !== 'artifact.json') continue;
      flipByte(join(copy, 'health', file));
      const { code, stdout } = await vitals(['verify', copy, '--json']);
      expect(code).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ ok: false, artifacts: [{ path: 'health', kind: 'unreadable' }] });
    }
  }, 60_000);
});

/** Changes the lowest bit of the byte in the middle of a file. */
function flipByte(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe('the library on a workspace', () => {
  let w: Workspace;
  let d: Awaited<ReturnType<Workspace['dataset']>>;

  beforeAll(async () => {
    w = await openWorkspace(workspace);
    d = await w.dataset('churn');
  }, 60_000);
  afterAll(async () => w.close());

  it('gives the blocks of the run', () => {
    const churn = result.models[0] as ModelResult;
    const rows = Object.fromEntries(Object.entries(d).map(([name, block]) => [name, block.n]));
    expect(rows).toEqual(churn.rows);
    for (const block of Object.values(d)) {
      expect(block.X).toHaveLength(block.n * block.p);
      expect(block.names).toHaveLength(block.p);
      expect([block.ids.length, block.y.length, block.value.length, block.clusters.length]).toEqual(
        Array(4).fill(block.n)
      );
    }
    const days = (block: Dataset) => [Math.min(...block.asOf), Math.max(...block.asOf)] as const;
    const ordered = [d.train, d.validation, d.calibration, d.test].map(days);
    const gaps = ordered.slice(1).map(([from], k) => from - (ordered[k]?.[1] as number));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30);
  });

  it('answers SQL in typed columns, values of the template as literals', async () => {
    const text = "x' or 1 = 1 --";
    const columns = await w.query`select count(*) as n, ${text} as text from snapshots where account_id <> ${text}`;
    expect(columns.numbers['n']).toEqual(Float64Array.of(result.snapshots));
    expect(columns.texts['text']).toEqual([text]);
    const table = await toArquero(
      await w.query`select account_id, arr from snapshots order by as_of_day, account_id limit 3`
    );
    expect(table.numRows()).toBe(3);
  });

  it('fits, calibrates and evaluates a logistic model with clustered errors', async () => {
    const factors = ['invoices_overdue', 'tickets_open', 'tenure_days'];
    const pick = (data: Dataset) => selectFeatures(data, factors);
    const fit = await fitLogistic(pick(d.train), { covariance: 'cluster' });
    expect(fit).toMatchObject({ status: 'converged', covarianceKind: 'cluster', rows: d.train.n });
    expect(fit.coefficients.map(c => c.name)).toEqual(expect.arrayContaining(['(intercept)', ...factors]));
    for (const c of fit.coefficients) {
      expect((c.estimate as number) / (c.standardError as number)).toBeCloseTo(c.z as number, 10);
      expect(c.oddsRatio).toBeCloseTo(Math.exp(c.estimate as number), 10);
    }
    expect(fit.logLikelihood).toBeLessThan(0);
    const { y, asOf, clusters, ids, value } = d.calibration;
    const logits = predictLogistic(fit, pick(d.calibration));
    const calibrated = fitCalibrator('auto', { logits, y, asOf, clusters, ids, trainingIds: d.train.ids });
    expect(calibrated.reason).not.toBe('');
    const probability = applyCalibrator(calibrated.calibrator, predictLogistic(fit, pick(d.test)));
    const e = evaluate({ ...d.test, probability });
    expect(e.n).toBe(d.test.n);
    const fitted = predictLogistic(fit, pick(d.train)).map(z => 1 / (1 + Math.exp(-z)));
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    expect(sum(fitted)).toBeCloseTo(sum(d.train.y), 6);
    expect(evaluate({ ...d.train, probability: fitted }).auc).toBeGreaterThan(0.5);
    expect(JSON.parse(JSON.stringify(e))).toEqual(e);
    expect(() => fitCalibrator('auto', { logits, y, ids, trainingIds: ids })).toThrow(/training/);
    expect(value).toHaveLength(d.calibration.n);
  });

  it('fits all features at once and says what became of every one', async () => {
    const fit = await fitLogistic(d.train, { covariance: 'cluster' });
    expect(['converged', 'separated', 'not_converged']).toContain(fit.status);
    expect(fit.coefficients[0]?.name).toBe('(intercept)');
    const told = [...fit.coefficients.map(c => c.name), ...fit.aliased].map(name => name.replace(/(=| \().*$/, ''));
    expect(d.train.names.filter(name => !told.includes(name))).toEqual([]);
  }, 60_000);

  it('fits a network that stops on the validation block', async () => {
    const net = await fitNeural(d.train, { validation: d.validation, seed: 7, maxEpochs: 2 });
    const p = await predictNeural(net, d.test);
    expect(p).toHaveLength(d.test.n);
    expect(p.every(Number.isFinite)).toBe(true);
  }, 60_000);

  it('loads an artifact that scores a row, or refuses it', async () => {
    const a = await loadArtifact(latest('churn'));
    const row = a.artifact.golden.find(golden => golden.probability !== undefined)?.row ?? {};
    const scored = a.score(row);
    expect(scored).toMatchObject({
      ok: true,
      probability: expect.any(Number),
      contributions: expect.any(Array),
      reasons: expect.any(Array)
    });
    expect(a.score({})).toMatchObject({ ok: false, code: 'missing_key', input: expect.any(String) });
  });
});
