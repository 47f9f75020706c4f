import { customPlace } from '../../config/custom.js';
import type { Config, CustomAggregate, CustomFeature } from '../../config/types.js';
import { ConfigError } from '../../errors.js';
import { parseExpression } from '../../sources/admit.js';
import { dateOfDay, dayExpression, dayOfDate } from '../../sources/calendar.js';
import { CONTRACTS } from '../../sources/contracts.js';
import { id, sql } from '../../sql/sql.js';
import type { Tree } from '../../sql/tree.js';
import type { Engine, Tables } from '../../types.js';
import { AGGREGATES } from './aggregate.js';

/** Parse trees of the conditions and expressions that `features.custom` declares, by feature. */
export type CustomTrees = ReadonlyMap<string, Tree>;

/**
 * Parses the SQL of the custom features with the engine's parser (nothing of it is run), and checks their windows against
 * the ingested tables. `buildCatalogue` decides what the parse trees may hold.
 * @throws ConfigError with file, line and key when a text is not one expression, or a window is longer than the data
 */
export async function admitCustom(engine: Engine, config: Config, tables: Tables): Promise<CustomTrees> {
  const trees = new Map<string, Tree>();
  for (const feature of config.features.custom) {
    const { key, text } = sqlOf(feature);
    const fail = (problem: string) => new ConfigError(customPlace(config, feature.name, key) + problem);
    if (text !== null) trees.set(feature.name, await parseExpression(engine, text, fail));
    if (feature.kind === 'aggregate') await checkWindow(engine, feature, { config, tables });
  }
  return trees;
}

/** The SQL of a custom feature and the key that holds it. */
function sqlOf(feature: CustomFeature): { key: 'where' | 'expression'; text: string | null } {
  if (feature.kind === 'expression') return { key: 'expression', text: feature.expression };
  return { key: 'where', text: feature.where };
}

/** A window must lie between the table's earliest record and data end; a table without records limits none. */
async function checkWindow(
  engine: Engine,
  { name, aggregate, table, window }: CustomAggregate,
  { config, tables }: { config: Config; tables: Tables }
): Promise<void> {
  const time = CONTRACTS[table].eventTime;
  if (time === null || tables[table]?.columns[time] === undefined) return;
  const day = dayExpression(sql`min(${id(time)})`, config.calendar.timezone);
  const [row] = await engine.rows(sql`select ${day} as day from ${id(table)}`);
  const earliest = row?.['day'];
  if (typeof earliest !== 'number' || config.dataEnd === null) return;
  const days = dayOfDate(config.dataEnd) - earliest;
  const { windows } = AGGREGATES[aggregate];
  if (window * windows <= days) return;
  const twice = windows === 2 ? ` (${aggregate} compares two windows)` : '';
  throw new ConfigError(
    `${customPlace(config, name, 'window')}expected at most ${Math.floor(days / windows)} days${twice}, as ${table} begin ` +
      `on ${dateOfDay(earliest)} and the data end on ${config.dataEnd}, got ${window}; shorten it`
  );
}
