import type { Rule } from './view.js';

export const COMMERCIAL_RULES: Readonly<Record<string, Rule>> = {};
