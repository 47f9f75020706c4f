import { describe, expect, it } from 'vitest';
import { selectDataset } from '../../src/datasets/frame.js';
import { measuredFeatures, selectFeatures } from '../../src/datasets/select.js';
import { ModelError } from '../../src/errors.js';
import { frameOfRows, infosOf } from './frames.js';

const frame = frameOfRows(infosOf(['seats', 'plan?', 'logins', 'region?']), [
  { account: 'a', values: [1, 'basic', 10, 'north'] },
  { account: 'b', values: [2, 'plus', null, 'south'] }
]);
const data = selectDataset(frame, Int32Array.of(0, 1), 'churn');

describe('selectFeatures', () => {
  it('takes columns in the order asked for, with their levels only', () => {
    const some = selectFeatures(data, ['logins', 'plan']);
    expect(some.names).toEqual(['logins', 'plan']);
    expect([some.n, some.p]).toEqual([2, 2]);
    expect([...some.X]).toEqual([10, 0, Number.NaN, 1]);
    expect(some.levels).toEqual({ plan: ['basic', 'plus'] });
  });

  it('keeps outcomes and identity, and leaves the data as they were', () => {
    const before = [...data.X];
    const none = selectFeatures(data, []);
    expect([none.p, none.X.length, none.ids, none.y]).toEqual([0, 0, data.ids, data.y]);
    expect([...data.X]).toEqual(before);
    expect(data.p).toBe(4);
  });

  it('refuses a name that is not there', () => {
    expect(() => selectFeatures(data, ['seats', 'seat'])).toThrow(ModelError);
    expect(() => selectFeatures(data, ['seat'])).toThrow('got seat; it has 4: seats, plan, logins, region');
  });
});

describe('measuredFeatures', () => {
  it('are those with a value in some row', () => {
    const rows = frameOfRows(infosOf(['seats', 'plan?', 'logins']), [
      { account: 'a', values: [null, null, null] },
      { account: 'b', values: [2, null, null] },
      { account: 'c', values: [null, 'plus', 0] }
    ]);
    const of = (...chosen: number[]) => measuredFeatures(selectDataset(rows, Int32Array.of(...chosen), 'churn'));
    expect(of(0, 1, 2)).toEqual(['seats', 'plan', 'logins']);
    expect(of(0, 1)).toEqual(['seats']);
    expect(of(0)).toEqual([]);
    expect(of()).toEqual([]);
  });
});
