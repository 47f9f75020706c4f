import type { Family } from '../types.js';
import { contract } from './contract.js';
import { money } from './money.js';
import { planRanks } from './plan-ranks.js';
import { renewals } from './renewals.js';
import { seats } from './seats.js';

/** What the account pays for: money, seats, plan, the contract and its renewals. Terms of trials are left out. */
export const subscription: Family = input => [
  ...money(input),
  ...seats(input),
  ...planRanks(input),
  ...contract(input),
  ...renewals(input)
];
