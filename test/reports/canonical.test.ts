import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/reports/canonical.js';
import { reportModel } from './fixture.js';

describe('canonical JSON', () => {
  it('is the same text whatever the order of keys, and loses nothing', () => {
    const model = reportModel();
    const reversed = Object.fromEntries(Object.entries(model).reverse());
    expect(canonicalJson(reversed)).toBe(canonicalJson(model));
    expect(JSON.parse(canonicalJson(model))).toEqual(model);
  });

  it('orders by code unit and keeps a key named __proto__ as data', () => {
    expect(canonicalJson(JSON.parse('{"b":1,"B":2,"__proto__":{"x":3}}'))).toBe(
      '{\n  "B": 2,\n  "__proto__": {\n    "x": 3\n  },\n  "b": 1\n}\n'
    );
  });

  it('refuses a number that JSON would turn into null', () => {
    expect(() => canonicalJson({ a: [1, Number.NaN] })).toThrow(
      'expected a finite number at $.a[1] of the report, got NaN'
    );
  });
});
