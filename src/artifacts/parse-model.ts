import type {
  ArtifactInput,
  Calibrator,
  DenseLayer,
  FactorTransform,
  HealthCategory,
  ManualFactor,
  ModelSpec,
  Preparation,
  PreparedColumn
} from '../types.js';
import { ascending, distinct, type Node } from './check.js';

/** What a model reads: its inputs and their prepared columns. */
export interface ModelContext {
  readonly inputs: readonly ArtifactInput[];
  readonly preparation: Preparation;
}

/** Largest calibrator parameter: keeps 700 times it, and sums of three such terms, finite. */
const LARGEST = 1e300;

/** Reads a model whose shapes fit its inputs. @throws ArtifactError with the path of the fault. */
export function readModel(node: Node, context: ModelContext): ModelSpec {
  const kind = node.object()['kind'];
  if (kind === 'constant') {
    return { kind, intercept: node.fields(['kind', 'intercept'])('intercept').number() };
  }
  if (kind === 'logistic') return readLogistic(node, context.preparation);
  if (kind === 'neural') return readNeural(node, context.preparation);
  if (kind === 'manual') return readManual(node, context);
  throw node.fault('a model of kind constant, logistic, neural or manual');
}

/** Reads a calibrator that never reverses the ranking. @throws ArtifactError with the path of the fault. */
export function readCalibrator(node: Node): Calibrator {
  const kind = node.object()['kind'];
  const bounded = (n: Node, min = -LARGEST) => n.number({ min, max: LARGEST });
  if (kind === 'identity') {
    node.fields(['kind']);
    return { kind };
  }
  if (kind === 'intercept') return { kind, intercept: bounded(node.fields(['kind', 'intercept'])('intercept')) };
  if (kind === 'platt') {
    const field = node.fields(['kind', 'slope', 'intercept']);
    const slope = bounded(field('slope'));
    if (!(slope > 0)) throw field('slope').fault('a slope above 0');
    return { kind, slope, intercept: bounded(field('intercept')) };
  }
  if (kind === 'beta') {
    const field = node.fields(['kind', 'a', 'b', 'c']);
    return { kind, a: bounded(field('a'), 0), b: bounded(field('b'), 0), c: bounded(field('c')) };
  }
  if (kind === 'isotonic') return readIsotonic(node);
  throw node.fault('a calibrator of kind identity, intercept, platt, beta or isotonic');
}

function readIsotonic(node: Node): Calibrator {
  const field = node.fields(['kind', 'z', 'probability']);
  const z = field('z').list(n => n.number());
  const probability = field('probability').list(n => n.number({ min: 0, max: 1 }));
  if (z.length === 0 || z.length !== probability.length)
    throw node.fault('as many steps as probabilities, at least one');
  ascending(field('z'), z);
  probability.forEach((p, i) => {
    if (i > 0 && p < (probability[i - 1] as number)) throw field('probability').fault('probabilities that never fall');
  });
  return { kind: 'isotonic', z, probability };
}

function readLogistic(node: Node, preparation: Preparation): ModelSpec {
  const field = node.fields(['kind', 'intercept', 'coefficients']);
  const intercept = field('intercept').number();
  const coefficients = field('coefficients').list(n => n.number());
  const { columns } = preparation;
  if (coefficients.length !== columns.length) {
    throw field('coefficients').fault(`as many coefficients as prepared columns (${columns.length})`);
  }
  const largest = columns.reduce(
    (sum, column, j) => sum + Math.abs(coefficients[j] as number) * reach(column),
    Math.abs(intercept)
  );
  if (!Number.isFinite(largest)) throw field('coefficients').fault('coefficients whose log-odds stay finite');
  return { kind: 'logistic', intercept, coefficients };
}

/** Largest absolute value of a prepared column. */
function reach(column: PreparedColumn): number {
  if (column.kind === 'number') return column.clip;
  return Math.min(column.clip, Math.max(Math.abs(column.center), Math.abs(1 - column.center)) / column.scale);
}

function readNeural(node: Node, preparation: Preparation): ModelSpec {
  const layers = node.fields(['kind', 'layers'])('layers');
  let width = preparation.columns.length;
  const stack = layers.list(item => {
    const layer = readLayer(item, width);
    width = layer.units;
    return layer;
  });
  if (stack.length === 0 || width !== 1) throw layers.fault('layers that end in one unit');
  if (stack.at(-1)?.activation !== 'identity') throw layers.fault('a last layer that gives log-odds (identity)');
  return { kind: 'neural', layers: stack };
}

