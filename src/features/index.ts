export { buildSnapshots, planSnapshots, type SnapshotInput } from './build.js';
export { buildCatalogue, type Catalogue, featureInfos, type SkippedFeature } from './catalogue.js';
export type { PlanStep, SnapshotPlan } from './compile.js';
export { admitCustom } from './custom/index.js';
export { driverList } from './drivers.js';
export { droppedUsers } from './families/loyalty.js';
export { type PageTableOptions, pageTable } from './page-table.js';
export { chosenNames, coreNames } from './selection.js';
export type { FeatureDef } from './types.js';
