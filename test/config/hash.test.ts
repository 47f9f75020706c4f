import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson, hashOf } from '../../src/config/hash.js';

describe('canonicalJson', () => {
  it('orders keys by code units at every level and keeps lists', () => {
    expect(canonicalJson({ b: [2, { z: null, a: 'x' }], B: true })).toBe('{"B":true,"b":[2,{"a":"x","z":null}]}');
  });

  it('is what is hashed', () => {
    expect(hashOf({ b: 1, a: 2 })).toBe(createHash('sha256').update('{"a":2,"b":1}').digest('hex'));
  });
});
