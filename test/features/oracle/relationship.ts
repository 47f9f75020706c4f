import type { Rule } from './view.js';

export const RELATIONSHIP_RULES: Readonly<Record<string, Rule>> = {};
