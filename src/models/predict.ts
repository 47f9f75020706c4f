import { ModelError } from '../errors.js';
import type { DenseLayer, ModelSpec } from '../types.js';

/** Prepared rows: X is [n, q] row-major. */
export interface PreparedMatrix {
  readonly X: Float64Array;
  readonly n: number;
  readonly q: number;
}

/**
 * Log-odds of each prepared row before calibration. Sums run over columns in order, in double precision.
 * @throws ModelError when the model does not take q columns, or is a manual score (which reads inputs, not columns).
 */
export function predictLogits(spec: ModelSpec, { X, n, q }: PreparedMatrix): Float64Array {
  if (X.length !== n * q)
    throw new ModelError(`expected ${n * q} prepared values for ${n} rows and ${q} columns, got ${X.length}`);
  switch (spec.kind) {
    case 'constant':
      return new Float64Array(n).fill(spec.intercept);
    case 'logistic':
      requireColumns(spec.coefficients.length, q);
      return Float64Array.from({ length: n }, (_, i) => linear(spec, X, i * q));
    case 'neural':
      requireColumns(spec.layers[0]?.inputs ?? 0, q);
      return Float64Array.from({ length: n }, (_, i) => forward(spec.layers, X.subarray(i * q, (i + 1) * q)));
    case 'manual':
      throw new ModelError(
        'expected a model over prepared columns, got a manual score: it reads the inputs themselves'
      );
  }
}

function requireColumns(expected: number, q: number): void {
  if (expected !== q)
    throw new ModelError(
      `expected ${expected} prepared columns, got ${q}: use the preparation that the model was fitted with`
    );
}

function linear(
  spec: { readonly intercept: number; readonly coefficients: readonly number[] },
  X: Float64Array,
  from: number
): number {
  let z = spec.intercept;
  for (let j = 0; j < spec.coefficients.length; j++) z += spec.coefficients[j]! * X[from + j]!;
  return z;
}

function forward(layers: readonly DenseLayer[], row: Float64Array): number {
  return layers.reduce(applyLayer, row)[0]!;
}

function applyLayer(x: Float64Array, { inputs, units, weights, bias, activation }: DenseLayer): Float64Array {
  const a = Float64Array.from(bias);
  for (let i = 0; i < inputs; i++) {
    const xi = x[i]!;
    for (let u = 0; u < units; u++) a[u] = a[u]! + xi * weights[i * units + u]!;
  }
  return activation === 'relu' ? a.map(v => Math.max(0, v)) : a;
}
