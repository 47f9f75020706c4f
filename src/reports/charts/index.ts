import { categoryOutcome } from './category-outcome.js';
import { drivers } from './drivers.js';
import { health } from './health.js';
import { models } from './models.js';
import { reliability } from './reliability.js';

/** Charts as Vega-Lite specifications: pure functions of results, the same ones that the report shows. */
export const charts = { reliability, drivers, health, models, categoryOutcome } as const;
