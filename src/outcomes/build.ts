import type { Config, OutcomeConfig } from '../config/types.js';
import { DataError } from '../errors.js';
import { dayExpression, midnightExpression } from '../sources/calendar.js';
import { id, raw, sql } from '../sql/sql.js';
import type { Engine, Sql, Tables } from '../types.js';
import {
  absencesQuery,
  CHURN_KINDS,
  churnQuery,
  hasFailures,
  nearestQuery,
  pendingQuery,
  startsQuery
} from './churn.js';
import { contractionQuery } from './contraction.js';
import { episodesQuery } from './episodes.js';
import { contractEndsQuery, renewalQuery } from './renewal.js';
import { mrrQuery, termsQuery } from './terms.js';
import { boughtQuery, reachQuery, UPSELL_KINDS, upsellQuery } from './upsell.js';
import { immature, inside, kindText } from './windows.js';

export interface OutcomeInput {
  readonly config: Config;
  readonly tables: Tables;
}

/** Churn up to so many local days after the first paid start is early (R100). */
export const EARLY_DAYS = 90;

/**
 * Creates table `outcomes`: one row per row of table `spine`, ordered by as-of day, then account id, and table
 * `outcome_episodes` (see `episodesQuery`). Windows are (t + lead, t + lead + horizon], both ends local midnights.
 * - churn TINYINT is 1 when the earliest churn instant at or after `t` lies in the window; churn_status is `ok`,
 *   `left_in_lead` (it lies in [t, t + lead]) or `immature` (the window plus grace ends after the smallest watermark of the
 *   tables that tell of churn); churn_kind and churn_us belong to churn = 1 and to `left_in_lead`.
 * - upsell is 1 when one happens in its window and not after churn; upsell_status may also be `not_eligible` (top plan, no
 *   seats, every product) or `off`.
 * - early_churn is churn at a tenure of at most 90 days; early_churn_status may also be `not_new` (90 days or more at `t`).
 * - contraction: see `contractionQuery`; renewal: see `renewalQuery` (renewal_us is the earliest contract end, told
 *   whenever one lies in the window, renewal_terms their number).
 * - competing is `churn_before_upsell` or `upsell_before_churn` when both lie in their windows, else NULL.
 * - episode is the number of the account's relationship at `t` (1, 2, …), reactivated_us when it came back, NULL in the first.
 * Outcomes are NULL unless their status is `ok`.
 * @throws DataError when no table tells of churn
 */
export async function buildOutcomes(engine: Engine, input: OutcomeInput): Promise<void> {
  for (const statement of planOutcomes(input)) await engine.run(statement);
}

/** The statements of `buildOutcomes`, without running them. */
export function planOutcomes({ config, tables }: OutcomeInput): Sql[] {
  const { churn, upsell } = config.outcomes;
  requireSource(tables, churn.silenceDays);
  const { timezone } = config.calendar;
  const day = (us: Sql) => dayExpression(us, timezone);
  const midnight = (number: Sql) => midnightExpression(number, timezone);
  const { graceDays, silenceDays } = churn;
  const watermarkUs = watermark(tables, silenceDays);
  // A window that ends at the watermark itself is not known to its end: what begins at that instant is not there yet.
  const known = day(sql`cast(${watermarkUs - 1} as bigint)`);
  const temporary: Readonly<Record<string, Sql>> = {
    outcome_terms: termsQuery(tables),
    outcome_starts: startsQuery(tables),
    outcome_absences: absencesQuery({ tables, graceDays, silenceDays, day, midnight }),
    outcome_churn: churnQuery(day),
    outcome_pending: pendingQuery({ graceDays, day }),
    outcome_nearest: nearestQuery(),
    outcome_churned: churnedQuery(churn, { known, day }),
    outcome_upsell: upsellQuery({ tables, graceDays: upsell?.graceDays ?? 0, day }),
    outcome_reach: reachQuery(tables),
    outcome_bought: boughtQuery(upsell, known),
    outcome_mrr: mrrQuery({ tables, graceDays, day }),
    outcome_shrunk: contractionQuery(churn, known),
    outcome_contract_ends: contractEndsQuery({ tables, graceDays, day }),
    outcome_renewed: renewalQuery(churn, known)
  };
  return [
    ...Object.entries(temporary).map(([name, query]) => sql`create or replace temp table ${id(name)} as ${query}`),
    sql`create or replace table outcome_episodes as ${episodesQuery({ graceDays, day, watermarkUs })}`,
    sql`create or replace table outcomes as ${outcomesQuery()}`,
    ...Object.keys(temporary).map(name => sql`drop table ${id(name)}`)
  ];
}

