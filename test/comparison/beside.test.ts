import { describe, expect, it } from 'vitest';
import { besideManual } from '../../src/comparison/beside.js';
import { ModelError } from '../../src/errors.js';
import { sigmoid } from '../../src/math/links.js';
import { seededRandom } from '../../src/math/random.js';

describe('besideManual', () => {
  it('is learned minus manual on the same rows, by hand', () => {
    const y = Uint8Array.of(1, 1, 0, 0);
    const learned = Float64Array.of(0.8, 0.5, 0.5, 0.2);
    const manual = Float64Array.of(0.5, 0.2, 0.5, 0.2);
    const found = besideManual({ y, learned, manual, clusters: Int32Array.of(0, 1, 2, 3) });
    // AUC of the learned model: pairs 1, 1, 1/2 and 1 of 4; of the manual score: 1/2, 1, 0 and 1/2.
    expect(found.auc?.difference).toBeCloseTo(3.5 / 4 - 2 / 4, 14);
    expect(found.brier?.difference).toBeCloseTo((0.2 ** 2 + 0.5 ** 2 - 0.5 ** 2 - 0.8 ** 2) / 4, 14);
    expect(found.logLoss?.difference).toBeCloseTo((Math.log(0.5 / 0.8) + Math.log(0.2 / 0.5)) / 4, 14);
  });

  it('errors are clustered: rows of one account do not count as independent', () => {
    const random = seededRandom(3, 1);
    const truth = Float64Array.from({ length: 60 }, () => 2 * random.normal() - 1);
    const y = Uint8Array.from(truth, z => (random.uniform() < sigmoid(z) ? 1 : 0));
    const repeat = <T extends Uint8Array | Float64Array>(column: T, times: number) =>
      Array.from({ length: times }, () => [...column]).flat();
    const once = { y, learned: truth.map(sigmoid), manual: truth.map(z => sigmoid(z / 4)) };
    const single = besideManual({ ...once, clusters: Int32Array.from({ length: 60 }, (_, i) => i) });
    const repeated = besideManual({
      y: Uint8Array.from(repeat(once.y, 5)),
      learned: Float64Array.from(repeat(once.learned, 5)),
      manual: Float64Array.from(repeat(once.manual, 5)),
      clusters: Int32Array.from({ length: 300 }, (_, i) => i % 60)
    });
    for (const measure of ['auc', 'logLoss', 'brier'] as const) {
      expect(repeated[measure]?.difference).toBeCloseTo(single[measure]?.difference as number, 12);
      expect(repeated[measure]?.standardError).toBeCloseTo(single[measure]?.standardError as number, 10);
    }
    expect(single.logLoss?.interval[1]).toBeLessThan(0);
  });

  it('is null where there is nothing to compare', () => {
    const rows = { y: Uint8Array.of(1, 0), learned: Float64Array.of(0.6, 0.4), manual: Float64Array.of(0.5, 0.5) };
    const none = besideManual({ ...rows, clusters: Int32Array.of(7, 7) });
    expect(none).toEqual({ auc: null, logLoss: null, brier: null });
  });

  it('refuses probabilities outside [0, 1]', () => {
    const rows = { y: Uint8Array.of(1, 0), learned: Float64Array.of(1.2, 0.4), manual: Float64Array.of(0.5, 0.5) };
    expect(() => besideManual({ ...rows, clusters: Int32Array.of(0, 1) })).toThrow(ModelError);
  });
});
