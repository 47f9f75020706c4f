import type {
  ArtifactInput,
  Band,
  GoldenRow,
  Preparation,
  PreparedColumn,
  Provenance,
  ScoringArtifact,
  ScoringRow
} from '../types.js';
import { ascending, distinct, Node } from './check.js';
import { parseJson } from './json.js';
import { readCalibrator, readModel } from './parse-model.js';

const LIMITS = { maxLength: 20 * 2 ** 20, maxDepth: 16 };

/**
 * Reads an artifact that nobody vouches for: strict JSON, no unknown key, every number finite and in its domain, every
 * name resolved, every shape consistent. The result is built anew and shares nothing with the text.
 * @throws ArtifactError with the path of the fault.
 */
export function parseArtifact(text: string): ScoringArtifact {
  const field = new Node(parseJson(text, LIMITS)).fields([
    'formatVersion',
    'name',
    'target',
    'horizonDays',
    'inputs',
    'preparation',
    'model',
    'calibrator',
    'bands',
    'provenance',
    'golden'
  ]);
  const formatVersion = field('formatVersion').oneOf(1);
  const inputs = field('inputs').list(readInput);
  distinct(
    field('inputs'),
    inputs.map(input => input.name)
  );
  const preparation = readPreparation(field('preparation'), inputs);
  return {
    formatVersion,
    name: field('name').name(),
    target: field('target').oneOf('churn', 'upsell', 'renewal', 'health'),
    horizonDays: field('horizonDays').integer(0, 36_500),
    inputs,
    preparation,
    model: readModel(field('model'), { inputs, preparation }),
    calibrator: readCalibrator(field('calibrator')),
    bands: readBands(field('bands')),
    provenance: readProvenance(field('provenance')),
    golden: field('golden').list(readGolden)
  };
}

function readInput(node: Node): ArtifactInput {
  const required = ['name', 'type', 'unit', 'about', 'nullable', 'definitionHash'];
  const type = node.fields(required, ['minimum', 'maximum', 'levels'])('type').oneOf('number', 'category');
  const field = node.fields(required, type === 'number' ? ['minimum', 'maximum'] : ['levels']);
  const minimum = field('minimum').optional(n => n.number());
  const maximum = field('maximum').optional(n => n.number({ min: minimum ?? -Number.MAX_VALUE }));
  const levels = field('levels').optional(n => n.list(item => item.text()));
  if (levels !== undefined) distinct(field('levels'), levels);
  return {
    name: field('name').name(),
    type,
    unit: field('unit').text(),
    about: field('about').text(),
    nullable: field('nullable').boolean(),
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(levels === undefined ? {} : { levels }),
    definitionHash: field('definitionHash').text()
  };
}

function readPreparation(node: Node, inputs: readonly ArtifactInput[]): Preparation {
  const columns = node.fields(['columns'])('columns');
  const byName = new Map(inputs.map(input => [input.name, input]));
  return { columns: columns.list(item => readColumn(item, byName)) };
}

function readColumn(node: Node, inputs: ReadonlyMap<string, ArtifactInput>): PreparedColumn {
  const field = node.fields(['name', 'input', 'kind', 'center', 'scale', 'clip'], ['transform', 'level']);
  const kind = field('kind').oneOf('number', 'missing', 'level', 'other');
  const input = inputs.get(field('input').text());
  if (input === undefined) throw field('input').fault('the name of an input');
  const type = kind === 'number' ? 'number' : 'category';
  if (kind !== 'missing' && input.type !== type) throw field('input').fault(`an input of type ${type}`);
  const level = field('level').optional(n => n.text());
  if ((kind === 'level') !== (level !== undefined)) throw field('level').fault('a level in level columns alone');
  if (level !== undefined && !input.levels?.includes(level)) throw field('level').fault('a level of the input');
  const transform = field('transform').optional(n => n.oneOf('identity', 'log1p', 'signed_log1p'));
  if (kind !== 'number' && transform !== undefined)
    throw field('transform').fault('a transform in number columns alone');
  return {
    name: field('name').text(),
    input: input.name,
    kind,
    ...(transform === undefined ? {} : { transform }),
    ...(level === undefined ? {} : { level }),
    center: field('center').number(),
    scale: field('scale').positive(),
    clip: field('clip').positive()
  };
}

function readBands(node: Node): Band[] {
  const bands = node.list(item => {
    const field = item.fields(['label', 'from']);
    return { label: field('label').text(), from: field('from').number({ min: 0, max: 1 }) };
  });
  if (bands.length > 0 && bands[0]?.from !== 0) throw node.fault('a first band from 0');
  ascending(
    node,
    bands.map(band => band.from)
  );
  return bands;
}

function readProvenance(node: Node): Provenance {
  const field = node.fields([
    'product',
    'runId',
    'dataHash',
    'configHash',
    'trainedOn',
    'calibratedOn',
    'backend',
    'seed'
  ]);
  const trained = field('trainedOn').fields(['rows', 'accounts', 'episodes', 'from', 'to']);
  const calibrated = field('calibratedOn').fields(['rows', 'episodes', 'from', 'to']);
  const common = (part: (key: string) => Node) => ({
    rows: part('rows').integer(0),
    episodes: part('episodes').integer(0),
    from: part('from').text(),
    to: part('to').text()
  });
  return {
    product: field('product').text(),
    runId: field('runId').text(),
    dataHash: field('dataHash').text(),
    configHash: field('configHash').text(),
    trainedOn: { ...common(trained), accounts: trained('accounts').integer(0) },
    calibratedOn: common(calibrated),
    backend: field('backend').text(),
    seed: field('seed').integer(Number.MIN_SAFE_INTEGER)
  };
}

function readGolden(node: Node): GoldenRow {
  const field = node.fields(['row'], ['probability', 'refusal', 'u', 'category']);
  const share = (n: Node) => n.number({ min: 0, max: 1 });
  const probability = field('probability').optional(share);
  const refusal = field('refusal').optional(n => n.text());
  if ((probability === undefined) === (refusal === undefined)) throw node.fault('a probability or a refusal');
  const u = field('u').optional(share);
  const category = field('category').optional(n => n.text());
  return {
    row: readRow(field('row')),
    ...(probability === undefined ? {} : { probability }),
    ...(refusal === undefined ? {} : { refusal }),
    ...(u === undefined ? {} : { u }),
    ...(category === undefined ? {} : { category })
  };
}

function readRow(node: Node): ScoringRow {
  const row: Record<string, number | string | null> = {};
  for (const [key, cell] of node.entries()) {
    const { value } = cell;
    if (value !== null && typeof value !== 'string' && typeof value !== 'number')
      throw cell.fault('a number, text or null');
    row[key] = value;
  }
  return row;
}
