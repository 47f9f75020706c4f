export { buildOutcomes, EARLY_DAYS, type OutcomeInput, planOutcomes } from './build.js';
export { type EpisodeCounts, episodeCounts } from './episodes.js';
export { type Competing, type OutcomeCount, type OutcomeName, outcomeSummary } from './summary.js';
