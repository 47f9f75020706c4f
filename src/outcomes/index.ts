export { buildOutcomes, type OutcomeInput, planOutcomes } from './build.js';
export { type OutcomeCount, outcomeSummary } from './summary.js';
