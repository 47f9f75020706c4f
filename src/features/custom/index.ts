export { admitCustom, type CustomTrees } from './admit.js';
export { customSpecs } from './specs.js';
