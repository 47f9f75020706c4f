import type { Config, OutcomeConfig } from '../config/types.js';
import { DataError } from '../errors.js';
import { dayExpression } from '../sources/calendar.js';
import { withinGrace } from '../sql/expressions.js';
import { raw, sql } from '../sql/sql.js';
import type { Engine, Sql, Tables } from '../types.js';
import { CHURN_KINDS, churnQuery, hasFailures, termsQuery, UPSELL_KINDS, upsellQuery } from './events.js';

export interface OutcomeInput {
  readonly config: Config;
  readonly tables: Tables;
}

const TEMPORARY = ['outcome_terms', 'outcome_churn', 'outcome_upsell', 'outcome_reach'];

/**
 * Creates table `outcomes`: one row per row of table `spine`, ordered by as-of day, then account id.
 * churn TINYINT is 1 when the earliest churn instant at or after `t` lies in (t + lead, t + lead + horizon], both ends
 * local midnights; churn_status is `ok`, `left_in_lead` (it lies in [t, t + lead]) or `immature` (the window plus grace
 * ends after the smallest watermark of the tables that tell of churn); churn_kind and churn_us belong to churn = 1 and
 * to `left_in_lead`. upsell is 1 when one happens in its window and not after churn; upsell_status may also be
 * `not_eligible` (top plan, no seats, every product) or `off`. Outcomes are NULL unless the status is `ok`.
 * @throws DataError when there are no subscriptions
 */
export async function buildOutcomes(engine: Engine, input: OutcomeInput): Promise<void> {
  for (const statement of planOutcomes(input)) await engine.run(statement);
}

/** The statements of `buildOutcomes`, without running them. */
export function planOutcomes({ config, tables }: OutcomeInput): Sql[] {
  if (tables.subscriptions === undefined) {
    throw new DataError('expected a source for subscriptions, got none; churn and upsell are read from its terms');
  }
  const day = (us: Sql) => dayExpression(us, config.calendar.timezone);
  const { churn, upsell } = config.outcomes;
  const create = (name: string, query: Sql) => sql`create or replace temp table ${raw(name)} as ${query}`;
  const known = sql`${day(sql`${watermark(tables)}`)}`;
  return [
    create('outcome_terms', termsQuery(tables)),
    create('outcome_churn', churnQuery({ tables, graceDays: churn.graceDays, day })),
    create('outcome_upsell', upsellQuery({ tables, graceDays: upsell?.graceDays ?? 0, day })),
    create('outcome_reach', reachQuery(tables)),
    outcomesQuery({ churn, upsell, known, day }),
    ...TEMPORARY.map(name => sql`drop table ${raw(name)}`)
  ];
}

function watermark(tables: Tables): number {
  const marks = [tables.subscriptions, hasFailures(tables) ? tables.invoices : undefined];
  return Math.min(...marks.flatMap(table => (table === undefined ? [] : [table.watermarkUs])));
}

/**
 * Whether an account could still buy more at `t`, as known then: its highest plan is below the top of the price list,
 * seats are sold to it, or a product is sold that it never had.
 */
function reachQuery(tables: Tables): Sql {
  const top = tables.plans === undefined ? raw('null') : raw('(select max(rank) from plans)');
  const runs = raw(`(o.term_end is null or o.term_end >= s.as_of_us)
    and (o.ended_at is null or o.ended_at >= s.as_of_us)`);
  return sql`select s.account_id, s.as_of_day,
  coalesce(max(o.rank) filter (where ${runs}) < ${top}, false)
    or count(o.seats) filter (where ${runs}) > 0
    or count(distinct o.product) < (select count(distinct product) from outcome_terms) as reachable
from spine s left join outcome_terms o
  on o.account_id = s.account_id and o.known_at < s.as_of_us and o.started_at < s.as_of_us
group by s.account_id, s.as_of_day`;
}

interface Windows {
  readonly churn: OutcomeConfig;
  readonly upsell: OutcomeConfig | null;
  /** Local day of the smallest watermark. */
  readonly known: Sql;
  /** Local calendar day of an instant. */
  readonly day: (us: Sql) => Sql;
}

