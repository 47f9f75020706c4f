import type { DenseLayer } from '../../types.js';

const STEPS = 64;

/** Raw log-odds of a stack of dense layers, in double precision. */
export function networkLogit(layers: readonly DenseLayer[], x: Float64Array): number {
  return layers.reduce((activations, layer) => applyLayer(layer, activations), x)[0] as number;
}

/**
 * Integrated gradients from the all-zero row (the training average) to `x`, midpoint rule with 64 steps
 * (Sundararajan, Taly, Yan 2017). The sum differs from logit(x) - logit(0) by the error of the rule.
 */
export function integratedGradients(layers: readonly DenseLayer[], x: Float64Array): Float64Array {
  const total = new Float64Array(x.length);
  for (let step = 0; step < STEPS; step++) {
    const at = (step + 0.5) / STEPS;
    const slope = gradientAt(
      layers,
      x.map(value => value * at)
    );
    for (let j = 0; j < x.length; j++) total[j] = (total[j] as number) + (slope[j] as number) / STEPS;
  }
  return total.map((mean, j) => mean * (x[j] as number));
}

function applyLayer(layer: DenseLayer, x: Float64Array): Float64Array {
  const { units, weights } = layer;
  const out = Float64Array.from(layer.bias);
  for (let i = 0; i < x.length; i++) {
    const value = x[i] as number;
    for (let u = 0; u < units; u++) out[u] = (out[u] as number) + value * (weights[i * units + u] as number);
  }
  return layer.activation === 'relu' ? out.map(value => Math.max(value, 0)) : out;
}

function gradientAt(layers: readonly DenseLayer[], x: Float64Array): Float64Array {
  const outputs: Float64Array[] = [];
  let activations = x;
  for (const layer of layers) {
    activations = applyLayer(layer, activations);
    outputs.push(activations);
  }
  let gradient: Float64Array = new Float64Array([1]);
  for (let l = layers.length - 1; l >= 0; l--) {
    gradient = layerGradient(layers[l] as DenseLayer, outputs[l] as Float64Array, gradient);
  }
  return gradient;
}

function layerGradient(layer: DenseLayer, output: Float64Array, gradient: Float64Array): Float64Array {
  const { inputs, units, weights, activation } = layer;
  const passed = gradient.map((g, u) => (activation === 'relu' && (output[u] as number) <= 0 ? 0 : g));
  const out = new Float64Array(inputs);
  for (let i = 0; i < inputs; i++) {
    let sum = 0;
    for (let u = 0; u < units; u++) sum += (weights[i * units + u] as number) * (passed[u] as number);
    out[i] = sum;
  }
  return out;
}
