import { readFileSync } from 'node:fs';
import type { LogisticData } from '../../src/models/design.js';

export interface Expected {
  readonly names: string[];
  readonly coef: number[];
  readonly se_model: number[];
  readonly z: number[];
  readonly p_two_sided: number[];
  readonly log10_p: number[];
  readonly wald95: [number, number][];
  readonly cov_model: number[][];
  readonly loglik: number;
  readonly null_loglik: number;
  readonly robust: { readonly hc0_se: number[]; readonly hc1_se: number[] };
  readonly cluster?: { readonly G: number; readonly cr0_se: number[] };
  readonly ridge?: {
    readonly solutions: { lambda: number; coef_original: number[]; coef_standardised: number[]; loglik: number }[];
  };
}

interface Input {
  readonly rows_x_y_weight?: [number, number, number][];
  readonly weights?: string;
  readonly same_x_y_as?: string;
  readonly x_times_1024?: number[][];
  readonly base_times_131072?: number[][];
  readonly scale?: number[];
  readonly y?: number[];
  readonly cluster?: number[];
  readonly weight?: number[];
  readonly offset?: string;
  readonly offset_times_16?: number[];
  readonly subset?: string;
}

export interface OracleCase {
  readonly name: string;
  readonly data: LogisticData;
  readonly expected: Expected;
}

export function readJson<T>(url: URL): T {
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}

/** Cases of test/fixtures/logistic.json as data of a fit. */
export function logisticCases(): OracleCase[] {
  const cases = readJson<{ name: string; input: Input; expected: Expected }[]>(
    new URL('../fixtures/logistic.json', import.meta.url)
  );
  const generated = cases.find(c => c.name === 'gen200x4')!.input;
  return cases.map(({ name, input, expected }) => ({ name, data: buildData(input, generated), expected }));
}

/** Rows of numbers as data of a fit; `x` leaves out the intercept. */
export function tableData(
  x: readonly (readonly number[])[],
  y: readonly number[],
  names?: readonly string[]
): LogisticData {
  const p = x[0]!.length;
  return {
    X: Float64Array.from(x.flat()),
    y: Float64Array.from(y),
    n: x.length,
    p,
    names: names ?? Array.from({ length: p }, (_, j) => `x${j + 1}`)
  };
}

function buildData(input: Input, generated: Input): LogisticData {
  if (input.rows_x_y_weight !== undefined) {
    const rows = input.rows_x_y_weight;
    const data = tableData(
      rows.map(r => [r[0]]),
      rows.map(r => r[1])
    );
    return { ...data, weights: rows.map(r => r[2]) };
  }
  if (input.base_times_131072 !== undefined) {
    const x = input.base_times_131072.map(row => row.map((v, j) => (v / 131072) * input.scale![j]!));
    return tableData(x, input.y!);
  }
  const source = input.same_x_y_as === undefined ? input : generated;
  const data = tableData(
    source.x_times_1024!.map(row => row.map(v => v / 1024)),
    source.y!
  );
  const clusters = { clusters: generated.cluster! };
  if (input.weights?.startsWith('frequency')) return { ...data, ...clusters, weights: generated.weight! };
  if (input.weights?.startsWith('importance'))
    return { ...data, ...clusters, weights: generated.weight!.map(w => w / 2) };
  if (input.offset !== undefined) return { ...data, ...clusters, offset: generated.offset_times_16!.map(v => v / 16) };
  if (input.subset !== undefined)
    return { ...data, weights: data.names.length > 0 ? source.y!.map((_, i) => (i % 3 === 0 ? 0 : 1)) : [] };
  return { ...data, ...clusters };
}