function readLayer(node: Node, width: number): DenseLayer {
  const field = node.fields(['inputs', 'units', 'weights', 'bias', 'activation']);
  const inputs = field('inputs').integer(1, 1_000_000);
  const units = field('units').integer(1, 1_000_000);
  if (inputs !== width) throw field('inputs').fault(`${width} inputs`);
  const weights = field('weights').list(readFloat32);
  const bias = field('bias').list(readFloat32);
  if (weights.length !== inputs * units) throw field('weights').fault(`${inputs * units} weights`);
  if (bias.length !== units) throw field('bias').fault(`${units} biases`);
  return { inputs, units, weights, bias, activation: field('activation').oneOf('relu', 'identity') };
}

function readFloat32(node: Node): number {
  const value = node.number();
  if (Math.fround(value) !== value) throw node.fault('a float32');
  return value;
}

function readManual(node: Node, context: ModelContext): ModelSpec {
  const field = node.fields(['kind', 'profile', 'profileHash', 'minCoverage', 'factors', 'categories']);
  const factors = field('factors').list(item => readFactor(item, context.inputs));
  distinct(
    field('factors'),
    factors.map(factor => factor.name)
  );
  const total = factors.reduce((sum, factor) => sum + factor.weight, 0);
  if (!(Math.abs(total - 1) <= 1e-9)) throw field('factors').fault(`weights that sum to 1 (they sum to ${total})`);
  return {
    kind: 'manual',
    profile: field('profile').text(),
    profileHash: field('profileHash').text(),
    minCoverage: field('minCoverage').number({ min: 0, max: 1 }),
    factors,
    categories: readCategories(field('categories'))
  };
}

function readFactor(node: Node, inputs: readonly ArtifactInput[]): ManualFactor {
  const field = node.fields([
    'name',
    'input',
    'dimension',
    'weight',
    'required',
    'timing',
    'actionable',
    'transform',
    'about',
    'evidence'
  ]);
  const input = inputs.find(candidate => candidate.name === field('input').value);
  if (input?.type !== 'number') throw field('input').fault('the name of a number input');
  return {
    name: field('name').name(),
    input: input.name,
    dimension: field('dimension').text(),
    weight: field('weight').number({ min: 0, max: 1 }),
    required: field('required').boolean(),
    timing: field('timing').oneOf('leading', 'lagging'),
    actionable: field('actionable').boolean(),
    transform: readTransform(field('transform')),
    about: field('about').text(),
    evidence: field('evidence').text()
  };
}

function readTransform(node: Node): FactorTransform {
  const kind = node.object()['kind'];
  const share = (n: Node) => n.number({ min: 0, max: 1 });
  if (kind === 'percentile') {
    return { kind, lowerBetter: node.fields(['kind', 'lowerBetter'])('lowerBetter').boolean() };
  }
  if (kind === 'linear') {
    const field = node.fields(['kind', 'from', 'to']);
    const from = field('from').number();
    const to = field('to').number();
    if (from === to || !Number.isFinite(to - from)) throw field('to').fault('another anchor than from');
    return { kind, from, to };
  }
  if (kind !== 'thresholds') throw node.fault('a transform of kind thresholds, linear or percentile');
  const field = node.fields(['kind', 'below', 'steps']);
  const steps = field('steps').list(item => {
    const step = item.fields(['at', 's']);
    return { at: step('at').number(), s: share(step('s')) };
  });
  ascending(
    field('steps'),
    steps.map(step => step.at)
  );
  return { kind, below: share(field('below')), steps };
}

function readCategories(node: Node): HealthCategory[] {
  const categories = node.list(item => {
    const field = item.fields(['label', 'color', 'meaning', 'from']);
    return {
      label: field('label').name(),
      color: field('color').text(),
      meaning: field('meaning').text(),
      from: field('from').number({ min: 0, max: 1 })
    };
  });
  if (categories[0]?.from !== 0) throw node.fault('a first category from 0');
  ascending(
    node,
    categories.map(category => category.from)
  );
  return categories;
}
