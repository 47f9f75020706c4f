import { sql } from '../../src/sql/sql.js';
import type { Engine, TableName } from '../../src/types.js';
import { berlinMidnight, dayOf, loadWorld, type Row, SCHEMA, type World } from './world.js';

interface Owner {
  readonly member: string;
  readonly account: string;
  readonly since: number;
}

/** The instant of the first merges. */
export const MARCH = berlinMidnight(dayOf('2024-03-15')) + 5;
const JUNE = berlinMidnight(dayOf('2024-06-15'));
const OWNERS: readonly Owner[] = [
  { member: 'a0', account: 'a1', since: MARCH },
  { member: 'a2', account: 'a3', since: MARCH },
  { member: 'a2', account: 'a4', since: JUNE },
  { member: 'a3', account: 'a4', since: JUNE }
];

/** The records as they would stand in the files if each owner had entered those of its members anew at the merge. */
export function entered(world: World): World {
  const tables = Object.entries(world).map(([table, rows]) => {
    const owned = table !== 'accounts' && 'account_id' in SCHEMA[table as TableName];
    if (!owned) return [table, rows];
    const anew = OWNERS.flatMap(({ member, account, since }) =>
      rows
        .filter(row => row['account_id'] === member)
        .map((row): Row => ({ ...row, account_id: account, known_at: Math.max(row['known_at'] as number, since) }))
    );
    return [table, [...rows, ...anew]];
  });
  return Object.fromEntries(tables) as World;
}

/** Loads a world with its merges. */
export async function loadMerged(engine: Engine, world: World) {
  await loadWorld(engine, world);
  await engine.run(sql`create table account_merges (member varchar, account_id varchar, since bigint)`);
  for (const { member, account, since } of OWNERS)
    await engine.run(sql`insert into account_merges values (${member}, ${account}, ${since})`);
}
