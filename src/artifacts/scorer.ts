/** The scorer of artifacts: no package, no other room; its compiled files are embedded in every exported module. */
export { buildScorer, type Scorer, scoreRow } from './scorer/score.js';
