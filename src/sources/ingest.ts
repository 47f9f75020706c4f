import type { Config } from '../config/types.js';
import { ConfigError } from '../errors.js';
import { id, sql } from '../sql/sql.js';
import type { Engine, TableInfo, TableName, Tables } from '../types.js';
import { resolveAsOf } from './calendar.js';
import { CONTRACTS, REQUIRED_TABLES } from './contracts.js';
import { checkCurrencies } from './currencies.js';
import { deriveColumns } from './derive.js';
import { createView, dropViews } from './in-place.js';
import { loadSources, plansByTable } from './load-sources.js';
import type { Loaded, TablePlan } from './load-table.js';
import { planMapping } from './mapping.js';
import { clearNotes } from './notes.js';
import { clearQuarantine } from './quarantine.js';
import { readWatermarks } from './watermarks.js';

/**
 * Reads every source of a workspace into checked tables of the contract (all contract columns and `known_at`; columns
 * that are not mapped are NULL), `quarantine` and
 * `ingest_notes(table_name, note, rows, severity)`: cells that were read as empty (`warn`) and open ends (`info`). Instants are microseconds
 * since 1970 (UTC), measures integers scaled by 10^decimals. Rows keep the order of the files.
 * @param options userKey: user ids are kept only as SHA-256 under this secret (32 hexadecimal digits); null keeps them as they are
 * @throws ConfigError when the mapping is incomplete; DataError when files or their rows cannot be used.
 */
export async function ingestSources(
  engine: Engine,
  config: Config,
  { userKey = null }: { readonly userKey?: string | null } = {}
): Promise<Tables> {
  const plans = planTables(config);
  const dataEndUs = await dataEndOf(engine, config);
  await clearQuarantine(engine);
  await clearNotes(engine);
  await dropViews(engine);
  for (const table of Object.keys(CONTRACTS)) await engine.run(sql`drop table if exists ${id(table)}`);
  const context = { config, dataEndUs, userKey };
  const loaded = new Map<TableName, Loaded>();
  const lasts = new Map<TableName, number | null>();
  for (const [table, parts] of plansByTable(plans)) {
    const { lastUs, ...read } = await loadSources(engine, parts, context);
    loaded.set(table, read);
    if (lastUs !== undefined) lasts.set(table, lastUs);
  }
  await dateAccounts(engine);
  await checkCurrencies(engine, config.currency, loaded);
  const watermarks = await readWatermarks(engine, config, { dataEndUs, lasts });
  return Object.fromEntries(
    [...loaded].map(([name, { rows, reasons, columns }]) => {
      const mark = watermarks.get(name) ?? { us: dataEndUs, assumed: true };
      const sources = config.sources.filter(source => source.table === name);
      const info: TableInfo = {
        name,
        columns,
        watermarkUs: mark.us,
        watermarkAssumed: mark.assumed,
        inPlace: sources.some(source => source.inPlace !== false),
        knownAtAssumed: CONTRACTS[name].eventTime !== null && sources.every(source => source.knownAt === null),
        rows,
        reasons
      };
      return [name, info];
    })
  );
}

/**
 * Makes the tables that are read in place visible to this connection again, after they were ingested by an earlier one:
 * their views hold paths of this machine and the secret of the user ids, so they are never written to the database.
 * @param tables what ingest returned for the same configuration and files
 */
export async function openInPlace(
  engine: Engine,
  config: Config,
  { tables, userKey = null }: { readonly tables: Tables; readonly userKey?: string | null }
): Promise<void> {
  const dataEndUs = await dataEndOf(engine, config);
  for (const [table, plans] of plansByTable(planTables(config))) {
    if (tables[table]?.inPlace !== true) continue;
    const reasons = tables[table].reasons.map(entry => entry.reason);
    await createView(engine, plans, { config, dataEndUs, userKey, reasons });
  }
}

/** Plans of all sources in contract order, so that accounts come first; nothing is read yet. */
function planTables(config: Config): TablePlan[] {
  for (const table of REQUIRED_TABLES) {
    if (config.sources.some(source => source.table === table)) continue;
    throw new ConfigError(`sources: expected ${REQUIRED_TABLES.join(' and ')}, got no ${table}; add sources.${table}`);
  }
  const order = Object.keys(CONTRACTS);
  const sources = [...config.sources].sort((a, b) => order.indexOf(a.table) - order.indexOf(b.table));
  return sources.map(source => {
    const mapped = planMapping(source);
    deriveColumns(source.table, mapped);
    return { source, mapped };
  });
}

async function dataEndOf(engine: Engine, config: Config): Promise<number> {
  if (config.dataEnd === null) throw new ConfigError('data_end: expected the date at which the data end, got none');
  const [end] = await resolveAsOf(engine, [config.dataEnd], config.calendar.timezone);
  return (end as { us: number }).us;
}

/** An account whose creation is not told exists from the instant at which a subscription of it was known and running. */
async function dateAccounts(engine: Engine): Promise<void> {
  await engine.run(sql`update accounts set created_at = coalesce(created_at, s.first), known_at = coalesce(known_at, s.first)
    from (select account_id, min(greatest(started_at, known_at)) as first from subscriptions group by account_id) s
    where s.account_id = accounts.account_id and (accounts.created_at is null or accounts.known_at is null)`);
}
