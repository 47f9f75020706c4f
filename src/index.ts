// Public library: what notebooks and other programs import.

export { parseArtifact } from './artifacts/parse.js';
export { scoreRow } from './artifacts/scorer.js';
export { loadArtifact, verifyDirectory } from './artifacts/store.js';
export { skillGate } from './backtest/gates.js';
export { applyCalibrator } from './calibration/apply.js';
export { fitCalibrator } from './calibration/fit.js';
export { besideManual } from './comparison/beside.js';
export { selectFeatures } from './datasets/select.js';
export { ArtifactError, ConfigError, DataError, GateError, ModelError, VitalsError } from './errors.js';
export { evaluate } from './evaluation/evaluate.js';
export { pairedDifference } from './evaluation/paired.js';
export { fitDrivers } from './models/drivers.js';
export { fitLogistic } from './models/logistic.js';
export { fitNeural, predictNeural } from './models/neural-fit.js';
export { predictLogistic } from './models/predict-logistic.js';
export { toArquero, toDanfo } from './notebook/frames.js';
export { show } from './notebook/show.js';
export { type RunOptions, type RunResult, run } from './pipeline/run.js';
export { openWorkspace, type Workspace } from './pipeline/workspace.js';
export { charts } from './reports/charts/index.js';
export { renderSvg } from './reports/render.js';
export type * from './types.js';
