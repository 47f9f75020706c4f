import { COMMERCIAL_RULES } from './oracle/commercial.js';
import { CORE_RULES } from './oracle/core.js';
import { RELATIONSHIP_RULES } from './oracle/relationship.js';
import { USAGE_RULES } from './oracle/usage.js';
import type { Rule } from './oracle/view.js';

export { type Expected, expected, type Rule, type View, viewOf } from './oracle/view.js';

/** The features that are checked one by one. */
export const RULES: Readonly<Record<string, Rule>> = {
  ...CORE_RULES,
  ...USAGE_RULES,
  ...COMMERCIAL_RULES,
  ...RELATIONSHIP_RULES
};