/**
 * The nearest churn at or after each as-of date. A payment that failed before the date, is still within grace there and is
 * never made good has already ended the relationship: its instant comes first (with a lag below every lead), and the end
 * of the term that follows is not a second churn.
 */
function outcomesQuery({ churn, upsell, known, day }: Windows): Sql {
  const pending = withinGrace({ instant: sql`f.us`, later: sql`s.as_of_us`, graceDays: churn.graceDays }, day);
  return sql`create or replace table outcomes as
with nearest as (
  select s.account_id, s.as_of_day, coalesce(f.us, c.us) as us, coalesce(f.kind, c.kind) as kind,
    case when f.us is null then c.eve - s.as_of_day else -1 end as lag
  from spine s asof left join outcome_churn c on c.account_id = s.account_id and c.us >= s.as_of_us
  left join (
    select s.account_id, s.as_of_day, min(f.us) as us, min(f.kind) as kind
    from spine s join outcome_churn f on f.account_id = s.account_id and f.us < s.as_of_us and f.kind = 2 and ${pending}
    group by s.account_id, s.as_of_day
  ) f on f.account_id = s.account_id and f.as_of_day = s.as_of_day
), churned as (
  select *, case when ${immature(churn, sql`as_of_day`, known)} then 'immature'
    when lag < ${churn.leadDays} then 'left_in_lead' else 'ok' end as status,
    coalesce(${inside(churn, raw('lag'))}, false) as hit
  from nearest
), ${upsellWith(upsell, known)}
select c.account_id, c.as_of_day,
  cast(case when c.status = 'ok' then c.hit end as tinyint) as churn, c.status as churn_status,
  case when c.status = 'left_in_lead' or (c.status = 'ok' and c.hit) then ${kindText('c.kind', CHURN_KINDS)} end as churn_kind,
  case when c.status = 'left_in_lead' or (c.status = 'ok' and c.hit) then c.us end as churn_us,
  cast(case when u.status = 'ok' then u.hit end as tinyint) as upsell, u.status as upsell_status,
  case when u.status = 'ok' and u.hit then ${kindText('u.kind', UPSELL_KINDS)} end as upsell_kind,
  case when u.status = 'ok' and u.hit then u.us end as upsell_us
from churned c join bought u on u.account_id = c.account_id and u.as_of_day = c.as_of_day
order by c.as_of_day, c.account_id`;
}

/** `lag` = local day just before the instant minus the as-of day: in (t + lead, t + lead + horizon] when lead <= lag < lead + horizon. */
function inside({ leadDays, horizonDays }: OutcomeConfig, lag: Sql): Sql {
  return sql`(${lag} >= ${leadDays} and ${lag} < ${leadDays + horizonDays})`;
}

function immature({ leadDays, horizonDays, graceDays }: OutcomeConfig, asOfDay: Sql, known: Sql): Sql {
  return sql`${asOfDay} + ${leadDays + horizonDays + graceDays} > ${known}`;
}

function upsellWith(upsell: OutcomeConfig | null, known: Sql): Sql {
  if (upsell === null) {
    return sql`bought as (
  select account_id, as_of_day, 'off' as status, false as hit, null as kind, null as us from spine
)`;
  }
  return sql`first_of_day as (
  select * from (select *, row_number() over (partition by account_id, eve order by us) as place from outcome_upsell)
  where place = 1
), bought as (
  select n.account_id, n.as_of_day, u.us, u.kind,
    case when ${immature(upsell, sql`n.as_of_day`, known)} then 'immature' when n.lag < ${upsell.leadDays} then 'left_in_lead'
      when not r.reachable then 'not_eligible' else 'ok' end as status,
    coalesce(${inside(upsell, sql`u.eve - n.as_of_day`)}, false) and coalesce(u.us <= n.us, true) as hit
  from nearest n
  asof left join first_of_day u on u.account_id = n.account_id and u.eve >= n.as_of_day + ${upsell.leadDays}
  join outcome_reach r on r.account_id = n.account_id and r.as_of_day = n.as_of_day
)`;
}

function kindText(column: string, kinds: readonly string[]): Sql {
  return raw(`case ${column} ${kinds.map((kind, i) => `when ${i} then '${kind}'`).join(' ')} end`);
}
