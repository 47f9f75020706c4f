export { buildOutcomes, EARLY_DAYS, type OutcomeInput, planOutcomes } from './build.js';
export { type EpisodeCounts, episodeCounts } from './episodes.js';
export {
  type AccountMrr,
  type CohortChurn,
  cohortChurn,
  mrrWaterfall,
  type QuickRatio,
  quickRatio,
  type RetentionRates,
  rateOver,
  retentionRates,
  type Waterfall
} from './rates.js';
export { computeRetention, type Retention, type RetentionCohort, type RetentionPeriod } from './retention.js';
export { type Competing, type OutcomeCount, type OutcomeName, outcomeSummary } from './summary.js';
