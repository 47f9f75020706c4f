import { pairedDifference } from '../evaluation/paired.js';

/** What a gate said. */
export interface Gate {
  readonly name: string;
  readonly passed: boolean;
  /** The finding in words with its numbers. */
  readonly detail: string;
}

export interface SkillData {
  /** Outcome in {0, 1} of held-out rows, [n]. */
  readonly y: Uint8Array | Float64Array;
  /** Calibrated probabilities of the model, [n]. */
  readonly probability: Float64Array;
  /** Probability of the constant model, one for all rows or [n]. */
  readonly constant: Float64Array | number;
  /** Account or top parent, [n]; default every row by itself. */
  readonly clusters?: Int32Array | undefined;
  /** Frequency weights >= 0, [n]; default 1. */
  readonly weights?: Float64Array | undefined;
}

/**
 * Whether the model beats the constant one: passed when the 95 % interval of the paired difference of log losses, clustered by
 * account, lies below 0. Not passed when the difference cannot be computed.
 * @throws ModelError naming the row of a value that cannot be used.
 */
export function skillGate({ y, probability, constant, clusters, weights }: SkillData): Gate {
  const b = typeof constant === 'number' ? new Float64Array(y.length).fill(constant) : constant;
  const found = pairedDifference({ y, a: probability, b, clusters, weights, measure: 'logLoss' });
  if (found === null) {
    return {
      name: 'skill',
      passed: false,
      detail: 'log loss against the constant model not computable: under two accounts'
    };
  }
  const [lo, hi] = found.interval;
  const passed = hi < 0;
  const verdict = passed
    ? 'the model beats the constant model'
    : lo > 0
      ? 'the model is worse than the constant model'
      : 'the model cannot be told from the constant model';
  const numbers = `log loss ${signed(found.difference)}, 95 % interval ${signed(lo)} to ${signed(hi)}`;
  return { name: 'skill', passed, detail: `${verdict} (${numbers}, clustered by account)` };
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}
