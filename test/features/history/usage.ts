import type { Many } from '../history.js';
import type { World } from '../world.js';
import type { Draw } from './draw.js';

/** Sessions and page loads of a random history. */
export function usageRows(_draw: Draw, _many: Many): Partial<World> {
  return {};
}
