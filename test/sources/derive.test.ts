import { describe, expect, it } from 'vitest';
import { spanFaults } from '../../src/sources/derive.js';

const SPANS = [
  { start: 'a', end: 'b' },
  { start: 'b', end: 'c' },
  { start: 'a', end: 'd' },
  { start: 'a', end: 'e' }
];

describe('spans', () => {
  it('in reverse order are a fault of the row, unless the end alone is a later cell; unmapped ones are not judged', () => {
    const found = spanFaults(SPANS, { names: new Set(['a', 'b', 'c', 'd']), later: new Set(['b', 'c', 'x']) });
    expect(found.rows.map(fault => fault.reason)).toEqual([
      'c: expected an instant from b on, got an earlier one',
      'd: expected an instant from a on, got an earlier one'
    ]);
    const later = [...found.later].map(([name, faults]) => [name, faults.map(fault => fault.when.text)]);
    expect(later).toEqual([
      ['b', ['"b" < "a"']],
      ['c', []],
      ['x', []]
    ]);
  });
});
