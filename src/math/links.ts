/** The logistic link and its losses, stable for every finite logit. */

/** 1 / (1 + exp(-z)); keeps relative precision in both tails, so that `1 - sigmoid(z)` should be taken as `sigmoid(-z)`. */
export function sigmoid(z: number): number {
  if (z >= 0) return 1 / (1 + Math.exp(-z));
  const e = Math.exp(z);
  return e / (1 + e);
}

/** ln(p / (1 - p)) for p in [0, 1]; -Infinity at 0 and Infinity at 1. */
export function logit(p: number): number {
  if (p > 0.25 && p < 0.75) return 2 * Math.atanh(2 * p - 1);
  return Math.log(p) - Math.log1p(-p);
}

/** ln(1 + exp(z)) without overflow. */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Log loss of one row in nats: -y ln(p) - (1 - y) ln(1 - p) with p = sigmoid(z), y in [0, 1]. */
export function logLoss(z: number, y: number): number {
  return Math.max(z, 0) - z * y + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Weighted mean log loss of logits against outcomes in [0, 1]; NaN for no rows. */
export function meanLogLoss(logits: ArrayLike<number>, y: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let loss = 0;
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const w = weights === undefined ? 1 : weights[i]!;
    loss += w * logLoss(logits[i]!, y[i]!);
    total += w;
  }
  return loss / total;
}
