import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { median, ROOT } from './lib.mjs';

const SCORED = { rows: 50_000, inputs: 60 };
const FITTED = { rows: 20_000, columns: 120, dates: 10 };
const JUDGED = { rows: 100_000, accounts: 10_000 };
const REPEATS = 3;

/** Scoring rows one by one with the JSON scorer, choosing a ridge, judging probabilities: the work under every run. */
export async function benchKernels() {
  const room = path => import(pathToFileURL(join(ROOT, 'dist', path)).href);
  const [{ buildScorer }, { chooseRidge, fitRidge }, { planFolds }, { evaluate }, { seededRandom }] = await Promise.all(
    ['artifacts/scorer.js', 'models/ridge.js', 'models/folds.js', 'evaluation/evaluate.js', 'math/random.js'].map(room)
  );
  return {
    score: benchScore(buildScorer, seededRandom(1)),
    fits: benchFits({ chooseRidge, fitRidge, planFolds }, seededRandom(2)),
    evaluate: benchEvaluate(evaluate, seededRandom(3))
  };
}

function seconds(work) {
  const times = Array.from({ length: REPEATS }, () => {
    const start = performance.now();
    work();
    return (performance.now() - start) / 1000;
  });
  return { median: median(times), times };
}

/** A logistic artifact of 60 numbers with contributions and reasons, one plain object a row. */
function benchScore(buildScorer, random) {
  const names = Array.from({ length: SCORED.inputs }, (_, j) => `input_${j}`);
  const score = buildScorer(artifactOf(names, random));
  const rows = Array.from({ length: SCORED.rows }, () =>
    Object.fromEntries(names.map(name => [name, random.uniform() < 0.05 ? null : 100 * random.uniform()]))
  );
  const time = seconds(() => {
    for (const row of rows) if (!score(row).ok) throw new Error('expected every row to be scored');
  });
  return { ...SCORED, seconds: time, rowsPerSecond: Math.round(SCORED.rows / time.median) };
}

function artifactOf(names, random) {
  const text = { unit: '', about: 'a number', definitionHash: 'bench' };
  const column = { kind: 'number', transform: 'log1p', center: 3.5, scale: 1, clip: 6 };
  return {
    formatVersion: 1,
    name: 'bench',
    target: 'churn',
    horizonDays: 30,
    inputs: names.map(name => ({ name, type: 'number', nullable: true, minimum: 0, ...text })),
    preparation: { columns: names.map(name => ({ name, input: name, ...column })) },
    model: { kind: 'logistic', intercept: -3, coefficients: names.map(() => 0.1 * random.normal()) },
    calibrator: { kind: 'platt', slope: 1.1, intercept: 0.1 },
    bands: [{ label: 'low', from: 0 }],
    provenance: {},
    golden: []
  };
}

/** Nine strengths in four folds in time order, then the fit at the chosen one. */
function benchFits({ chooseRidge, fitRidge, planFolds }, random) {
  const { rows: n, columns: q, dates } = FITTED;
  const X = Float64Array.from({ length: n * q }, () => random.normal());
  const b = Array.from({ length: q }, () => 0.1 * random.normal());
  const y = Uint8Array.from({ length: n }, (_, i) => {
    const z = b.reduce((sum, weight, j) => sum + weight * X[i * q + j], -3);
    return random.uniform() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
  });
  const asOf = Int32Array.from({ length: n }, (_, i) => 30 * Math.floor((i * dates) / n));
  const clusters = Int32Array.from({ length: n }, (_, i) => i % (n / dates));
  const design = { X, n, q, y };
  const plan = planFolds({ y, n, asOf, clusters }, { scheme: 'time', windowDays: 30, seed: 1 });
  let lambda = 0;
  const choose = seconds(() => {
    lambda = chooseRidge(design, plan).lambda;
  });
  return { ...FITTED, chooseRidge: choose, fitRidge: seconds(() => fitRidge(design, { lambda })) };
}

/** All held-out measures with clustered intervals. */
function benchEvaluate(evaluate, random) {
  const probability = Float64Array.from({ length: JUDGED.rows }, () => 0.1 * random.uniform());
  const y = Uint8Array.from(probability, p => (random.uniform() < p ? 1 : 0));
  const clusters = Int32Array.from(probability, (_, i) => i % JUDGED.accounts);
  return { ...JUDGED, seconds: seconds(() => evaluate({ y, probability, clusters, seed: 1 })) };
}
