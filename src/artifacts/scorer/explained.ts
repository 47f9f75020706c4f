import type { HealthScore } from '../../types.js';

/** Part of the raw log-odds that one input (by position) explains. */
export interface Part {
  readonly input: number;
  readonly z: number;
}

/** Raw log-odds of a row, of the reference, and what lies between them. */
export interface Explained {
  readonly z: number;
  readonly reference: number;
  readonly parts: readonly Part[];
  readonly health?: HealthScore;
}
