import { describe, expect, it } from 'vitest';
import { toArquero, toDanfo } from '../../src/notebook/frames.js';
import type { Columns } from '../../src/types.js';

const arr = Float64Array.of(1.5, Number.NaN, 1e12);
const columns: Columns = {
  n: 3,
  names: ['account', 'arr'],
  numbers: { arr },
  texts: { account: ['b', null, 'a'] }
};

describe('toArquero', () => {
  it('shares the numbers and keeps the order of columns', async () => {
    const table = await toArquero(columns);
    expect(table.columnNames()).toEqual(['account', 'arr']);
    expect([table.numRows(), table.numCols()]).toEqual([3, 2]);
    expect(table.column('arr')).toBe(arr);
    expect([table.get('account', 0), table.get('account', 1), table.get('arr', 2)]).toEqual(['b', null, 1e12]);
    expect(table.get('arr', 1)).toBeNaN();
  });

  it('takes an empty result', async () => {
    const table = await toArquero({ n: 0, names: ['arr'], numbers: { arr: new Float64Array(0) }, texts: {} });
    expect([table.numRows(), table.columnNames()]).toEqual([0, ['arr']]);
  });

  it('takes a column named like a property of every object', async () => {
    const numbers = Object.assign(Object.create(null), { constructor: Float64Array.of(4) });
    const table = await toArquero({ n: 1, names: ['constructor'], numbers, texts: Object.create(null) });
    expect(table.get('constructor', 0)).toBe(4);
  });
});

describe('toDanfo', () => {
  it('copies columns in order; NaN and NULL are null', async () => {
    const frame = await toDanfo(columns);
    expect(frame.columns).toEqual(['account', 'arr']);
    expect(frame.shape).toEqual([3, 2]);
    expect(frame.values).toEqual([
      ['b', 1.5],
      [null, null],
      ['a', 1e12]
    ]);
    expect(arr[1]).toBeNaN();
  });
});
