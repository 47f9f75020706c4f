import type { Config } from '../config/types.js';
import { countEpisodes } from '../datasets/blocks.js';
import { DataError } from '../errors.js';
import type { BlockName, Dataset } from '../types.js';

/**
 * Distinct episodes that a block needs before a learned model is fitted, calibrated and judged. Ten episodes carry one
 * factor; under thirty, no ranking of factors is stable.
 */
export const REQUIRED_EPISODES: Readonly<Record<BlockName, number>> = {
  train: 30,
  validation: 5,
  calibration: 10,
  test: 10
};

/** How many more distinct episodes the blocks need together; 0 when every block has enough. */
export function episodesNeeded(blocks: Readonly<Record<BlockName, Dataset>>, names: readonly BlockName[]): number {
  return names.reduce((sum, name) => sum + Math.max(0, REQUIRED_EPISODES[name] - countEpisodes(blocks[name])), 0);
}

/** Refuses training rows of which every one churned: nothing tells who stays. @throws DataError */
export function requireSurvivors({ n, y }: Pick<Dataset, 'n' | 'y'>, { shape }: Pick<Config, 'shape'>): void {
  if (n < 2 || !y.every(v => v === 1)) return;
  const where =
    shape === 'snapshots'
      ? 'snapshots.outcome in vitals.yaml, and the file'
      : 'the mapping of term_end, ended_at and notice_at, and that data_end is not after the last record';
  throw new DataError(
    `expected accounts that stayed among the ${n} training rows, got churn in every one; check ${where}`
  );
}
