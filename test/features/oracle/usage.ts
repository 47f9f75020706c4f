import type { Rule } from './view.js';

export const USAGE_RULES: Readonly<Record<string, Rule>> = {};
