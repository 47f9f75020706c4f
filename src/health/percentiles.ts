import type { ManualProfile } from '../config/types.js';
import { id, join, raw, sql } from '../sql/sql.js';
import type { Engine, Sql } from '../types.js';
import { inputOf, percentileInput } from './manual.js';

/** A group of peers that is tried: accounts with the same values of these columns; none = all accounts. */
type Level = readonly string[];

/**
 * Creates table `health_inputs` from table `snapshots`: account_id, as_of_day and every input of the manual model as a
 * nullable DOUBLE; for percentile factors also `<feature>__peers` (the group used, for example `size_band+industry` or
 * `all`; NULL when none is large enough) and `<feature>__peers_n` (its peers; those of `all` when none is).
 * @param available feature columns that the snapshots have; a factor on any other feature is NULL everywhere
 */
export async function buildPercentiles(
  engine: Engine,
  profile: ManualProfile,
  available: readonly string[]
): Promise<void> {
  await engine.run(sql`create or replace table health_inputs as ${percentileQuery(profile, available)}`);
}

/**
 * The query behind `health_inputs`, ordered by as-of day, then account.
 * R10: p = (100 #{peers < x} + 50 #{peers = x}) / N among the other accounts of the same group and as-of date whose
 * value is measured; exact integers, one division. The first group with N >= minPeers counts: all keys of `peers.by`,
 * then fewer of them (those listed first before the others), then all accounts; a group whose key is NULL for the
 * account, or a column that the snapshots lack, is passed over.
 */
export function percentileQuery(profile: ManualProfile, available: readonly string[]): Sql {
  const known = new Set(available);
  const keys = profile.peers.by.filter(key => known.has(key));
  const relative = unique(profile.factors.filter(f => f.transform.kind === 'percentile').map(f => f.feature));
  const measured = relative.filter(feature => known.has(feature));
  const plain = profile.factors.filter(f => f.transform.kind !== 'percentile').map(inputOf);
  const outputs = [
    ...unique(plain).map(name => (known.has(name) ? sql`cast(${id(name)} as double) as ${id(name)}` : absent(name))),
    ...relative.map(feature => (known.has(feature) ? rank(feature, { keys, profile }) : absentRank(feature)))
  ];
  const columns = join([raw('account_id'), raw('as_of_day'), ...outputs]);
  const parts = join([raw('*'), ...measured.flatMap(feature => counts(feature, keys))], ',\n  ');
  return sql`with measured as (
  select ${join([raw('*'), ...measured.map(finite)])} from snapshots
), counted as (
  select ${parts} from measured
)
select ${columns} from counted order by as_of_day, account_id`;
}

/** The groups from the narrowest to all accounts. */
export function peerLevels(keys: readonly string[]): Level[] {
  const levels: Level[] = [];
  for (let size = keys.length; size >= 0; size--) levels.push(...subsets(keys, size));
  return levels;
}

function subsets(keys: readonly string[], size: number): Level[] {
  if (size === 0) return [[]];
  return keys.flatMap((key, i) => subsets(keys.slice(i + 1), size - 1).map(rest => [key, ...rest]));
}

/** The value to rank: NULL unless it is finite; its own name, so that no feature's name can collide. */
function finite(feature: string): Sql {
  return sql`case when isfinite(cast(${id(feature)} as double)) then cast(${id(feature)} as double) end as ${value(feature)}`;
}

function counts(feature: string, keys: readonly string[]): Sql[] {
  return peerLevels(keys).flatMap((level, i) => {
    const x = value(feature);
    const group = join([raw('as_of_day'), ...level.map(key => id(key)), sql`${x} is null`]);
    return [
      sql`rank() over (partition by ${group} order by ${x}) - 1 as ${part(feature, i, 'less')}`,
      sql`count(*) over (partition by ${join([group, x])}) - 1 as ${part(feature, i, 'same')}`,
      sql`count(*) over (partition by ${group}) - 1 as ${part(feature, i, 'n')}`
    ];
  });
}

function rank(feature: string, { keys, profile }: { keys: readonly string[]; profile: ManualProfile }): Sql {
  const levels = peerLevels(keys);
  const enough = levels.map((level, i) =>
    join(
      [
        sql`${value(feature)} is not null`,
        sql`${part(feature, i, 'n')} >= ${profile.peers.minPeers}`,
        ...level.map(key => sql`${id(key)} is not null`)
      ],
      ' and '
    )
  );
  const choose = (pick: (level: Level, i: number) => Sql) =>
    join(
      levels.map((level, i) => sql`when ${enough[i] as Sql} then ${pick(level, i)}`),
      ' '
    );
  const exact = (i: number) =>
    sql`cast(100 * ${part(feature, i, 'less')} + 50 * ${part(feature, i, 'same')} as double)`;
  const all = sql`when ${value(feature)} is not null then ${part(feature, levels.length - 1, 'n')}`;
  return join([
    sql`case ${choose((_, i) => sql`${exact(i)} / cast(${part(feature, i, 'n')} as double)`)} end as ${id(percentileInput(feature))}`,
    sql`case ${choose(level => sql`${levelName(level)}`)} end as ${id(`${feature}__peers`)}`,
    sql`cast(case ${choose((_, i) => part(feature, i, 'n'))} ${all} end as integer) as ${id(`${feature}__peers_n`)}`
  ]);
}

function levelName(level: Level): string {
  return level.length === 0 ? 'all' : level.join('+');
}

function absent(name: string): Sql {
  return sql`cast(null as double) as ${id(name)}`;
}

function absentRank(feature: string): Sql {
  const peers = sql`cast(null as varchar) as ${id(`${feature}__peers`)}`;
  return join([absent(percentileInput(feature)), peers, sql`cast(null as integer) as ${id(`${feature}__peers_n`)}`]);
}

function value(feature: string): Sql {
  return id(`${feature} (measured)`);
}

function part(feature: string, level: number, what: 'less' | 'same' | 'n'): Sql {
  return id(`${feature} (${what} ${level})`);
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
