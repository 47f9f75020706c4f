import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/pipeline/effects.js';

const FULL = process.env['VITALS_FULL'] === '1';
const ADDON = existsSync(join(PACKAGE_ROOT, 'node_modules', 'tfjs-node-native', 'lib', 'napi-v8', 'tfjs_binding.node'));
const ROWS = 500;

if (!FULL) console.log('Native back end against WASM: skipped, set VITALS_FULL=1 (npm run test:full) to run it.');
else if (!ADDON)
  console.log('Native back end against WASM: skipped, the addon is not there (scripts/build-native-tfjs.sh).');

/** Prints the probabilities that one back end gives for seeded weights and rows, and its name. */
const PROBABILITIES = `
import { seededRandom } from './dist/math/random.js';
import { sigmoid } from './dist/math/links.js';
import { openBackend } from './dist/models/backend.js';
import { networkLogits } from './dist/models/neural.js';
const random = seededRandom(5);
const widths = [60, 32, 16, 1];
const layers = widths.slice(1).map((units, k) => ({
  inputs: widths[k],
  units,
  weights: Array.from({ length: widths[k] * units }, () => Math.sqrt(2 / widths[k]) * random.normal()),
  bias: Array.from({ length: units }, () => 0.1 * random.normal()),
  activation: k < widths.length - 2 ? 'relu' : 'identity'
}));
const Z = Float64Array.from({ length: ${ROWS} * 60 }, () => random.normal());
const backend = await openBackend(process.argv[1]);
const logits = networkLogits(backend.tf, { kind: 'neural', layers }, { Z, n: ${ROWS}, q: 60 });
console.log(JSON.stringify({ name: backend.name, probability: [...logits].map(sigmoid) }));
`;

function probabilities(backend: string): { name: string; probability: number[] } {
  const text = execFileSync(process.execPath, ['--input-type=module', '--eval', PROBABILITIES, backend], {
    cwd: PACKAGE_ROOT,
    encoding: 'utf8'
  });
  return JSON.parse(text.trim().split('\n').at(-1) as string);
}

describe.skipIf(!FULL || !ADDON)('native back end', () => {
  it('gives the probabilities that WASM and plain JavaScript give, within 1e-6', () => {
    const native = probabilities('tensorflow');
    expect(native.name).toBe('tensorflow');
    expect(Math.max(...native.probability) - Math.min(...native.probability)).toBeGreaterThan(0.5);
    for (const other of ['wasm', 'cpu'] as const) {
      const { name, probability } = probabilities(other);
      expect(name).toBe(other);
      const apart = probability.map((p, i) => Math.abs(p - (native.probability[i] as number)));
      expect(Math.max(...apart)).toBeLessThan(1e-6);
    }
  });

  it('is what `auto` takes', () => {
    expect(probabilities('auto').name).toBe('tensorflow');
  });
});
