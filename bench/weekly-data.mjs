import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyWorkspace, ROOT } from './lib.mjs';

/** Modules of the product that the script calls, as one object of functions. */
export async function loadProduct() {
  const paths = [
    'config/load.js',
    'sources/duckdb.js',
    'sources/calendar.js',
    'pipeline/collect.js',
    'pipeline/effects.js',
    'pipeline/learned.js',
    'pipeline/paths.js',
    'pipeline/stopwatch.js',
    'datasets/frame.js',
    'datasets/prepare.js',
    'datasets/blocks.js',
    'evaluation/evaluate.js',
    'evaluation/auc.js',
    'evaluation/bootstrap.js',
    'evaluation/paired.js',
    'evaluation/ranking.js',
    'math/random.js',
    'math/links.js',
    'math/statistics.js'
  ];
  const modules = await Promise.all(paths.map(path => import(pathToFileURL(join(ROOT, 'dist', path)).href)));
  return Object.assign({}, ...modules);
}

/** Ingests a copy of the example with weekly as-of dates; all snapshots with their outcomes as one frame. */
export async function openFrame(product, { directory, dates, dataEnd }) {
  const workspace = copyWorkspace(join(ROOT, 'examples', 'socialnet7'), directory);
  const file = join(workspace, 'vitals.yaml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, setWeekly(text, { dates, dataEnd }));
  const effects = await product.realEffects({ quiet: true });
  const config = await product.loadConfig(workspace);
  const engine = await product.openDuckDB({ path: product.pathsOf(config.workspace).database });
  const { frame } = await product.collect({ config, engine, effects }, new product.Stopwatch(effects));
  engine.close();
  const { leadDays, horizonDays, graceDays } = config.outcomes.churn;
  return { frame, config, version: effects.version, windowDays: leadDays + horizonDays + graceDays };
}

function setWeekly(text, { dates, dataEnd }) {
  const calendar = /^ {2}dates: .*$/m;
  const ends = /^( *(?:data_end|complete_until): ).*$/gm;
  if (!calendar.test(text)) throw new Error('expected calendar.dates in the example to replace, got none');
  return text
    .replace(calendar, `  every: week\n  first: ${dates.first}\n  last: ${dates.last}`)
    .replaceAll(ends, `$1${dataEnd}`);
}

/** Lost friends per new friend, in the last 28 days and since the first event; unknown without a new friend. */
export const RATIOS = [
  { name: 'unfriend_per_newfriend_28d', of: 'unfriend_rate_28d', per: 'newfriend_rate_28d' },
  { name: 'unfriend_per_newfriend_life', of: 'unfriend_rate_life', per: 'newfriend_rate_life' }
];

/** The frame with the ratios as further features. */
export function withRatios(product, frame) {
  const { numbers } = frame.columns;
  const added = RATIOS.map(({ name, of, per }) => {
    const about = `${of} divided by ${per}; unknown when that is 0.`;
    const info = { ...frame.infos.find(feature => feature.name === of), name, unit: 'ratio', about };
    return { info, values: numbers[of].map((v, i) => (numbers[per][i] > 0 ? v / numbers[per][i] : Number.NaN)) };
  });
  const columns = { ...numbers, ...Object.fromEntries(added.map(({ info, values }) => [info.name, values])) };
  return product.buildFrame({ ...frame.columns, numbers: columns }, [...frame.infos, ...added.map(({ info }) => info)]);
}

/** The default catalogue, counts and rates of 28 days, whole-history rates, and both; each with and without ratios. */
export function candidateSets(frame) {
  const [short, life] = RATIOS.map(({ name }) => name);
  const all = frame.infos.map(({ name }) => name).filter(name => name !== short && name !== life);
  const counts = all.filter(name => name.endsWith('_28d'));
  const rates = all.filter(name => name.endsWith('_rate_life'));
  const both = [...counts, ...rates];
  return {
    catalogue: { names: all },
    counts28: { names: counts },
    lifeRates: { names: rates },
    'counts28+lifeRates': { names: both },
    'catalogue, ratios': { names: [...all, short, life] },
    'counts28, ratio': { names: [...counts, short] },
    'lifeRates, ratio': { names: [...rates, life] },
    'counts28+lifeRates, ratios': { names: [...both, short, life] }
  };
}

/** Rows of one as-of date that have an outcome. */
export function rowsAt(world, date) {
  const day = world.product.dayOfDate(date);
  return labelled(world, d => d === day);
}

/**
 * The score fit at an origin on the snapshots whose outcome window, grace included, has ended by it, and its
 * probabilities at the origin. `design` and `tested` are the prepared matrices of those rows.
 */
export function fitAt(world, { date, names }) {
  const { product, config, windowDays } = world;
  const frame = product.buildFrame(world.frame.columns, pick(world.frame.infos, names));
  const origin = product.dayOfDate(date);
  const known = labelled(world, day => day + windowDays <= origin);
  const train = product.selectDataset(frame, known, 'churn');
  const test = product.selectDataset(frame, rowsAt(world, date), 'churn');
  const learned = product.fitLearned({ target: 'churn', frame, train, folds: 'time', horizonDays: windowDays, config });
  const { preparation } = learned.fitted;
  const matrix = data => ({ X: product.applyPreparation(preparation, data), n: data.n, q: preparation.columns.length });
  const { strength, scheme, folds, atEdge } = learned.ridge;
  return {
    design: { ...matrix(train), y: train.y, clusters: train.clusters },
    tested: { ...matrix(test), y: test.y },
    probability: learned.logistic.predict(test).map(product.sigmoid),
    facts: {
      date,
      train: product.summariseBlock(train),
      test: product.summariseBlock(test),
      columns: preparation.columns.length,
      strength,
      scheme,
      folds: folds.length,
      atEdge
    }
  };
}

function pick(infos, names) {
  const wanted = new Set(names);
  return infos.filter(({ name }) => wanted.has(name));
}

function labelled({ product, frame }, keep) {
  return product.labelledRows(frame, 'churn').filter(i => keep(frame.day[i]));
}
