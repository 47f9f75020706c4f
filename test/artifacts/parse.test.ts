import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/artifacts/canonical.js';
import { parseArtifact } from '../../src/artifacts/parse.js';
import { ArtifactError } from '../../src/errors.js';
import type { ScoringArtifact } from '../../src/types.js';
import { artifacts } from './arbitrary.js';
import { logisticArtifact, manualArtifact, neuralArtifact, withGolden } from './helpers.js';

type Json = { [key: string]: Json } & { [index: number]: Json } & (number | string | null | object);

/** The text of an artifact after a change of its JSON. */
function changed(artifact: ScoringArtifact, change: (json: Json) => void): string {
  const json = JSON.parse(canonicalJson(artifact)) as Json;
  change(json);
  return JSON.stringify(json);
}

function fault(text: string): string {
  try {
    parseArtifact(text);
  } catch (error) {
    if (error instanceof ArtifactError) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('parseArtifact', () => {
  it('reads what canonicalJson writes', () => {
    for (const artifact of [logisticArtifact(), manualArtifact(), neuralArtifact()].map(withGolden)) {
      expect(parseArtifact(canonicalJson(artifact))).toEqual(artifact);
    }
    fc.assert(
      fc.property(artifacts, artifact => {
        const text = canonicalJson(artifact);
        expect(canonicalJson(parseArtifact(text))).toBe(text);
      }),
      { seed: 45, numRuns: 100 }
    );
  });

  it.each<[string, (json: Json) => void, RegExp]>([
    ['unknown top-level key', json => void Object.assign(json, { extra: 1 }), /no such key at \$\.extra/],
    ['missing key', json => void Reflect.deleteProperty(json, 'bands'), /the key bands at \$,/],
    ['another version', json => void Object.assign(json, { formatVersion: 2 }), /one of 1 at \$\.formatVersion, got 2/],
    ['unknown target', json => void Object.assign(json, { target: 'moon' }), /\$\.target, got text of 4/],
    ['text for a number', json => void Object.assign(json, { horizonDays: '90' }), /\$\.horizonDays/],
    [
      'coefficient count',
      json => void Object.assign(json['model'] as object, { coefficients: [1] }),
      /prepared columns \(5\) at \$\.model\.coefficients/
    ],
    [
      'a null coefficient',
      json => void Object.assign(json['model'] as object, { coefficients: [1, 1, null, 1, 1] }),
      /\$\.model\.coefficients\[2\], got null/
    ],
    [
      'log-odds that overflow',
      json => void Object.assign(json['model'] as object, { coefficients: [1e308, 1e308, 1, 1, 1] }),
      /stay finite/
    ],
    [
      'zero scale',
      json => void Object.assign(json['preparation']!['columns']![0] as object, { scale: 0 }),
      /above 0 at \$\.preparation\.columns\[0\]\.scale/
    ],
    [
      'negative scale',
      json => void Object.assign(json['preparation']!['columns']![0] as object, { scale: -1 }),
      /above 0/
    ],
    [
      'unknown input',
      json => void Object.assign(json['preparation']!['columns']![0] as object, { input: 'nope' }),
      /name of an input/
    ],
    [
      'number column of a category',
      json => void Object.assign(json['preparation']!['columns']![0] as object, { input: 'contract' }),
      /type number/
    ],
    [
      'level without its level',
      json => void Reflect.deleteProperty(json['preparation']!['columns']![3] as object, 'level'),
      /level columns alone/
    ],
    [
      'level outside the input',
      json => void Object.assign(json['preparation']!['columns']![3] as object, { level: 'x' }),
      /level of the input/
    ],
    ['reserved name', json => void Object.assign(json['inputs']![1] as object, { name: 'constructor' }), /reserved/],
    [
      'duplicate input',
      json => void Object.assign(json['inputs']![1] as object, { name: 'silence' }),
      /every name once/
    ],
    [
      'unknown model',
      json => void Object.assign(json, { model: { kind: 'forest' } }),
      /constant, logistic, neural or manual/
    ],
    [
      'slope of Platt not above 0',
      json => void Object.assign(json, { calibrator: { kind: 'platt', slope: 0, intercept: 1 } }),
      /slope above 0/
    ],
    [
      'beta that reverses',
      json => void Object.assign(json, { calibrator: { kind: 'beta', a: -1, b: 1, c: 0 } }),
      /\$\.calibrator\.a/
    ],
    [
      'isotonic that falls',
      json => void Object.assign(json, { calibrator: { kind: 'isotonic', z: [0, 1], probability: [0.5, 0.4] } }),
      /never fall/
    ],
    [
      'isotonic out of order',
      json => void Object.assign(json, { calibrator: { kind: 'isotonic', z: [1, 1], probability: [0.4, 0.5] } }),
      /ascending/
    ],
    [
      'isotonic lengths',
      json => void Object.assign(json, { calibrator: { kind: 'isotonic', z: [], probability: [] } }),
      /at least one/
    ],
    ['bands not from 0', json => void Object.assign(json, { bands: [{ label: 'a', from: 0.1 }] }), /band from 0/],
    [
      'golden row with both',
      json => void Object.assign(json, { golden: [{ row: {}, probability: 0.5, refusal: 'x' }] }),
      /a probability or a refusal/
    ],
    [
      'golden cell that is a list',
      json => void Object.assign(json, { golden: [{ row: { a: [1] }, probability: 0.5 }] }),
      /\$\.golden\[0\]\.row\.a/
    ],
    [
      'minimum above maximum',
      json => void Object.assign(json['inputs']![0] as object, { minimum: 2, maximum: 1 }),
      /\$\.inputs\[0\]\.maximum/
    ]
  ])('logistic: %s', (_, change, expected) => {
    expect(fault(changed(logisticArtifact(), change))).toMatch(expected);
  });

  it.each<[string, (model: Json) => void, RegExp]>([
    ['layer inputs', model => void Object.assign(model['layers']![1] as object, { inputs: 3 }), /4 inputs/],
    ['weight count', model => void Object.assign(model['layers']![1] as object, { weights: [1] }), /4 weights/],
    ['bias count', model => void Object.assign(model['layers']![1] as object, { bias: [] }), /1 biases/],
    [
      'a weight that is no float32',
      model => void Object.assign(model['layers']![1] as object, { weights: [0.1, 1, 1, 1] }),
      /float32/
    ],
    ['two outputs', model => void Object.assign(model, { layers: [(model['layers'] as Json)[0]] }), /end in one unit/],
    [
      'a rectified output',
      model => void Object.assign(model['layers']![1] as object, { activation: 'relu' }),
      /identity/
    ],
    ['huge claims', model => void Object.assign(model['layers']![0] as object, { units: 1e15 }), /\.units/]
  ])('neural: %s', (_, change, expected) => {
    expect(fault(changed(neuralArtifact(), json => change(json['model'] as Json)))).toMatch(expected);
  });

  it.each<[string, (model: Json) => void, RegExp]>([
    [
      'weights that do not sum to 1',
      model => void Object.assign(model['factors']![0] as object, { weight: 0.4 }),
      /sum to 1/
    ],
    [
      'categories not from 0',
      model => void Object.assign(model['categories']![0] as object, { from: 0.1 }),
      /category from 0/
    ],
    [
      'categories out of order',
      model => void Object.assign(model['categories']![1] as object, { from: 0.8 }),
      /ascending/
    ],
    [
      'thresholds out of order',
      model => void Object.assign(model['factors']![0]!['transform']!['steps']![1] as object, { at: 5 }),
      /ascending/
    ],
    [
      'a score over 1',
      model => void Object.assign(model['factors']![0]!['transform'] as object, { below: 1.5 }),
      /\.below/
    ],
    [
      'equal anchors',
      model => void Object.assign(model['factors']![1]!['transform'] as object, { to: 8 }),
      /another anchor/
    ],
    [
      'duplicate factor',
      model => void Object.assign(model['factors']![1] as object, { name: 'logins' }),
      /every name once/
    ]
  ])('manual: %s', (_, change, expected) => {
    expect(fault(changed(manualArtifact(), json => change(json['model'] as Json)))).toMatch(expected);
  });
});

describe('promise 45: hostile JSON is rejected fast and leaves prototypes alone', () => {
  const text = canonicalJson(logisticArtifact());

  it.each([
    ['empty', '', /a JSON value/],
    ['cut', text.slice(0, -3), /expected/],
    ['followed by more', `${text}{}`, /end of the text/],
    ['byte order mark', `\ufeff${text}`, /a JSON value/],
    ['__proto__', text.replace('{', '{"__proto__": {"polluted": 1},'), /other than __proto__/],
    ['escaped __proto__', text.replace('{', '{"\\u005f_proto__": {"polluted": 1},'), /other than __proto__/],
    ['constructor', text.replace('{', '{"constructor": {"prototype": {"polluted": 1}},'), /other than constructor/],
    ['duplicate key', text.replace('{', '{"name": "a",'), /every key once at \$\.name/],
    ['overflow', text.replace('"intercept": -2', '"intercept": 1e999'), /double can hold at \$\.model\.intercept/],
    ['NaN', text.replace('"intercept": -2', '"intercept": NaN'), /a JSON value/],
    ['hexadecimal', text.replace('"intercept": -2', '"intercept": 0x10'), /expected/],
    ['leading zero', text.replace('"intercept": -2', '"intercept": 010'), /expected/],
    ['trailing comma', '{"a": 1,}', /key in quotes/],
    ['comment', `// x\n${text}`, /a JSON value/],
    ['raw newline in text', '{"a\n": 1}', /control character/],
    ['bad escape', '{"a\\x": 1}', /escapes/],
    ['depth 100,000', '['.repeat(100_000), /levels of nesting/],
    ['objects of depth 100,000', '{"a":'.repeat(100_000), /levels of nesting/],
    ['over 20 MB', ' '.repeat(20 * 2 ** 20 + 1), /at most 20971520 characters/],
    ['a scalar', '1', /an object at \$/]
  ])('%s', (_, hostile, expected) => {
    const before = Object.getOwnPropertyNames(Object.prototype).length;
    const started = performance.now();
    expect(fault(hostile)).toMatch(expected);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(Object.getOwnPropertyNames(Object.prototype).length).toBe(before);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('any cut or changed character gives an artifact or an ArtifactError, nothing else', () => {
    const edit = fc.record({ at: fc.nat(text.length - 1), remove: fc.nat(3), put: fc.string({ maxLength: 3 }) });
    fc.assert(
      fc.property(edit, ({ at, remove, put }) => {
        expect(typeof fault(text.slice(0, at) + put + text.slice(at + remove))).toBe('string');
      }),
      { seed: 45, numRuns: 2000 }
    );
  });
});
