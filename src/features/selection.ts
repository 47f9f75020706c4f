import { didYouMean } from '../config/suggest.js';
import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';
import { slugOf } from './slugs.js';

/** The main measure of every idea, without most of its variants: what models learn from unless a workspace says otherwise. */
const CORE: readonly string[] = [
  'events_change_28d events_change_28d_vs_56d events_slope_56d days_since_last_event events_per_active_user_28d',
  'events_rate_28d events_rate_life event_types_28d core_events_28d core_value_reached days_to_first_core_event',
  'hours_per_user_day_15d hours_per_user_day_change_15d session_hours_median_15d sessions_per_active_user_15d',
  'load_seconds_p95_30d request_success_30d app_rating_index',
  'users_total users_new_28d users_deactivated_90d users_inactive_30d share_active_28d users_dropped_30d',
  'users_loyal_share_30d',
  'mrr arr mrr_change_90d seats seats_change_90d seat_utilisation_28d mrr_per_seat contract_value plan plan_rank',
  'upgrades_180d downgrades_180d days_to_term_end days_since_term_start terms_count',
  'tickets_open tickets_high_open tickets_high_open_30d tickets_escalated_90d tickets_oldest_open_days',
  'tickets_hours_to_resolve_90d tickets_resolved_share_90d tickets_rating_mean_90d tickets_within_sla_share_90d',
  'tickets_reopened_share_90d tickets_sentiment_mean_90d tickets_sentiment_trend_90d',
  'invoices_overdue invoices_overdue_amount invoices_overdue_days invoices_on_time_share_365d',
  'invoices_days_late_mean_365d invoices_failed_90d payments_interval_cv_365d payments_warnings_first_90d',
  'nps_last nps_mean_365d nps_response_share_365d csat_mean_180d days_since_last_response',
  'touchpoints_90d touchpoints_two_way_90d days_since_two_way touchpoints_cancelled_by_customer_share_90d',
  'cadence_adherence_90d reply_hours_90d messages_answered_share_90d meeting_acceptance_share_90d channels_inbound_90d',
  'persona_coverage departments_two_way_90d seniority_two_way_90d main_contact_seniority new_contact',
  'trainings_attended_share_365d active_users_trained_share_28d marketing_acts_per_contact_90d',
  'tags_positive tags_negative sentiment_score relationship_score renewal_tone_score',
  'advocacy_acts_365d review_rating_last programmes_joined_share',
  'tenure_days tenure_months first_90_days industry country region size_band channel segment'
].flatMap(line => line.split(' '));

/** Stems that are measured in every window of the configuration. */
const WINDOWED = ['events', 'active_days', 'active_users', 'value', 'hours', 'tickets', 'sessions'];

/** Names of the set `core` under a configuration, whether or not its sources are there. */
export function coreNames({ features }: Config): string[] {
  const types = features.eventTypes.map(type => slugOf(type));
  const stems = [...WINDOWED, ...types];
  return [
    ...CORE,
    ...stems.flatMap(stem => features.windows.map(days => `${stem}_${days}d`)),
    ...types.flatMap(type => [`${type}_rate_28d`, `${type}_rate_life`])
  ];
}

/**
 * The features that a workspace computes: `features.use`, those that it declares itself, and those in `also` (of the
 * manual score and the drivers fit).
 * @param names every feature that may be named
 * @throws ConfigError when `features.use` names an unknown feature
 */
export function chosenNames(config: Config, names: readonly string[], also: readonly string[]): ReadonlySet<string> {
  const { use, custom } = config.features;
  const chosen = new Set([...custom.map(feature => feature.name), ...also]);
  for (const name of use) {
    if (name === 'all') for (const one of names) chosen.add(one);
    else if (name === 'core') for (const one of coreNames(config)) chosen.add(one);
    else if (names.includes(name)) chosen.add(name);
    else {
      const known = ['core', 'all', ...names];
      throw new ConfigError(
        `expected core, all or names of features in features.use, got ${name}; ${didYouMean(name, known)}`
      );
    }
  }
  return chosen;
}
