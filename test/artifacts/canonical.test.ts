import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../src/artifacts/canonical.js';
import { ArtifactError } from '../../src/errors.js';

describe('canonicalJson', () => {
  it('sorts keys by code unit, keeps scalars on one line, ends with a newline', () => {
    const value = { b: [1, 'x', null], B: { z: [], a: {} }, a: [{ k: true }], gone: undefined };
    expect(canonicalJson(value)).toBe(
      '{\n  "B": {\n    "a": {},\n    "z": []\n  },\n  "a": [\n    {\n      "k": true\n    }\n  ],\n  "b": [1, "x", null]\n}\n'
    );
  });

  it('writes the shortest number that reads back with the same bits, -0 as 0', () => {
    expect(canonicalJson([0.1, 1e300, 5e-324, -0, 1 / 3])).toBe('[0.1, 1e+300, 5e-324, 0, 0.3333333333333333]\n');
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), x => {
        expect(JSON.parse(canonicalJson(x))).toBe(x + 0);
      }),
      { seed: 1, numRuns: 2000 }
    );
  });

  it('gives equal text for equal values, whatever the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), value => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { seed: 2, numRuns: 300 }
    );
  });

  it('refuses what JSON cannot hold', () => {
    for (const value of [Number.NaN, [Number.POSITIVE_INFINITY], { f: () => 1 }, [undefined], 1n]) {
      expect(() => canonicalJson(value)).toThrow(ArtifactError);
    }
  });

  it('sha256 of the empty text', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
