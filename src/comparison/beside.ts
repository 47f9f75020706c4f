import { pairedDifference } from '../evaluation/paired.js';

export interface BesideInput {
  readonly y: Uint8Array;
  readonly learned: Float64Array;
  readonly manual: Float64Array;
  readonly clusters: Int32Array;
}

/** Differences learned minus manual on the same held-out rows, with 95 % intervals clustered by account. */
export interface BesideManual {
  readonly auc: ReturnType<typeof pairedDifference>;
  readonly logLoss: ReturnType<typeof pairedDifference>;
  readonly brier: ReturnType<typeof pairedDifference>;
}

/** Sets the learned model beside the manual score: the same rows, the same outcomes, the difference of each measure. */
export function besideManual({ y, learned, manual, clusters }: BesideInput): BesideManual {
  const paired = (measure: 'auc' | 'logLoss' | 'brier') =>
    pairedDifference({ y, a: learned, b: manual, clusters, measure });
  return { auc: paired('auc'), logLoss: paired('logLoss'), brier: paired('brier') };
}
