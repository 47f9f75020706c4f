import { buildFrame, type Frame } from '../../src/datasets/frame.js';
import type { FeatureInfo } from '../../src/types.js';
import { featureInfo } from '../models/worlds.js';

/** One snapshot by hand: account, parent, day, and its features; null is NULL. */
export interface SnapshotRow {
  readonly account: string;
  readonly parent?: string | null;
  readonly day?: number;
  readonly values: readonly (number | string | null)[];
}

/** Feature infos by name; a name that ends in `?` is a category. */
export function infosOf(names: readonly string[], extra: Partial<FeatureInfo> = {}): FeatureInfo[] {
  return names.map(name =>
    name.endsWith('?') ? featureInfo(name.slice(0, -1), { type: 'category' }) : featureInfo(name, extra)
  );
}

/** A frame of rows by hand, in the order given; `churn` is 0 everywhere. */
export function frameOfRows(infos: readonly FeatureInfo[], rows: readonly SnapshotRow[]): Frame {
  const numbers: Record<string, Float64Array> = {
    as_of_day: Float64Array.from(rows, row => row.day ?? 19_800),
    arr: new Float64Array(rows.length),
    churn: new Float64Array(rows.length),
    churn_us: new Float64Array(rows.length).fill(Number.NaN)
  };
  const texts: Record<string, (string | null)[]> = {
    account_id: rows.map(row => row.account),
    parent: rows.map(row => row.parent ?? null)
  };
  infos.forEach((info, j) => {
    const cells = rows.map(row => row.values[j] ?? null);
    if (info.type === 'category') texts[info.name] = cells as (string | null)[];
    else numbers[info.name] = Float64Array.from(cells, cell => (cell === null ? Number.NaN : Number(cell)));
  });
  const names = [...Object.keys(texts), ...Object.keys(numbers)];
  return buildFrame({ n: rows.length, names, numbers, texts }, infos);
}

/** Indexes 0 … n - 1. */
export function allRows(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i);
}
