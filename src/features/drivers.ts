import type { FeatureInfo } from '../types.js';

/** Factors that a customer team names first, in order of priority; a longer list is cut by the number of episodes. */
const PRIORITY: readonly string[] = [
  'tenure_days',
  'active_days_28d',
  'share_active_28d',
  'events_per_active_user_28d',
  'events_change_28d',
  'tickets_high_open_30d',
  'tickets_28d',
  'invoices_overdue',
  'days_since_two_way',
  'nps_last',
  'csat_mean_180d',
  'seat_utilisation_28d',
  'days_to_term_end',
  'mrr_change_90d'
];

/**
 * The pre-declared list of the drivers fit when the configuration names none: the priority list as far as the workspace has
 * it; for a ready table, whose columns nobody can know beforehand, its numbers in the order of the configuration.
 */
export function driverList(infos: readonly FeatureInfo[]): string[] {
  const numbers = infos.filter(info => info.type === 'number').map(info => info.name);
  const named = PRIORITY.filter(name => numbers.includes(name));
  return named.length === 0 ? numbers : named;
}