function requireSource(tables: Tables, silenceDays: number | undefined): void {
  const silent = tables.events !== undefined && silenceDays !== undefined;
  if (tables.subscriptions !== undefined || tables.notices !== undefined || silent) return;
  throw new DataError(
    'expected a source of churn, got none; map subscriptions or notices, or events with outcomes.churn.silence_days'
  );
}

/** The smallest watermark of the tables that tell of churn. */
function watermark(tables: Tables, silenceDays: number | undefined): number {
  const { subscriptions, notices, invoices, events } = tables;
  const told = [
    subscriptions,
    notices,
    hasFailures(tables) ? invoices : undefined,
    silenceDays === undefined ? undefined : events
  ];
  return Math.min(...told.flatMap(table => (table === undefined ? [] : [table.watermarkUs])));
}

/** Churn of each row of `outcome_nearest`: its columns, status, hit, and whether the tenure was at most 90 days (`early`). */
function churnedQuery(churn: OutcomeConfig, { known, day }: { known: Sql; day: (us: Sql) => Sql }): Sql {
  return sql`select n.*, s.tenure_days, coalesce(${day(sql`n.us`)} - ${day(sql`s.start_us`)} <= ${EARLY_DAYS}, false) as early,
  case when ${immature(churn, sql`as_of_day`, known)} then 'immature'
    when lag < ${churn.leadDays} then 'left_in_lead' else 'ok' end as status,
  coalesce(${inside(churn, raw('lag'))}, false) as hit
from outcome_nearest n join spine s using (account_id, as_of_day)`;
}

function outcomesQuery(): Sql {
  const told = raw("c.status = 'left_in_lead' or (c.status = 'ok' and c.hit)");
  const bought = raw("u.status = 'ok' and u.hit");
  const label = (alias: string, status: string) =>
    raw(`cast(case when ${status} = 'ok' then ${alias}.hit end as tinyint)`);
  const early = sql`case when c.tenure_days >= ${EARLY_DAYS} then 'not_new' else c.status end`;
  return sql`select c.account_id, c.as_of_day,
  ${label('c', 'c.status')} as churn, c.status as churn_status,
  case when ${told} then ${kindText('c.kind', CHURN_KINDS)} end as churn_kind, case when ${told} then c.us end as churn_us,
  ${label('u', 'u.status')} as upsell, u.status as upsell_status,
  case when ${bought} then ${kindText('u.kind', UPSELL_KINDS)} end as upsell_kind, case when ${bought} then u.us end as upsell_us,
  cast(case when ${early} = 'ok' then c.hit and c.early end as tinyint) as early_churn, ${early} as early_churn_status,
  ${label('m', 'm.status')} as contraction, m.status as contraction_status,
  case when m.status = 'ok' and m.hit then m.us end as contraction_us,
  ${label('r', 'r.status')} as renewal, r.status as renewal_status, r.terms as renewal_terms, r.us as renewal_us,
  case when c.status = 'ok' and u.status = 'ok' and c.hit and u.hit then 'upsell_before_churn'
    when c.status = 'ok' and u.status = 'ok' and c.hit and u.late then 'churn_before_upsell' end as competing,
  e.episode, case when e.episode > 1 then e.began_us end as reactivated_us
from outcome_churned c
join outcome_bought u on u.account_id = c.account_id and u.as_of_day = c.as_of_day
join outcome_shrunk m on m.account_id = c.account_id and m.as_of_day = c.as_of_day
join outcome_renewed r on r.account_id = c.account_id and r.as_of_day = c.as_of_day
asof left join outcome_episodes e on e.account_id = c.account_id and e.began_us < c.as_of_us
order by c.as_of_day, c.account_id`;
}
