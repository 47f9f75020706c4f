/** Log-odds are held within ±700, so that exp() stays finite in every form of a scorer. */
const LOGIT_LIMIT = 700;

/** Log-odds within ±700, never -0 (JSON cannot hold it). NaN stays NaN. */
export function clipLogit(z: number): number {
  return Math.min(LOGIT_LIMIT, Math.max(-LOGIT_LIMIT, z)) + 0;
}

/** Probability of log-odds `z` (clipped to ±700): 1 / (1 + exp(-z)). */
export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-clipLogit(z)));
}

/** Log-odds of a probability in [0, 1], within ±700. */
export function logit(probability: number): number {
  return clipLogit(Math.log(probability) - Math.log(1 - probability));
}

/** ln(1 + exp(x)) without overflow. -softplus(-z) is ln(sigmoid(z)), -softplus(z) is ln(1 - sigmoid(z)). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log(1 + Math.exp(-Math.abs(x)));
}
