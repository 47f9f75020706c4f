import { countEpisodes } from '../datasets/blocks.js';
import type { BlockName, Dataset } from '../types.js';

/**
 * Distinct episodes that a block needs before a learned model is fitted, calibrated and judged. Ten episodes carry one
 * factor; under thirty, no ranking of factors is stable.
 */
export const REQUIRED_EPISODES: Readonly<Record<BlockName, number>> = { train: 30, validation: 5, calibration: 10, test: 10 };

/** How many more distinct episodes the blocks need together; 0 when every block has enough. */
export function episodesNeeded(blocks: Readonly<Record<BlockName, Dataset>>, names: readonly BlockName[]): number {
  return names.reduce((sum, name) => sum + Math.max(0, REQUIRED_EPISODES[name] - countEpisodes(blocks[name])), 0);
}
