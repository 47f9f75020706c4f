import type { Many } from '../history.js';
import type { World } from '../world.js';
import type { Draw } from './draw.js';

/** Contacts, trainings, campaigns, tags, sentiments, reviews and programmes of a random history. */
export function relationshipRows(_draw: Draw, _many: Many): Partial<World> {
  return {};
}
