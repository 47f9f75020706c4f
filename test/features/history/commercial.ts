import type { Many } from '../history.js';
import type { World } from '../world.js';
import type { Draw } from './draw.js';

/** Payments of a random history. */
export function commercialRows(_draw: Draw, _many: Many): Partial<World> {
  return {};
}
