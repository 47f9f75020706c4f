import { PAYMENT_RULES } from './payments.js';
import { SUBSCRIPTION_RULES } from './subscription.js';
import { TICKET_RULES } from './tickets.js';
import type { Rule } from './view.js';

/** Every feature of money, contracts, payments and support. */
export const COMMERCIAL_RULES: Readonly<Record<string, Rule>> = {
  ...SUBSCRIPTION_RULES,
  ...TICKET_RULES,
  ...PAYMENT_RULES
};
