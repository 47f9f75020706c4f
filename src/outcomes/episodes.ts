import { raw, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { CHURN_KINDS } from './churn.js';
import type { EventQuery } from './terms.js';
import { kindText } from './windows.js';

export interface EpisodesQuery extends Pick<EventQuery, 'graceDays' | 'day'> {
  /** The smallest watermark of the tables that tell of churn. */
  readonly watermarkUs: number;
}

/**
 * Relationships of each account from `outcome_absences` and `outcome_starts`: account_id, episode (1, 2, …), began_us,
 * churn_us and churn_kind (NULL while it goes on). Absences that overlap or touch are one churn, at the earliest instant,
 * whichever systems tell of it; a later payment begins a new episode, and its start is the reactivation. Churn instants
 * whose grace ends after the watermark, and returns after it, are not told yet.
 */
export function episodesQuery({ graceDays, day, watermarkUs }: EpisodesQuery): Sql {
  const known = day(sql`cast(${watermarkUs} as bigint)`);
  return sql`with seen as (
  select a.account_id, a.us, a.kind, coalesce(a.back_us, ${NEVER}) as back
  from outcome_absences a join outcome_starts s using (account_id)
  where a.us >= s.us and ${day(sql`a.us - 1`)} + ${graceDays + 1} <= ${known}
), marked as (
  select *, max(back) over (partition by account_id order by us, kind, back rows between unbounded preceding and 1 preceding) as reach
  from seen
), islands as (
  select *, count(*) filter (where reach is null or us > reach) over (partition by account_id order by us, kind, back
    rows unbounded preceding) as island
  from marked
), gone as (
  select account_id, island, min(us) as us, max(back) as back,
    min(kind) filter (where reach is null or us > reach) as kind
  from islands group by account_id, island
), began as (
  select account_id, 1 as episode, us from outcome_starts
  union all
  select account_id, island + 1, back from gone where back <= ${watermarkUs}
)
select b.account_id, cast(b.episode as integer) as episode, b.us as began_us, g.us as churn_us,
  ${kindText('g.kind', CHURN_KINDS)} as churn_kind
from began b left join gone g on g.account_id = b.account_id and g.island = b.episode
order by b.account_id, b.episode`;
}

const NEVER = raw('9223372036854775807');

/** How often accounts began, churned and came back. */
export interface EpisodeCounts {
  readonly accounts: number;
  readonly episodes: number;
  /** Episodes that ended, by kind. */
  readonly churned: Readonly<Record<string, number>>;
  /** Episodes after the first of their account: it churned and paid again. */
  readonly reactivations: number;
}

/** Counts of table `outcome_episodes`. */
export async function episodeCounts(engine: Engine): Promise<EpisodeCounts> {
  const [all] = await engine.rows(
    raw(`select count(distinct account_id) as accounts, count(*) as episodes,
  count(*) filter (where episode > 1) as reactivations from outcome_episodes`)
  );
  const kinds = await engine.rows(
    raw(`select churn_kind, count(*) as n from outcome_episodes where churn_us is not null group by churn_kind`)
  );
  const churned = new Map(kinds.map(row => [row['churn_kind'], Number(row['n'])]));
  return {
    accounts: Number(all?.['accounts']),
    episodes: Number(all?.['episodes']),
    churned: Object.fromEntries(CHURN_KINDS.map(kind => [kind, churned.get(kind) ?? 0])),
    reactivations: Number(all?.['reactivations'])
  };
}
